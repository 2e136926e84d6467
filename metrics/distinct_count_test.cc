#include "metrics/distinct_count.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace k6::metrics {
namespace {

TEST(DistinctCount, IsNearAtEverySize) {
    std::mt19937_64 random(1);
    DistinctCount counted;
    EXPECT_EQ(counted.estimate(), 0U);
    std::size_t added = 0;
    for (const std::size_t size : {1U, 10U, 100U, 1'000U, 10'000U, 40'000U, 60'000U, 100'000U, 1'000'000U}) {
        for (; added < size; ++added) counted.add(random());
        EXPECT_NEAR(static_cast<double>(counted.estimate()), static_cast<double>(size),
                    0.5 + 0.025 * static_cast<double>(size));
    }
}

TEST(DistinctCount, DoesNotCountTwice) {
    DistinctCount counted;
    for (int turn = 0; turn < 3; ++turn) {
        std::mt19937_64 random(1);
        for (int i = 0; i < 1'000; ++i) counted.add(random());
    }
    EXPECT_NEAR(static_cast<double>(counted.estimate()), 1'000, 25);
}

TEST(DistinctCount, OfPartsIsThatOfTheirUnion) {
    std::mt19937_64 random(1);
    std::vector<std::uint64_t> hashes(50'000);
    std::ranges::generate(hashes, random);
    DistinctCount whole;
    DistinctCount first;
    DistinctCount second;
    for (std::size_t i = 0; i < hashes.size(); ++i) {
        whole.add(hashes[i]);
        if (i < 30'000) first.add(hashes[i]);
        if (i >= 20'000) second.add(hashes[i]);
    }
    first.merge(second);
    EXPECT_EQ(first.estimate(), whole.estimate());
    DistinctCount none;
    none.merge(first);
    first.merge(DistinctCount());
    EXPECT_EQ(none.estimate(), whole.estimate());
    EXPECT_EQ(first.estimate(), whole.estimate());
}

TEST(DistinctCount, TakesEveryHash) {
    DistinctCount counted;
    counted.add(0);
    counted.add(~std::uint64_t{0});
    EXPECT_EQ(counted.estimate(), 2U);
}

}  // namespace
}  // namespace k6::metrics
