// The steady state of the runtime allocates nothing: sleeping, resuming, deferring, posting.

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>

#include "base/testing/allocations.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;

TEST(Allocation, IsCounted) {
    std::size_t before = allocations_of_this_thread();
    auto* value = new int(1);
    EXPECT_EQ(allocations_of_this_thread() - before, 1u);
    delete value;
}

TEST(Allocation, NoneInSimulatedSleeps) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    std::size_t before = 0, after = 0;
    for (int vu = 0; vu < 100; ++vu) {
        worker.spawn([&, vu] {
            for (int i = 0; i < 200; ++i) {
                if (vu == 0 && i == 100) before = allocations_of_this_thread();
                if (vu == 0 && i == 199) after = allocations_of_this_thread();
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
            if (i == 50) before = allocations_of_this_thread();
            sleep_for(1us, TimingWheel::Precision::exact);
        }
        after = allocations_of_this_thread();
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
            if (i == 500) before = allocations_of_this_thread();
            if (other.state() == Fiber::State::suspended) other.resume();
            worker.batch_time();
            worker.post([self] { self->resume(); });
            self->suspend_uninterruptibly();
        }
        after = allocations_of_this_thread();
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
