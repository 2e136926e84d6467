// Twenty thousand VUs come and go, on two real threads: no iteration is lost, cut in two or run beside another of its
// VU, and in the end nobody is left.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "engine/exec/fake_runner.h"
#include "engine/exec/run.h"
#include "engine/exec/vu.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;
using metrics::Builtin;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::int64_t vus = 2'000;
#else
constexpr std::int64_t vus = 20'000;
#endif

struct Counts {
    std::atomic<std::uint64_t> begun = 0;
    std::atomic<std::uint64_t> finished = 0;
    std::atomic<std::uint64_t> cut_off = 0;
    std::atomic<std::int64_t> at_work = 0;
    std::atomic<std::int64_t> most_at_work = 0;
};

TEST(RampTest, TwentyThousandVusComeAndGo) {
    SystemClock clock;
    FakeRunner runner;
    Counts counts;
    const std::unique_ptr<std::atomic<bool>[]> busy(new std::atomic<bool>[vus + 1]());
    const std::unique_ptr<std::uint64_t[]> next(new std::uint64_t[vus + 1]());
    runner.iteration = [&](Vu& vu) {
        const std::uint64_t id = vu.id_in_instance();
        EXPECT_FALSE(busy[id].exchange(true)) << "VU " << id << " runs two iterations at once";
        EXPECT_EQ(vu.iteration().of_vu, next[id]++) << "VU " << id << " has lost an iteration";
        ++counts.begun;
        std::int64_t most = counts.most_at_work;
        const std::int64_t now_at_work = ++counts.at_work;
        while (now_at_work > most && !counts.most_at_work.compare_exchange_weak(most, now_at_work)) {
        }
        try {
            sleep_for(200ms + std::chrono::milliseconds(id % 100));
            ++counts.finished;
        } catch (const Interrupted&) {
            ++counts.cut_off;
            --counts.at_work;
            busy[id] = false;
            throw;
        }
        --counts.at_work;
        busy[id] = false;
        return IterationEnd::completed;
    };
    // Some ramp down with grace, some without.
    SimulatedRun run(
        {.scenarios = {{"graceful", {.executor = RampingVus{.start_vus = 0, .stages = {{1s, vus / 2}, {1s, 0}}}}},
                       {"abrupt",
                        {.executor =
                             RampingVus{
                                 .start_vus = 0, .stages = {{1s, vus / 2}, {1s, 0}}, .graceful_ramp_down = Duration(0)},
                         .graceful_stop = Duration(0)}}}},
        runner, &clock, 2);
    const RunResult result = run.execute();

    EXPECT_EQ(exit_code(result), 0);
    EXPECT_EQ(counts.at_work, 0);
    EXPECT_EQ(counts.begun, counts.finished + counts.cut_off);
    EXPECT_EQ(result.complete_iterations, counts.finished);
    EXPECT_EQ(result.interrupted_iterations, counts.cut_off);
    EXPECT_EQ(result.metrics.total(Builtin::iterations)->counter().count(), static_cast<double>(counts.finished));
    EXPECT_LE(counts.most_at_work, vus);
    EXPECT_GT(counts.most_at_work, 0);
    const RunProgress progress = run.run->progress();
    EXPECT_EQ(progress.active_vus, 0);
    EXPECT_EQ(progress.initialized_vus, vus);
    for (std::int64_t id = 1; id <= vus; ++id) EXPECT_FALSE(busy[static_cast<std::size_t>(id)]);
}

}  // namespace
}  // namespace k6
