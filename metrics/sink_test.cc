#include "metrics/sink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace k6::metrics {
namespace {

constexpr WallTime at(std::int64_t nanoseconds) { return WallTime{std::chrono::nanoseconds{nanoseconds}}; }

Sink sink_of(MetricType type, const std::vector<double>& values) {
    Sink sink(type);
    std::int64_t time = 0;
    for (double value : values) sink.add(value, at(++time));
    return sink;
}

TEST(CounterSink, AddsUp) {
    const Sink sink = sink_of(MetricType::counter, {1, 2.5, -0.5});
    EXPECT_EQ(sink.counter().count(), 3);
    EXPECT_TRUE(Sink(MetricType::counter).empty());
    EXPECT_FALSE(sink_of(MetricType::counter, {0}).empty());
}

TEST(GaugeSink, KeepsLastMinAndMax) {
    const Sink sink = sink_of(MetricType::gauge, {-3, -5, -4});
    EXPECT_EQ(sink.gauge().value(), -4);
    EXPECT_EQ(sink.gauge().min(), -5);
    EXPECT_EQ(sink.gauge().max(), -3);
}

TEST(GaugeSink, MergesByTime) {
    GaugeSink early;
    early.add(1, at(10));
    GaugeSink late;
    late.add(2, at(20));
    GaugeSink tie;
    tie.add(9, at(20));
    GaugeSink forward = early;
    forward.merge(late);
    forward.merge(tie);
    GaugeSink backward = tie;
    backward.merge(late);
    backward.merge(early);
    backward.merge(GaugeSink());
    for (const GaugeSink& merged : {forward, backward}) {
        EXPECT_EQ(merged.value(), 9);
        EXPECT_EQ(merged.min(), 1);
        EXPECT_EQ(merged.max(), 9);
    }
}

TEST(RateSink, CountsWhatIsNotZero) {
    const Sink sink = sink_of(MetricType::rate, {1, 0, -2, 0.5});
    EXPECT_EQ(sink.rate().rate(), 0.75);
    EXPECT_EQ(sink.rate().passes(), 3U);
    EXPECT_EQ(sink.rate().fails(), 1U);
    EXPECT_EQ(RateSink().rate(), 0);
}

TEST(TrendSink, InterpolatesBetweenExactValues) {
    const Sink sink = sink_of(MetricType::trend, {4, 1, 3, 2});
    const TrendSink& trend = sink.trend();
    EXPECT_EQ(trend.quantile(0), 1);
    EXPECT_EQ(trend.quantile(1), 4);
    EXPECT_EQ(trend.med(), 2.5);
    EXPECT_DOUBLE_EQ(trend.quantile(0.9), 3.7);
    EXPECT_DOUBLE_EQ(trend.quantile(0.95), 3.85);
    EXPECT_EQ(trend.avg(), 2.5);
    EXPECT_EQ(trend.count(), 4U);
}

TEST(TrendSink, OfOneValueIsThatValue) {
    const Sink sink = sink_of(MetricType::trend, {-7.5});
    for (double p : {0.0, 0.3, 1.0}) EXPECT_EQ(sink.trend().quantile(p), -7.5);
    EXPECT_EQ(sink.trend().max(), -7.5);
}

TEST(TrendSink, OfNothingIsZero) {
    const TrendSink trend;
    EXPECT_EQ(trend.avg(), 0);
    EXPECT_EQ(trend.quantile(0.9), 0);
    EXPECT_EQ(trend.min(), 0);
    EXPECT_EQ(trend.max(), 0);
}

TEST(TrendSink, TakesInfinities) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const Sink sink = sink_of(MetricType::trend, {1, infinity, infinity});
    EXPECT_EQ(sink.trend().quantile(0.75), infinity);
    EXPECT_EQ(sink.trend().avg(), infinity);
}

TEST(TrendSink, IsExactUpToItsLimitAndNearBeyond) {
    TrendSink trend;
    std::vector<double> values;
    std::mt19937_64 random(3);
    for (std::size_t i = 0; i < TrendSink::exact_limit; ++i) {
        values.push_back(std::lognormal_distribution(3.0, 1.0)(random));
        trend.add(values.back());
    }
    EXPECT_TRUE(trend.exact());
    std::ranges::sort(values);
    EXPECT_EQ(trend.quantile(1.0 / 4095 * 4000), values[4000]);
    trend.add(values.back());
    EXPECT_FALSE(trend.exact());
    EXPECT_EQ(trend.histogram().count(), TrendSink::exact_limit + 1);
    EXPECT_NEAR(trend.quantile(0.95), values[static_cast<std::size_t>(0.95 * 4096)], values.back() * 0.002);
    EXPECT_EQ(trend.quantile(1), trend.max());
    EXPECT_EQ(trend.quantile(0), trend.min());
}

// Zeros take a way of their own once there are many values.
TEST(TrendSink, CountsZerosAmongMany) {
    for (const double other : {1.5, -1.5}) {
        TrendSink trend;
        const std::size_t count = 4 * TrendSink::exact_limit;
        for (std::size_t i = 0; i < count; ++i) trend.add(i < 2 * TrendSink::exact_limit || i % 4 == 0 ? other : 0);
        EXPECT_FALSE(trend.exact());
        EXPECT_EQ(trend.count(), count);
        EXPECT_EQ(trend.sum(), other * static_cast<double>(count) * 5 / 8);
        EXPECT_EQ(trend.min(), std::min(other, 0.0));
        EXPECT_EQ(trend.max(), std::max(other, 0.0));
        EXPECT_EQ(trend.quantile(other > 0 ? 0.3 : 0.7), 0);
        EXPECT_NEAR(trend.quantile(other > 0 ? 0.45 : 0.55), other, 0.002 * 1.5);
    }
}

// However samples are spread over sinks, and in whatever order these are merged, the whole is the same.
class Merging : public testing::TestWithParam<std::size_t> {};

TEST_P(Merging, DoesNotDependOnThePartition) {
    std::mt19937_64 random(GetParam());
    for (const MetricType type : {MetricType::counter, MetricType::gauge, MetricType::rate, MetricType::trend}) {
        Sink whole(type);
        std::vector<Sink> parts(7, Sink(type));
        for (std::size_t i = 0; i < GetParam(); ++i) {
            const double value = static_cast<double>(random() % 100'000) / 10 - 500;
            const WallTime time = at(static_cast<std::int64_t>(i));
            whole.add(value, time);
            parts[std::min<std::size_t>(random() % 10, 6)].add(value, time);
        }
        std::ranges::shuffle(parts, random);
        Sink merged(type);
        for (const Sink& part : parts) merged.merge(part);

        EXPECT_EQ(merged.empty(), whole.empty());
        switch (type) {
            case MetricType::counter:
                EXPECT_DOUBLE_EQ(merged.counter().count(), whole.counter().count());
                break;
            case MetricType::gauge:
                EXPECT_EQ(merged.gauge().value(), whole.gauge().value());
                EXPECT_EQ(merged.gauge().min(), whole.gauge().min());
                EXPECT_EQ(merged.gauge().max(), whole.gauge().max());
                break;
            case MetricType::rate:
                EXPECT_EQ(merged.rate().passes(), whole.rate().passes());
                EXPECT_EQ(merged.rate().total(), whole.rate().total());
                break;
            case MetricType::trend:
                EXPECT_EQ(merged.trend().exact(), GetParam() <= TrendSink::exact_limit);
                EXPECT_EQ(merged.trend().count(), whole.trend().count());
                EXPECT_DOUBLE_EQ(merged.trend().avg(), whole.trend().avg());
                EXPECT_EQ(merged.trend().min(), whole.trend().min());
                EXPECT_EQ(merged.trend().max(), whole.trend().max());
                for (double p : {0.0, 0.1, 0.5, 0.9, 0.95, 0.999, 1.0}) {
                    EXPECT_EQ(merged.trend().quantile(p), whole.trend().quantile(p)) << p;
                }
                break;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Sizes, Merging,
                         testing::Values(0, 1, 10, TrendSink::exact_limit, TrendSink::exact_limit + 1, 30'000));

TEST(Sink, RefusesToMergeAnotherType) {
    Sink counter(MetricType::counter);
    EXPECT_THROW(counter.merge(Sink(MetricType::rate)), std::bad_variant_access);
    EXPECT_EQ(counter.type(), MetricType::counter);
}

}  // namespace
}  // namespace k6::metrics
