#include "engine/runtime/worker.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "engine/runtime/clock.h"
#include "engine/runtime/deferred.h"
#include "engine/runtime/descriptor.h"
#include "engine/runtime/timing_wheel.h"

namespace k6 {
namespace {

/// A pipe whose reading end a worker watches.
struct Pipe {
    explicit Pipe(Worker& worker)
        : descriptor(
              worker,
              [](void* self, unsigned events) noexcept {
                  auto& pipe = *static_cast<Pipe*>(self);
                  pipe.told = pipe.told || (events & EPOLLIN) != 0;
                  ++pipe.times_told;
                  if (pipe.when_told) pipe.when_told();
              },
              this) {
        int ends[2] = {-1, -1};
        EXPECT_EQ(::pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
        EXPECT_EQ(descriptor.open(ends[0]), 0);
        writer = ends[1];
    }
    ~Pipe() { ::close(writer); }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    void write(std::string_view text) const {
        EXPECT_EQ(::write(writer, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    std::string read() const {
        char text[16];
        const ssize_t size = ::read(descriptor.fd(), text, sizeof text);
        return size > 0 ? std::string(text, static_cast<std::size_t>(size)) : std::string();
    }

    Descriptor descriptor;
    int writer = -1;
    bool told = false;
    int times_told = 0;
    std::function<void()> when_told;
};

using namespace std::chrono_literals;
using Log = std::vector<std::string>;

// ---- simulated time

TEST(SimulatedWorker, HoursPassInNoTime) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    TimePoint start = clock.now();
    int iterations = 0;
    for (int vu = 0; vu < 10; ++vu) {
        worker.spawn([&] {
            while (clock.now() - start < 6h) {
                sleep_for(7s);
                ++iterations;
            }
        });
    }
    worker.request_stop();
    worker.run();
    EXPECT_EQ(iterations, 10 * 3086);
    EXPECT_EQ(clock.now() - start, 3086 * 7s);
}

TEST(SimulatedWorker, SleepsEndAtTheNanosecond) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    TimePoint start = clock.now();
    std::vector<std::chrono::nanoseconds> starts;
    worker.spawn([&] {
        for (int i = 1; i <= 3; ++i) {
            sleep_until(start + std::chrono::nanoseconds(10'000'000'000 * i / 3));
            starts.push_back(clock.now() - start);
        }
    });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(starts, (std::vector<std::chrono::nanoseconds>{3'333'333'333ns, 6'666'666'666ns, 10s}));
}

TEST(SimulatedWorker, FibersThatWakeAtOneTimeRunInTheOrderOfTheirSleeps) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    std::vector<int> order;
    for (int i = 0; i < 5; ++i) {
        worker.spawn([&, i] {
            sleep_for(90s);
            order.push_back(i);
        });
    }
    worker.request_stop();
    worker.run();
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(SimulatedWorker, BatchTimeIsTheTime) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    worker.spawn([&] {
        sleep_for(5s);
        EXPECT_EQ(worker.batch_time(), clock.now());
    });
    worker.request_stop();
    worker.run();
}

TEST(SimulatedWorker, PostedTasksRunBeforeTimeMoves) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    TimePoint start = clock.now();
    std::optional<TimePoint> posted_at;
    worker.spawn([&] {
        worker.post([&] { posted_at = clock.now(); });
        sleep_for(1s);
    });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(posted_at, start);
}

TEST(SimulatedWorker, OffloadSimplyRuns) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    std::thread::id ran_on;
    worker.spawn([&] { worker.offload([&] { ran_on = std::this_thread::get_id(); }); });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(SimulatedWorker, TimersAloneKeepItUntilTheStopIsRequested) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    TimePoint start = clock.now();
    TimingWheel::Timer stop([](void* self) { static_cast<Worker*>(self)->request_stop(); }, &worker);
    TimingWheel::Timer never([](void*) { FAIL(); }, nullptr);
    worker.wheel().arm(stop, start + 1h);
    worker.wheel().arm(never, start + 2h);
    worker.run();
    EXPECT_EQ(clock.now() - start, 1h);
    EXPECT_TRUE(never.armed());
}

TEST(SimulatedWorker, SaysThatFibersWaitForever) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    Fiber& fiber = worker.spawn([] {
        sleep_for(1h);
        Fiber::current()->suspend({});
    });
    worker.request_stop();
    try {
        worker.run();
        FAIL();
    } catch (const std::logic_error& error) {
        EXPECT_NE(std::string(error.what()).find("1 fibers wait for something that can never happen"),
                  std::string::npos);
    }
    // The worker can go on from there.
    fiber.resume();
    worker.run();
    EXPECT_EQ(worker.fibers(), 0u);
}

TEST(SimulatedWorker, SaysThatNobodyRequestedTheStop) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    worker.spawn([] { sleep_for(1h); });
    EXPECT_THROW(worker.run(), std::logic_error);
    EXPECT_EQ(worker.fibers(), 0u);
}

TEST(SimulatedWorker, FibersThatAreLeftAreDropped) {
    SimulatedClock clock;
    auto worker = std::make_unique<Worker>(Worker::Config{.clock = &clock});
    bool unwound = false;
    struct Unwound {
        bool& flag;
        ~Unwound() { flag = true; }
    };
    worker->spawn([&] {
        Unwound guard{unwound};
        Fiber::current()->suspend({});
    });
    worker->request_stop();
    EXPECT_THROW(worker->run(), std::logic_error);
    worker->spawn([] {});
    worker->wheel();
    worker.reset();
    EXPECT_FALSE(unwound);
}

TEST(Worker, NeedsAClockItCanUse) {
    class Odd final : public Clock {
        TimePoint now() const noexcept override { return {}; }
        WallTime wall_time(TimePoint) const noexcept override { return {}; }
        bool simulated() const noexcept override { return true; }
    } odd;
    EXPECT_THROW(Worker({}), std::invalid_argument);
    EXPECT_THROW(Worker({.clock = &odd}), std::invalid_argument);
}

// ---- the system's time

TEST(Worker, TheExampleOfTheHeader) {
    SystemClock clock;
    Worker worker({.index = 0, .clock = &clock});
    TimePoint start = clock.now();
    bool slept = false;
    worker.post([&] {
        worker.spawn([&] {
            sleep_for(std::chrono::milliseconds(5));
            slept = true;
        });
    });
    worker.request_stop();
    worker.run();
    EXPECT_TRUE(slept);
    EXPECT_GE(clock.now() - start, 5ms);
}

TEST(Worker, IsCurrentWithinRun) {
    SystemClock clock;
    Worker worker({.index = 3, .clock = &clock});
    EXPECT_EQ(worker.index(), 3u);
    EXPECT_EQ(&worker.clock(), &clock);
    EXPECT_EQ(worker.resolver(), nullptr);
    EXPECT_EQ(Worker::current(), nullptr);
    Worker* in_task = nullptr;
    Worker* in_fiber = nullptr;
    worker.post([&] { in_task = Worker::current(); });
    worker.spawn([&] {
        in_fiber = Worker::current();
        EXPECT_THROW(worker.run(), std::logic_error);
    });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(in_task, &worker);
    EXPECT_EQ(in_fiber, &worker);
    EXPECT_EQ(Worker::current(), nullptr);
}

TEST(Worker, SleepsAreNeverShort) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    for (int i = 0; i < 50; ++i) {
        worker.spawn([&, i] {
            for (TimingWheel::Precision precision : {TimingWheel::Precision::tick, TimingWheel::Precision::exact}) {
                TimePoint before = clock.now();
                std::chrono::nanoseconds duration = std::chrono::microseconds(37 * i);
                sleep_for(duration, precision);
                EXPECT_GE(clock.now() - before, duration);
                sleep_until(before);  // passed: at once
            }
        });
    }
    worker.request_stop();
    worker.run();
}

TEST(Worker, AnEarlierSleepOvertakesALongerOne) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    Fiber& sleeper = worker.spawn([] { sleep_for(1h); });
    worker.spawn([&] {
        sleep_for(1ms);
        sleep_for(1ms);
        sleeper.interrupt();
    });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(worker.wheel().size(), 0u);
}

TEST(Worker, TimersArmedBeforeRunFire) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    TimingWheel::Timer timer([](void* self) { static_cast<Worker*>(self)->request_stop(); }, &worker);
    worker.wheel().arm(timer, clock.now() + 1ms);
    worker.run();
    EXPECT_FALSE(timer.armed());
}

TEST(Worker, RunsAgain) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    worker.request_stop();
    int ran = 0;
    for (int i = 0; i < 3; ++i) {
        worker.spawn([&] {
            sleep_for(1us);
            ++ran;
        });
        worker.run();
    }
    EXPECT_EQ(ran, 3);
}

TEST(Worker, WhatIsPostedRunsBeforeRunReturns) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    int depth = 0;
    std::function<void()> again = [&] {
        if (++depth < 100) worker.post(again);
    };
    worker.post(again);
    worker.request_stop();
    worker.run();
    EXPECT_EQ(depth, 100);
}

TEST(Worker, TakesPostsFromManyThreads) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    constexpr int threads = 4, posts = 2'000;
    int tasks = 0, fibers = 0;
    std::vector<int> last(threads, -1);
    std::atomic<int> left = threads;
    std::vector<std::jthread> posters;
    for (int t = 0; t < threads; ++t) {
        posters.emplace_back([&, t] {
            for (int i = 0; i < posts; ++i) {
                worker.post([&, t, i] {
                    ++tasks;
                    EXPECT_EQ(last[static_cast<std::size_t>(t)], i - 1);
                    last[static_cast<std::size_t>(t)] = i;
                    if (i % 50 == 0) worker.spawn([&] { ++fibers; });
                });
            }
            if (--left == 0) worker.request_stop();
        });
    }
    worker.run();
    EXPECT_EQ(tasks, threads * posts);
    EXPECT_EQ(fibers, threads * posts / 50);
}

TEST(Worker, RunsOnAThreadOfItsOwn) {
    SystemClock clock;
    Worker one({.index = 1, .clock = &clock});
    Worker two({.index = 2, .clock = &clock});
    std::jthread first([&] { one.run(); });
    std::jthread second([&] { two.run(); });
    // A message goes to and fro between the two.
    int hops = 0;
    std::function<void()> hop = [&] {
        if (++hops == 1000) {
            one.request_stop();
            two.request_stop();
            return;
        }
        (Worker::current() == &one ? two : one).post(hop);
    };
    one.post(hop);
    first.join();
    second.join();
    EXPECT_EQ(hops, 1000);
}

TEST(Worker, OffloadRunsElsewhereWhileOtherFibersRun) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    std::thread::id ran_on;
    std::atomic<bool> other_has_run = false;
    bool interrupted_after = false;
    Fiber& fiber = worker.spawn([&] {
        worker.offload([&] {
            while (!other_has_run) std::this_thread::yield();  // would hang if this blocked the worker
            ran_on = std::this_thread::get_id();
        });
        interrupted_after = Fiber::current()->interrupted();
    });
    worker.spawn([&] {
        fiber.interrupt();  // does not cut it short
        other_has_run = true;
    });
    worker.request_stop();
    worker.run();
    EXPECT_NE(ran_on, std::thread::id());
    EXPECT_NE(ran_on, std::this_thread::get_id());
    EXPECT_TRUE(interrupted_after);
}

TEST(Worker, OffloadHandsExceptionsOver) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    std::string what;
    worker.spawn([&] {
        try {
            worker.offload([] { throw std::runtime_error("no such file"); });
        } catch (const std::runtime_error& error) {
            what = error.what();
        }
    });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(what, "no such file");
    EXPECT_THROW(worker.offload([] {}), std::logic_error);
}

// Two fibers that wake each other all the time, against a pipe and a timer.
TEST(Worker, BusyFibersStarveNeitherInputNorTimers) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    Pipe pipe(worker);
    bool timer_fired = false;
    const bool& got_byte = pipe.told;

    Fiber* fibers[2] = {};
    for (int i = 0; i < 2; ++i) {
        fibers[i] = &worker.spawn([&, i] {
            while (!got_byte || !timer_fired) {
                Fiber* other = fibers[1 - i];
                if (other != nullptr && other->state() == Fiber::State::suspended) other->resume();
                if (i == 0) {
                    worker.post([self = Fiber::current()] {
                        if (self->state() == Fiber::State::suspended) self->resume_later();
                    });
                }
                Fiber::current()->suspend({});
            }
            Fiber* other = std::exchange(fibers[1 - i], nullptr);
            fibers[i] = nullptr;
            if (other != nullptr && other->state() == Fiber::State::suspended) other->resume();
        });
    }
    TimingWheel::Timer timer([](void* self) { *static_cast<bool*>(self) = true; }, &timer_fired);
    worker.wheel().arm(timer, clock.now() + 2ms);
    worker.spawn([&] { pipe.write("x"); });
    worker.request_stop();
    worker.run();
    EXPECT_TRUE(got_byte);
    EXPECT_TRUE(timer_fired);
    EXPECT_EQ(pipe.read(), "x");
}

TEST(Worker, BatchTimeIsOneForABatchAndNewForTheNext) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    std::vector<TimePoint> first, second;
    auto wait_a_little = [&] {
        for (TimePoint begin = clock.now(); clock.now() == begin;) {
        }
    };
    worker.post([&] {
        TimePoint before = clock.now();
        for (int i = 0; i < 3; ++i) {
            worker.post([&] {
                first.push_back(worker.batch_time());
                wait_a_little();
            });
        }
        worker.spawn([&, before] {
            EXPECT_GE(worker.batch_time(), before);
            sleep_for(1ms);
            second.push_back(worker.batch_time());
            EXPECT_LE(second.back(), clock.now());
        });
    });
    worker.request_stop();
    worker.run();
    ASSERT_EQ(first.size(), 3u);
    EXPECT_EQ(first[0], first[1]);
    EXPECT_EQ(first[1], first[2]);
    ASSERT_EQ(second.size(), 1u);
    EXPECT_GE(second[0] - first[0], 1ms);
}

TEST(Worker, PendingInputDoesNotKeepItRunning) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    Pipe pipe(worker);
    worker.request_stop();
    worker.run();
    EXPECT_FALSE(pipe.told);
}

TEST(Worker, TellsOfInputOnceAndAgainWhenThereIsMore) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    Pipe pipe(worker);
    std::vector<int> told;
    worker.spawn([&] {
        for (int i = 0; i < 2; ++i) {
            pipe.write("x");
            while (pipe.times_told == i) sleep_for(1us, TimingWheel::Precision::exact);
            // Nothing new, though nothing was read: nobody is told.
            sleep_for(1us, TimingWheel::Precision::exact);
            told.push_back(pipe.times_told);
        }
    });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(told, (std::vector<int>{1, 2}));
    EXPECT_EQ(pipe.read(), "xx");
}

// However many fibers are ready, the loop asks the kernel once a millisecond.
TEST(Worker, LooksUpBetweenFibersThatTakeLong) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    std::unique_ptr<Pipe> pipe;
    constexpr int count = 64;
    int ran = 0;
    int ran_when_told = 0;
    TimePoint last_begin{};
    worker.post([&] {
        pipe = std::make_unique<Pipe>(worker);
        pipe->when_told = [&] { ran_when_told = ran; };
        for (int i = 0; i < count; ++i) {
            worker.spawn([&] {
                last_begin = clock.now();
                if (ran++ == 0) pipe->write("x");
                while (clock.now() - last_begin < 300us) {
                }
            });
        }
    });
    worker.request_stop();
    worker.run();
    EXPECT_TRUE(pipe->told);
    EXPECT_GT(ran_when_told, 0);
    EXPECT_LT(ran_when_told, count);
    // The clock is the loop's, to a microsecond.
    EXPECT_LT(pipe->descriptor.told_at(), last_begin);
    EXPECT_GT(pipe->descriptor.told_at(), last_begin - std::chrono::seconds(10));
    pipe.reset();
}

TEST(Worker, TellsAgainOnRequestUnlessTheDescriptorIsClosed) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    Pipe asking(worker), closing(worker);
    worker.spawn([&] {
        asking.descriptor.tell_again(EPOLLIN);
        closing.descriptor.tell_again(EPOLLIN);
        closing.descriptor.close();
        while (asking.times_told == 0) sleep_for(1us, TimingWheel::Precision::exact);
    });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(asking.times_told, 1);
    EXPECT_EQ(closing.times_told, 0);
    EXPECT_EQ(closing.descriptor.fd(), -1);
}

// The size of the kernel's table of this process's descriptors.
std::size_t descriptor_room() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("FDSize:")) return std::stoul(line.substr(7));
    }
    return 0;
}

TEST(Descriptor, RoomForManyIsMadeBeforehand) {
    const std::size_t before = descriptor_room();
    rlimit limit{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    const std::size_t wanted = std::min<std::size_t>(4 * before, limit.rlim_cur);
    ASSERT_GT(wanted, before);
    reserve_descriptors(0);
    EXPECT_EQ(descriptor_room(), before);
    reserve_descriptors(wanted);
    EXPECT_GE(descriptor_room(), wanted);
}

// Both have input in the same batch; whichever is told first closes the other.
TEST(Worker, AClosedDescriptorIsToldNothingOfItsBatch) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    Pipe one(worker), other(worker);
    one.when_told = [&] { other.descriptor.close(); };
    other.when_told = [&] { one.descriptor.close(); };
    one.write("x");
    other.write("x");
    worker.spawn([&] {
        while (!one.told && !other.told) sleep_for(1us, TimingWheel::Precision::exact);
    });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(one.times_told + other.times_told, 1);
}

TEST(Worker, DeferredWorkIsDoneOnceBehindTheFibersOfATurn) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    std::string order;
    Deferred deferred(
        worker, [](void* to) noexcept { *static_cast<std::string*>(to) += 'd'; }, &order);
    {
        Deferred withdrawn(
            worker, [](void* to) noexcept { *static_cast<std::string*>(to) += 'w'; }, &order);
        withdrawn.request();
    }
    for (char name : {'a', 'b'}) {
        worker.spawn([&, name] {
            order += name;
            deferred.request();
            EXPECT_TRUE(deferred.requested());
        });
    }
    worker.request_stop();
    worker.run();
    EXPECT_EQ(order, "abd");
    EXPECT_FALSE(deferred.requested());
}

TEST(Worker, AFiberThatHasEndedServesAnotherBody) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    std::vector<const Fiber*> fibers;
    std::vector<bool> interrupted;
    worker.spawn([&] {
        for (int i = 0; i < 3; ++i) {
            Fiber& child = worker.spawn([&] {
                fibers.push_back(Fiber::current());
                interrupted.push_back(Fiber::current()->interrupted());
                sleep_for(1s);
            });
            sleep_for(500ms);
            child.interrupt();
            sleep_for(1s);
        }
    });
    worker.request_stop();
    worker.run();
    ASSERT_EQ(fibers.size(), 3u);
    EXPECT_EQ(fibers[0], fibers[1]);
    EXPECT_EQ(fibers[1], fibers[2]);
    EXPECT_EQ(interrupted, (std::vector<bool>{false, false, false}));
}

}  // namespace
}  // namespace k6
