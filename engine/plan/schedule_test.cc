#include "engine/plan/schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>

namespace k6 {
namespace {

using namespace std::chrono_literals;

/// "1@0 2@1s", in the notation of offsets as Go durations.
std::string shown(const std::vector<VuStep>& steps) {
    std::string text;
    for (const VuStep& step : steps) {
        if (!text.empty()) text += ' ';
        text += std::to_string(step.vus) + "@" + format_go_duration(step.offset);
    }
    return text;
}

/// The count that holds at `time`.
std::int64_t at(const std::vector<VuStep>& steps, Duration time) {
    std::int64_t vus = 0;
    for (const VuStep& step : steps) {
        if (step.offset <= time) vus = step.vus;
    }
    return vus;
}

Plan plan_of(Options options) { return make_plan(options).value(); }

TEST(RawStepsTest, RampsReachTheirTargetAtTheEndOfTheStage) {
    EXPECT_EQ(shown(raw_steps({.start_vus = 1, .stages = {{3s, 4}, {3s, 1}}})),
              "1@0s 2@1s 3@2s 4@3s 3@4s 2@5s 1@6s 0@6s");
    EXPECT_EQ(shown(raw_steps({.start_vus = 0, .stages = {{10s, 3}, {0s, 5}, {6s, 2}}})),
              "0@0s 1@3.333333334s 2@6.666666667s 3@10s 5@10s 4@12s 3@14s 2@16s 0@16s");
}

TEST(RawStepsTest, EqualTargetsHoldAndJumpsTakeNoTime) {
    EXPECT_EQ(shown(raw_steps({.start_vus = 5, .stages = {{10s, 5}}})), "5@0s 0@10s");
    EXPECT_EQ(shown(raw_steps({.start_vus = 1, .stages = {{0s, 3}, {0s, 2}, {1s, 2}}})), "1@0s 3@0s 2@0s 0@1s");
    EXPECT_EQ(shown(raw_steps({.start_vus = 0, .stages = {{2s, 0}}})), "0@0s");
    EXPECT_EQ(shown(raw_steps({.start_vus = 2, .stages = {{2s, 0}}})), "2@0s 1@1s 0@2s");
}

TEST(RawStepsTest, ProductsOfDurationAndVusPassSixtyFourBits) {
    // 24 h in nanoseconds times 200,000 VUs is 1.7e19.
    const RampingVusPlan ramp{.start_vus = 0, .stages = {{24h, 200'000}, {24h, 0}}};
    const std::vector<VuStep> steps = raw_steps(ramp);
    ASSERT_EQ(steps.size(), 400'001U);
    EXPECT_EQ(steps[1].offset, 432ms);
    EXPECT_EQ(steps[100'000], (VuStep{12h, 100'000}));
    EXPECT_EQ(steps[200'000], (VuStep{24h, 200'000}));
    EXPECT_EQ(steps[300'000], (VuStep{36h, 100'000}));
    EXPECT_TRUE(std::is_sorted(steps.begin(), steps.end(),
                               [](const VuStep& a, const VuStep& b) { return a.offset < b.offset; }));
}

const RampingVusPlan hills{.start_vus = 4,
                           .stages = {{2s, 6}, {5s, 1}, {4s, 5}, {4s, 1}, {3s, 4}, {2s, 4}, {0s, 1}, {3s, 1}},
                           .graceful_ramp_down = 30s};

TEST(GracefulStepsTest, VusStayReservedForTheirGrace) {
    EXPECT_EQ(shown(raw_steps(hills)),
              "4@0s 5@1s 6@2s 5@3s 4@4s 3@5s 2@6s 1@7s 2@8s 3@9s 4@10s 5@11s 4@12s 3@13s 2@14s 1@15s 2@16s 3@17s 4@18s "
              "1@20s 0@23s");
    EXPECT_EQ(shown(graceful_steps(hills, 30s)), "4@0s 5@1s 6@2s 5@33s 4@42s 1@50s 0@53s");
    RampingVusPlan shorter = hills;
    shorter.graceful_ramp_down = 10s;
    EXPECT_EQ(shown(graceful_steps(shorter, 30s)), "4@0s 5@1s 6@2s 5@13s 4@22s 1@30s 0@53s");
    EXPECT_EQ(shown(graceful_steps(hills, 5s)), "4@0s 5@1s 6@2s 0@28s");
}

TEST(GracefulStepsTest, WithoutGraceTheyAreTheRawSteps) {
    RampingVusPlan abrupt = hills;
    abrupt.graceful_ramp_down = 0s;
    EXPECT_EQ(graceful_steps(abrupt, 0s), raw_steps(abrupt));
    // The last stage's VUs may still finish.
    std::vector<VuStep> expected = raw_steps(abrupt);
    expected.back().offset += 30s;
    EXPECT_EQ(graceful_steps(abrupt, 30s), expected);
}

// A jump down followed by a partial regrowth: whoever was stopped by the jump keeps its whole grace.
TEST(GracefulStepsTest, PartialRegrowthTakesNobodysGrace) {
    const RampingVusPlan dip{
        .start_vus = 10, .stages = {{3s, 10}, {0s, 4}, {2s, 4}, {0s, 7}, {60s, 7}}, .graceful_ramp_down = 30s};
    EXPECT_EQ(shown(graceful_steps(dip, 0s)), "10@0s 7@33s 0@1m5s");
}

RampingVusPlan random_ramp(std::mt19937& random) {
    const auto pick = [&random](int low, int high) { return std::uniform_int_distribution(low, high)(random); };
    RampingVusPlan ramp{.start_vus = pick(0, 12)};
    for (int stages = pick(1, 6); stages > 0; --stages) {
        ramp.stages.push_back({pick(0, 4) == 0 ? Duration(0) : Duration(pick(1, 20'000) * 1ms), pick(0, 15)});
    }
    ramp.graceful_ramp_down = pick(0, 3) == 0 ? Duration(0) : Duration(pick(1, 15'000) * 1ms);
    return ramp;
}

TEST(SchedulePropertyTest, RawStepsFollowTheRampWithinOneVu) {
    std::mt19937 random(7);
    for (int round = 0; round < 2'000; ++round) {
        const RampingVusPlan ramp = random_ramp(random);
        const std::vector<VuStep> steps = raw_steps(ramp);
        EXPECT_EQ(steps.front(), (VuStep{0s, ramp.start_vus}));
        EXPECT_EQ(steps.back().vus, 0);
        std::int64_t most = ramp.start_vus;
        for (const Ramp& stage : ramp.stages) most = std::max(most, stage.target);
        for (std::size_t i = 1; i < steps.size(); ++i) {
            EXPECT_LE(steps[i - 1].offset, steps[i].offset);
            EXPECT_NE(steps[i - 1].vus, steps[i].vus);
            EXPECT_LE(steps[i].vus, most);
        }
        // Against the straight line, in floating point.
        Duration begin{};
        std::int64_t from = ramp.start_vus;
        for (const Ramp& stage : ramp.stages) {
            for (int part = 1; part < 10 && stage.duration > 0s; ++part) {
                const Duration time = begin + stage.duration * part / 10;
                const double line = static_cast<double>(from) + static_cast<double>(stage.target - from) * part / 10.0;
                EXPECT_NEAR(static_cast<double>(at(steps, time)), line, 1.001);
            }
            begin += stage.duration;
            from = stage.target;
        }
    }
}

// The definition, spelled out: reserved at t is the greatest count within [t - grace, t].
TEST(SchedulePropertyTest, GracefulStepsAreTheSlidingMaximum) {
    std::mt19937 random(11);
    for (int round = 0; round < 1'000; ++round) {
        const RampingVusPlan ramp = random_ramp(random);
        const Duration graceful_stop = std::uniform_int_distribution(0, 20'000)(random) * 1ms;
        const std::vector<VuStep> steps = graceful_steps(ramp, graceful_stop);
        const Duration end = total_duration(ramp.stages) + graceful_stop;
        std::vector<VuStep> raw = raw_steps(ramp);
        // The count of the last stage holds to the end here.
        const std::int64_t last = ramp.stages.back().target;
        if (last != 0) raw.back() = {total_duration(ramp.stages), last};

        for (std::size_t i = 1; i < steps.size(); ++i) {
            EXPECT_LT(steps[i - 1].offset, steps[i].offset);
            EXPECT_NE(steps[i - 1].vus, steps[i].vus);
        }
        EXPECT_EQ(steps.back().vus, 0);
        EXPECT_LE(steps.back().offset, end);
        for (int sample = 0; sample < 200; ++sample) {
            const Duration time{std::uniform_int_distribution<std::int64_t>(0, end.count() + 1)(random)};
            std::int64_t expected = 0;
            if (time < end) {
                expected = at(raw, time);
                for (std::size_t i = 0; i + 1 < raw.size(); ++i) {
                    const bool seen = raw[i].offset < raw[i + 1].offset;
                    const bool within = raw[i].offset <= time && raw[i + 1].offset > time - ramp.graceful_ramp_down;
                    if (seen && within) expected = std::max(expected, raw[i].vus);
                }
            }
            ASSERT_EQ(at(steps, time), expected)
                << shown(raw) << " -> " << shown(steps) << " at " << format_go_duration(time);
        }
    }
}

// At any time the instances have, together, as many VUs as the whole, and each has its share of them.
TEST(SchedulePropertyTest, SegmentsOfRampsAddUp) {
    std::mt19937 random(13);
    const auto pick = [&random](int low, int high) { return std::uniform_int_distribution(low, high)(random); };
    for (int round = 0; round < 1'000; ++round) {
        const RampingVusPlan ramp = random_ramp(random);
        const Duration graceful_stop = pick(0, 20'000) * 1ms;
        SegmentSequence bounds{Rational(0), Rational(1)};
        for (int cut = pick(1, 4); cut > 0; --cut) {
            const int denominator = pick(2, 9);
            bounds.emplace_back(pick(1, denominator - 1), denominator);
        }
        std::sort(bounds.begin(), bounds.end());
        bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());

        const auto whole_raw = raw_steps(ramp);
        const auto whole_graceful = graceful_steps(ramp, graceful_stop);
        std::vector<Duration> times;
        for (const VuStep& step : whole_raw) times.push_back(step.offset);
        for (const VuStep& step : whole_graceful) times.push_back(step.offset);
        std::vector<Stripe> stripes;
        std::vector<std::vector<VuStep>> raw;
        std::vector<std::vector<VuStep>> graceful;
        for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
            stripes.push_back(Stripe::of({bounds[i], bounds[i + 1]}, bounds).value());
            raw.push_back(raw_steps(ramp, stripes.back()));
            graceful.push_back(graceful_steps(ramp, graceful_stop, stripes.back()));
            for (const VuStep& step : raw.back()) times.push_back(step.offset);
        }
        for (const Duration time : times) {
            std::int64_t active = 0;
            for (std::size_t i = 0; i < stripes.size(); ++i) {
                EXPECT_EQ(at(raw[i], time), stripes[i].scale(at(whole_raw, time)));
                EXPECT_GE(at(graceful[i], time), stripes[i].scale(at(whole_raw, time)));
                active += at(raw[i], time);
            }
            ASSERT_EQ(active, at(whole_raw, time)) << to_string(bounds) << " at " << format_go_duration(time);
        }
    }
}

TEST(ShareTest, CountsAreScaledAndSharedIterationsFollowTheVus) {
    const Stripe second =
        Stripe::of(parse_segment("1/3:2/3").value(), parse_segment_sequence("0,1/3,2/3,1").value()).value();
    EXPECT_EQ(std::get<SharedIterationsPlan>(share_of(SharedIterationsPlan{5, 12, 10s}, second)),
              (SharedIterationsPlan{2, 5, 10s}));
    EXPECT_EQ(std::get<PerVuIterationsPlan>(share_of(PerVuIterationsPlan{5, 12, 10s}, second)),
              (PerVuIterationsPlan{2, 12, 10s}));
    EXPECT_EQ(std::get<ConstantArrivalRatePlan>(share_of(ConstantArrivalRatePlan{9, 1s, 10s, 4, 10}, second)),
              (ConstantArrivalRatePlan{9, 1s, 10s, 1, 3}));
    EXPECT_TRUE(without_work(ConstantVusPlan{1, 10s}, second));
    EXPECT_FALSE(without_work(ConstantVusPlan{2, 10s}, second));
    EXPECT_TRUE(without_work(RampingVusPlan{1, {{10s, 1}}, 0s}, second));
    EXPECT_FALSE(without_work(RampingVusPlan{1, {{10s, 2}}, 0s}, second));
}

TEST(ReservedVusTest, OfEachExecutor) {
    EXPECT_EQ(shown(reserved_vus(plan_of({.vus = 3, .duration = 10s}))), "3@0s 0@40s");
    EXPECT_EQ(shown(reserved_vus(plan_of({.vus = 3, .iterations = 9}))), "3@0s 0@10m30s");
    EXPECT_EQ(shown(reserved_vus(plan_of({}))), "1@0s 0@10m30s");
    EXPECT_EQ(shown(reserved_vus(plan_of({.stages = {{5s, 2}}}))), "1@0s 2@5s 0@35s");
}

TEST(ReservedVusTest, ScenariosAddUp) {
    const Plan plan = plan_of(
        {.scenarios = {
             {"late", {.executor = ConstantVus{.vus = 4, .duration = 10s}, .start_time = 20s}},
             {"early", {.executor = ConstantVus{.vus = 3, .duration = 10s}, .graceful_stop = Duration(10s)}},
             {"long", {.executor = PerVuIterations{.vus = 2, .max_duration = 15s}, .graceful_stop = Duration(0)}},
         }});
    // At 20 s three leave and four come.
    EXPECT_EQ(shown(reserved_vus(plan)), "5@0s 3@15s 4@20s 0@1m0s");
    EXPECT_EQ(max_vus(plan), 5);
    EXPECT_EQ(max_duration(plan), 60s);
}

TEST(ReservedVusTest, ArrivalsMayAddUnplannedVus) {
    const Plan plan = plan_of(
        {.scenarios = {
             {"a", {.executor = ConstantArrivalRate{.rate = 1, .duration = 10s, .pre_allocated_vus = 3, .max_vus = 8}}},
             {"b", {.executor = ConstantVus{.vus = 4, .duration = 10s}, .start_time = 60s}},
             {"c", {.executor = ExternallyControlled{.vus = 1, .duration = 0s, .max_vus = 2}}},
         }});
    EXPECT_EQ(reserved_vus(plan), (std::vector<VuStep>{{0s, 5, 5}, {40s, 2}, {60s, 6}, {100s, 2}}));
    EXPECT_EQ(max_vus(plan), 6);
    EXPECT_EQ(max_possible_vus(plan), 10);
    EXPECT_EQ(max_duration(plan), 100s);
}

}  // namespace
}  // namespace k6
