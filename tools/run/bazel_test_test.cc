#include "tools/run/bazel_test.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace k6::run {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

EnvironmentLookup variables(StringMap map) {
    return [map = std::move(map)](std::string_view name) -> std::optional<std::string> {
        const auto found = map.find(std::string(name));
        if (found == map.end()) return {};
        return found->second;
    };
}

Plan plan_of(const char* json) { return plan_run(parse_options_json(json)->options)->plan; }

TEST(BazelTest, IsASmokeUnlessFull) {
    EXPECT_TRUE(as_bazel_test({}, variables({}))->smoke);
    EXPECT_FALSE(as_bazel_test({.full = true}, variables({}))->smoke);
}

TEST(BazelTest, ResultsGoWhereBazelSays) {
    const auto line =
        as_bazel_test({.outputs = {"json=x"}},
                      variables({{"XML_OUTPUT_FILE", "/x/test.xml"}, {"TEST_UNDECLARED_OUTPUTS_DIR", "/x/out"}}));
    EXPECT_EQ(line->outputs, (std::vector<std::string>{"json=x", "junit=/x/test.xml", "html=/x/out/report.html",
                                                       "record=/x/out/run.k6r"}));
    EXPECT_EQ(line->summary_export, "/x/out/summary.json");
}

TEST(BazelTest, ShardsAreSegments) {
    const std::string file = std::string(std::getenv("TEST_TMPDIR")) + "/shard_status";
    const auto environment =
        variables({{"TEST_TOTAL_SHARDS", "3"}, {"TEST_SHARD_INDEX", "1"}, {"TEST_SHARD_STATUS_FILE", file}});
    const auto line = as_bazel_test({.full = true}, environment);
    EXPECT_EQ(to_string(*line->options.execution_segment), "1/3:2/3");
    EXPECT_EQ(to_string(*line->options.execution_segment_sequence), "0,1/3,2/3,1");
    EXPECT_TRUE(std::filesystem::exists(file));
    EXPECT_FALSE(as_bazel_test({}, environment)->options.execution_segment) << "a smoke shares out scenarios instead";
    EXPECT_FALSE(as_bazel_test({.options = {.execution_segment = Segment{}}}, environment));
}

TEST(BazelTest, ShardsOfASmokeTakeTurns) {
    const char* json = R"({"scenarios": {"a": {"executor": "constant-vus", "duration": "1h", "vus": 9},
                                         "b": {"executor": "constant-vus", "duration": "1h", "startTime": "1s"},
                                         "c": {"executor": "constant-vus", "duration": "1h", "startTime": "2s"}},
                           "thresholds": {"checks": ["rate==1"]}})";
    std::vector<std::string> names;
    for (const char* index : {"0", "1"}) {
        Plan plan = plan_of(json);
        reduce_to_smoke(plan,
                        variables({{"TEST_TOTAL_SHARDS", "2"}, {"TEST_SHARD_INDEX", index}, {"TEST_TIMEOUT", "60"}}));
        EXPECT_TRUE(plan.thresholds.empty());
        for (const Scenario& scenario : plan.scenarios) {
            names.push_back(std::string(index) + scenario.name);
            EXPECT_EQ(scenario.start_time, Duration(0));
            EXPECT_EQ(scenario.executor,
                      ExecutorPlan(PerVuIterationsPlan{.vus = 1, .iterations = 1, .max_duration = seconds(45)}));
        }
    }
    EXPECT_EQ(names, (std::vector<std::string>{"0a", "0c", "1b"}));
}

TEST(BazelTest, APlanThatTakesTooLongSaysWhatItNeeds) {
    const Plan plan = plan_of(R"({"duration": "4m", "vus": 1})");
    EXPECT_TRUE(check_timeout(plan, variables({})));
    EXPECT_TRUE(check_timeout(plan, variables({{"TEST_TIMEOUT", "300"}})));
    const auto late = check_timeout(plan, variables({{"TEST_TIMEOUT", "60"}}));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().error_class, ErrorClass::invalid_config);
    EXPECT_EQ(
        late.error().message,
        "the plan takes up to 4m30s, but Bazel ends this test after 1m0s: it needs timeout = \"moderate\" for the "
        "target, or --test_timeout=270");
    const auto very_late = check_timeout(plan_of(R"({"duration": "2h"})"), variables({{"TEST_TIMEOUT", "60"}}));
    EXPECT_EQ(very_late.error().message,
              "the plan takes up to 2h0m30s, but Bazel ends this test after 1m0s: it needs --test_timeout=7230");
}

}  // namespace
}  // namespace k6::run
