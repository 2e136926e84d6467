#include "engine/runtime/parallel.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

#include "base/duration.h"
#include "engine/runtime/worker.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;

/// Runs a body on a fiber in simulated time and returns how long it took.
template <class Body>
Duration simulated(Body&& body) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    worker.spawn([&] { body(worker); });
    worker.request_stop();
    worker.run();
    return clock.now().time_since_epoch();
}

TEST(RunParallel, KeepsToTheLimitAndStartsInOrder) {
    std::vector<std::size_t> started;
    std::size_t running = 0;
    std::size_t most = 0;
    const Duration took = simulated([&](Worker&) {
        run_parallel(7, 3, [&](std::size_t i) {
            started.push_back(i);
            most = std::max(most, ++running);
            sleep_for(100ms);
            --running;
        });
    });
    EXPECT_EQ(started, (std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(most, 3u);
    EXPECT_EQ(took, 300ms);
    simulated([](Worker&) { run_parallel(0, 1, [](std::size_t) { FAIL(); }); });
}

TEST(RunParallel, PassesTheFirstExceptionOnWhenAllHaveEnded) {
    int ended = 0;
    simulated([&](Worker&) {
        EXPECT_THROW(run_parallel(3, 3,
                                  [&](std::size_t i) {
                                      sleep_for(static_cast<int>(i) * 10ms);
                                      if (i == 1) throw std::runtime_error("one");
                                      ++ended;
                                  }),
                     std::runtime_error);
    });
    EXPECT_EQ(ended, 2);
}

TEST(RunParallel, InterruptsItsTasks) {
    int interrupted = 0;
    int started = 0;
    const Duration took = simulated([&](Worker& worker) {
        Fiber* self = Fiber::current();
        worker.spawn([&, self] {
            sleep_for(1s);
            self->interrupt();
        });
        EXPECT_THROW(run_parallel(10, 4,
                                  [&](std::size_t) {
                                      ++started;
                                      try {
                                          sleep_for(1h);
                                      } catch (const Interrupted&) {
                                          ++interrupted;
                                          throw;
                                      }
                                  }),
                     Interrupted);
    });
    EXPECT_EQ(started, 4);
    EXPECT_EQ(interrupted, 4);
    EXPECT_EQ(took, 1s);
}

TEST(FiberSemaphore, LetsFibersPassInTheirOrder) {
    std::vector<std::size_t> passed;
    const Duration took = simulated([&](Worker&) {
        FiberSemaphore places(2);
        run_parallel(5, 5, [&](std::size_t i) {
            places.acquire();
            passed.push_back(i);
            sleep_for(10ms);
            places.release();
        });
    });
    EXPECT_EQ(passed, (std::vector<std::size_t>{0, 1, 2, 3, 4}));
    EXPECT_EQ(took, 30ms);
}

TEST(FiberSemaphore, AnInterruptedWaiterLeavesTheQueue) {
    bool second_passed = false;
    simulated([&](Worker& worker) {
        FiberSemaphore places(1);
        places.acquire();
        Fiber& first = worker.spawn([&] { EXPECT_THROW(places.acquire(), Interrupted); });
        worker.spawn([&] {
            places.acquire();
            second_passed = true;
            places.release();
        });
        sleep_for(10ms);
        first.interrupt();
        sleep_for(10ms);
        places.release();
        sleep_for(10ms);
    });
    EXPECT_TRUE(second_passed);
}

}  // namespace
}  // namespace k6
