// A steady-state iteration allocates nothing in the engine.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#include "engine/exec/fake_runner.h"
#include "engine/exec/run.h"
#include "engine/exec/vu.h"
#include "engine/runtime/fiber.h"

namespace {

std::uint64_t allocations = 0;

void* counted(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}

}  // namespace

// Not inlined, or GCC sees free() meet what operator new returned and warns of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) { return counted(size); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return counted(size); }
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

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
        if (vu.id_in_instance() == 1 && vu.iteration().of_vu == 10'000) at_begin = allocations;
        if (vu.id_in_instance() == 1 && vu.iteration().of_vu == 20'000) at_end = allocations;
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
