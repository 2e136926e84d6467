#include "metrics/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace k6::metrics {
namespace {

ExactSum sum_of(const std::vector<double>& values) {
    ExactSum sum;
    for (double value : values) sum.add(value);
    return sum;
}

TEST(ExactSum, RoundsOnce) {
    const double inf = std::numeric_limits<double>::infinity();
    const double tiny = std::numeric_limits<double>::denorm_min();
    const double huge = std::numeric_limits<double>::max();
    const struct {
        std::vector<double> values;
        double sum;
    } cases[] = {
        {{}, 0},
        {{1}, 1},
        {{-1}, -1},
        {{0.1, 0.2}, 0.1 + 0.2},
        {{1e100, 1, -1e100}, 1},
        {{1, 1e100, 1, -1e100}, 2},
        {{tiny}, tiny},
        {{-tiny, -tiny}, -2 * tiny},
        {{huge, -huge, tiny}, tiny},
        {{huge, huge}, inf},
        {{huge, huge, -huge}, huge},
        // Exactly between two doubles: to the even one; a little more: up.
        {{9007199254740992.0, 1}, 9007199254740992.0},
        {{9007199254740994.0, 1}, 9007199254740996.0},
        {{9007199254740992.0, 1, 1e-300}, 9007199254740994.0},
        {{-9007199254740992.0, -1, -1e-300}, -9007199254740994.0},
        {{inf, 1}, inf},
        {{-inf, 1}, -inf},
    };
    for (const auto& one : cases) EXPECT_EQ(sum_of(one.values).value(), one.sum) << one.sum;
    EXPECT_TRUE(std::isnan(sum_of({inf, -inf}).value()));
}

TEST(ExactSum, IsTheSameInAnyOrderAndSpread) {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> exponent(-200, 200);
    std::vector<double> values;
    for (int i = 0; i < 20'000; ++i) values.push_back(std::pow(2.0, exponent(random)) * (i % 3 == 0 ? -1 : 1));
    const ExactSum whole = sum_of(values);
    for (int round = 0; round < 5; ++round) {
        std::shuffle(values.begin(), values.end(), random);
        std::vector<ExactSum> parts(7);
        for (std::size_t i = 0; i < values.size(); ++i) parts[i % parts.size()].add(values[i]);
        ExactSum merged;
        for (const ExactSum& part : parts) merged.merge(part);
        EXPECT_TRUE(merged == whole);
        EXPECT_EQ(merged.value(), whole.value());
    }
}

TEST(ExactSum, AddsManyAsOneByOne) {
    std::mt19937_64 random(7);
    std::uniform_real_distribution<double> exponent(-40, 60);
    std::vector<double> values{0, -0.0, std::numeric_limits<double>::denorm_min(), 1e300};
    for (int i = 0; i < 5000; ++i) values.push_back(std::pow(2.0, exponent(random)) * (i % 3 == 0 ? -1 : 1));
    ExactSum many;
    many.add(values);
    EXPECT_TRUE(many == sum_of(values));
    // As large as that goes, as often as fits.
    const std::vector<double> large(3000, std::nextafter(std::pow(2.0, 43), 0.0));
    ExactSum sum;
    sum.add(large);
    EXPECT_TRUE(sum == sum_of(large));
}

TEST(ExactSum, GivesBackWhatWasAddedSince) {
    ExactSum sum = sum_of({1e300, 0.1, 3});
    const ExactSum earlier = sum;
    sum.add(0.7);
    sum.subtract(earlier);
    EXPECT_EQ(sum.value(), 0.7);
}

}  // namespace
}  // namespace k6::metrics
