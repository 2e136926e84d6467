// Runs of all segments of a random sequence against the run of the whole, in simulated time.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "engine/exec/run_fixture.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;

/// What can be told apart: where an iteration stands in the test, and when it began.
struct Start {
    std::string scenario;
    std::uint64_t number;
    std::uint64_t vu;
    Duration begin;
    friend auto operator<=>(const Start&, const Start&) = default;
};

struct Outcome {
    std::vector<Start> starts;
    std::set<std::uint64_t> vus;
};

Outcome run_of(Options options, const Segment& segment, const SegmentSequence& sequence) {
    options.execution_segment = segment;
    options.execution_segment_sequence = sequence;
    Outcome outcome;
    FakeRunner runner;
    const SimulatedRun* world = nullptr;
    runner.iteration = [&](Vu& vu) {
        outcome.starts.push_back(
            {vu.scenario()->name, vu.iteration().of_scenario_in_test, vu.id_in_test(), world->now()});
        outcome.vus.insert(vu.id_in_test());
        sleep_for(1s);
        return IterationEnd::completed;
    };
    SimulatedRun run(options, runner);
    world = &run;
    EXPECT_EQ(exit_code(run.execute()), 0);
    return outcome;
}

// Loops of VUs number their iterations as they come, so it is VUs and times that agree there; where iterations are
// dealt out it is the numbers, too.
TEST(RunSegmentsTest, InstancesTogetherDoWhatTheWholeDoes) {
    std::mt19937 random(5);
    const auto pick = [&random](int low, int high) { return std::uniform_int_distribution(low, high)(random); };
    for (int round = 0; round < 150; ++round) {
        const int vus = pick(1, 9);
        ScenarioMap scenarios;
        scenarios["loop"].executor = ConstantVus{.vus = vus, .duration = 3s};
        scenarios["ramp"].executor =
            RampingVus{.start_vus = pick(0, 4),
                       .stages = {{pick(0, 4) * 1s, pick(1, 7)}, {pick(1, 4) * 1s, pick(0, 7)}},
                       .graceful_ramp_down = pick(0, 2) * 1s};
        scenarios["each"].executor = PerVuIterations{.vus = pick(1, 6), .iterations = pick(1, 3)};
        scenarios["shared"].executor = SharedIterations{.vus = vus, .iterations = vus + pick(0, 20)};
        // Enough VUs that nothing is dropped: each arrival takes a second.
        scenarios["rate"].executor =
            ConstantArrivalRate{.rate = pick(1, 9), .duration = 2s, .pre_allocated_vus = 40, .max_vus = pick(40, 60)};
        scenarios["rising"].executor = RampingArrivalRate{
            .start_rate = pick(0, 5), .stages = {{2s, pick(1, 9)}}, .pre_allocated_vus = 40, .max_vus = pick(40, 60)};
        const Options options{.scenarios = scenarios};

        SegmentSequence bounds{Rational(0), Rational(1)};
        for (int cut = pick(1, 3); cut > 0; --cut) {
            const int denominator = pick(2, 7);
            bounds.emplace_back(pick(1, denominator - 1), denominator);
        }
        std::sort(bounds.begin(), bounds.end());
        bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());

        const Outcome whole = run_of(options, {}, {});
        Outcome together;
        for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
            Outcome part = run_of(options, {bounds[i], bounds[i + 1]}, bounds);
            for (const std::uint64_t vu : part.vus) {
                EXPECT_TRUE(together.vus.insert(vu).second) << "VU " << vu << " exists twice";
            }
            together.starts.insert(together.starts.end(), part.starts.begin(), part.starts.end());
        }
        const auto view = [](const Outcome& outcome) {
            std::vector<std::tuple<std::string, Duration, std::uint64_t>> seen;
            for (const Start& start : outcome.starts) {
                const bool dealt_out =
                    start.scenario == "shared" || start.scenario == "rate" || start.scenario == "rising";
                const bool timed = start.scenario != "shared";
                seen.emplace_back(start.scenario, timed ? start.begin : Duration(0), dealt_out ? start.number : 0);
            }
            std::sort(seen.begin(), seen.end());
            return seen;
        };
        ASSERT_EQ(view(together), view(whole)) << "round " << round << ", " << to_string(bounds);
    }
}

TEST(RunSegmentsTest, ThirdsOfTheSpecifiedExample) {
    const Options options{.vus = 5, .iterations = 12};
    const SegmentSequence thirds = parse_segment_sequence("0,1/3,2/3,1").value();
    std::vector<std::set<std::uint64_t>> numbers;
    std::vector<std::set<std::uint64_t>> vus;
    for (std::size_t i = 0; i < 3; ++i) {
        const Outcome outcome = run_of(options, {thirds[i], thirds[i + 1]}, thirds);
        numbers.emplace_back();
        for (const Start& start : outcome.starts) numbers.back().insert(start.number);
        vus.push_back(outcome.vus);
    }
    using Numbers = std::set<std::uint64_t>;
    EXPECT_EQ(numbers, (std::vector<Numbers>{{0, 3, 5, 8, 10}, {1, 4, 6, 9, 11}, {2, 7}}));
    EXPECT_EQ(vus, (std::vector<Numbers>{{1, 4}, {2, 5}, {3}}));
}

TEST(RunSegmentsTest, AnInstanceWithoutWorkEndsAtOnce) {
    const SegmentSequence halves = parse_segment_sequence("0,1/2,1").value();
    EXPECT_TRUE(run_of({.vus = 1, .duration = 10s}, {halves[1], halves[2]}, halves).starts.empty());
}

}  // namespace
}  // namespace k6
