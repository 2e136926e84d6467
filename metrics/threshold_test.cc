#include "metrics/threshold.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "metrics/recorder.h"

namespace k6::metrics {
namespace {

using std::chrono::seconds;

constexpr WallTime now{std::chrono::nanoseconds{1}};
constexpr auto during_run = ThresholdSet::Moment::during_run;
constexpr auto at_end = ThresholdSet::Moment::at_end;

TEST(ThresholdExpression, ParsesTheGrammar) {
    const struct {
        std::string_view text;
        Aggregation aggregation;
        double percentile;
        Comparison comparison;
        double limit;
    } cases[] = {
        {"count>5", Aggregation::count, 0, Comparison::greater, 5},
        {"rate<=0.05", Aggregation::rate, 0, Comparison::less_equal, 0.05},
        {"value == 3", Aggregation::value, 0, Comparison::equal, 3},
        {"value===3", Aggregation::value, 0, Comparison::equal, 3},
        {" avg\t!=  -1.5 ", Aggregation::avg, 0, Comparison::not_equal, -1.5},
        {"min>=1e3", Aggregation::min, 0, Comparison::greater_equal, 1000},
        {"max<Inf", Aggregation::max, 0, Comparison::less, INFINITY},
        {"med<0x1p4", Aggregation::med, 0, Comparison::less, 16},
        {"p(95)<500", Aggregation::percentile, 95, Comparison::less, 500},
        {"p(99.99) < +500", Aggregation::percentile, 99.99, Comparison::less, 500},
        {"p(0)>.5", Aggregation::percentile, 0, Comparison::greater, 0.5},
        {"p<5", Aggregation::percentile, 0, Comparison::less, 5},
    };
    for (const auto& one : cases) {
        const auto parsed = ThresholdExpression::parse(one.text);
        ASSERT_TRUE(parsed) << one.text << ": " << parsed.error().message;
        EXPECT_EQ(parsed->aggregation, one.aggregation) << one.text;
        EXPECT_EQ(parsed->percentile, one.percentile) << one.text;
        EXPECT_EQ(parsed->comparison, one.comparison) << one.text;
        EXPECT_EQ(parsed->limit, one.limit) << one.text;
    }
}

TEST(ThresholdExpression, SaysWhatIsWrong) {
    const struct {
        std::string_view text;
        std::string_view message;
    } cases[] = {
        {"count ~ 5", "failed parsing threshold expression \"count ~ 5\"; reason: malformed threshold expression"},
        {"", "failed parsing threshold expression \"\"; reason: malformed threshold expression"},
        {"count>", "failed parsing threshold expression \"count>\"; reason: malformed threshold expression"},
        {"foo>5",
         "failed parsing threshold expression's \"foo>5\" left hand side; reason: failed parsing method from "
         "expression"},
        {">5",
         "failed parsing threshold expression's \">5\" left hand side; reason: failed parsing method from "
         "expression"},
        {"p(ab)<5",
         "failed parsing threshold expression's \"p(ab)<5\" left hand side; reason: malformed percentile "
         "value; reason: parsing \"ab\": not a number"},
        {"p( 95)<5",
         "failed parsing threshold expression's \"p( 95)<5\" left hand side; reason: malformed percentile "
         "value; reason: parsing \" 95\": not a number"},
        {"p(101)<5",
         "failed parsing threshold expression's \"p(101)<5\" left hand side; reason: malformed percentile "
         "value, provide a number between 0 and 100"},
        {"p(NaN)<5",
         "failed parsing threshold expression's \"p(NaN)<5\" left hand side; reason: malformed percentile "
         "value, provide a number between 0 and 100"},
        {"count>abc",
         "failed parsing threshold expresion's \"count>abc\" right hand side; reason: parsing \"abc\": not "
         "a number"},
        {"rate<1%",
         "failed parsing threshold expresion's \"rate<1%\" right hand side; reason: parsing \"1%\": not a "
         "number"},
        {"count<5<6",
         "failed parsing threshold expresion's \"count<5<6\" right hand side; reason: parsing \"5<6\": not "
         "a number"},
    };
    for (const auto& one : cases) {
        const auto parsed = ThresholdExpression::parse(one.text);
        ASSERT_FALSE(parsed) << one.text;
        EXPECT_EQ(parsed.error().error_class, ErrorClass::invalid_config);
        EXPECT_EQ(parsed.error().message, one.message);
    }
}

TEST(ThresholdExpression, ComparesAsDoublesDo) {
    const auto holds = [](std::string_view text, double value) {
        return ThresholdExpression::parse(text)->holds(value);
    };
    EXPECT_TRUE(holds("value<=5", 5));
    EXPECT_FALSE(holds("value<5", 5));
    EXPECT_TRUE(holds("value>=5", 5));
    EXPECT_FALSE(holds("value>5", 5));
    EXPECT_TRUE(holds("value==5", 5));
    EXPECT_FALSE(holds("value!=5", 5));
    EXPECT_FALSE(holds("value<NaN", 5));
    EXPECT_TRUE(holds("value!=NaN", 5));
}

class Thresholds : public testing::Test {
protected:
    Result<ThresholdSet> create(std::vector<ThresholdDefinition> definitions,
                                WithoutData without_data = WithoutData::fails) {
        return ThresholdSet::create(definitions, registry, submetrics, without_data);
    }
    std::string error(ThresholdDefinition definition) {
        const auto created = create({std::move(definition)});
        if (created) return "no error";
        EXPECT_EQ(created.error().error_class, ErrorClass::invalid_config);
        return created.error().message;
    }

    Registry registry;
    SubmetricSet submetrics;
};

TEST_F(Thresholds, AreHeldAgainstTheRegistry) {
    EXPECT_EQ(error({"http_reqs", {{"avg<5"}}}),
              "invalid threshold \"avg<5\" applied on metric http_reqs; reason: unsupported aggregation method avg on "
              "metric of type counter. supported aggregation methods for this metric are: count, rate");
    EXPECT_EQ(error({"http_req_duration{a:b}", {{"count<5"}}}),
              "invalid threshold \"count<5\" applied on metric http_req_duration{a:b}; reason: unsupported aggregation "
              "method count on metric of type trend. supported aggregation methods for this metric are: avg, min, max, "
              "med, p");
    EXPECT_EQ(error({"vus", {{"p(95)<5"}}}),
              "invalid threshold \"p(95)<5\" applied on metric vus; reason: unsupported aggregation method p(95) on "
              "metric of type gauge. supported aggregation methods for this metric are: value");
    EXPECT_EQ(error({"checks", {{"value<5"}}}),
              "invalid threshold \"value<5\" applied on metric checks; reason: unsupported aggregation method value on "
              "metric of type rate. supported aggregation methods for this metric are: rate");
    EXPECT_EQ(error({"nope", {{"count<5"}}}),
              "invalid threshold defined on nope; reason: no metric name \"nope\" found");
    EXPECT_EQ(error({"nope{a:b}", {{"count<5"}}}),
              "invalid threshold defined on nope{a:b}; reason: no metric name \"nope{a:b}\" found");
    EXPECT_EQ(
        error({"http_reqs{a:b", {{"count<5"}}}),
        "unable to validate threshold expressions; reason: parsing metric name failed, metric \"http_reqs{a:b\" has "
        "unmatched opening/close curly brace");
    EXPECT_EQ(error({"http_reqs", {{"count>1"}, {"oops"}}}),
              "failed parsing threshold expression \"oops\"; reason: malformed threshold expression");
}

TEST_F(Thresholds, MakeTheirSubmetrics) {
    registry.declare("my_rate", MetricType::rate).value();
    const auto set = create({{"my_rate{kind:a}", {{"rate<1"}}}, {"http_reqs", {{"count>1"}}}});
    ASSERT_TRUE(set);
    ASSERT_EQ(submetrics.all().size(), 1U);
    EXPECT_EQ(set->all()[0].submetric, submetrics.all()[0].id);
    EXPECT_EQ(set->all()[1].submetric, std::nullopt);
    EXPECT_TRUE(set->warnings().empty());
}

TEST_F(Thresholds, WarnAboutMetadata) {
    const auto set = create({{"http_reqs{vu:1,url:x}", {{"count>1"}}}});
    ASSERT_TRUE(set);
    ASSERT_EQ(set->warnings().size(), 1U);
    EXPECT_NE(set->warnings()[0].find("http_reqs{vu:1,url:x}"), std::string::npos);
}

TEST_F(Thresholds, SwitchedOffStillMakeSubmetrics) {
    const std::vector<ThresholdDefinition> definitions = {
        {"http_reqs{a:b}", {{"not even parsed"}}}, {"nope", {}}, {"checks{", {}}, {"checks", {{"rate>2"}}}};
    ThresholdSet set = ThresholdSet::of_metrics_alone(definitions, registry, submetrics);
    EXPECT_EQ(set.warnings(), (std::vector<std::string>{"Invalid metric 'nope' in threshold definitions",
                                                        "Invalid metric 'checks{' in threshold definitions"}));
    ASSERT_EQ(submetrics.all().size(), 1U);
    ASSERT_EQ(set.all().size(), 2U);
    EXPECT_EQ(set.all()[0].submetric, submetrics.all()[0].id);
    EXPECT_TRUE(set.evaluate({}, seconds(10), at_end).breached.empty());
}

TEST_F(Thresholds, MeasureEveryAggregation) {
    const MetricId gauge = registry.declare("my_gauge", MetricType::gauge).value();
    auto set = create(
        {{"http_reqs", {{"count==4"}, {"rate==2"}}},
         {"my_gauge", {{"value==7"}}},
         {"checks", {{"rate==0.5"}}},
         {"http_req_duration", {{"avg==2.5"}, {"min==1"}, {"max==4"}, {"med==2.5"}, {"p(100)==4"}, {"p(50)==2.5"}}},
         {"http_req_duration{a:b}", {{"max==4"}, {"min==4"}}}});
    ASSERT_TRUE(set);
    Recorder recorder(registry, submetrics);
    const TagSetId tagged = recorder.tags().with(no_tags, "a", "b");
    for (double value : {1.0, 2.0, 3.0, 4.0}) {
        recorder.add(Builtin::http_reqs, no_tags, 1, now);
        recorder.add(Builtin::http_req_duration, value == 4 ? tagged : no_tags, value, now);
    }
    recorder.add(gauge, no_tags, 7, now);
    recorder.add(Builtin::checks, no_tags, 1, now);
    recorder.add(Builtin::checks, no_tags, 0, now);
    const auto verdict = set->evaluate(recorder.snapshot(), seconds(2), at_end);
    EXPECT_EQ(verdict.breached_text(), "");
    EXPECT_FALSE(verdict.abort);
    // The same with other numbers fails, one by one.
    for (const auto& [metric, source] :
         std::vector<std::pair<std::string, std::string>>{{"http_reqs", "count!=4"},
                                                          {"http_reqs", "rate<2"},
                                                          {"my_gauge", "value<7"},
                                                          {"checks", "rate>0.5"},
                                                          {"http_req_duration", "avg>2.5"},
                                                          {"http_req_duration", "p(90)>4"},
                                                          {"http_req_duration{a:b}", "min<4"}}) {
        auto failing = create({{metric, {{source}}}});
        ASSERT_TRUE(failing);
        EXPECT_EQ(failing->evaluate(recorder.snapshot(), seconds(2), at_end).breached, std::vector{metric}) << source;
        EXPECT_FALSE(failing->all()[0].thresholds[0].ok);
    }
}

class ThresholdsWithoutData : public Thresholds {
protected:
    ThresholdsWithoutData() { registry.declare("my_gauge", MetricType::gauge).value(); }
    std::vector<ThresholdDefinition> definitions = {{"http_reqs", {{"count>0"}}},
                                                    {"http_req_duration", {{"avg>5"}}},
                                                    {"iteration_duration", {{"p(95)<500"}}},
                                                    {"my_gauge", {{"value>2"}}},
                                                    {"http_req_failed", {{"rate>0.5"}}},
                                                    {"http_reqs{a:b}", {{"rate>1"}}},
                                                    {"http_reqs{status:500}", {{"count<1"}}}};
};

TEST_F(ThresholdsWithoutData, AreJudgedOnlyAtTheEnd) {
    for (const WithoutData without_data : {WithoutData::fails, WithoutData::as_k6}) {
        EXPECT_TRUE(create(definitions, without_data)->evaluate({}, seconds(10), during_run).breached.empty());
    }
}

// As k6: a rate passes, whatever is asked of it; all others are 0.
TEST_F(ThresholdsWithoutData, CountAsZeroWhereThatIsAskedFor) {
    auto set = create(definitions, WithoutData::as_k6);
    EXPECT_EQ(set->evaluate({}, seconds(10), at_end).breached_text(),
              "http_req_duration, http_reqs, http_reqs{a:b}, my_gauge");
    EXPECT_TRUE(set->names_without_data().empty());
    // Nor has a counter a rate if no time has passed.
    EXPECT_EQ(set->evaluate({}, seconds(0), at_end).breached_text(), "http_req_duration, http_reqs, my_gauge");
}

// A counter that counted nothing says so; others have nothing to say.
TEST_F(ThresholdsWithoutData, FailElse) {
    auto set = create(definitions);
    EXPECT_EQ(set->evaluate({}, seconds(10), at_end).breached_text(),
              "http_req_duration, http_req_failed, http_reqs, http_reqs{a:b}, iteration_duration, my_gauge");
    EXPECT_EQ(set->names_without_data(),
              (std::vector<std::string>{"http_req_duration", "iteration_duration", "my_gauge", "http_req_failed"}));
    for (const MetricThresholds& metric : set->all()) {
        EXPECT_EQ(metric.thresholds[0].no_data, metric.type != MetricType::counter) << metric.name;
    }
}

TEST(ThresholdExpression, MayHaveAWindow) {
    const auto parsed = ThresholdExpression::parse("p(95)<300 over 30s");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->limit, 300);
    EXPECT_EQ(parsed->window, seconds(30));
    EXPECT_EQ(ThresholdExpression::parse("rate >= 0.5  over  1m30s")->window, seconds(90));
    EXPECT_EQ(ThresholdExpression::parse("p(95)<300")->window, seconds(0));
    const struct {
        std::string_view text;
        std::string_view message;
    } cases[] = {
        {"p(95)<300 over",
         "failed parsing threshold expresion's \"p(95)<300 over\" right hand side; reason: parsing "
         "\"300 over\": not a number"},
        {"p(95)<300 over x", "failed parsing threshold expression's \"p(95)<300 over x\" window; reason: "},
        {"p(95)<300 over 30", "failed parsing threshold expression's \"p(95)<300 over 30\" window; reason: "},
        {"p(95)<300 over 0s",
         "failed parsing threshold expression's \"p(95)<300 over 0s\" window; reason: it must be "
         "positive and at most 24h"},
        {"p(95)<300 over -5s",
         "failed parsing threshold expression's \"p(95)<300 over -5s\" window; reason: it must "
         "be positive and at most 24h"},
    };
    for (const auto& one : cases) {
        const auto wrong = ThresholdExpression::parse(one.text);
        ASSERT_FALSE(wrong) << one.text;
        EXPECT_EQ(wrong.error().error_class, ErrorClass::invalid_config);
        EXPECT_TRUE(wrong.error().message.starts_with(one.message)) << wrong.error().message;
    }
}

/// Two seconds at a time, as the engine looks at thresholds.
class ThresholdWindows : public Thresholds {
protected:
    void start(std::vector<ThresholdDefinition> definitions) {
        auto created = create(std::move(definitions));
        ASSERT_TRUE(created) << created.error().message;
        set = std::move(*created);
        recorder.emplace(registry, submetrics);
    }
    ThresholdSet::Verdict look(const std::vector<double>& durations) {
        for (double duration : durations) {
            recorder->add(Builtin::http_req_duration, no_tags, duration, now);
            recorder->add(Builtin::http_reqs, no_tags, 1, now);
        }
        elapsed += ThresholdSet::period;
        return set.evaluate(recorder->snapshot(), elapsed, during_run);
    }
    ThresholdSet::Verdict end() { return set.evaluate(recorder->snapshot(), elapsed, at_end); }
    const Threshold& threshold() const { return set.all()[0].thresholds[0]; }

    ThresholdSet set;
    std::optional<Recorder> recorder;
    Duration elapsed{};
};

TEST_F(ThresholdWindows, FailIfOneStretchDoes) {
    start({{"http_req_duration", {{"max<100 over 4s"}, {"avg<100"}}}});
    EXPECT_TRUE(look({10, 10}).breached.empty());
    EXPECT_TRUE(look({10}).breached.empty());
    EXPECT_EQ(look({150}).breached_text(), "http_req_duration");
    for (int i = 0; i < 5; ++i) look(std::vector<double>(20, 10.0));
    EXPECT_EQ(end().breached_text(), "http_req_duration");
    EXPECT_FALSE(threshold().ok);
    ASSERT_TRUE(threshold().worst);
    EXPECT_NEAR(threshold().worst->value, 150, 150 * 0.002);
    EXPECT_EQ(threshold().worst->end, seconds(6));
    // The same without a window is about the whole run.
    EXPECT_TRUE(set.all()[0].thresholds[1].ok);
}

TEST_F(ThresholdWindows, AreJudgedOnceTheyAreFull) {
    start({{"http_reqs", {{"count>=3 over 6s"}}}});
    EXPECT_TRUE(look({1}).breached.empty());
    EXPECT_TRUE(look({1}).breached.empty());
    EXPECT_TRUE(look({1}).breached.empty());
    EXPECT_FALSE(look({}).breached.empty());
}

TEST_F(ThresholdWindows, OfAShortRunAreTheWholeOfIt) {
    start({{"http_req_duration", {{"max<100 over 1m"}}}});
    look({150});
    EXPECT_EQ(end().breached_text(), "http_req_duration");
    EXPECT_EQ(threshold().worst->end, seconds(2));
}

TEST_F(ThresholdWindows, PassOverStretchesWithoutSamples) {
    start({{"http_req_duration", {{"avg<100 over 2s"}}}});
    look({10});
    look({});
    EXPECT_TRUE(end().breached.empty());
    start({{"http_req_duration", {{"avg<100 over 2s"}}}});
    elapsed = {};
    look({});
    EXPECT_EQ(end().breached_text(), "http_req_duration");
    EXPECT_TRUE(threshold().no_data);
}

TEST_F(ThresholdWindows, DivideByTheirLength) {
    start({{"http_reqs", {{"rate>=1 over 4s"}}}});
    look({1, 1});
    look({1, 1});
    EXPECT_TRUE(end().breached.empty());
    EXPECT_EQ(threshold().worst->value, 1);
    EXPECT_FALSE(look({}).breached.empty());
    EXPECT_EQ(threshold().worst->value, 0.5);
}

TEST_F(ThresholdWindows, MayAbortTheRun) {
    start({{"http_req_duration", {{"max<100 over 2s", true}}}});
    EXPECT_FALSE(look({10}).abort);
    EXPECT_TRUE(look({150}).abort);
}

TEST_F(ThresholdWindows, AreJudgedAgainFromTheirSlots) {
    start({{"http_req_duration", {{"max<100 over 4s"}}}});
    look({10});
    look({150});
    look({10});
    look({10});
    end();
    auto again = create({{"http_req_duration", {{"max<100 over 4s"}}}});
    again->restore_slots(0, *set.all()[0].slots, elapsed);
    EXPECT_EQ(again->evaluate(recorder->snapshot(), elapsed, at_end).breached_text(), "http_req_duration");
    EXPECT_NEAR(again->all()[0].thresholds[0].worst->value, 150, 150 * 0.002);
    EXPECT_EQ(again->all()[0].thresholds[0].worst->end, seconds(4));
}

TEST_F(Thresholds, CountByTheirLastEvaluation) {
    auto set = create({{"http_reqs", {{"count>1"}}}});
    ASSERT_TRUE(set);
    Recorder recorder(registry, submetrics);
    recorder.add(Builtin::http_reqs, no_tags, 1, now);
    EXPECT_EQ(set->evaluate(recorder.snapshot(), seconds(2), during_run).breached_text(), "http_reqs");
    recorder.add(Builtin::http_reqs, no_tags, 1, now);
    EXPECT_EQ(set->evaluate(recorder.snapshot(), seconds(4), at_end).breached_text(), "");
    EXPECT_TRUE(set->all()[0].thresholds[0].ok);
}

TEST_F(Thresholds, AbortTheRun) {
    auto set = create({{"http_reqs", {{"count<1", true}}},
                       {"iterations", {{"count<1", true, seconds(3)}}},
                       {"checks", {{"rate>0.5"}}}});
    ASSERT_TRUE(set);
    Recorder recorder(registry, submetrics);
    recorder.add(Builtin::iterations, no_tags, 1, now);
    recorder.add(Builtin::checks, no_tags, 0, now);
    auto verdict = set->evaluate(recorder.snapshot(), seconds(2), during_run);
    EXPECT_EQ(verdict.breached_text(), "checks, iterations");
    EXPECT_FALSE(verdict.abort);
    // Strictly after the delay.
    EXPECT_FALSE(set->evaluate(recorder.snapshot(), seconds(3), during_run).abort);
    EXPECT_TRUE(set->evaluate(recorder.snapshot(), seconds(4), during_run).abort);
    EXPECT_TRUE(set->all()[1].aborts);
    EXPECT_FALSE(set->all()[0].aborts);

    recorder.add(Builtin::http_reqs, no_tags, 1, now);
    verdict = set->evaluate(recorder.snapshot(), seconds(4), at_end);
    EXPECT_EQ(verdict.breached_text(), "checks, http_reqs, iterations");
    // At the end there is nothing left to abort, but what aborted the run stays so.
    EXPECT_FALSE(set->all()[0].aborts);
    EXPECT_TRUE(verdict.abort);
}

}  // namespace
}  // namespace k6::metrics
