// The worked examples of precedence, and the rules behind them.
#include <gtest/gtest.h>

#include <string>

#include "engine/plan/options.h"
#include "engine/plan/plan.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;

struct Layers {
    std::string config = "{}";
    std::string script = "{}";
    std::map<std::string, std::string> environment = {};
    Options cli = {};
};

ConsolidatedOptions consolidated(const Layers& layers) {
    const auto lookup = [&layers](std::string_view name) -> std::optional<std::string> {
        const auto found = layers.environment.find(std::string(name));
        if (found == layers.environment.end()) return std::nullopt;
        return found->second;
    };
    return consolidate({{"config", parse_options_json(layers.config).value().options},
                        {"script", parse_options_json(layers.script).value().options},
                        {"env", options_from_environment(lookup).value()},
                        {"cli", layers.cli}});
}

struct Outcome {
    ExecutorOptions executor;
    std::vector<std::string> warnings;
};

/// The executor of the derived scenario `default`, and all warnings.
Outcome outcome(const Layers& layers) {
    ConsolidatedOptions base = consolidated(layers);
    ConsolidatedOptions derived = derive_scenarios(base.options).value();
    Outcome result{derived.options.scenarios->at("default").executor, base.warnings};
    result.warnings.insert(result.warnings.end(), derived.warnings.begin(), derived.warnings.end());
    return result;
}

const std::string some_scenarios = R"({"scenarios":{"a":{"executor":"constant-vus","duration":"5s"}}})";

TEST(PrecedenceTest, TheHighestLayerWins) {
    const Outcome result = outcome(
        {.config = R"({"vus":1})", .script = R"({"vus":30})", .environment = {{"K6_VUS", "20"}}, .cli = {.vus = 10}});
    EXPECT_EQ(result.executor, ExecutorOptions(SharedIterations{.vus = 10, .iterations = 10}));
    EXPECT_TRUE(result.warnings.empty());
}

TEST(PrecedenceTest, HowToExecuteIsReplacedAsAWholeButVusSurvive) {
    EXPECT_EQ(outcome({.script = R"({"duration":"1m","vus":5})", .cli = {.iterations = 10}}).executor,
              ExecutorOptions(SharedIterations{.vus = 5, .iterations = 10}));
    EXPECT_EQ(
        outcome({.script = R"({"stages":[{"duration":"5s","target":5}]})", .environment = {{"K6_DURATION", "10s"}}})
            .executor,
        ExecutorOptions(ConstantVus{.duration = 10s}));
    EXPECT_EQ(outcome({.script = R"({"iterations":2})", .cli = {.duration = 1s}}).executor,
              ExecutorOptions(ConstantVus{.duration = 1s}));
    EXPECT_EQ(outcome({.script = R"({"stages":[{"duration":"5s","target":5}]})", .cli = {.vus = 2}}).executor,
              ExecutorOptions(RampingVus{.start_vus = 2, .stages = {{5s, 5}}}));
}

TEST(PrecedenceTest, OverridingScenariosIsWarnedOf) {
    const Outcome by_cli = outcome({.script = some_scenarios, .cli = {.vus = 2, .duration = 5s}});
    EXPECT_EQ(by_cli.executor, ExecutorOptions(ConstantVus{.vus = 2, .duration = 5s}));
    EXPECT_EQ(by_cli.warnings,
              std::vector<std::string>{"\"cli\" level configuration overrode scenarios configuration entirely"});

    const Outcome by_vus = outcome({.script = some_scenarios, .environment = {{"K6_VUS", "3"}}});
    EXPECT_EQ(by_vus.executor, ExecutorOptions(SharedIterations{.vus = 3, .iterations = 3}));
    EXPECT_EQ(by_vus.warnings, std::vector<std::string>{"`vus=3` overrides scenarios configuration"});

    const Outcome by_script = outcome({.config = some_scenarios, .script = R"({"iterations":4})"});
    EXPECT_EQ(by_script.warnings,
              std::vector<std::string>{"\"script\" level configuration overrode scenarios configuration entirely"});
}

TEST(PrecedenceTest, EmptyEnvironmentVariablesAreUnset) {
    EXPECT_EQ(outcome({.script = R"({"vus":2,"iterations":4})", .environment = {{"K6_ITERATIONS", ""}}}).executor,
              ExecutorOptions(SharedIterations{.vus = 2, .iterations = 4}));
}

TEST(PrecedenceTest, MapsAreReplacedWhole) {
    const ConsolidatedOptions tags = consolidated({.script = R"({"tags":{"a":"1"}})", .cli = {.tags = {{"b", "2"}}}});
    EXPECT_EQ(*tags.options.tags, (StringMap{{"b", "2"}}));
    EXPECT_EQ(*consolidated({.config = R"({"tags":{"a":"1"}})", .script = R"({"tags":{}})"}).options.tags,
              (StringMap{{"a", "1"}}));
    // An empty object of the others replaces.
    EXPECT_TRUE(consolidated({.config = R"({"thresholds":{"a":["count>1"]}})", .script = R"({"thresholds":{}})"})
                    .options.thresholds->empty());
    // null is unset.
    EXPECT_EQ(*consolidated({.config = R"({"vus":4})", .script = R"({"vus":null})"}).options.vus, 4);
}

TEST(PrecedenceTest, DnsMergesByField) {
    const DnsOptions dns =
        *consolidated({.script = R"({"dns":{"select":"first"}})", .environment = {{"K6_DNS", "ttl=0"}}}).options.dns;
    EXPECT_EQ(dns, (DnsOptions{.ttl = "0", .select = "first"}));
}

TEST(PrecedenceTest, StagesWithoutADurationAreDropped) {
    const ConsolidatedOptions result =
        consolidated({.script = R"({"stages":[{"target":5},{"duration":"1s","target":2}]})"});
    EXPECT_EQ(*result.options.stages, (std::vector<Stage>{{1s, 2}}));
    const Outcome emptied = outcome({.script = R"({"stages":[{"target":5}]})"});
    EXPECT_EQ(emptied.executor, ExecutorOptions(PerVuIterations{}));
    ASSERT_EQ(emptied.warnings.size(), 1U);
    EXPECT_NE(emptied.warnings.front().find("`stages` was explicitly set to an empty value"), std::string::npos);
}

std::string conflict(const std::string& script) {
    auto derived = derive_scenarios(parse_options_json(script).value().options);
    if (derived) return "none";
    EXPECT_EQ(derived.error().error_class, ErrorClass::invalid_config);
    return derived.error().message;
}

TEST(ShortcutTest, ContradictionsWithinALayerAreErrors) {
    const std::string stages = R"("stages":[{"duration":"1s","target":1}])";
    const std::string scenarios = some_scenarios.substr(1, some_scenarios.size() - 2);
    EXPECT_EQ(conflict(R"({"iterations":1,)" + stages + "}"),
              "using `iterations` and `stages` options simultaneously is not allowed");
    EXPECT_EQ(conflict(R"({"iterations":1,)" + scenarios + "}"),
              "using `iterations` and `scenarios` options simultaneously is not allowed");
    EXPECT_EQ(conflict(R"({"duration":"1s",)" + stages + "}"),
              "using `duration` and `stages` options simultaneously is not allowed");
    EXPECT_EQ(conflict(R"({"duration":"1s",)" + scenarios + "}"),
              "using `duration` and `scenarios` options simultaneously is not allowed");
    EXPECT_EQ(conflict("{" + stages + "," + scenarios + "}"),
              "using `stages` and `scenarios` options simultaneously is not allowed");
    EXPECT_NE(conflict(R"({"duration":"-1s"})").find("externally-controlled"), std::string::npos);
    EXPECT_EQ(conflict(R"({"iterations":1,"stages":[]})"), "none");
}

TEST(ShortcutTest, IterationsAndDurationTogetherBoundEachOther) {
    EXPECT_EQ(outcome({.script = R"({"vus":2,"iterations":10,"duration":"5s"})"}).executor,
              ExecutorOptions(SharedIterations{.vus = 2, .iterations = 10, .max_duration = 5s}));
}

TEST(ShortcutTest, OldFormsOfExternalControl) {
    const Outcome endless = outcome({.cli = {.vus = 3, .duration = 0s}});
    EXPECT_EQ(endless.executor, ExecutorOptions(ExternallyControlled{.vus = 3, .duration = 0s, .max_vus = 3}));
    ASSERT_EQ(endless.warnings.size(), 1U);
    EXPECT_NE(endless.warnings.front().find("`duration` 0"), std::string::npos);
    EXPECT_EQ(outcome({.script = R"({"vusMax":9,"duration":"1m"})"}).executor,
              ExecutorOptions(ExternallyControlled{.vus = 1, .duration = 1min, .max_vus = 9}));
    EXPECT_EQ(outcome({.environment = {{"K6_VUS_MAX", "2"}}, .cli = {.vus = 5, .duration = 1s}}).executor,
              ExecutorOptions(ExternallyControlled{.vus = 5, .duration = 1s, .max_vus = 5}));
    // Without a duration there is nothing that it could change.
    const Outcome ignored = outcome({.cli = {.iterations = 4, .vus_max = 9}});
    EXPECT_EQ(ignored.executor, ExecutorOptions(SharedIterations{.iterations = 4}));
    ASSERT_EQ(ignored.warnings.size(), 1U);
    EXPECT_NE(ignored.warnings.front().find("`vusMax`"), std::string::npos);
    EXPECT_TRUE(make_plan({.duration = 0s}));
}

TEST(PrecedenceTest, RunTagsMergeOnRequest) {
    const std::vector<OptionsLayer> layers{{"script", {.tags = {{"a", "1"}, {"b", "1"}}}},
                                           {"cli", {.tags = {{"b", "2"}, {"c", "2"}}}}};
    EXPECT_EQ(*consolidate(layers).options.tags, (StringMap{{"b", "2"}, {"c", "2"}}));
    EXPECT_EQ(*consolidate(layers, RunTags::merge).options.tags, (StringMap{{"a", "1"}, {"b", "2"}, {"c", "2"}}));
}

TEST(ShortcutTest, NothingIsOneIteration) {
    const Outcome nothing = outcome({});
    EXPECT_EQ(nothing.executor, ExecutorOptions(PerVuIterations{}));
    EXPECT_TRUE(nothing.warnings.empty());
    EXPECT_EQ(outcome({.script = R"({"scenarios":{}})"}).warnings.size(), 1U);
}

}  // namespace
}  // namespace k6
