#include "engine/runtime/fiber.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/runtime/clock.h"
#include "engine/runtime/worker.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;
using Log = std::vector<std::string>;

// A worker in simulated time, whose fibers and posted tasks run() brings to their end.
class FiberTest : public testing::Test {
protected:
    void run() {
        worker.request_stop();
        worker.run();
    }

    SimulatedClock clock;
    Worker worker{{.clock = &clock}};
    Log log;
};

// Something to wait for, which counts how often it is hurried.
struct Operation {
    Fiber* fiber = nullptr;
    int hurried = 0;
    bool complete_at_once = true;

    void wait() {
        fiber = Fiber::current();
        fiber->suspend({[](void* self) noexcept {
                            auto* operation = static_cast<Operation*>(self);
                            ++operation->hurried;
                            if (operation->complete_at_once) operation->fiber->resume();
                        },
                        this});
    }
};

// Pages of the fiber's stack that are in memory.
std::size_t resident_pages(const Fiber& fiber) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto size = static_cast<std::size_t>(fiber.stack_high() - fiber.stack_low());
    std::vector<unsigned char> pages((size + page - 1) / page);
    EXPECT_EQ(::mincore(fiber.stack_low(), size, pages.data()), 0);
    return static_cast<std::size_t>(
        std::count_if(pages.begin(), pages.end(), [](unsigned char state) { return (state & 1U) != 0; }));
}

[[gnu::noinline]] void go_deep(std::size_t bytes) {
    volatile char* const memory = static_cast<volatile char*>(__builtin_alloca(bytes));
    for (std::size_t i = 0; i < bytes; i += 1024) memory[i] = 1;
}

TEST_F(FiberTest, ALongRestGivesTheDeepStackBack) {
    Fiber* sleeper = nullptr;
    worker.spawn([&] {
        sleeper = Fiber::current();
        go_deep(std::size_t{100} << 10U);
        sleep_for(500ms);
        sleep_for(10s);
    });
    worker.spawn([&] {
        sleep_for(100ms);
        EXPECT_GE(resident_pages(*sleeper), 25U) << "a short rest keeps them";
        sleep_for(2s);
        EXPECT_LE(resident_pages(*sleeper), 4U);
    });
    run();
}

TEST_F(FiberTest, StartsFromTheLoopInTheOrderOfSpawning) {
    worker.spawn([&] { log.push_back("a"); });
    worker.spawn([&] { log.push_back("b"); });
    EXPECT_TRUE(log.empty());
    EXPECT_EQ(worker.fibers(), 2u);
    run();
    EXPECT_EQ(log, (Log{"a", "b"}));
    EXPECT_EQ(worker.fibers(), 0u);
}

TEST_F(FiberTest, CurrentIsTheFiberThatRuns) {
    EXPECT_EQ(Fiber::current(), nullptr);
    Fiber* seen = nullptr;
    Fiber& fiber = worker.spawn([&] {
        seen = Fiber::current();
        EXPECT_EQ(seen->state(), Fiber::State::running);
        EXPECT_EQ(&seen->worker(), &worker);
    });
    Fiber* expected = &fiber;
    run();
    EXPECT_EQ(seen, expected);
    EXPECT_EQ(Fiber::current(), nullptr);
}

TEST_F(FiberTest, ResumeOutsideOfFibersRunsAtOnce) {
    Fiber& fiber = worker.spawn([&] {
        log.push_back("1");
        Fiber::current()->suspend({});
        log.push_back("2");
    });
    worker.post([&] {
        worker.post([&] {
            EXPECT_EQ(fiber.state(), Fiber::State::suspended);
            log.push_back("before");
            fiber.resume();
            log.push_back("after");
        });
    });
    run();
    EXPECT_EQ(log, (Log{"1", "before", "2", "after"}));
}

TEST_F(FiberTest, ResumeFromAnotherFiberIsDeferred) {
    Fiber& first = worker.spawn([&] {
        Fiber::current()->suspend({});
        log.push_back("first");
    });
    worker.spawn([&] {
        first.resume();
        EXPECT_EQ(first.state(), Fiber::State::ready);
        log.push_back("second");
    });
    run();
    EXPECT_EQ(log, (Log{"second", "first"}));
}

TEST_F(FiberTest, ResumeLaterIsDeferredOutsideOfFibersToo) {
    Fiber& fiber = worker.spawn([&] {
        Fiber::current()->suspend({});
        log.push_back("fiber");
    });
    worker.post([&] {
        worker.post([&] {
            fiber.resume_later();
            log.push_back("task");
        });
    });
    run();
    EXPECT_EQ(log, (Log{"task", "fiber"}));
}

TEST_F(FiberTest, ResumeNextRunsBehindAFiberThatEndsAndAheadOfOthers) {
    std::vector<Fiber*> suspended;
    for (const char* name : {"next", "later"}) {
        suspended.push_back(&worker.spawn([this, name] {
            Fiber::current()->suspend({});
            log.push_back(name);
            sleep_for(1s);
        }));
    }
    worker.spawn([&] {
        suspended[0]->resume_next();
        // There is one such place.
        suspended[1]->resume_next();
        EXPECT_EQ(suspended[0]->state(), Fiber::State::ready);
        log.push_back("first");
    });
    worker.spawn([&] { log.push_back("second"); });
    run();
    EXPECT_EQ(log, (Log{"first", "next", "second", "later"}));
}

TEST_F(FiberTest, ResumeNextBehindAFiberThatSuspendsIsDeferred) {
    Fiber& waiting = worker.spawn([&] {
        Fiber::current()->suspend({});
        log.push_back("next");
    });
    worker.spawn([&] {
        waiting.resume_next();
        log.push_back("first");
        sleep_for(1s);
        log.push_back("first again");
    });
    worker.spawn([&] { log.push_back("second"); });
    run();
    EXPECT_EQ(log, (Log{"first", "second", "next", "first again"}));
}

// Every cell of the table in fiber.h that is a programmer error.
TEST_F(FiberTest, MisuseIsALogicError) {
    Fiber& fresh = worker.spawn([&] {
        Fiber* self = Fiber::current();
        EXPECT_THROW(self->resume(), std::logic_error);
        EXPECT_THROW(self->resume_later(), std::logic_error);
        self->suspend({});
    });
    EXPECT_EQ(fresh.state(), Fiber::State::ready);
    EXPECT_THROW(fresh.resume(), std::logic_error);
    EXPECT_THROW(fresh.resume_later(), std::logic_error);
    EXPECT_THROW(fresh.suspend({}), std::logic_error);
    EXPECT_THROW(fresh.suspend_uninterruptibly(), std::logic_error);
    worker.spawn([&] {
        EXPECT_EQ(fresh.state(), Fiber::State::suspended);
        EXPECT_THROW(fresh.suspend({}), std::logic_error);
        EXPECT_THROW(fresh.suspend_uninterruptibly(), std::logic_error);
        fresh.resume();
        EXPECT_THROW(fresh.resume(), std::logic_error);
        EXPECT_THROW(fresh.resume_later(), std::logic_error);
    });
    run();
    EXPECT_THROW(sleep_for(1s), std::logic_error);
    EXPECT_THROW(sleep_until(clock.now() + 1s), std::logic_error);
}

TEST_F(FiberTest, AnInterruptedWaitIsHurriedOnceAndThrows) {
    Operation operation;
    bool thrown = false;
    Fiber& fiber = worker.spawn([&] {
        try {
            operation.wait();
        } catch (const Interrupted&) {
            thrown = true;
            EXPECT_TRUE(Fiber::current()->interrupted());
        }
    });
    operation.complete_at_once = false;
    worker.spawn([&] {
        fiber.interrupt();
        EXPECT_EQ(operation.hurried, 1);
        fiber.interrupt();
        EXPECT_EQ(operation.hurried, 1);
        EXPECT_FALSE(thrown);
        EXPECT_EQ(fiber.state(), Fiber::State::suspended);
        fiber.resume();
    });
    run();
    EXPECT_TRUE(thrown);
}

TEST_F(FiberTest, InterruptOutsideOfFibersMayEndTheFiberAtOnce) {
    Operation operation;
    Fiber& fiber = worker.spawn([&] { operation.wait(); });
    worker.post([&] {
        worker.post([&] {
            EXPECT_EQ(worker.fibers(), 1u);
            fiber.interrupt();
            EXPECT_EQ(worker.fibers(), 0u);
        });
    });
    run();
    EXPECT_EQ(operation.hurried, 1);
}

TEST_F(FiberTest, AMarkedFiberDoesNotBeginToWait) {
    Operation operation;
    int thrown = 0;
    Fiber& fiber = worker.spawn([&] {
        EXPECT_TRUE(Fiber::current()->interrupted());
        for (int i = 0; i < 2; ++i) {
            try {
                operation.wait();
            } catch (const Interrupted&) {
                ++thrown;
            }
        }
        EXPECT_THROW(Fiber::current()->check_interrupt(), Interrupted);
        EXPECT_THROW(sleep_for(0s), Interrupted);
        EXPECT_THROW(sleep_for(1s), Interrupted);
        Fiber::current()->clear_interrupt();
        Fiber::current()->check_interrupt();
        sleep_for(1s);
    });
    fiber.interrupt();  // ready: marks
    TimePoint start = clock.now();
    run();
    EXPECT_EQ(thrown, 2);
    EXPECT_EQ(operation.hurried, 0);
    EXPECT_EQ(clock.now() - start, 1s);
}

TEST_F(FiberTest, AnInterruptAfterTheResumeOnlyMarks) {
    Operation operation;
    bool thrown = false;
    Fiber& fiber = worker.spawn([&] {
        try {
            operation.wait();
        } catch (const Interrupted&) {
            thrown = true;
        }
    });
    worker.spawn([&] {
        fiber.resume();
        fiber.interrupt();
    });
    run();
    EXPECT_TRUE(thrown);
    EXPECT_EQ(operation.hurried, 0);
}

TEST_F(FiberTest, TheHookOfAWaitThatIsOverIsNotCalled) {
    Operation operation;
    Fiber& fiber = worker.spawn([&] {
        operation.wait();
        Fiber::current()->interrupt();
    });
    worker.post([&] { worker.post([&] { fiber.resume(); }); });
    run();
    EXPECT_EQ(operation.hurried, 0);
}

TEST_F(FiberTest, AFiberMayInterruptItself) {
    bool thrown = false;
    worker.spawn([&] {
        Fiber::current()->interrupt();
        try {
            sleep_for(1h);
        } catch (const Interrupted&) {
            thrown = true;
        }
    });
    run();
    EXPECT_TRUE(thrown);
}

TEST_F(FiberTest, AClearedMarkDoesNotThrow) {
    Operation operation;
    operation.complete_at_once = false;
    Fiber& fiber = worker.spawn([&] { operation.wait(); });
    worker.spawn([&] {
        fiber.interrupt();
        fiber.clear_interrupt();
        fiber.resume();
    });
    run();
    EXPECT_EQ(operation.hurried, 1);
}

TEST_F(FiberTest, UninterruptibleWaitsOnlySeeTheMark) {
    Fiber& fiber = worker.spawn([&] {
        Fiber::current()->suspend_uninterruptibly();
        EXPECT_TRUE(Fiber::current()->interrupted());
        Fiber::current()->suspend_uninterruptibly();
        log.push_back("end");
    });
    worker.spawn([&] {
        fiber.interrupt();
        EXPECT_EQ(fiber.state(), Fiber::State::suspended);
        fiber.resume();
        sleep_for(1s);
        fiber.resume();
    });
    run();
    EXPECT_EQ(log, Log{"end"});
}

TEST_F(FiberTest, InterruptedMayLeaveTheBody) {
    struct Destroyed {
        Log& log;
        ~Destroyed() { log.push_back("unwound"); }
    };
    Fiber& fiber = worker.spawn([&] {
        Destroyed destroyed{log};
        sleep_for(1h);
        log.push_back("not reached");
    });
    worker.spawn([&] { fiber.interrupt(); });
    run();
    EXPECT_EQ(log, Log{"unwound"});
}

TEST_F(FiberTest, AnyOtherExceptionThatLeavesTheBodyTerminates) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    auto leave = [] {
        SimulatedClock clock;
        Worker worker({.clock = &clock});
        worker.spawn([] { throw std::runtime_error("left the body"); });
        worker.request_stop();
        worker.run();
    };
    EXPECT_DEATH(leave(), "left the body");
}

TEST_F(FiberTest, WhatTheBodyCapturedDiesOnTheFiber) {
    struct Captured {
        Log* log;
        ~Captured() {
            EXPECT_NE(Fiber::current(), nullptr);
            log->push_back("destroyed");
        }
    };
    worker.spawn([captured = std::make_shared<Captured>(&log)] { sleep_for(1s); });
    run();
    EXPECT_EQ(log, Log{"destroyed"});
}

TEST_F(FiberTest, CleaningUpMayWait) {
    struct WaitsAtEnd {
        Log& log;
        ~WaitsAtEnd() {
            Fiber::current()->clear_interrupt();
            sleep_for(1s);
            log.push_back("cleaned up");
        }
    };
    Fiber& fiber = worker.spawn([&] {
        WaitsAtEnd end{log};
        sleep_for(1h);
    });
    worker.spawn([&] { fiber.interrupt(); });
    run();
    EXPECT_EQ(log, Log{"cleaned up"});
}

// With Boost.Context alone the two fibers below would swap their exceptions: the states of exception handling are kept
// per thread, as stacks, and the fibers leave their handlers in another order than they entered them.
TEST_F(FiberTest, FibersThatSuspendInsideCatchBlocksKeepTheirExceptions) {
    auto handle = [&](const std::string& name, std::chrono::nanoseconds first, std::chrono::nanoseconds second) {
        return [this, name, first, second] {
            EXPECT_EQ(std::current_exception(), nullptr);
            try {
                throw std::runtime_error(name);
            } catch (const std::runtime_error& error) {
                sleep_for(first);
                EXPECT_EQ(error.what(), name);
                try {
                    throw std::out_of_range(name + " inner");
                } catch (const std::out_of_range& inner) {
                    sleep_for(second);
                    EXPECT_EQ(inner.what(), name + " inner");
                    try {
                        std::rethrow_exception(std::current_exception());
                    } catch (const std::exception& again) {
                        EXPECT_EQ(again.what(), name + " inner");
                    }
                }
                try {
                    throw;
                } catch (const std::exception& again) {
                    EXPECT_EQ(again.what(), name);
                }
            }
            EXPECT_EQ(std::current_exception(), nullptr);
            log.push_back(name);
        };
    };
    worker.spawn(handle("a", 1s, 6s));
    worker.spawn(handle("b", 2s, 1s));
    worker.spawn(handle("c", 1500ms, 4s));
    worker.spawn([&] {
        for (int i = 0; i < 10; ++i) {
            EXPECT_EQ(std::current_exception(), nullptr);
            sleep_for(700ms);
        }
    });
    run();
    EXPECT_EQ(std::current_exception(), nullptr);
    EXPECT_EQ(log, (Log{"b", "c", "a"}));
}

// The count of exceptions in flight belongs to a fiber too.
TEST_F(FiberTest, FibersThatSuspendWhileUnwindingKeepTheirCounts) {
    struct Sleeper {
        ~Sleeper() {
            EXPECT_EQ(std::uncaught_exceptions(), 1);
            sleep_for(2s);
            EXPECT_EQ(std::uncaught_exceptions(), 1);
        }
    };
    worker.spawn([&] {
        try {
            Sleeper sleeper;
            throw std::runtime_error("unwinding");
        } catch (const std::runtime_error&) {
            log.push_back("caught");
        }
        EXPECT_EQ(std::uncaught_exceptions(), 0);
    });
    worker.spawn([&] {
        sleep_for(1s);
        EXPECT_EQ(std::uncaught_exceptions(), 0);
    });
    run();
    EXPECT_EQ(log, Log{"caught"});
}

std::size_t use_stack(std::size_t bytes) {
    volatile char block[1024];
    block[0] = static_cast<char>(bytes);
    std::size_t used = sizeof block;
    if (bytes > sizeof block) used += use_stack(bytes - sizeof block);
    return used + static_cast<std::size_t>(block[0] - block[0]);
}

TEST_F(FiberTest, HasMostOfAMegabyteOfStack) {
    worker.spawn([&] {
        Fiber* self = Fiber::current();
        char here = 0;
        auto* at = reinterpret_cast<std::byte*>(&here);
#if !defined(__SANITIZE_ADDRESS__)
        EXPECT_GT(at, self->stack_low());
        EXPECT_LT(at, self->stack_high());
        EXPECT_LT(self->stack_high() - at, 8 << 10);
#else
        static_cast<void>(at);
#endif
        EXPECT_GE(self->stack_high() - self->stack_low(), 900 << 10);
        // Sanitizers inflate the frames.
        EXPECT_GE(use_stack(250 << 10), std::size_t{250} << 10);
        sleep_for(1s);
        EXPECT_GE(use_stack(250 << 10), std::size_t{250} << 10);
    });
    run();
}

// ThreadSanitizer has room for some 8,000 contexts.
#if defined(__SANITIZE_THREAD__)
constexpr int many = 1'000;
#else
constexpr int many = 10'000;
#endif

TEST_F(FiberTest, ThousandsSleepAndWakeInTheOrderOfTheirDeadlines) {
    std::mt19937_64 random(42);
    std::int64_t wakes = 0;
    TimePoint last = clock.now();
    for (int i = 0; i < many; ++i) {
        worker.spawn([&, seed = random()] {
            std::mt19937_64 own(seed);
            for (int n = 0; n < 10; ++n) {
                std::chrono::nanoseconds duration(static_cast<std::int64_t>(own() % 5'000'000'000) + 1);
                TimePoint deadline = clock.now() + duration;
                sleep_for(duration);
                ASSERT_EQ(clock.now(), deadline);
                ASSERT_GE(clock.now(), last);
                last = clock.now();
                ++wakes;
            }
        });
    }
    run();
    EXPECT_EQ(wakes, 10 * many);
}

TEST_F(FiberTest, StacksOfEndedFibersServeAgain) {
    std::vector<std::byte*> stacks;
    worker.spawn([&] {
        for (int i = 0; i < 3 * many; ++i) {
            Fiber* self = Fiber::current();
            worker.spawn([&, self] {
                stacks.push_back(Fiber::current()->stack_low());
                self->resume();
            });
            self->suspend({});
        }
    });
    run();
    ASSERT_EQ(stacks.size(), static_cast<std::size_t>(3 * many));
    for (std::byte* stack : stacks) ASSERT_EQ(stack, stacks.front());
}

// Fibers at random sleep, wait for each other, interrupt each other and throw; in the end all are done.
TEST_F(FiberTest, RandomInterruptsLoseNobody) {
    struct Member {
        Fiber* fiber = nullptr;
        Operation operation;
        bool done = false;
    };
    constexpr std::size_t count = 200;
    std::vector<Member> members(count);
    std::mt19937_64 random(7);
    int interrupted = 0, resumed = 0;
    for (Member& member : members) {
        member.fiber = &worker.spawn([&] {
            for (int i = 0; i < 100; ++i) {
                try {
                    if (random() % 2 == 0) {
                        sleep_for(std::chrono::microseconds(random() % 5000));
                    } else {
                        member.operation.complete_at_once = true;
                        member.operation.wait();
                        ++resumed;
                    }
                } catch (const Interrupted&) {
                    ++interrupted;
                    Fiber::current()->clear_interrupt();
                }
                Member& other = members[random() % count];
                if (!other.done) other.fiber->interrupt();
            }
            member.done = true;
        });
    }
    // Those that wait for an operation when nobody is left to interrupt them.
    worker.spawn([&] {
        while (worker.fibers() > 1) {
            sleep_for(1s);
            for (Member& member : members) {
                if (member.done || member.fiber->state() != Fiber::State::suspended) continue;
                member.fiber->interrupt();
            }
        }
    });
    run();
    for (const Member& member : members) EXPECT_TRUE(member.done);
    EXPECT_GT(interrupted, 1000);
    EXPECT_EQ(resumed, 0);  // nobody completes an operation but its hook
}

TEST_F(FiberTest, TheExampleOfTheHeader) {
    bool done = false;
    struct Op {
        Fiber* fiber;
        Worker* worker;
    } op{nullptr, &worker};
    worker.spawn([&] {
        sleep_for(std::chrono::seconds(1));
        op.fiber = Fiber::current();
        worker.post([fiber = Fiber::current(), &done] {
            done = true;
            fiber->resume();
        });
        Fiber::current()->suspend({[](void*) noexcept {}, &op});
        EXPECT_TRUE(done);
    });
    run();
    EXPECT_TRUE(done);
}

}  // namespace
}  // namespace k6
