#include "dsl/threshold.h"

#include <gtest/gtest.h>

#include "dsl/call.h"
#include "metrics/threshold.h"

namespace k6::dsl {
namespace {

using namespace std::chrono_literals;

constexpr Counter orders{"orders"};
constexpr Gauge queue{"queue"};
constexpr Rate login_ok{"login_ok"};
constexpr Trend size{"size"};

TEST(Threshold, WritesTheGrammarOfScripts) {
    struct Case {
        Threshold threshold;
        std::string metric;
        std::string source;
    };
    const Case cases[] = {
        {p<95>(http_req_duration) < 300ms, "http_req_duration", "p(95)<300"},
        {p<99.9>(http_req_duration) <= 1500us, "http_req_duration", "p(99.9)<=1.5"},
        {avg(iteration_duration) < 2s, "iteration_duration", "avg<2000"},
        {med(size) != 4.5, "size", "med!=4.5"},
        {min(size) == 0, "size", "min==0"},
        {max(size) > 10, "size", "max>10"},
        {rate(http_req_failed) < 1_pct, "http_req_failed", "rate<0.01"},
        {rate(login_ok) >= 99.5_pct, "login_ok", "rate>=0.995"},
        {count(orders) > 100, "orders", "count>100"},
        {rate(http_reqs) > 100_per_s, "http_reqs", "rate>100"},
        {value(queue) < 7, "queue", "value<7"},
        {rate(http_req_failed.tagged({{"kind", "login"}})) < 1_pct, "http_req_failed{kind:login}", "rate<0.01"},
        {p<90>(http_req_duration.tagged({{"a", "b"}, {"c", "d"}})) < 1s, "http_req_duration{a:b,c:d}", "p(90)<1000"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(c.threshold.metric, c.metric);
        EXPECT_EQ(c.threshold.item.source, c.source);
        EXPECT_FALSE(c.threshold.item.abort_on_fail);
        EXPECT_TRUE(metrics::ThresholdExpression::parse(c.source)) << c.source;
    }
}

TEST(Threshold, AbortsOnRequest) {
    const Threshold at_once = (rate(checks) > 95_pct).abort_on_fail();
    EXPECT_TRUE(at_once.item.abort_on_fail);
    EXPECT_FALSE(at_once.item.delay_abort_eval);
    const Threshold later = (rate(checks) > 95_pct).abort_on_fail(10s);
    EXPECT_EQ(later.item.delay_abort_eval, Duration(10s));
}

TEST(Threshold, DataIsComparedWithSizes) {
    EXPECT_EQ((count(data_received) < 10_MiB).item.source, "count<10485760");
    EXPECT_EQ((rate(data_sent) < 500_kB / 2s).item.source, "rate<250000");
    EXPECT_EQ((rate(http_reqs) > 120_per_min).item.source, "rate>2");
    EXPECT_EQ((count(http_reqs) > 100000).item.source, "count>100000");
}

TEST(Calls, BringTheirMetrics) {
    constexpr Calls<"db"> db;
    EXPECT_EQ(db.reqs.name, "db_reqs");
    EXPECT_EQ((p<95>(db.duration) < 20ms).metric, "db_req_duration");
    EXPECT_EQ((rate(db.failed) < 1_pct).metric, "db_req_failed");
    const MetricList metrics{db, Counter{"orders"}};
    ASSERT_EQ(metrics.size(), 4U);
    EXPECT_EQ(metrics[1].name, "db_req_duration");
    EXPECT_EQ(metrics[1].contains, metrics::ValueKind::time);
    EXPECT_EQ(metrics[3].name, "orders");
}

// What must not compile is in tests/misuse.

}  // namespace
}  // namespace k6::dsl
