#include "base/random.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace k6 {
namespace {

TEST(RandomSource, IsTheSameForTheSameSeed) {
    RandomSource a(42);
    RandomSource b(42);
    RandomSource c(43);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(a(), b());
    EXPECT_NE(a(), c());
}

// The first outputs of SplitMix64 for the seed 1234567, as its authors' reference program prints them.
TEST(RandomSource, IsSplitMix64) {
    RandomSource random(1234567);
    EXPECT_EQ(random(), 6457827717110365317u);
    EXPECT_EQ(random(), 3203168211198807973u);
}

TEST(RandomSource, ServesDistributions) {
    RandomSource random(1);
    std::uniform_int_distribution<int> dice(1, 6);
    std::set<int> seen;
    for (int i = 0; i < 200; ++i) seen.insert(dice(random));
    EXPECT_EQ(seen, (std::set<int>{1, 2, 3, 4, 5, 6}));
}

}  // namespace
}  // namespace k6
