// Runs with real clocks and threads: what two workers and outsiders do at the same time. Nothing here depends on how
// fast the machine is.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "engine/exec/fake_runner.h"
#include "engine/exec/run.h"
#include "engine/exec/vu.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;
using metrics::Builtin;

TEST(RunThreadsTest, TwoWorkersShareTheIterations) {
    SystemClock clock;
    FakeRunner runner;
    std::mutex mutex;
    std::set<std::uint64_t> numbers;
    std::set<std::thread::id> threads;
    runner.iteration = [&](Vu& vu) {
        sleep_for(1us);
        vu.bytes_sent += 1;
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(numbers.insert(vu.iteration().of_scenario_in_test).second);
        threads.insert(std::this_thread::get_id());
        return IterationEnd::completed;
    };
    SimulatedRun run({.vus = 8, .iterations = 400}, runner, &clock, 2);

    std::atomic<bool> ended = false;
    std::thread watcher([&] {
        std::uint64_t last = 0;
        while (!ended) {
            const RunProgress progress = run.run->progress();
            EXPECT_GE(progress.complete_iterations, last);
            last = progress.complete_iterations;
            std::this_thread::yield();
        }
    });
    const RunResult result = run.execute();
    ended = true;
    watcher.join();

    EXPECT_EQ(numbers.size(), 400U);
    EXPECT_EQ(*numbers.rbegin(), 399U);
    EXPECT_EQ(threads.size(), 2U);
    EXPECT_EQ(result.complete_iterations, 400U);
    EXPECT_EQ(result.metrics.total(Builtin::iterations)->counter().count(), 400);
    EXPECT_EQ(result.metrics.total(Builtin::data_sent)->counter().count(), 400);
    EXPECT_EQ(run.samples.of("iterations").size(), 400U);
    EXPECT_EQ(exit_code(result), 0);
}

TEST(RunThreadsTest, AnotherThreadStopsTheRun) {
    SystemClock clock;
    FakeRunner runner;
    std::atomic<int> working = 0;
    std::atomic<bool> torn_down = false;
    runner.iteration = [&](Vu&) {
        ++working;
        sleep_for(1h);
        return IterationEnd::completed;
    };
    runner.teardown_function = [&](Vu&) -> Result<void> {
        torn_down = true;
        return {};
    };
    SimulatedRun run({.paused = true, .vus = 6, .duration = 1h}, runner, &clock, 2);
    std::thread outsider([&] {
        EXPECT_TRUE(run.run->resume());
        while (working < 6) std::this_thread::yield();
        run.run->stop({ErrorClass::external_abort, "signal"});
    });
    const RunResult result = run.execute();
    outsider.join();
    EXPECT_EQ(result.interrupted_iterations, 6U);
    EXPECT_EQ(exit_code(result), 105);
    EXPECT_TRUE(torn_down);
}

// Cause: a VU loop that never waits kept its worker's loop from everything else.
TEST(RunThreadsTest, IterationsThatNeverWaitStarveNobody) {
    SystemClock clock;
    FakeRunner runner;
    std::uint64_t made = 0;
    runner.iteration = [&](Vu& vu) {
        if (vu.id_in_instance() == 1) {
            ++made;
        } else {
            sleep_for(2ms);
            vu.control().stop({ErrorClass::script_aborted, "seen enough"});
        }
        return IterationEnd::completed;
    };
    SimulatedRun run({.vus = 2, .duration = 1h}, runner, &clock, 1);
    EXPECT_EQ(exit_code(run.execute()), 108);
    EXPECT_GT(made, 0U);
}

}  // namespace
}  // namespace k6
