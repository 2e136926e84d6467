#include "engine/plan/describe.h"

#include <gtest/gtest.h>

namespace k6 {
namespace {

using namespace std::chrono_literals;

std::string described(Options options) { return describe(make_plan(options).value().scenarios.front()); }

TEST(DescribeTest, OneLinePerExecutor) {
    EXPECT_EQ(described({.vus = 3}), "3 iterations shared among 3 VUs (maxDuration: 10m0s, gracefulStop: 30s)");
    EXPECT_EQ(described({.vus = 2, .duration = 90s}), "2 looping VUs for 1m30s (gracefulStop: 30s)");
    EXPECT_EQ(described({.stages = {{30s, 10}, {30s, 4}}}),
              "Up to 10 looping VUs for 1m0s over 2 stages (gracefulRampDown: 30s, gracefulStop: 30s)");
    EXPECT_EQ(described({}), "1 iterations for each of 1 VUs (maxDuration: 10m0s, gracefulStop: 30s)");
}

TEST(DescribeTest, FactsInTheirOrder) {
    EXPECT_EQ(described({.scenarios = {{"api",
                                        {.executor = RampingVus{.stages = {{1min, 10}}},
                                         .start_time = 5s,
                                         .graceful_stop = 0s,
                                         .exec = "api"}}}}),
              "Up to 10 looping VUs for 1m0s over 1 stages (gracefulRampDown: 30s, exec: api, startTime: 5s)");
    EXPECT_EQ(described({.scenarios = {{"a", {.executor = ConstantVus{.duration = 1s}, .graceful_stop = 0s}}}}),
              "1 looping VUs for 1s");
}

TEST(DescribeTest, ThePlansSize) {
    EXPECT_EQ(describe(make_plan({.vus = 3}).value()),
              "1 scenario, 3 max VUs, 10m30s max duration (incl. graceful stop)");
    const Plan two =
        make_plan({.scenarios = {{"a", {.executor = ConstantVus{.vus = 2, .duration = 1s}, .graceful_stop = 0s}},
                                 {"b", {.executor = ConstantVus{.vus = 4, .duration = 1050ms}, .graceful_stop = 0s}}}})
            .value();
    EXPECT_EQ(describe(two), "2 scenarios, 6 max VUs, 1.1s max duration (incl. graceful stop)");
}

TEST(DescribeTest, ArrivalsAndOutsideControl) {
    const auto described = [](ExecutorOptions executor, std::string_view segment) {
        const Plan plan = make_plan({.scenarios = {{"a", {.executor = std::move(executor)}}},
                                     .execution_segment = parse_segment(segment).value()})
                              .value();
        return describe(plan.scenarios.at(0), plan.stripe);
    };
    EXPECT_EQ(
        described(ConstantArrivalRate{.rate = 90, .time_unit = 1min, .duration = 10s, .pre_allocated_vus = 5}, ""),
        "1.50 iterations/s for 10s (maxVUs: 5, gracefulStop: 30s)");
    EXPECT_EQ(
        described(RampingArrivalRate{.stages = {{1min, 10}, {1min, 20}}, .pre_allocated_vus = 5, .max_vus = 9}, ""),
        "Up to 20.00 iterations/s for 2m0s over 2 stages (maxVUs: 5-9, gracefulStop: 30s)");
    EXPECT_EQ(
        described(RampingArrivalRate{.stages = {{1min, 10}, {1min, 20}}, .pre_allocated_vus = 4, .max_vus = 8}, "1/4"),
        "Up to 5.00 iterations/s for 2m0s over 2 stages (maxVUs: 1-2, gracefulStop: 30s)");
    EXPECT_EQ(described(ExternallyControlled{.vus = 2, .duration = 0s, .max_vus = 8}, "1/2"),
              "Externally controlled execution with 1 VUs, 4 max VUs, infinite duration");
    EXPECT_EQ(described(RampingVus{.start_vus = 0, .stages = {{10s, 8}}}, "1/4"),
              "Up to 2 looping VUs for 10s over 1 stages (gracefulRampDown: 30s, gracefulStop: 30s)");
}

}  // namespace
}  // namespace k6
