#include "engine/runtime/clock.h"

#include <gtest/gtest.h>

#include <chrono>

namespace k6 {
namespace {

using namespace std::chrono_literals;

TEST(SystemClock, NeverGoesBack) {
    SystemClock clock;
    TimePoint last = clock.now();
    for (int i = 0; i < 1000; ++i) {
        TimePoint now = clock.now();
        ASSERT_GE(now, last);
        last = now;
    }
    EXPECT_FALSE(clock.simulated());
}

TEST(SystemClock, WallTimeMovesWithTheEngineTime) {
    SystemClock clock;
    TimePoint now = clock.now();
    EXPECT_EQ(clock.wall_time(now + 90s) - clock.wall_time(now), 90s);
    // Whatever this machine's calendar says, it is past the day on which this was written.
    EXPECT_GT(clock.wall_time(now), WallTime{1'700'000'000s});
}

TEST(SimulatedClock, StandsStillUntilToldToAdvance) {
    SimulatedClock clock;
    TimePoint start = clock.now();
    EXPECT_EQ(clock.now(), start);
    clock.advance(3s);
    EXPECT_EQ(clock.now() - start, 3s);
    EXPECT_TRUE(clock.simulated());
}

TEST(SimulatedClock, IgnoresEarlierPoints) {
    SimulatedClock clock;
    clock.advance_to(clock.now() + 5s);
    TimePoint five = clock.now();
    clock.advance_to(five - 1s);
    EXPECT_EQ(clock.now(), five);
}

TEST(SimulatedClock, CountsWallTimeFromItsEpoch) {
    WallTime epoch{1'234'567'890s};
    SimulatedClock clock(epoch);
    EXPECT_EQ(clock.wall_time(clock.now()), epoch);
    clock.advance(1ns);
    EXPECT_EQ(clock.wall_time(clock.now()), epoch + 1ns);
}

}  // namespace
}  // namespace k6
