#include "engine/plan/arrival_schedule.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "engine/plan/schedule.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;

std::vector<Arrival> all_of(ArrivalSchedule schedule) {
    std::vector<Arrival> arrivals;
    while (const auto arrival = schedule.next()) arrivals.push_back(*arrival);
    return arrivals;
}

std::string milliseconds(const std::vector<Arrival>& arrivals) {
    std::string text;
    for (const Arrival& arrival : arrivals) {
        text += (text.empty() ? "" : " ") + std::to_string(std::llround(to_milliseconds(arrival.due)));
    }
    return text;
}

ConstantArrivalRatePlan constant(std::int64_t rate, Duration time_unit, Duration duration, std::int64_t max_vus = 1) {
    return {.rate = rate, .time_unit = time_unit, .duration = duration, .pre_allocated_vus = 1, .max_vus = max_vus};
}

RampingArrivalRatePlan ramping(std::int64_t start, std::vector<Ramp> stages, std::int64_t max_vus = 1) {
    return {
        .start_rate = start, .time_unit = 1s, .stages = std::move(stages), .pre_allocated_vus = 1, .max_vus = max_vus};
}

TEST(ConstantArrivalsTest, TheFirstIsDueAtOnceAndNoneAtTheEnd) {
    EXPECT_EQ(milliseconds(all_of(ArrivalSchedule(constant(5, 1s, 2s)))), "0 200 400 600 800 1000 1200 1400 1600 1800");
    EXPECT_EQ(milliseconds(all_of(ArrivalSchedule(constant(1, 1min, 2min + 1ns)))), "0 60000 120000");
}

TEST(ConstantArrivalsTest, DoesNotDriftWhereThePeriodIsNoWholeNumber) {
    const auto arrivals = all_of(ArrivalSchedule(constant(7, 1s, 1h)));
    ASSERT_EQ(arrivals.size(), 25'200U);
    EXPECT_EQ(arrivals[7].due, 1s);
    EXPECT_EQ(arrivals[25'193].due, 3599s);
}

TEST(RampingArrivalsTest, TheFirstComesWhenTheIntegralReachesOne) {
    EXPECT_EQ(milliseconds(all_of(ArrivalSchedule(ramping(2, {{2s, 2}})))), "500 1000 1500");
}

TEST(RampingArrivalsTest, FollowsStagesAndJumps) {
    EXPECT_EQ(milliseconds(all_of(ArrivalSchedule(ramping(2, {{2s, 2}, {2s, 6}, {0s, 6}, {1s, 0}})))),
              "500 1000 1500 2000 2414 2732 3000 3236 3449 3646 3828 4000 4184 4423");
    EXPECT_EQ(milliseconds(all_of(ArrivalSchedule(ramping(0, {{0s, 4}, {1s, 4}, {0s, 0}, {10s, 0}, {2s, 2}})))),
              "250 500 750 1000 12414");
    EXPECT_TRUE(all_of(ArrivalSchedule(ramping(0, {{10s, 0}}))).empty());
}

TEST(RampingArrivalsTest, IsExactAfterManyArrivals) {
    // A day at 20,000/s: the last ones are as even as the first.
    ArrivalSchedule schedule(ramping(20'000, {{24h, 20'000}}), {}, 1'727'999'990);
    EXPECT_EQ(schedule.next()->due, 24h - 450us);
    EXPECT_EQ(schedule.next()->due, 24h - 400us);
}

TEST(RampingArrivalsTest, RatesMoveEvenly) {
    const auto plan = ramping(2, {{2s, 6}, {0s, 1}, {1s, 1}});
    EXPECT_DOUBLE_EQ(arrivals_per_second(plan, 0s), 2);
    EXPECT_DOUBLE_EQ(arrivals_per_second(plan, 1s), 4);
    EXPECT_DOUBLE_EQ(arrivals_per_second(plan, 2s), 1);
    EXPECT_DOUBLE_EQ(arrivals_per_second(plan, 9s), 1);
    EXPECT_DOUBLE_EQ(arrivals_per_second(constant(30, 1min, 1s), 0s), 0.5);
}

// For random plans: the counts and times are those of the formula evaluated directly, and workers and segments together
// make exactly the arrivals of the whole.
TEST(ArrivalPropertiesTest, RandomPlansObeyTheFormulaAndAreSharedOutExactly) {
    RandomSource random(11);
    const auto below = [&random](std::int64_t limit) {
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(limit));
    };
    for (int round = 0; round < 1'500; ++round) {
        const std::int64_t max_vus = 1 + below(30);
        std::vector<Ramp> stages;
        for (std::int64_t i = 0; i <= below(4); ++i) {
            stages.push_back({Duration(below(5) == 0 ? 0 : below(8'000'000'000)), below(3) == 0 ? 0 : below(40)});
        }
        const auto ramp = ramping(below(30), stages, max_vus);
        const auto steady =
            constant(1 + below(50), Duration(1 + below(3'000'000'000)), Duration(below(1'000'000'000)), max_vus);
        const bool ramps = round % 2 == 0;
        const auto make = [&](const Stripe& stripe, std::int64_t first, std::int64_t step) {
            return ramps ? ArrivalSchedule(ramp, stripe, first, step) : ArrivalSchedule(steady, stripe, first, step);
        };
        const std::vector<Arrival> whole = all_of(make({}, 0, 1));

        for (std::size_t i = 0; i < whole.size(); ++i) {
            ASSERT_EQ(whole[i].number, static_cast<std::int64_t>(i));
            if (i > 0) {
                ASSERT_GE(whole[i].due, whole[i - 1].due);
            }
        }
        if (ramps) {
            // Doubles and the textbook's form agree to a microsecond.
            double area = 0;
            Duration begin{};
            auto from = static_cast<double>(ramp.start_rate) / 1e9;
            std::size_t next = 0;
            for (const Ramp& stage : stages) {
                const double to = static_cast<double>(stage.target) / 1e9;
                const auto length = static_cast<double>(stage.duration.count());
                const double after = area + length * (from + to) / 2;
                for (; next < whole.size() && static_cast<double>(next + 1) <= after - 1e-9; ++next) {
                    const double left = static_cast<double>(next + 1) - area;
                    const double root =
                        std::sqrt(std::max(0.0, length * (from * from * length + 2 * left * (to - from))));
                    const double at = from == to ? left / from : (from * length - root) / (from - to);
                    ASSERT_NEAR(static_cast<double>(whole[next].due.count() - begin.count()), at, 1'000);
                }
                area = after;
                begin += stage.duration;
                from = to;
            }
        }

        SegmentSequence bounds{Rational(0), Rational(1)};
        for (std::int64_t cut = below(4); cut >= 0; --cut) {
            const std::int64_t denominator = 2 + below(9);
            bounds.emplace_back(1 + below(denominator - 1), denominator);
        }
        std::sort(bounds.begin(), bounds.end());
        bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
        const ExecutorPlan executor = ramps ? ExecutorPlan(ramp) : ExecutorPlan(steady);
        std::vector<Arrival> together;
        for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
            const Stripe stripe = iteration_stripe(executor, Stripe::of({bounds[i], bounds[i + 1]}, bounds).value());
            const std::int64_t workers = 1 + below(3);
            for (std::int64_t worker = 0; worker < workers; ++worker) {
                for (const Arrival& arrival : all_of(make(stripe, worker, workers))) together.push_back(arrival);
            }
        }
        std::sort(together.begin(), together.end(),
                  [](const Arrival& a, const Arrival& b) { return a.number < b.number; });
        ASSERT_EQ(together, whole) << "round " << round;
    }
}

}  // namespace
}  // namespace k6
