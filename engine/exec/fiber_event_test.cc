#include "engine/exec/fiber_event.h"

#include <gtest/gtest.h>

#include <vector>

#include "engine/runtime/worker.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;

class FiberEventTest : public testing::Test {
protected:
    void run() {
        worker_.request_stop();
        worker_.run();
    }
    SimulatedClock clock_;
    Worker worker_{{.clock = &clock_}};
    FiberEvent event_;
};

TEST_F(FiberEventTest, WaitsForTheNotification) {
    std::vector<int> order;
    worker_.spawn([&] {
        event_.wait();
        order.push_back(2);
    });
    worker_.spawn([&] {
        sleep_for(1s);
        order.push_back(1);
        event_.notify();
    });
    run();
    EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST_F(FiberEventTest, KeepsOneNotification) {
    bool second_timed_out = false;
    worker_.spawn([&] {
        event_.notify();
        event_.notify();
        event_.wait();
        second_timed_out = !event_.wait_until(clock_.now() + 1s);
    });
    run();
    EXPECT_TRUE(second_timed_out);
}

TEST_F(FiberEventTest, WaitUntilEndsByWhatComesFirst) {
    const TimePoint start = clock_.now();
    bool notified = false;
    std::chrono::nanoseconds after{};
    worker_.spawn([&] {
        notified = event_.wait_until(start + 10s);
        after = clock_.now() - start;
    });
    worker_.spawn([&] {
        sleep_for(3s);
        event_.notify();
    });
    run();
    EXPECT_TRUE(notified);
    EXPECT_EQ(after, 3s);
}

TEST_F(FiberEventTest, AnInterruptionEndsTheWait) {
    bool interrupted = false;
    bool waited_on = false;
    Fiber& waiting = worker_.spawn([&] {
        try {
            event_.wait();
        } catch (const Interrupted&) {
            interrupted = true;
        }
        Fiber::current()->clear_interrupt();
        event_.wait_uninterruptibly();
        waited_on = true;
    });
    worker_.spawn([&] {
        sleep_for(1s);
        waiting.interrupt();
        sleep_for(1s);
        waiting.interrupt();
        sleep_for(1s);
        EXPECT_FALSE(waited_on);
        event_.notify();
    });
    run();
    EXPECT_TRUE(interrupted);
    EXPECT_TRUE(waited_on);
}

// The notification and the interruption of one moment: the fiber is resumed once.
TEST_F(FiberEventTest, NotificationAndInterruptionTogether) {
    int resumed = 0;
    Fiber& waiting = worker_.spawn([&] {
        try {
            event_.wait();
        } catch (const Interrupted&) {
        }
        ++resumed;
    });
    worker_.spawn([&] {
        sleep_for(1s);
        event_.notify();
        waiting.interrupt();
    });
    run();
    EXPECT_EQ(resumed, 1);
}

}  // namespace
}  // namespace k6
