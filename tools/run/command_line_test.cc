#include "tools/run/command_line.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tools/run/run_flags.h"

namespace k6::run {
namespace {

using namespace std::chrono_literals;

CommandLine parsed(const std::vector<std::string>& arguments, Front front = Front::script) {
    auto line = parse_run_arguments(arguments, front);
    EXPECT_TRUE(line) << (line ? "" : line.error().message);
    return line ? *line : CommandLine{};
}

CommandLine with_environment(const std::map<std::string, std::string, std::less<>>& variables,
                             const std::vector<std::string>& arguments, Front front = Front::script) {
    auto line =
        parse_run_arguments(arguments, front, [&variables](std::string_view name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            if (found == variables.end()) return {};
            return found->second;
        });
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
}

TEST(CommandLine, FlagsComeBeforeTheirVariables) {
    const CommandLine by_variable = with_environment({{"K6_OUT", "json=a,csv=b"},
                                                      {"K6_SUMMARY_MODE", "disabled"},
                                                      {"K6_NO_THRESHOLDS", "T"},
                                                      {"K6_LINGER", "true"},
                                                      {"K6_ADDRESS", "localhost:1"},
                                                      {"K6_TYPE", ""}},
                                                     {"s.js"});
    EXPECT_EQ(by_variable.outputs, (std::vector<std::string>{"json=a", "csv=b"}));
    EXPECT_EQ(by_variable.summary_mode, SummaryMode::disabled);
    EXPECT_EQ(by_variable.no_thresholds, true);
    EXPECT_EQ(by_variable.linger, true);
    EXPECT_EQ(by_variable.address, "localhost:1");
    EXPECT_FALSE(by_variable.address_by_flag);

    const CommandLine by_flag = with_environment(
        {{"K6_OUT", "json=a"}, {"K6_SUMMARY_MODE", "disabled"}, {"K6_NO_THRESHOLDS", "1"}, {"K6_ADDRESS", "a:1"}},
        {"s.js", "-o", "json=b,c", "--summary-mode=full", "--no-thresholds=false", "-a", "b:2"});
    EXPECT_EQ(by_flag.outputs, (std::vector<std::string>{"json=b,c"}));
    EXPECT_EQ(by_flag.summary_mode, SummaryMode::full);
    EXPECT_EQ(by_flag.no_thresholds, false);
    EXPECT_EQ(by_flag.address, "b:2");
    EXPECT_TRUE(by_flag.address_by_flag);
}

TEST(CommandLine, OldSpellingsAreTakenWithAWord) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--no-summary"},
                                                      {"--logformat=json"},
                                                      {"--compatibility-mode=experimental_enhanced"},
                                                      {"--profiling-enabled"},
                                                      {"--traces-output=otel"}}) {
        std::vector<std::string> whole = arguments;
        whole.emplace_back("s.js");
        EXPECT_EQ(parsed(whole).warnings.size(), 1U) << arguments.front();
    }
    EXPECT_EQ(parsed({"s.js", "--no-summary"}).summary_mode, SummaryMode::disabled);
    EXPECT_EQ(parsed({"s.js", "-m", "7"}).options.vus_max, 7);
    EXPECT_TRUE(parsed({"s.js", "--traces-output=none", "--no-usage-report"}).warnings.empty());
}

TEST(CommandLine, InspectTakesNoOptions) {
    EXPECT_TRUE(parsed({"s.js", "--execution-requirements"}, Front::inspect).execution_requirements);
    EXPECT_FALSE(parsed({"s.js"}, Front::inspect).include_system_environment);
    EXPECT_NE(error_of({"s.js", "-u", "1"}, Front::inspect), "");
    EXPECT_NE(error_of({"s.js", "--execution-requirements"}), "");
}

TEST(CommandLine, HttpDebugStandsAloneOrWithAValue) {
    EXPECT_EQ(parsed({"--http-debug", "s.js"}).options.http_debug, "headers");
    EXPECT_EQ(parsed({"--http-debug", "s.js"}).script, "s.js");
    EXPECT_EQ(parsed({"--http-debug=full", "s.js"}).options.http_debug, "full");
}

TEST(CommandLine, SpellingsAreUnique) {
    std::set<std::string_view> names;
    std::set<std::string_view> variables;
    for (const RunFlag& flag : run_flags()) {
        EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
        if (!flag.letter.empty()) {
            EXPECT_TRUE(names.insert(flag.letter).second) << flag.letter;
        }
        if (!flag.environment.empty()) {
            EXPECT_TRUE(variables.insert(flag.environment).second) << flag.environment;
        }
    }
}

TEST(CommandLine, HelpNamesEveryFlagOnce) {
    const std::string help = run_help(Front::script, "k6 run");
    EXPECT_TRUE(help.starts_with("Usage:\n  k6 run [flags] SCRIPT\n"));
    EXPECT_NE(help.find("\n  -u, --vus N"), std::string::npos);
    EXPECT_NE(help.find("\n      --tag NAME=VALUE"), std::string::npos);
    for (const RunFlag& flag : run_flags()) {
        const bool shown = !flag.help.empty() && (flag.fronts & in(Front::script)) != 0;
        EXPECT_EQ(help.find("--" + std::string(flag.name) + " ") != std::string::npos, shown) << flag.name;
    }
    EXPECT_TRUE(parsed({"--help"}).help);
}

}  // namespace
}  // namespace k6::run
