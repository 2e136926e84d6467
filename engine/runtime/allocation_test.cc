// The steady state of the runtime allocates nothing: sleeping, resuming, deferring, posting.

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <new>

#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"

namespace {
std::atomic<std::size_t> allocations{0};
}

// Not inlined: GCC would see new and free meet, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size != 0 ? size : 1)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
    ++allocations;
    auto align = static_cast<std::size_t>(alignment);
    if (void* memory = std::aligned_alloc(align, (size + align - 1) / align * align)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace k6 {
namespace {

using namespace std::chrono_literals;

TEST(Allocation, IsCounted) {
    std::size_t before = allocations;
    auto* value = new int(1);
    EXPECT_EQ(allocations - before, 1u);
    delete value;
}

TEST(Allocation, NoneInSimulatedSleeps) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    std::size_t before = 0, after = 0;
    for (int vu = 0; vu < 100; ++vu) {
        worker.spawn([&, vu] {
            for (int i = 0; i < 200; ++i) {
                if (vu == 0 && i == 100) before = allocations;
                if (vu == 0 && i == 199) after = allocations;
                sleep_for(1s + vu * 1us);
            }
        });
    }
    worker.request_stop();
    worker.run();
    EXPECT_GT(before, 0u);
    EXPECT_EQ(after, before);
}

TEST(Allocation, NoneInRealSleeps) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    std::size_t before = 0, after = 0;
    worker.spawn([&] {
        for (int i = 0; i < 100; ++i) {
            if (i == 50) before = allocations;
            sleep_for(1us, TimingWheel::Precision::exact);
        }
        after = allocations;
    });
    worker.request_stop();
    worker.run();
    EXPECT_GT(before, 0u);
    EXPECT_EQ(after, before);
}

TEST(Allocation, NoneInResumesAndPosts) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    std::size_t before = 0, after = 0;
    bool done = false;
    Fiber& other = worker.spawn([&] {
        while (!done) Fiber::current()->suspend_uninterruptibly();
    });
    worker.spawn([&] {
        Fiber* self = Fiber::current();
        for (int i = 0; i < 1000; ++i) {
            if (i == 500) before = allocations;
            if (other.state() == Fiber::State::suspended) other.resume();
            worker.batch_time();
            worker.post([self] { self->resume(); });
            self->suspend_uninterruptibly();
        }
        after = allocations;
        done = true;
        if (other.state() == Fiber::State::suspended) other.resume();
    });
    worker.request_stop();
    worker.run();
    EXPECT_GT(before, 0u);
    EXPECT_EQ(after, before);
}

}  // namespace
}  // namespace k6
