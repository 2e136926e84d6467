#include "engine/runtime/rate_limiter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

namespace k6 {
namespace {

using std::chrono::milliseconds;

TimePoint at(int ms) { return TimePoint{milliseconds(ms)}; }

TEST(RateLimiterTest, StartsAreApart) {
    RateLimiter limiter(50);
    EXPECT_EQ(limiter.reserve(at(1000)), at(1000));
    EXPECT_EQ(limiter.reserve(at(1000)), at(1020));
    EXPECT_EQ(limiter.reserve(at(1005)), at(1040));
    EXPECT_EQ(limiter.reserve(at(1060)), at(1060));
}

TEST(RateLimiterTest, UnusedTimeIsNotSavedUp) {
    RateLimiter limiter(10);
    EXPECT_EQ(limiter.reserve(at(0)), at(0));
    EXPECT_EQ(limiter.reserve(at(10000)), at(10000));
    EXPECT_EQ(limiter.reserve(at(10000)), at(10100));
}

TEST(RateLimiterTest, ThreadsShareThePlaces) {
    RateLimiter limiter(1000);
    constexpr int threads = 4;
    constexpr int each = 1000;
    std::vector<std::vector<TimePoint>> places(threads);
    std::vector<std::thread> all;
    for (std::vector<TimePoint>& own : places) {
        all.emplace_back([&limiter, &own] {
            for (int i = 0; i < each; ++i) own.push_back(limiter.reserve(at(5)));
        });
    }
    for (std::thread& thread : all) thread.join();
    std::vector<TimePoint> together;
    for (const auto& own : places) together.insert(together.end(), own.begin(), own.end());
    std::sort(together.begin(), together.end());
    ASSERT_EQ(together.size(), static_cast<std::size_t>(threads * each));
    for (std::size_t i = 0; i < together.size(); ++i) EXPECT_EQ(together[i], at(5 + static_cast<int>(i)));
}

}  // namespace
}  // namespace k6
