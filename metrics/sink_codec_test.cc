#include "metrics/sink_codec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace k6::metrics {
namespace {

WallTime at(std::int64_t nanoseconds) { return WallTime{std::chrono::nanoseconds{nanoseconds}}; }

std::string bytes_of(const Sink& sink) {
    ByteWriter writer;
    SinkCodec::encode(sink, writer);
    return writer.bytes();
}

Result<Sink> decoded(const std::string& bytes) {
    ByteReader reader(bytes);
    auto sink = SinkCodec::decode(reader);
    if (sink && !reader.at_end()) return Error{ErrorClass::generic, "bytes are left"};
    return sink;
}

Sink sink_of(MetricType type, const std::vector<double>& values) {
    Sink sink(type);
    std::int64_t time = 0;
    for (double value : values) sink.add(value, at(++time));
    return sink;
}

std::vector<double> many(std::size_t count) {
    std::mt19937_64 random(3);
    std::lognormal_distribution<double> latency(3, 1);
    std::vector<double> values{0, -0.0, -5, 1e300, std::numeric_limits<double>::infinity()};
    while (values.size() < count) values.push_back(latency(random));
    return values;
}

TEST(SinkCodec, GivesBackWhatItWrote) {
    for (const MetricType type : {MetricType::counter, MetricType::gauge, MetricType::rate, MetricType::trend}) {
        for (const std::vector<double>& values :
             {std::vector<double>{}, {1}, {0}, {-1.5, 2, 2}, many(100), many(TrendSink::exact_limit + 1)}) {
            const std::string bytes = bytes_of(sink_of(type, values));
            const auto again = decoded(bytes);
            ASSERT_TRUE(again) << to_string(type) << " of " << values.size() << ": " << again.error().message;
            EXPECT_EQ(bytes_of(*again), bytes);
        }
    }
}

TEST(SinkCodec, KeepsTheMeasures) {
    const Sink exact = sink_of(MetricType::trend, {3, 1, 2, 10});
    const TrendSink again = decoded(bytes_of(exact))->trend();
    EXPECT_TRUE(again.exact());
    EXPECT_EQ(again.count(), 4U);
    EXPECT_EQ(again.sum(), 16);
    EXPECT_EQ(again.med(), 2.5);
    const Sink large = sink_of(MetricType::trend, many(10'000));
    EXPECT_FALSE(decoded(bytes_of(large))->trend().exact());
    EXPECT_EQ(decoded(bytes_of(large))->trend().quantile(0.9), large.trend().quantile(0.9));
}

// One form for each content: not by the order of the samples, nor by how they were spread.
TEST(SinkCodec, WritesEqualSinksAlike) {
    for (const std::size_t size : {std::size_t{1000}, TrendSink::exact_limit * 2}) {
        std::vector<double> values = many(size);
        const std::string whole = bytes_of(sink_of(MetricType::trend, values));
        std::mt19937_64 random(1);
        std::shuffle(values.begin(), values.end(), random);
        Sink merged(MetricType::trend);
        for (std::size_t part = 0; part < 5; ++part) {
            Sink one(MetricType::trend);
            for (std::size_t i = part; i < values.size(); i += 5) one.add(values[i], at(0));
            merged.merge(*decoded(bytes_of(one)));
        }
        EXPECT_EQ(bytes_of(merged), whole);
    }
}

TEST(SinkCodec, RefusesDamage) {
    for (const MetricType type : {MetricType::counter, MetricType::gauge, MetricType::rate, MetricType::trend}) {
        const std::string bytes = bytes_of(sink_of(type, many(50)));
        for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(decoded(bytes.substr(0, size)));
    }
    EXPECT_FALSE(decoded("\x04"));
    // A rate with more passes than samples; a trend with more exact values than fit; a varint of eleven bytes.
    EXPECT_FALSE(decoded(std::string("\x02\x01\x02", 3)));
    EXPECT_FALSE(decoded(std::string("\x02") + std::string(10, '\xff') + "\x01"));
    // Two forms of one number.
    EXPECT_FALSE(decoded(std::string("\x02\x81\x00\x00", 4)));
}

TEST(SinkSince, IsWhatWasAdded) {
    Sink counter = sink_of(MetricType::counter, {1, 2});
    const Sink counted = counter;
    counter.add(0.5, at(9));
    EXPECT_EQ(counter.since(counted).counter().count(), 0.5);
    EXPECT_TRUE(counter.since(counter).empty());

    Sink gauge = sink_of(MetricType::gauge, {5, 7});
    const Sink gauged = gauge;
    EXPECT_TRUE(gauge.since(gauged).empty());
    gauge.add(6, at(9));
    EXPECT_EQ(gauge.since(gauged).gauge().value(), 6);

    Sink rate = sink_of(MetricType::rate, {1, 1});
    const Sink rated = rate;
    rate.add(0, at(9));
    EXPECT_EQ(rate.since(rated).rate().rate(), 0);
}

TEST(SinkSince, OfATrendIsInBuckets) {
    Sink trend = sink_of(MetricType::trend, {5, 1, 5, 9});
    const Sink before = trend;
    trend.add(5, at(9));
    trend.add(20, at(9));
    const Sink part = trend.since(before);
    EXPECT_FALSE(part.trend().exact());
    EXPECT_EQ(part.trend().count(), 2U);
    EXPECT_NEAR(part.trend().min(), 5, 5 * 0.002);
    EXPECT_NEAR(part.trend().max(), 20, 20 * 0.002);
    EXPECT_EQ(part.trend().sum(), 25);
    EXPECT_TRUE(trend.since(trend).empty());
}

// However samples were spread, and whether they were exact before.
TEST(SinkSince, OfPartsAddsUp) {
    std::mt19937_64 random(1);
    std::lognormal_distribution<double> latency(3, 1);
    Sink whole(MetricType::trend);
    std::vector<Sink> parts(3, Sink(MetricType::trend));
    const auto add = [&](int count) {
        for (int i = 0; i < count; ++i) {
            const double value = latency(random);
            whole.add(value, at(1));
            parts[random() % parts.size()].add(value, at(1));
        }
    };
    add(6000);
    const Sink before = whole;
    const std::vector<Sink> parts_before = parts;
    add(3000);
    Sink merged(MetricType::trend);
    for (std::size_t i = 0; i < parts.size(); ++i) merged.merge(parts[i].since(parts_before[i]));
    EXPECT_EQ(bytes_of(merged), bytes_of(whole.since(before)));
    EXPECT_EQ(merged.trend().count(), 3000U);
}

}  // namespace
}  // namespace k6::metrics
