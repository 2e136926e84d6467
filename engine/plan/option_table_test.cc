#include "engine/plan/option_table.h"

#include <gtest/gtest.h>

#include <set>

namespace k6 {
namespace {

using namespace std::chrono_literals;

struct FlagOutcome {
    Options options;
    std::string error;
};

FlagOutcome flag(std::string_view name, const std::vector<std::string>& values) {
    FlagOutcome outcome;
    const OptionSpec* option = find_option_by_flag(name);
    if (option == nullptr) return {{}, "no such flag"};
    if (auto set = set_from_flag(*option, values, outcome.options); !set) {
        EXPECT_EQ(set.error().error_class, ErrorClass::generic);
        outcome.error = set.error().message;
    }
    return outcome;
}

TEST(OptionTableTest, SpellingsAreUnique) {
    std::set<std::string_view> keys;
    std::set<std::string_view> flags;
    std::set<std::string_view> variables;
    std::set<char> letters;
    for (const OptionSpec& option : option_table()) {
        EXPECT_TRUE(keys.insert(option.key).second) << option.key;
        if (!option.flag.empty()) {
            EXPECT_TRUE(flags.insert(option.flag).second) << option.flag;
            EXPECT_FALSE(option.help.empty()) << option.flag;
            EXPECT_FALSE(option.environment.empty() && option.kind != OptionKind::segment &&
                         option.kind != OptionKind::segment_sequence)
                << option.flag << " has no environment variable";
        }
        if (option.short_flag != '\0') {
            EXPECT_TRUE(letters.insert(option.short_flag).second) << option.key;
        }
        if (!option.environment.empty()) {
            EXPECT_TRUE(variables.insert(option.environment).second) << option.key;
            EXPECT_TRUE(option.environment.starts_with("K6_"));
        }
    }
    EXPECT_EQ(keys.size(), 44U);
    EXPECT_EQ(find_option_by_flag(""), nullptr);
}

/// A text that every option of a kind takes.
std::string sample_of(OptionKind kind) {
    switch (kind) {
        case OptionKind::boolean:
            return "true";
        case OptionKind::integer:
            return "3";
        case OptionKind::duration:
            return "3s";
        case OptionKind::stages:
            return "3s:1";
        case OptionKind::dns:
            return "ttl=1s";
        case OptionKind::segment:
            return "0:1/2";
        case OptionKind::segment_sequence:
            return "0,1/2,1";
        case OptionKind::list:
        case OptionKind::string:
        case OptionKind::map:
        case OptionKind::structured:
            break;
    }
    return "1.1.1.1";
}

// Each row reaches its own field and no other.
TEST(OptionTableTest, IsTotal) {
    for (const OptionSpec& option : option_table()) {
        Options options;
        EXPECT_FALSE(is_set(option, options));
        if (!option.flag.empty()) {
            const std::string text = option.kind == OptionKind::map ? "a=b" : sample_of(option.kind);
            EXPECT_TRUE(set_from_flag(option, {text}, options)) << option.flag;
        } else if (!option.environment.empty()) {
            EXPECT_TRUE(set_from_environment(option, sample_of(option.kind), options)) << option.environment;
        } else {
            EXPECT_EQ(option.kind == OptionKind::structured || option.key == "tlsCipherSuites" || option.key == "hosts",
                      true)
                << option.key;
            continue;
        }
        for (const OptionSpec& other : option_table()) {
            EXPECT_EQ(is_set(other, options), other.key == option.key) << option.key << " sets " << other.key;
        }
        Options copy;
        copy_option(option, options, copy);
        EXPECT_EQ(copy, options);
        if (!option.environment.empty()) {
            Options by_environment;
            const std::string text = option.kind == OptionKind::map ? "a:b" : sample_of(option.kind);
            EXPECT_TRUE(set_from_environment(option, text, by_environment)) << option.environment;
            EXPECT_EQ(by_environment, options) << option.environment;
        }
        if (option.in_json && !option.old) {
            EXPECT_EQ(parse_options_json(options_to_json(options)).value().options, options) << option.key;
        }
    }
}

TEST(OptionTableTest, OldOptionsAreReadAndNeverWritten) {
    EXPECT_EQ(parse_options_json(R"({"vusMax":7})").value().options, Options{.vus_max = 7});
    EXPECT_EQ(options_to_json({.vus_max = 7}), options_to_json({}));
    EXPECT_EQ(test_options_to_json({.vus_max = 7}), test_options_to_json({}));
}

TEST(OptionTableTest, FlagValues) {
    EXPECT_EQ(flag("vus", {"3", "5"}).options, Options{.vus = 5});
    EXPECT_EQ(flag("duration", {"1m"}).options, Options{.duration = 1min});
    EXPECT_EQ(flag("duration", {"0"}).options, Options{.duration = 0s});
    EXPECT_EQ(flag("stage", {"10s:5,20s:6", "30s:0"}).options, (Options{.stages = {{10s, 5}, {20s, 6}, {30s, 0}}}));
    EXPECT_EQ(flag("stage", {""}).options, (Options{.stages = std::vector<Stage>{}}));
    EXPECT_EQ(flag("tag", {"a=b", "c=d=e,f"}).options, (Options{.tags = {{"a", "b"}, {"c", "d=e,f"}}}));
    EXPECT_EQ(flag("system-tags", {"url,status", "ip"}).options, (Options{.system_tags = {"url", "status", "ip"}}));
    EXPECT_EQ(flag("user-agent", {""}).options, Options{.user_agent = ""});
    EXPECT_EQ(flag("execution-segment", {""}).options, Options{.execution_segment = Segment{}});
    EXPECT_EQ(flag("no-setup", {"false"}).options, Options{.no_setup = false});
}

TEST(OptionTableTest, FlagErrorsNameTheFlag) {
    EXPECT_EQ(flag("vus", {"x"}).error, "invalid argument \"x\" for --vus: it must be a whole number");
    EXPECT_NE(flag("duration", {"10"}).error.find("--duration"), std::string::npos);
    EXPECT_NE(flag("duration", {"1d"}).error, "");
    EXPECT_NE(flag("stage", {"1s:1,x:5"}).error.find("error for stage 1:"), std::string::npos);
    EXPECT_NE(flag("stage", {":5"}).error.find("stage 0 has no duration"), std::string::npos);
    EXPECT_NE(flag("tag", {"foo"}).error.find("error parsing tag 'foo': invalid tag, empty value"), std::string::npos);
    EXPECT_NE(flag("tag", {"=x"}).error.find("invalid tag, empty name"), std::string::npos);
    EXPECT_NE(flag("tag", {"a=b", ""}).error.find("invalid tag, empty string"), std::string::npos);
    EXPECT_EQ(flag("tag", {""}).error, "");
    EXPECT_NE(flag("paused", {"maybe"}).error, "");
    EXPECT_NE(flag("vus", {}).error, "");
}

}  // namespace
}  // namespace k6
