#include "metrics/summary_text.h"

#include <gtest/gtest.h>

#include "metrics/recorder.h"

namespace k6::metrics {
namespace {

constexpr WallTime now{std::chrono::nanoseconds{1}};

/// A run in miniature: what a test records ends up in a summary.
class SummaryText : public testing::Test {
protected:
    void thresholds(std::vector<ThresholdDefinition> definitions) {
        auto created = ThresholdSet::create(definitions, registry, submetrics);
        ASSERT_TRUE(created) << created.error().message;
        set = std::move(*created);
    }
    void start() { recorder.emplace(registry, submetrics); }
    void add(std::string_view metric, std::vector<double> values, TagSetId tags = no_tags) {
        for (double value : values) recorder->add(registry.find(metric)->id, tags, value, now);
    }
    void check(std::string_view group, std::string_view name, std::vector<double> values) {
        TagTable& tags = recorder->tags();
        add("checks", std::move(values),
            tags.with(tags.with(no_tags, SystemTag::group, group), SystemTag::check, name));
    }
    std::string render(SummaryTextOptions options = {}) {
        const RunSnapshot snapshot = recorder->snapshot();
        set.evaluate(snapshot, duration, ThresholdSet::Moment::at_end);
        return render_summary_text(SummaryModel::build(snapshot, registry, submetrics, set, duration), options);
    }

    Registry registry;
    SubmetricSet submetrics;
    ThresholdSet set;
    std::optional<Recorder> recorder;
    Duration duration = std::chrono::seconds(2);
};

TEST_F(SummaryText, OfNothing) {
    start();
    EXPECT_EQ(render(),
              "\n"
              "  █ TOTAL RESULTS \n"
              "\n");
}

TEST_F(SummaryText, OfAWholeRun) {
    registry.declare("my_counter", MetricType::counter).value();
    registry.declare("my_gauge", MetricType::gauge).value();
    registry.declare("my_rate", MetricType::rate).value();
    registry.declare("my_time", MetricType::trend, ValueKind::time).value();
    registry.declare("my_trend", MetricType::trend).value();
    submetrics.add_defaults(registry, SystemTagSet::defaults());
    thresholds({{"checks", {{"rate>0.9"}}},
                {"http_req_duration", {{"p(95)<500"}, {"p(99.9) < 1"}, {"p(77)<1"}}},
                {"http_req_duration{kind:slow}", {{"max<10"}}},
                {"http_req_failed{status:404}", {{"rate<0.1"}}},
                {"http_reqs", {{"count>=5"}, {"rate>1000"}}},
                {"my_gauge", {{"value==2"}}}});
    start();
    TagTable& tags = recorder->tags();
    check("", "status is 200", {1, 1, 1});
    check("::a", "inner check", {1, 0, 1});
    check("::b", "inner check", {1, 0, 1});
    add("my_counter", {7, 8});
    add("my_gauge", {0, 1, 2});
    add("my_rate", {1, 0, 0});
    add("my_time", {12.34, 37.03});
    add("my_trend", {0, 1, 2, 3});
    const TagSetId expected = tags.with(no_tags, SystemTag::expected_response, "true");
    add("http_req_duration", {0.62613, 40, 2.92}, expected);
    add("http_req_duration", {94.4949}, tags.with(expected, "kind", "slow"));
    add("http_req_failed", {0, 0, 0});
    add("http_req_failed", {1}, tags.with(no_tags, SystemTag::status, "404"));
    add("http_reqs", std::vector<double>(19, 1.0));
    add("http_req_waiting", {1});
    add("group_duration", {1});
    add("iterations", {1, 1, 1, 1, 1, 1});
    add("iteration_duration", {638.5, 640});
    add("vus", {2});
    add("data_received", {2900});
    add("data_sent", {1500});
    EXPECT_EQ(render(),
              "\n"
              "  █ THRESHOLDS \n"
              "\n"
              "    checks\n"
              "    ✗ 'rate>0.9' rate=77.77%\n"
              "\n"
              "    http_req_duration\n"
              "    ✓ 'p(95)<500' p(95)=86.32ms\n"
              "    ✗ 'p(99.9) < 1' p(99.9)=94.33ms\n"
              "    ✗ 'p(77)<1' p(77)=56.89ms\n"
              "\n"
              "      {kind:slow}\n"
              "      ✗ 'max<10' max=94.49ms\n"
              "\n"
              "    http_req_failed{status:404}\n"
              "    ✗ 'rate<0.1' rate=100.00%\n"
              "\n"
              "    http_reqs\n"
              "    ✓ 'count>=5' count=19\n"
              "    ✗ 'rate>1000' rate=9.5/s\n"
              "\n"
              "    my_gauge\n"
              "    ✓ 'value==2' value=2\n"
              "\n"
              "\n"
              "  █ TOTAL RESULTS \n"
              "\n"
              "    checks_total.......: 9      4.5/s\n"
              "    checks_succeeded...: 77.77% 7 out of 9\n"
              "    checks_failed......: 22.22% 2 out of 9\n"
              "\n"
              "    ✓ status is 200\n"
              "    ✗ inner check\n"
              "      ↳  66% — ✓ 4 / ✗ 2\n"
              "\n"
              "    CUSTOM\n"
              "    my_counter.....................: 15      7.5/s\n"
              "    my_gauge.......................: 2       min=0      max=2\n"
              "    my_rate........................: 33.33%  1 out of 3\n"
              "    my_time........................: avg=24.68ms  min=12.34ms  med=24.68ms  max=37.03ms p(90)=34.56ms  "
              "p(95)=35.79ms \n"
              "    my_trend.......................: avg=1.5      min=0        med=1.5      max=3       p(90)=2.7      "
              "p(95)=2.85    \n"
              "\n"
              "    HTTP\n"
              "    http_req_duration..............: avg=34.51ms  min=626.13µs med=21.46ms  max=94.49ms p(90)=78.14ms  "
              "p(95)=86.32ms \n"
              "      { expected_response:true }...: avg=34.51ms  min=626.13µs med=21.46ms  max=94.49ms p(90)=78.14ms  "
              "p(95)=86.32ms \n"
              "      { kind:slow }................: avg=94.49ms  min=94.49ms  med=94.49ms  max=94.49ms p(90)=94.49ms  "
              "p(95)=94.49ms \n"
              "    http_req_failed................: 25.00%  1 out of 4\n"
              "      { status:404 }...............: 100.00% 1 out of 1\n"
              "    http_reqs......................: 19      9.5/s\n"
              "\n"
              "    EXECUTION\n"
              "    iteration_duration.............: avg=639.25ms min=638.5ms  med=639.25ms max=640ms   p(90)=639.85ms "
              "p(95)=639.92ms\n"
              "    iterations.....................: 6       3/s\n"
              "    vus............................: 2       min=2      max=2\n"
              "\n"
              "    NETWORK\n"
              "    data_received..................: 2.9 kB  1.5 kB/s\n"
              "    data_sent......................: 1.5 kB  750 B/s\n"
              "\n");
}

TEST_F(SummaryText, WithOtherColumnsAndUnit) {
    start();
    add("http_req_duration", {1.5, 2.5});
    SummaryTextOptions options;
    options.trend_stats = {TrendStat::parse("avg").value(), TrendStat::parse("count").value(),
                           TrendStat::parse("p(99.99)").value()};
    options.time_unit = TimeUnit::microseconds;
    EXPECT_EQ(render(options),
              "\n"
              "  █ TOTAL RESULTS \n"
              "\n"
              "    HTTP\n"
              "    http_req_duration...: avg=2000.00µs count=2 p(99.99)=2499.90µs\n"
              "\n");
}

TEST_F(SummaryText, InColour) {
    thresholds({{"http_req_duration", {{"p(95)<500"}}}, {"http_reqs", {{"count<1"}}}});
    start();
    check("", "good", {1});
    check("", "bad", {0});
    add("http_req_duration", {43.76});
    add("http_reqs", {1, 1, 1, 1});
    SummaryTextOptions options;
    options.colour = true;
    const std::string text = render(options);
    for (const std::string_view line : {
             "  █ \x1b[1mTHRESHOLDS\x1b[0m \n",
             "    \x1b[32m✓\x1b[0m \x1b[37m'p(95)<500'\x1b[0m \x1b[37mp(95)\x1b[0m=\x1b[36m43.76ms\x1b[0m\n",
             "    \x1b[31m✗\x1b[0m \x1b[37m'count<1'\x1b[0m \x1b[37mcount\x1b[0m=\x1b[36m4\x1b[0m\n",
             "    \x1b[1mHTTP\x1b[0m\n",
             "    http_reqs\x1b[2;37m...........:\x1b[0m \x1b[36m4\x1b[0m \x1b[2;36m2/s\x1b[0m\n",
             "    \x1b[32m✓ good\x1b[0m\n",
             "    \x1b[31m✗ bad\x1b[0m\n      \x1b[31m↳  0% — ✓ 0 / ✗ 1\x1b[0m\n",
             "    checks_total\x1b[2;37m.......:\x1b[0m \x1b[36m2\x1b[0m      \x1b[2;36m1/s\x1b[0m\n",
         }) {
        EXPECT_NE(text.find(line), std::string::npos) << line << "\nin\n" << text;
    }
}

TEST_F(SummaryText, ShowsWhatHasAThresholdButNoSamples) {
    thresholds({{"http_reqs{a:b}", {{"count>1"}}}, {"ws_sessions", {}}});
    start();
    EXPECT_EQ(render(),
              "\n"
              "  █ THRESHOLDS \n"
              "\n"
              "    http_reqs{a:b}\n"
              "    ✗ 'count>1' count=0\n"
              "\n"
              "\n"
              "  █ TOTAL RESULTS \n"
              "\n"
              "    HTTP\n"
              "    http_reqs.....: 0 0/s\n"
              "      { a:b }.....: 0 0/s\n"
              "\n"
              "    WEBSOCKET\n"
              "    ws_sessions...: 0 0/s\n"
              "\n");
}

TEST_F(SummaryText, PutsMetricsInTheirSections) {
    registry.declare("browser_web_vital_lcp", MetricType::counter).value();
    registry.declare("browser_data_sent", MetricType::counter, ValueKind::data).value();
    registry.declare("grpc_streams", MetricType::counter).value();
    registry.declare("checks_of_mine", MetricType::counter).value();
    start();
    for (std::string_view name : {"browser_web_vital_lcp", "browser_data_sent", "grpc_streams", "ws_sessions",
                                  "dropped_iterations", "checks_of_mine"}) {
        add(name, {1});
    }
    EXPECT_EQ(render(),
              "\n"
              "  █ TOTAL RESULTS \n"
              "\n"
              "    CUSTOM\n"
              "    checks_of_mine..........: 1   0.5/s\n"
              "\n"
              "    EXECUTION\n"
              "    dropped_iterations......: 1   0.5/s\n"
              "\n"
              "    BROWSER\n"
              "    browser_data_sent.......: 1 B 0.5 B/s\n"
              "\n"
              "    WEB_VITALS\n"
              "    browser_web_vital_lcp...: 1   0.5/s\n"
              "\n"
              "    GRPC\n"
              "    grpc_streams............: 1   0.5/s\n"
              "\n"
              "    WEBSOCKET\n"
              "    ws_sessions.............: 1   0.5/s\n"
              "\n");
}

// The line below a failed check stands further in with each level than the check itself.
TEST_F(SummaryText, IndentsTheChecksOfNestedGroups) {
    submetrics.add_breakdown({scenario_and_group, 100});
    start();
    check("::a", "one", {0});
    check("::a::b", "two", {1, 0});
    check("::a::b::c", "three", {0, 0, 1});
    SummaryTextOptions options;
    options.layout = SummaryLayout::full;
    const std::string text = render(options);
    EXPECT_EQ(text.substr(text.find("  █ GROUP")),
              "  █ GROUP: a \n"
              "\n"
              "    checks_total.......: 1       0.5/s\n"
              "    checks_succeeded...: 0.00%   0 out of 1\n"
              "    checks_failed......: 100.00% 1 out of 1\n"
              "\n"
              "    ✗ one\n"
              "      ↳  0% — ✓ 0 / ✗ 1\n"
              "\n"
              "    ↳ GROUP: b \n"
              "\n"
              "      checks_total.......: 2      1/s\n"
              "      checks_succeeded...: 50.00% 1 out of 2\n"
              "      checks_failed......: 50.00% 1 out of 2\n"
              "\n"
              "      ✗ two\n"
              "          ↳  50% — ✓ 1 / ✗ 1\n"
              "\n"
              "      ↳ GROUP: c \n"
              "\n"
              "        checks_total.......: 3      1.5/s\n"
              "        checks_succeeded...: 33.33% 1 out of 3\n"
              "        checks_failed......: 66.66% 2 out of 3\n"
              "\n"
              "        ✗ three\n"
              "              ↳  33% — ✓ 1 / ✗ 2\n"
              "\n"
              "\n"
              "\n");
}

// With the system tag `check` off there are numbers, but no names.
TEST_F(SummaryText, CountsUnnamedChecks) {
    start();
    add("checks", {1, 0});
    EXPECT_EQ(render(),
              "\n"
              "  █ TOTAL RESULTS \n"
              "\n"
              "    checks_total.......: 2      1/s\n"
              "    checks_succeeded...: 50.00% 1 out of 2\n"
              "    checks_failed......: 50.00% 1 out of 2\n"
              "\n");
}

}  // namespace
}  // namespace k6::metrics
