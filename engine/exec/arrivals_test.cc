// Arrival-rate executors in simulated time, and on two real workers.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/exec/run_fixture.h"
#include "engine/plan/schedule.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;
using metrics::Builtin;
using ArrivalsTest = RunTest;

Options constant(ConstantArrivalRate rate, Duration graceful_stop = 30s) {
    return {.scenarios = {{"a", {.executor = rate, .graceful_stop = graceful_stop}}}};
}

TEST_F(ArrivalsTest, StartsAreDueAtMultiplesOfThePeriod) {
    length_ = [](Vu&) { return Duration(700ms); };
    execute(constant({.rate = 5, .duration = 2s, .pre_allocated_vus = 10}));
    std::vector<Duration> expected;
    for (int i = 0; i < 10; ++i) expected.push_back(i * 200ms);
    EXPECT_EQ(begins(), expected);
    EXPECT_EQ(count(Builtin::iterations), 10);
    EXPECT_EQ(count(Builtin::dropped_iterations), 0);
    EXPECT_EQ(result_.duration, 2500ms);
    std::set<std::uint64_t> numbers;
    for (const Seen& seen : seen_) numbers.insert(seen.numbers.of_scenario_in_test);
    EXPECT_EQ(numbers.size(), 10U);
    EXPECT_EQ(*numbers.rbegin(), 9U);
}

TEST_F(ArrivalsTest, TheLongestWaitingVuIsNext) {
    length_ = [](Vu&) { return Duration(150ms); };
    execute(constant({.rate = 10, .duration = 1s, .pre_allocated_vus = 3}));
    std::vector<std::uint64_t> vus;
    std::vector<Seen> in_order = seen_;
    std::sort(in_order.begin(), in_order.end(), [](const Seen& a, const Seen& b) { return a.begin < b.begin; });
    for (const Seen& seen : in_order) vus.push_back(seen.vu);
    EXPECT_EQ(vus, (std::vector<std::uint64_t>{1, 2, 3, 1, 2, 3, 1, 2, 3, 1}));
}

TEST_F(ArrivalsTest, ARisingRateStartsWhenItsIntegralReachesOne) {
    length_ = [](Vu&) { return Duration(10ms); };
    execute(
        {.scenarios = {
             {"a", {.executor = RampingArrivalRate{.start_rate = 2, .stages = {{2s, 2}}, .pre_allocated_vus = 1}}}}});
    EXPECT_EQ(begins(), (std::vector<Duration>{500ms, 1s, 1500ms}));
    EXPECT_EQ(result_.duration, 2s);
}

TEST_F(ArrivalsTest, WithoutAFreeVuStartsAreDropped) {
    length_ = [](Vu&) { return Duration(1s); };
    execute({.scenarios = {{"work",
                            {.executor = ConstantArrivalRate{.rate = 5, .duration = 2s, .pre_allocated_vus = 1},
                             .tags = {{"kind", "k"}}}}}});
    // The VU is free again just when the start at 1 s is due, or just after it.
    EXPECT_EQ(begins().front(), 0s);
    EXPECT_EQ(count(Builtin::iterations) + count(Builtin::dropped_iterations), 10);
    EXPECT_EQ(count(Builtin::iterations), 2);
    const auto dropped = samples("dropped_iterations");
    ASSERT_FALSE(dropped.empty());
    EXPECT_EQ(dropped.front().tags, (std::map<std::string, std::string>{{"kind", "k"}, {"scenario", "work"}}));
    std::size_t warnings = 0;
    for (const std::string& line : run_->logger.lines()) {
        if (line.find("Insufficient VUs, reached 1 active VUs and cannot initialize more") != std::string::npos) {
            ++warnings;
        }
    }
    EXPECT_EQ(warnings, 1U);
}

// A worker that has been kept from its timers has been kept from making its VUs free, too.
TEST_F(ArrivalsTest, WhereTheWorkerIsLateStartsWaitForAVu) {
    bool first = true;
    length_ = [](Vu&) { return Duration(0); };
    during_ = [&](Vu&) {
        if (std::exchange(first, false)) run_->clock.advance_to(run_->clock.now() + 35ms);
    };
    execute({.scenarios = {{"a",
                            {.executor = ConstantArrivalRate{
                                 .rate = 100, .duration = 1s, .pre_allocated_vus = 1, .max_vus = 1}}}}});
    EXPECT_EQ(count(Builtin::dropped_iterations), 0);
    EXPECT_EQ(seen_.size(), 100U);
    EXPECT_EQ(begins()[1], 35ms);
    EXPECT_EQ(begins()[4], 40ms);
}

// But not for longer than it was late: then they are too many for their VUs.
TEST_F(ArrivalsTest, PatienceEndsWhereStartsAreTooManyForTheirVus) {
    bool first = true;
    length_ = [](Vu&) { return Duration(100ms); };
    during_ = [&](Vu&) {
        if (std::exchange(first, false)) run_->clock.advance_to(run_->clock.now() + 35ms);
    };
    execute({.scenarios = {{"a",
                            {.executor = ConstantArrivalRate{
                                 .rate = 100, .duration = 1s, .pre_allocated_vus = 1, .max_vus = 1}}}}});
    EXPECT_EQ(count(Builtin::dropped_iterations) + static_cast<double>(seen_.size()), 100);
    EXPECT_LE(seen_.size(), 10U);
    EXPECT_GE(seen_.size(), 8U);
}

TEST_F(ArrivalsTest, FurtherVusAreMadeAsLongAsStartsFindNone) {
    length_ = [](Vu&) { return Duration(1h); };
    execute(constant({.rate = 10, .duration = 1s, .pre_allocated_vus = 1, .max_vus = 4}, 0s));
    std::set<std::uint64_t> vus;
    for (const Seen& seen : seen_) vus.insert(seen.vu);
    EXPECT_EQ(vus, (std::set<std::uint64_t>{1, 2, 3, 4}));
    // Each of the three was asked for by a start that was lost, the other starts came when all were busy.
    EXPECT_EQ(count(Builtin::dropped_iterations), 6);
    EXPECT_EQ(result_.interrupted_iterations, 4U);
    EXPECT_EQ(result_.duration, 1s);
    EXPECT_EQ(run_->run->progress().initialized_vus, 4);
}

TEST_F(ArrivalsTest, AVuThatCannotBeMadeIsNoReasonToStop) {
    runner_.init = [](Vu& vu) -> Result<void> {
        if (vu.id_in_instance() > 1) return Error{ErrorClass::script_exception, "no more"};
        return {};
    };
    length_ = [](Vu&) { return Duration(250ms); };
    execute(constant({.rate = 10, .duration = 1s, .pre_allocated_vus = 1, .max_vus = 3}));
    EXPECT_EQ(exit_code(result_), 0);
    EXPECT_EQ(count(Builtin::iterations) + count(Builtin::dropped_iterations), 10);
    EXPECT_GT(count(Builtin::iterations), 2);
}

TEST_F(ArrivalsTest, VusOfOtherScenariosServeOnceTheyAreIdle) {
    length_ = [](Vu& vu) { return vu.scenario()->name == "late" ? Duration(1h) : Duration(1s); };
    execute({.scenarios = {
                 {"first", {.executor = PerVuIterations{.vus = 5}, .graceful_stop = 0s}},
                 {"late",
                  {.executor = ConstantArrivalRate{.rate = 10, .duration = 1s, .pre_allocated_vus = 1, .max_vus = 3},
                   .start_time = 20min,
                   .graceful_stop = 0s}}}});
    // Five VUs are there already, and more than three there need never be.
    EXPECT_EQ(run_->run->progress().initialized_vus, 5);
    EXPECT_EQ(result_.interrupted_iterations, 3U);
}

TEST_F(ArrivalsTest, NoVusAtAllDropEverything) {
    execute(constant({.rate = 5, .duration = 2s, .pre_allocated_vus = 0}));
    EXPECT_EQ(count(Builtin::iterations), 0);
    EXPECT_EQ(result_.duration, 0s);
}

TEST_F(ArrivalsTest, OnlyUnplannedVus) {
    length_ = [](Vu&) { return Duration(10ms); };
    execute(constant({.rate = 10, .duration = 1s, .pre_allocated_vus = 0, .max_vus = 2}));
    EXPECT_EQ(count(Builtin::iterations), 9);
    EXPECT_EQ(count(Builtin::dropped_iterations), 1);
}

TEST_F(ArrivalsTest, RunningIterationsGetTheGracefulStop) {
    length_ = [](Vu& vu) { return vu.iteration().of_scenario_in_instance < 5 ? Duration(3s) : Duration(1h); };
    execute(constant({.rate = 5, .duration = 2s, .pre_allocated_vus = 10}, 4s));
    EXPECT_EQ(result_.complete_iterations, 5U);
    EXPECT_EQ(result_.interrupted_iterations, 5U);
    EXPECT_EQ(result_.duration, 6s);
}

TEST_F(ArrivalsTest, StoppingInterruptsVusThatWaitAndVusThatWork) {
    length_ = [](Vu&) { return Duration(1h); };
    during_ = [](Vu& vu) {
        if (vu.iteration().of_scenario_in_instance == 3) {
            vu.control().stop({ErrorClass::script_aborted, "enough"});
        }
    };
    execute(constant({.rate = 1, .duration = 1h, .pre_allocated_vus = 10}));
    EXPECT_EQ(exit_code(result_), 108);
    EXPECT_EQ(result_.duration, 3s);
    EXPECT_EQ(result_.interrupted_iterations, 4U);
}

TEST_F(ArrivalsTest, ScenariosBeginAtTheirStartTime) {
    length_ = [](Vu&) { return Duration(1ms); };
    execute({.scenarios = {{"a",
                            {.executor = ConstantArrivalRate{.rate = 2, .duration = 1s, .pre_allocated_vus = 1},
                             .start_time = 5s}}}});
    EXPECT_EQ(begins(), (std::vector<Duration>{5s, 5500ms}));
}

TEST_F(ArrivalsTest, LatenessAndResponseTimeCountFromTheIntendedStart) {
    runner_.iteration = [](Vu& vu) {
        EXPECT_EQ(vu.intended_start(), vu.worker().now());
        sleep_for(40ms);
        return IterationEnd::completed;
    };
    SimulatedRun run(constant({.rate = 2, .duration = 1s, .pre_allocated_vus = 1}), runner_);
    const RunResult result = run.execute();
    EXPECT_EQ(result.metrics.total(Builtin::iteration_response_time)->trend().max(), 40);
    EXPECT_EQ(result.metrics.total(Builtin::generator_start_lateness)->trend().max(), 0);
    EXPECT_EQ(result.metrics.total(Builtin::generator_start_lateness)->trend().count(), 2U);
}

// On real workers: every arrival of the schedule starts or is dropped, once, wherever a VU is free.
TEST(ArrivalThreadsTest, WorkersServeEachOthersArrivals) {
    SystemClock clock;
    FakeRunner runner;
    std::mutex mutex;
    std::set<std::uint64_t> numbers;
    runner.iteration = [&](Vu& vu) {
        sleep_for(1ms);
        EXPECT_LE(*vu.intended_start(), vu.worker().now());
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(numbers.insert(vu.iteration().of_scenario_in_test).second);
        return IterationEnd::completed;
    };
    // Three VUs on two workers: one of them often finds none of its own.
    SimulatedRun run(constant({.rate = 1000, .duration = 1s, .pre_allocated_vus = 3, .max_vus = 6}), runner, &clock, 2);
    const RunResult result = run.execute();
    const metrics::Sink* const dropped = result.metrics.total(Builtin::dropped_iterations);
    const double lost = dropped == nullptr ? 0 : dropped->counter().count();
    EXPECT_EQ(static_cast<double>(numbers.size()) + lost, 1000);
    EXPECT_EQ(result.complete_iterations, numbers.size());
    EXPECT_GT(numbers.size(), 0U);
    EXPECT_EQ(exit_code(result), 0);
}

TEST(ArrivalThreadsTest, AnotherThreadStopsARunOfArrivals) {
    SystemClock clock;
    FakeRunner runner;
    std::atomic<int> working = 0;
    runner.iteration = [&](Vu&) {
        ++working;
        sleep_for(1h);
        return IterationEnd::completed;
    };
    SimulatedRun run(constant({.rate = 10'000, .duration = 1h, .pre_allocated_vus = 2, .max_vus = 50}), runner, &clock,
                     2);
    std::thread outsider([&] {
        while (working < 5) std::this_thread::yield();
        run.run->stop({ErrorClass::external_abort, "enough"});
    });
    const RunResult result = run.execute();
    outsider.join();
    EXPECT_EQ(exit_code(result), 105);
    EXPECT_EQ(result.complete_iterations, 0U);
    EXPECT_EQ(result.interrupted_iterations, static_cast<std::uint64_t>(working.load()));
}

}  // namespace
}  // namespace k6
