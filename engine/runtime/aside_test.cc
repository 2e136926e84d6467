#include "engine/runtime/aside.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"

namespace k6 {
namespace {

void on_a_fiber(const std::function<void()>& body) {
    SystemClock clock;
    Worker worker({.clock = &clock});
    worker.spawn(body);
    worker.request_stop();
    worker.run();
}

[[gnu::noinline]] const std::byte* here() { return static_cast<const std::byte*>(__builtin_frame_address(0)); }

bool is_on_the_fibers_stack(const std::byte* place) {
    const Fiber& fiber = *Fiber::current();
    return place >= fiber.stack_low() && place < fiber.stack_high();
}

TEST(AsideTest, RunsOnAnotherStackThatFibersShare) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    constexpr bool another = false;
#else
    constexpr bool another = true;
#endif
    SystemClock clock;
    Worker worker({.clock = &clock});
    const std::byte* places[2] = {};
    for (const std::byte*& place : places) {
        worker.spawn([&place] {
            EXPECT_TRUE(is_on_the_fibers_stack(here()));
            run_aside([&] {
                place = here();
                EXPECT_EQ(is_on_the_fibers_stack(place), !another);
                EXPECT_NE(Fiber::current(), nullptr);
            });
            EXPECT_TRUE(is_on_the_fibers_stack(here()));
            sleep_for(std::chrono::milliseconds(1));
        });
    }
    worker.request_stop();
    worker.run();
    EXPECT_EQ(places[0] == places[1], another);
}

TEST(AsideTest, KeepsLocalsAndArgumentsAligned) {
    on_a_fiber([] {
        double sum = 0.5;
        int calls = 0;
        const std::string text = "a string that is too long to be short";
        std::string copy;
        run_aside([&]() noexcept {
            alignas(32) volatile double numbers[4] = {1, 2, 3, 4};
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers) % 32, 0U);
            for (const volatile double& number : numbers) sum += number;
            copy = text;
            ++calls;
        });
        EXPECT_EQ(sum, 10.5);
        EXPECT_EQ(calls, 1);
        EXPECT_EQ(copy, text);
    });
}

TEST(AsideTest, WithinAnotherIsAnOrdinaryCall) {
    on_a_fiber([] {
        int depth = 0;
        run_aside([&] {
            run_aside([&] { depth = 2; });
            EXPECT_EQ(depth, 2);
            depth = 1;
        });
        EXPECT_EQ(depth, 1);
    });
}

TEST(AsideTest, ExceptionsPass) {
    on_a_fiber([] {
        try {
            run_aside([] { throw std::runtime_error("from aside"); });
            ADD_FAILURE() << "nothing was thrown";
        } catch (const std::runtime_error& error) {
            EXPECT_STREQ(error.what(), "from aside");
        }
        EXPECT_FALSE(detail::is_aside());
    });
}

TEST(AsideTest, MustNotSuspend) {
    on_a_fiber([] {
        EXPECT_THROW(run_aside([] { sleep_for(std::chrono::milliseconds(1)); }), std::logic_error);
        EXPECT_THROW(run_aside([] { Fiber::current()->suspend({}); }), std::logic_error);
        EXPECT_THROW(run_aside([] { Fiber::current()->suspend_uninterruptibly(); }), std::logic_error);
        // The fiber itself still can.
        sleep_for(std::chrono::milliseconds(1));
    });
}

TEST(AsideTest, OutsideOfFibersIsAnOrdinaryCall) {
    bool called = false;
    run_aside([&] { called = true; });
    EXPECT_TRUE(called);
}

}  // namespace
}  // namespace k6
