#include "metrics/metric.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace k6::metrics {
namespace {

TEST(Registry, KnowsTheBuiltInMetricsUnderTheirFixedIds) {
    const Registry registry;
    EXPECT_EQ(registry.size(), builtin_metrics.size());
    for (const BuiltinMetric& row : builtin_metrics) {
        const Metric* metric = registry.find(row.name);
        ASSERT_NE(metric, nullptr) << row.name;
        EXPECT_EQ(metric->id, MetricId{row.id});
        EXPECT_EQ(metric->type, row.type);
        EXPECT_EQ(metric->contains, row.contains);
        EXPECT_EQ(&registry.at(row.id), metric);
    }
}

TEST(Registry, DeclaresAndFindsAgain) {
    Registry registry;
    const auto first = registry.declare("my_rate", MetricType::rate);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->index, builtin_metrics.size());
    const auto second = registry.declare("my_trend", MetricType::trend, ValueKind::time);
    ASSERT_TRUE(second);
    EXPECT_EQ(registry.declare("my_rate", MetricType::rate).value(), *first);
    EXPECT_EQ(registry.at(*second).name, "my_trend");
    EXPECT_EQ(registry.find("nope"), nullptr);
    EXPECT_THROW(static_cast<void>(registry.at(MetricId{1000})), std::out_of_range);
}

TEST(Registry, HoldsNamesToTheRule) {
    Registry registry;
    for (const std::string& name : {std::string("ab"), std::string("_1"), std::string("A_9"), std::string(129, 'x')}) {
        EXPECT_TRUE(registry.declare(name, MetricType::counter)) << name;
    }
    for (const std::string& name : {std::string(), std::string("a"), std::string("1a"), std::string("a-b"),
                                    std::string("a b"), std::string("ä_"), std::string(130, 'x')}) {
        const auto declared = registry.declare(name, MetricType::counter);
        ASSERT_FALSE(declared) << name;
        EXPECT_EQ(declared.error().error_class, ErrorClass::script_exception);
        EXPECT_EQ(declared.error().message,
                  "Invalid metric name: '" + name +
                      "'. Metric names must only include up to 128 ASCII letters, numbers, or underscores and start "
                      "with a letter or an underscore.");
    }
}

TEST(Registry, RefusesTheSameNameWithAnotherMeaning) {
    Registry registry;
    ASSERT_TRUE(registry.declare("abc", MetricType::counter));
    EXPECT_EQ(registry.declare("abc", MetricType::trend).error().message,
              "metric 'abc' already exists but with type counter, instead of trend");
    EXPECT_EQ(registry.declare("abc", MetricType::counter, ValueKind::time).error().message,
              "metric 'abc' already exists but with a value type default, instead of time");
    EXPECT_FALSE(registry.declare("http_req_duration", MetricType::trend));
    EXPECT_EQ(registry.declare("http_req_duration", MetricType::trend, ValueKind::time).value(),
              MetricId{Builtin::http_req_duration});
}

TEST(Registry, GivesConcurrentDeclarersOneId) {
    Registry registry;
    std::vector<std::vector<MetricId>> ids(4);
    std::vector<std::thread> threads;
    for (auto& mine : ids) {
        threads.emplace_back([&registry, &mine] {
            for (int i = 0; i < 100; ++i) {
                mine.push_back(registry.declare("metric_" + std::to_string(i), MetricType::trend).value());
                static_cast<void>(registry.at(mine.back()).name);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(registry.size(), builtin_metrics.size() + 100);
    for (const auto& mine : ids) EXPECT_EQ(mine, ids.front());
}

}  // namespace
}  // namespace k6::metrics
