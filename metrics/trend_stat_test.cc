#include "metrics/trend_stat.h"

#include <gtest/gtest.h>

namespace k6::metrics {
namespace {

TEST(TrendStat, ParsesAndMeasures) {
    TrendSink trend;
    for (double value : {1.0, 2.0, 3.0, 4.0, 10.0}) trend.add(value);
    const struct {
        std::string_view text;
        double value;
    } cases[] = {{"avg", 4},   {"min", 1},  {"med", 3},     {"max", 10},
                 {"count", 5}, {"p(0)", 1}, {"p(100)", 10}, {"p(37.5)", 2.5}};
    for (const auto& one : cases) {
        const auto stat = TrendStat::parse(one.text);
        ASSERT_TRUE(stat) << one.text;
        EXPECT_EQ(stat->text, one.text);
        EXPECT_EQ(stat->of(trend), one.value) << one.text;
    }
}

TEST(TrendStat, SaysWhatIsWrong) {
    EXPECT_EQ(TrendStat::parse("foo").error().message, "invalid trend stat 'foo', unknown format");
    EXPECT_EQ(TrendStat::parse("p95").error().message, "invalid trend stat 'p95', unknown format");
    for (const std::string text : {"p(101)", "p(-1)", "p(x)", "p()", "p(NaN)"}) {
        EXPECT_EQ(TrendStat::parse(text).error().message,
                  "invalid percentile trend stat value '" + text + "', provide a number between 0 and 100");
    }
    EXPECT_FALSE(TrendStat::parse_all(std::vector<std::string>{"avg", "nope"}));
}

TEST(TrendStat, DefaultsAreWhatTheyParseTo) {
    std::vector<std::string> texts;
    for (const TrendStat& stat : TrendStat::defaults()) texts.push_back(stat.text);
    EXPECT_EQ(texts, (std::vector<std::string>{"avg", "min", "med", "max", "p(90)", "p(95)"}));
    const auto parsed = TrendStat::parse_all(texts);
    ASSERT_TRUE(parsed);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        EXPECT_EQ((*parsed)[i].kind, TrendStat::defaults()[i].kind);
        EXPECT_EQ((*parsed)[i].percentile, TrendStat::defaults()[i].percentile);
    }
}

}  // namespace
}  // namespace k6::metrics
