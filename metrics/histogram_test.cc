#include "metrics/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace k6::metrics {
namespace {

double exact_quantile(const std::vector<double>& sorted, double p) {
    const double position = p * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (position - static_cast<double>(below));
}

constexpr double quantiles[] = {0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999, 1};

struct Distribution {
    std::string name;
    std::function<double(std::mt19937_64&)> draw;
};

class HistogramOn : public testing::TestWithParam<Distribution> {};

TEST_P(HistogramOn, StaysWithinItsErrorBound) {
    std::mt19937_64 random(12345);
    Histogram histogram;
    std::vector<double> values;
    for (int i = 0; i < 100'000; ++i) {
        values.push_back(GetParam().draw(random));
        histogram.record(values.back());
    }
    std::ranges::sort(values);
    EXPECT_EQ(histogram.count(), values.size());
    for (double p : quantiles) {
        const double exact = exact_quantile(values, p);
        EXPECT_NEAR(histogram.quantile(p), exact, std::fabs(exact) * 0.002) << p;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Distributions, HistogramOn,
    testing::Values(
        Distribution{"uniform", [](auto& random) { return std::uniform_real_distribution(0.5, 1000.0)(random); }},
        Distribution{"log_normal", [](auto& random) { return std::lognormal_distribution(1.0, 1.5)(random); }},
        Distribution{"bimodal",
                     [](auto& random) {
                         const bool slow = std::bernoulli_distribution(0.1)(random);
                         return std::fabs(std::normal_distribution(slow ? 800.0 : 5.0, slow ? 50.0 : 0.5)(random));
                     }},
        Distribution{
            "heavy_tailed",
            [](auto& random) { return std::pow(1 - std::uniform_real_distribution(0.0, 1.0)(random), -1 / 1.1); }},
        Distribution{"negative", [](auto& random) { return -std::lognormal_distribution(1.0, 1.5)(random); }},
        Distribution{"constant", [](auto&) { return 123.456; }}),
    [](const auto& info) { return info.param.name; });

TEST(Histogram, OrdersNegativeZeroAndPositive) {
    Histogram histogram;
    for (double value : {3.0, -100.0, 0.0, 2.0, -1.0, -0.0, 5.0}) histogram.record(value);
    const double sorted[] = {-100, -1, 0, 0, 2, 3, 5};
    for (std::size_t i = 0; i < 7; ++i) {
        EXPECT_NEAR(histogram.quantile(static_cast<double>(i) / 6), sorted[i], std::fabs(sorted[i]) * 0.002) << i;
    }
}

TEST(Histogram, TakesEveryDouble) {
    Histogram histogram;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (double value : {infinity, -infinity, std::numeric_limits<double>::max(),
                         std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::min()}) {
        histogram.record(value);
    }
    EXPECT_EQ(histogram.quantile(0), -infinity);
    EXPECT_EQ(histogram.quantile(1), infinity);
    EXPECT_EQ(histogram.quantile(0.25), 0);
    EXPECT_NEAR(histogram.quantile(0.5), std::numeric_limits<double>::min(),
                std::numeric_limits<double>::min() * 0.002);
    EXPECT_NEAR(histogram.quantile(0.75) / std::numeric_limits<double>::max(), 1, 0.002);
}

TEST(Histogram, IsEmptyAtFirst) {
    EXPECT_EQ(Histogram().quantile(0.5), 0);
    EXPECT_EQ(Histogram().count(), 0U);
}

TEST(Histogram, MergesBucketByBucket) {
    std::mt19937_64 random(7);
    Histogram whole;
    std::vector<Histogram> parts(5);
    for (int i = 0; i < 50'000; ++i) {
        const double value = std::normal_distribution(0.0, 100.0)(random);
        whole.record(value);
        parts[random() % parts.size()].record(value);
    }
    std::ranges::shuffle(parts, random);
    Histogram merged;
    for (const Histogram& part : parts) merged.merge(part);
    EXPECT_EQ(merged.count(), whole.count());
    for (double p : quantiles) EXPECT_EQ(merged.quantile(p), whole.quantile(p)) << p;
}

TEST(Histogram, CopiesAreIndependent) {
    Histogram first;
    first.record(1);
    Histogram second = first;
    second.record(1000);
    first = first.quantile(1) < 2 ? second : first;
    second.record(1e6);
    EXPECT_EQ(first.count(), 2U);
    EXPECT_NEAR(first.quantile(1), 1000, 2);
    EXPECT_NEAR(second.quantile(1), 1e6, 2000);
}

TEST(Histogram, IsSmallForUsualLatencies) {
    std::mt19937_64 random(1);
    Histogram histogram;
    for (int i = 0; i < 1'000'000; ++i) histogram.record(std::lognormal_distribution(2.0, 1.0)(random));
    EXPECT_LT(histogram.memory(), 64U * 1024);
}

}  // namespace
}  // namespace k6::metrics
