// Every number that the rules of execution give as an example, by the section that gives it (Sx_y). What the rules are
// derived from, and properties of random plans, are tested beside each unit.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "engine/plan/arrival_schedule.h"
#include "engine/plan/plan.h"
#include "engine/plan/schedule.h"
#include "engine/plan/stripe.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;

std::string shown(const std::vector<VuStep>& steps) {
    std::string text;
    for (const VuStep& step : steps) {
        text += (text.empty() ? "" : " ") + std::to_string(step.vus);
        if (step.unplanned != 0) text += "+" + std::to_string(step.unplanned);
        text += "@" + format_go_duration(step.offset);
    }
    return text;
}

std::vector<Stripe> instances_of(const std::string& sequence) {
    const SegmentSequence bounds = parse_segment_sequence(sequence).value();
    std::vector<Stripe> stripes;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
        stripes.push_back(Stripe::of({bounds[i], bounds[i + 1]}, bounds).value());
    }
    return stripes;
}

std::string members(const Stripe& stripe, std::int64_t below) {
    std::string text;
    for (std::int64_t i = 0; i < stripe.scale(below); ++i) {
        text += (text.empty() ? "" : ",") + std::to_string(stripe.member(i));
    }
    return text;
}

std::string dues_in_milliseconds(ArrivalSchedule schedule) {
    std::string text;
    while (const auto arrival = schedule.next()) {
        text += (text.empty() ? "" : " ") + std::to_string(std::llround(to_milliseconds(arrival->due)));
    }
    return text;
}

Plan plan_of(ScenarioOptions scenario) { return make_plan({.scenarios = {{"a", std::move(scenario)}}}).value(); }

TEST(ExecutionRules, S2_IdsInTestOfThirds) {
    const auto thirds = instances_of("0,1/3,2/3,1");
    std::string ids;
    for (std::int64_t i = 0; i < 3; ++i) ids += std::to_string(thirds[0].member(i) + 1) + ",";
    EXPECT_EQ(ids, "1,4,7,");
}

TEST(ExecutionRules, S2_1_StepsOfEachExecutor) {
    struct Row {
        ScenarioOptions scenario;
        const char* steps;
    };
    const std::vector<Row> rows{
        {{.executor = ConstantVus{.vus = 3, .duration = 10s}}, "3@0s 0@40s"},
        {{.executor = SharedIterations{.vus = 2, .iterations = 5}}, "2@0s 0@10m30s"},
        {{.executor = PerVuIterations{.vus = 2, .max_duration = 1min}, .graceful_stop = Duration(5s)}, "2@0s 0@1m5s"},
        {{.executor = ConstantArrivalRate{.rate = 1, .duration = 10s, .pre_allocated_vus = 3, .max_vus = 8}},
         "3+5@0s 0@40s"},
        {{.executor = RampingArrivalRate{.stages = {{10s, 5}}, .pre_allocated_vus = 3, .max_vus = 8}}, "3+5@0s 0@40s"},
        {{.executor = ExternallyControlled{.vus = 1, .duration = 10s, .max_vus = 4}}, "4@0s 0@10s"},
        {{.executor = ExternallyControlled{.vus = 1, .duration = 0s, .max_vus = 4}}, "4@0s"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(shown(reserved_vus(plan_of(row.scenario).scenarios.front())), row.steps);
    }
}

TEST(ExecutionRules, S4_1_DefaultsOfSharedAndPerVuIterations) {
    EXPECT_EQ(std::get<SharedIterationsPlan>(plan_of({.executor = SharedIterations{}}).scenarios.front().executor),
              (SharedIterationsPlan{1, 1, 10min}));
    EXPECT_EQ(std::get<PerVuIterationsPlan>(plan_of({.executor = PerVuIterations{}}).scenarios.front().executor),
              (PerVuIterationsPlan{1, 1, 10min}));
}

TEST(ExecutionRules, S4_3_RawSteps) {
    EXPECT_EQ(shown(raw_steps({.start_vus = 1, .stages = {{3s, 4}, {3s, 1}}})),
              "1@0s 2@1s 3@2s 4@3s 3@4s 2@5s 1@6s 0@6s");
    EXPECT_EQ(shown(raw_steps({.start_vus = 0, .stages = {{10s, 3}, {0s, 5}, {6s, 2}}})),
              "0@0s 1@3.333333334s 2@6.666666667s 3@10s 5@10s 4@12s 3@14s 2@16s 0@16s");
}

TEST(ExecutionRules, S4_3_GracefulSteps) {
    RampingVusPlan hills{.start_vus = 4,
                         .stages = {{2s, 6}, {5s, 1}, {4s, 5}, {4s, 1}, {3s, 4}, {2s, 4}, {0s, 1}, {3s, 1}}};
    EXPECT_EQ(shown(raw_steps(hills)),
              "4@0s 5@1s 6@2s 5@3s 4@4s 3@5s 2@6s 1@7s 2@8s 3@9s 4@10s 5@11s 4@12s 3@13s 2@14s 1@15s 2@16s 3@17s 4@18s "
              "1@20s 0@23s");
    hills.graceful_ramp_down = 30s;
    EXPECT_EQ(shown(graceful_steps(hills, 30s)), "4@0s 5@1s 6@2s 5@33s 4@42s 1@50s 0@53s");
    EXPECT_EQ(shown(graceful_steps(hills, 5s)), "4@0s 5@1s 6@2s 0@28s");
    hills.graceful_ramp_down = 10s;
    EXPECT_EQ(shown(graceful_steps(hills, 30s)), "4@0s 5@1s 6@2s 5@13s 4@22s 1@30s 0@53s");
}

TEST(ExecutionRules, S4_4_FiveASecondForTwoSeconds) {
    EXPECT_EQ(dues_in_milliseconds(
                  ArrivalSchedule(ConstantArrivalRatePlan{.rate = 5, .time_unit = 1s, .duration = 2s, .max_vus = 1})),
              "0 200 400 600 800 1000 1200 1400 1600 1800");
}

// The fifteenth is due at the very end, where it may be left out.
TEST(ExecutionRules, S4_5_ReferenceRamp) {
    const RampingArrivalRatePlan plan{
        .start_rate = 2, .time_unit = 1s, .stages = {{2s, 2}, {2s, 6}, {0s, 6}, {1s, 0}}, .max_vus = 1};
    const std::vector<double> expected{0.5, 1, 1.5, 2, 2.415, 2.733, 3, 3.237, 3.45, 3.647, 3.83, 4, 4.184, 4.424};
    ArrivalSchedule schedule(plan);
    for (const double seconds : expected) {
        const auto arrival = schedule.next();
        ASSERT_TRUE(arrival);
        EXPECT_NEAR(to_milliseconds(arrival->due), seconds * 1000, 2) << seconds;
    }
    EXPECT_FALSE(schedule.next());
    EXPECT_EQ(
        ArrivalSchedule(RampingArrivalRatePlan{.start_rate = 2, .time_unit = 1s, .stages = {{2s, 2}}, .max_vus = 1})
            .next()
            ->due,
        500ms);
}

TEST(ExecutionRules, S6_2_Table) {
    struct Row {
        const char* sequence;
        std::vector<const char*> stripes;
        std::int64_t period;
        std::vector<std::vector<std::int64_t>> scaled;  // of 1, 2, 3, 5, 7, 10, 20
    };
    const std::vector<std::int64_t> counts{1, 2, 3, 5, 7, 10, 20};
    const std::vector<Row> rows{
        {"0,1/2,1", {"0", "1"}, 2, {{1, 0}, {1, 1}, {2, 1}, {3, 2}, {4, 3}, {5, 5}, {10, 10}}},
        {"0,1/3,2/3,1",
         {"0", "1", "2"},
         3,
         {{1, 0, 0}, {1, 1, 0}, {1, 1, 1}, {2, 2, 1}, {3, 2, 2}, {4, 3, 3}, {7, 7, 6}}},
        {"0,1/2,3/4,1",
         {"0,2", "1", "3"},
         4,
         {{1, 0, 0}, {1, 1, 0}, {2, 1, 0}, {3, 1, 1}, {4, 2, 1}, {5, 3, 2}, {10, 5, 5}}},
        {"0,1/10,1", {"1", "0,2,3,4,5,6,7,8,9"}, 10, {{0, 1}, {1, 1}, {1, 2}, {1, 4}, {1, 6}, {1, 9}, {2, 18}}},
        {"0,3/5,14/15,1",
         {"0,2,4,5,7,9,10,12,14", "1,3,6,11,13", "8"},
         15,
         {{1, 0, 0}, {1, 1, 0}, {2, 1, 0}, {3, 2, 0}, {4, 3, 0}, {6, 3, 1}, {12, 7, 1}}},
    };
    for (const Row& row : rows) {
        const auto stripes = instances_of(row.sequence);
        ASSERT_EQ(stripes.size(), row.stripes.size());
        for (std::size_t i = 0; i < stripes.size(); ++i) {
            EXPECT_EQ(members(stripes[i], row.period), row.stripes[i]) << row.sequence;
            for (std::size_t c = 0; c < counts.size(); ++c) {
                EXPECT_EQ(stripes[i].scale(counts[c]), row.scaled[c][i]) << row.sequence << " of " << counts[c];
            }
        }
    }
}

TEST(ExecutionRules, S6_3_ThirdsOfFiveVusAndTwelveIterations) {
    const SharedIterationsPlan plan{5, 12, 10min};
    std::string shares;
    std::string numbers;
    for (const Stripe& stripe : instances_of("0,1/3,2/3,1")) {
        const auto share = std::get<SharedIterationsPlan>(share_of(plan, stripe));
        shares += std::to_string(share.vus) + "/" + std::to_string(share.iterations) + " ";
        numbers += members(iteration_stripe(plan, stripe), 12) + " ";
    }
    EXPECT_EQ(shares, "2/5 2/5 1/2 ");
    EXPECT_EQ(numbers, "0,3,5,8,10 1,4,6,9,11 2,7 ");
}

TEST(ExecutionRules, S6_3_HalvesOfThreeVusAndTenIterations) {
    std::string shares;
    for (const Stripe& stripe : instances_of("0,1/2,1")) {
        shares += std::to_string(
                      std::get<SharedIterationsPlan>(share_of(SharedIterationsPlan{3, 10, 10min}, stripe)).iterations) +
                  " ";
    }
    EXPECT_EQ(shares, "7 3 ");
}

TEST(ExecutionRules, S6_3_OfOneVuOnlyTheFirstHalfWorks) {
    const auto halves = instances_of("0,1/2,1");
    const ConstantArrivalRatePlan plan{
        .rate = 9, .time_unit = 1s, .duration = 1s, .pre_allocated_vus = 1, .max_vus = 1};
    EXPECT_FALSE(without_work(plan, halves[0]));
    EXPECT_TRUE(without_work(plan, halves[1]));
    EXPECT_EQ(members(iteration_stripe(plan, halves[0]), 9), "0,1,2,3,4,5,6,7,8");
}

TEST(ExecutionRules, S10_Times) {
    const Plan plan = plan_of({.executor = RampingVus{.stages = {{1s, 1}}}});
    EXPECT_EQ(plan.scenarios.front().graceful_stop, 30s);
    EXPECT_EQ(std::get<RampingVusPlan>(plan.scenarios.front().executor).graceful_ramp_down, 30s);
    EXPECT_EQ(plan.setup_timeout, 60s);
    EXPECT_EQ(plan.teardown_timeout, 60s);
    EXPECT_EQ(plan.handle_summary_timeout, 120s);
    EXPECT_TRUE(make_plan({.duration = 1s}));
    EXPECT_FALSE(make_plan({.duration = 999ms}));
    EXPECT_TRUE(make_plan({.stages = {{1s, 100'000'000}}}));
    EXPECT_FALSE(make_plan({.stages = {{1s, 100'000'001}}}));
}

}  // namespace
}  // namespace k6
