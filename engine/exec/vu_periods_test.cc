#include "engine/exec/vu_periods.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "engine/plan/schedule.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;

Scenario ramp(RampingVusPlan plan, Duration graceful_stop) {
    return {.name = "a", .executor = std::move(plan), .graceful_stop = graceful_stop};
}

TEST(VuPeriodsTest, FixedVusHaveOnePeriodEach) {
    const Scenario scenario{.name = "a", .executor = ConstantVusPlan{2, 10s}, .graceful_stop = 5s};
    EXPECT_EQ(vu_periods(scenario), (std::vector<VuPeriod>{{0, {0s, 15s}, {{0s, 10s}}}, {1, {0s, 15s}, {{0s, 10s}}}}));
    const Scenario shared{.name = "a", .executor = SharedIterationsPlan{1, 7, 10min}, .graceful_stop = 0s};
    EXPECT_EQ(vu_periods(shared), (std::vector<VuPeriod>{{0, {0s, 10min}, {{0s, 10min}}}}));
}

TEST(VuPeriodsTest, TheExampleOfTheHeader) {
    const Scenario scenario = ramp({.start_vus = 0, .stages = {{2s, 2}, {2s, 0}}, .graceful_ramp_down = 30s}, 5s);
    EXPECT_EQ(vu_periods(scenario), (std::vector<VuPeriod>{{0, {1s, 9s}, {{1s, 4s}}}, {1, {2s, 9s}, {{2s, 3s}}}}));
}

TEST(VuPeriodsTest, AHandleThatIsWantedAgainWithinItsGraceKeepsItsVu) {
    const RampingVusPlan dip{
        .start_vus = 2, .stages = {{4s, 2}, {0s, 1}, {4s, 1}, {0s, 2}, {2s, 2}}, .graceful_ramp_down = 5s};
    EXPECT_EQ(vu_periods(ramp(dip, 0s)),
              (std::vector<VuPeriod>{{0, {0s, 10s}, {{0s, 10s}}}, {1, {0s, 10s}, {{0s, 4s}, {8s, 10s}}}}));
    RampingVusPlan abrupt = dip;
    abrupt.graceful_ramp_down = 1s;
    EXPECT_EQ(
        vu_periods(ramp(abrupt, 0s)),
        (std::vector<VuPeriod>{{0, {0s, 10s}, {{0s, 10s}}}, {1, {0s, 5s}, {{0s, 4s}}}, {1, {8s, 10s}, {{8s, 10s}}}}));
}

// At any time as many handles are active, and reserved, as the steps say, and always the lowest ones.
TEST(VuPeriodsTest, AgreeWithTheSteps) {
    std::mt19937 random(3);
    const auto pick = [&random](int low, int high) { return std::uniform_int_distribution(low, high)(random); };
    for (int round = 0; round < 200; ++round) {
        RampingVusPlan plan{.start_vus = pick(0, 8), .graceful_ramp_down = pick(0, 10) * 500ms};
        for (int stages = pick(1, 6); stages > 0; --stages) plan.stages.push_back({pick(0, 5) * 700ms, pick(0, 9)});
        const Scenario scenario = ramp(plan, pick(0, 10) * 500ms);
        const auto periods = vu_periods(scenario);
        const auto raw = raw_steps(plan);
        const auto reserved = reserved_vus(scenario);
        for (std::size_t i = 1; i < periods.size(); ++i) {
            EXPECT_LE(periods[i - 1].reserved.begin, periods[i].reserved.begin);
        }
        const auto at = [](const std::vector<VuStep>& steps, Duration time) {
            std::int64_t vus = 0;
            for (const VuStep& step : steps) {
                if (step.offset <= time) vus = step.vus;
            }
            return vus;
        };
        for (Duration time = 0s; time < 45s; time += 50ms) {
            std::vector<std::int64_t> active;
            std::vector<std::int64_t> held;
            for (const VuPeriod& period : periods) {
                if (period.reserved.begin <= time && time < period.reserved.end) held.push_back(period.handle);
                for (const Interval& interval : period.active) {
                    EXPECT_LE(period.reserved.begin, interval.begin);
                    EXPECT_LE(interval.end, period.reserved.end);
                    if (interval.begin <= time && time < interval.end) active.push_back(period.handle);
                }
            }
            std::sort(active.begin(), active.end());
            std::sort(held.begin(), held.end());
            ASSERT_EQ(static_cast<std::int64_t>(active.size()), at(raw, time));
            for (std::size_t i = 0; i < active.size(); ++i) ASSERT_EQ(active[i], static_cast<std::int64_t>(i));
            // A handle whose ramp has never begun its work is not held, although its count may be reserved.
            ASSERT_LE(static_cast<std::int64_t>(held.size()), at(reserved, time));
            ASSERT_TRUE(std::includes(held.begin(), held.end(), active.begin(), active.end()));
            ASSERT_EQ(std::adjacent_find(held.begin(), held.end()), held.end());
        }
    }
}

}  // namespace
}  // namespace k6
