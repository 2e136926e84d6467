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

}  // namespace
}  // namespace k6
