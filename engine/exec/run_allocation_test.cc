// A steady-state iteration allocates nothing in the engine.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

#include "base/testing/allocations.h"
#include "engine/exec/fake_runner.h"
#include "engine/exec/run.h"
#include "engine/exec/vu.h"
#include "engine/runtime/fiber.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;

TEST(RunAllocationTest, IterationsAllocateNothing) {
    FakeRunner runner;
    std::uint64_t at_begin = 0;
    std::uint64_t at_end = 0;
    runner.iteration = [&](Vu& vu) {
        // The first 10,000 fill vectors and the exact part of the trends. The vus gauge is left out by staying below
        // a second.
        if (vu.id_in_instance() == 1 && vu.iteration().of_vu == 10'000) at_begin = allocations_of_this_thread();
        if (vu.id_in_instance() == 1 && vu.iteration().of_vu == 20'000) at_end = allocations_of_this_thread();
        sleep_for(20us);
        return IterationEnd::completed;
    };
    SimulatedClock clock;
    metrics::Registry registry;
    metrics::SubmetricSet submetrics;
    MemoryLogger logger;
    const Plan plan = make_plan({.vus = 2, .iterations = 45'000}).value();
    k6::Run run({.plan = &plan,
                 .runner = &runner,
                 .registry = &registry,
                 .submetrics = &submetrics,
                 .logger = &logger,
                 .clock = &clock});
    EXPECT_EQ(run.execute().complete_iterations, 45'000U);
    ASSERT_GT(at_end, 0U);
    EXPECT_EQ(at_end - at_begin, 0U);
}

}  // namespace
}  // namespace k6
