#include "tools/run/command_line.h"

#include <gtest/gtest.h>

namespace k6::run {
namespace {

using namespace std::chrono_literals;

CommandLine parsed(const std::vector<std::string>& arguments, Front front = Front::script) {
    auto line = parse_run_arguments(arguments, front);
    EXPECT_TRUE(line) << (line ? "" : line.error().message);
    return line ? *line : CommandLine{};
}

std::string error_of(const std::vector<std::string>& arguments, Front front = Front::script) {
    auto line = parse_run_arguments(arguments, front);
    if (line) return "";
    EXPECT_EQ(line.error().error_class, ErrorClass::generic);
    return line.error().message;
}

TEST(CommandLine, TakesFlagsInEverySpelling) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"-u", "5", "-d", "10s", "s.js"},
                                                      {"s.js", "-u5", "--duration=10s"},
                                                      {"--vus", "5", "s.js", "--duration", "10s"}}) {
        const CommandLine line = parsed(arguments);
        EXPECT_EQ(line.script, "s.js");
        EXPECT_EQ(line.options.vus, 5);
        EXPECT_EQ(line.options.duration, Duration(10s));
    }
    const CommandLine grouped = parsed({"-qv", "-"});
    EXPECT_TRUE(grouped.quiet);
    EXPECT_TRUE(grouped.verbose);
    EXPECT_EQ(grouped.script, "-");
    EXPECT_FALSE(parsed({"s.js", "--include-system-env-vars=false"}).include_system_environment);
    EXPECT_EQ(parsed({"s.js", "-u", "1", "-u", "2"}).options.vus, 2);
    EXPECT_EQ(parsed({"--", "-u"}).script, "-u");
}

TEST(CommandLine, StagesRepeatOrComeAsAList) {
    const std::vector<Stage> expected{{Duration(10s), 3}, {Duration(1min), 0}, {Duration(0s), 7}};
    EXPECT_EQ(*parsed({"s.js", "-s", "10s:3", "-s", "1m:0,0:7"}).options.stages, expected);
    EXPECT_TRUE(parsed({"s.js", "--stage", ""}).options.stages->empty());
    EXPECT_EQ(error_of({"s.js", "-s", "1s:1,10:3"}),
              "invalid argument \"1s:1,10:3\" for --stage: error for stage 1: missing unit in duration \"10\"");
    EXPECT_EQ(error_of({"s.js", "-s", ":5"}), "invalid argument \":5\" for --stage: stage 0 has no duration");
    EXPECT_EQ(error_of({"s.js", "-s", "1s:x"}),
              "invalid argument \"1s:x\" for --stage: error for stage 0: the target 'x' is no integer");
}

TEST(CommandLine, TagsAreNotSplitAtCommas) {
    const StringMap expected{{"a", "1,2"}, {"b", "x=y"}};
    EXPECT_EQ(*parsed({"s.js", "--tag", "a=1,2", "--tag", "b=x=y"}).options.tags, expected);
    EXPECT_EQ(error_of({"s.js", "--tag", "foo"}),
              "invalid argument \"foo\" for --tag: error parsing tag 'foo': invalid tag, empty value");
    EXPECT_EQ(error_of({"s.js", "--tag", "=x"}),
              "invalid argument \"=x\" for --tag: error parsing tag '=x': invalid tag, empty name");
}

TEST(CommandLine, EnvironmentNamesAreChecked) {
    const std::vector<std::pair<std::string, std::string>> expected{{"A", "1"}, {"_b", ""}, {"C", "x=y"}};
    EXPECT_EQ(parsed({"s.js", "-e", "A=1", "-e", "_b", "-e", "C=x=y"}).environment, expected);
    EXPECT_EQ(error_of({"s.js", "-e", "1A=1"}), "invalid environment variable name '1A'");
}

TEST(CommandLine, BadValuesNameFlagAndValue) {
    EXPECT_EQ(error_of({"s.js", "-u", "x"}), "invalid argument \"x\" for --vus: it must be a whole number");
    EXPECT_EQ(error_of({"s.js", "-d", "10"}),
              "invalid argument \"10\" for --duration: missing unit in duration \"10\"");
    EXPECT_EQ(error_of({"s.js", "--throw=maybe"}), "invalid argument \"maybe\" for --throw: it must be true or false");
    EXPECT_EQ(error_of({"s.js", "--summary-time-unit", "m"}), "invalid summary time unit 'm', use 's', 'ms' or 'us'");
    EXPECT_NE(error_of({"s.js", "--nope"}).find("nope"), std::string::npos);
    EXPECT_EQ(error_of({"s.js", "--quiet=maybe"}), "invalid argument \"maybe\" for --quiet: it must be true or false");
    EXPECT_NE(error_of({"s.js", "-u"}).find("missing an argument"), std::string::npos);
    EXPECT_NE(error_of({}).find("accepts 1 arg(s), received 0"), std::string::npos);
    EXPECT_NE(error_of({"a.js", "b.js"}).find("received 2"), std::string::npos);
}

TEST(CommandLine, ScenariosTakeNoScript) {
    EXPECT_TRUE(parsed({"--plan"}, Front::scenario).print_plan);
    EXPECT_EQ(error_of({"x.js"}, Front::scenario), "unexpected argument \"x.js\"");
    EXPECT_TRUE(parsed({"--smoke"}, Front::scenario).smoke);
    EXPECT_NE(error_of({"--include-system-env-vars"}, Front::scenario), "");
    EXPECT_NE(error_of({"s.js", "--smoke"}), "");
}

TEST(CommandLine, HelpNamesEveryFlagOnce) {
    const std::string help = run_help(Front::script, "k6 run");
    EXPECT_TRUE(help.starts_with("Usage:\n  k6 run [flags] SCRIPT\n"));
    EXPECT_NE(help.find("\n  -u, --vus N"), std::string::npos);
    EXPECT_NE(help.find("\n      --tag NAME=VALUE"), std::string::npos);
    EXPECT_TRUE(parsed({"--help"}).help);
}

}  // namespace
}  // namespace k6::run
