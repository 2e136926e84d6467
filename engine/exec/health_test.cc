#include "engine/exec/health.h"

#include <gtest/gtest.h>

#include "engine/runtime/clock.h"

namespace k6 {
namespace {

using metrics::Builtin;

class HealthTest : public testing::Test {
protected:
    GeneratorHealth judged(std::span<const LostSamples> lost = {}) {
        return judge(recorder_.snapshot(), submetrics_, lost);
    }
    void add(Builtin metric, metrics::TagSetId tags, double value) { recorder_.add(metric, tags, value, {}); }

    metrics::Registry registry_;
    metrics::SubmetricSet submetrics_;
    metrics::Recorder recorder_{registry_, submetrics_};
};

TEST_F(HealthTest, NothingMeasuredIsNothingFound) {
    EXPECT_TRUE(judged().findings.empty());
    EXPECT_TRUE(judged().start_lateness.empty());
}

TEST_F(HealthTest, AFewLateStartsAreNoFinding) {
    for (int i = 0; i < 1'000; ++i) add(Builtin::generator_start_lateness, metrics::no_tags, i < 5 ? 500 : 0.2);
    const GeneratorHealth health = judged();
    EXPECT_TRUE(health.findings.empty());
    ASSERT_EQ(health.start_lateness.size(), 1U);
    EXPECT_EQ(health.start_lateness[0].starts, 1'000U);
    EXPECT_EQ(health.start_lateness[0].max_ms, 500);
}

TEST_F(HealthTest, EachLimitHasItsWords) {
    for (int i = 0; i < 100; ++i) {
        add(Builtin::generator_start_lateness, metrics::no_tags, 38);
        add(Builtin::generator_loop_lag, metrics::no_tags, 25);
        add(Builtin::generator_cpu, metrics::no_tags, 0.99);
    }
    const std::vector<LostSamples> lost{{"json", 4}, {"csv", 0}, {"influxdb", 3}};
    EXPECT_EQ(judged(lost).findings,
              (std::vector<std::string>{
                  "start lateness p99 38 ms: the load generator was saturated",
                  "timers p99 25 ms late: response times include waits in the load generator",
                  "workers used 99% of their cores: the load generator may have been the limit",
                  "outputs did not keep up, or their backends failed: 7 samples are lost to them (json 4, influxdb 3); "
                  "the summary has all of them",
              }));
    EXPECT_EQ(judged(lost).dropped_samples, 7U);
}

TEST_F(HealthTest, SeveralScenariosAreJudgedOneByOne) {
    const Plan plan = make_plan({.scenarios = {{"a",
                                                {.executor = ConstantArrivalRate{.rate = 1,
                                                                                 .duration = Duration(1'000'000'000),
                                                                                 .pre_allocated_vus = 1}}},
                                               {"b",
                                                {.executor = ConstantArrivalRate{.rate = 1,
                                                                                 .duration = Duration(1'000'000'000),
                                                                                 .pre_allocated_vus = 1}}}}})
                          .value();
    metrics::SubmetricSet submetrics;
    watch_start_lateness(plan, registry_, submetrics);
    metrics::Recorder recorder(registry_, submetrics);
    const auto a = recorder.tags().with(metrics::no_tags, "scenario", "a");
    const auto b = recorder.tags().with(metrics::no_tags, "scenario", "b");
    for (int i = 0; i < 100; ++i) {
        recorder.add(Builtin::generator_start_lateness, a, 0.1, {});
        recorder.add(Builtin::generator_start_lateness, b, 20, {});
    }
    const GeneratorHealth health = judge(recorder.snapshot(), submetrics);
    ASSERT_EQ(health.start_lateness.size(), 3U);
    EXPECT_EQ(health.findings,
              (std::vector<std::string>{"start lateness p99 20 ms in scenario b: the load generator was saturated"}));
}

}  // namespace
}  // namespace k6
