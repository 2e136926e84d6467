#include "metrics/value_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace k6::metrics {
namespace {

TEST(DurationText, Automatic) {
    const struct {
        double milliseconds;
        std::string_view text;
    } cases[] = {
        {0, "0s"},
        {0.0005, "500ns"},
        {0.9999, "999.9µs"},
        {0.22, "220µs"},
        {93.7, "93.7ms"},
        {999.999, "999.99ms"},
        {1234.5, "1.23s"},
        {1000, "1s"},
        {59999, "59.99s"},
        {60000, "1m0s"},
        {61234.567, "1m1s"},
        {3600000, "1h0m0s"},
        {90061001, "25h1m1s"},
        {-1.5, "-1500000ns"},
        {0.00076336, "763ns"},
    };
    for (const auto& one : cases) EXPECT_EQ(duration_text(one.milliseconds, TimeUnit::automatic), one.text);
}

TEST(DurationText, InAGivenUnit) {
    EXPECT_EQ(duration_text(1234.5, TimeUnit::milliseconds), "1234.50ms");
    EXPECT_EQ(duration_text(1234.5, TimeUnit::seconds), "1.23s");
    EXPECT_EQ(duration_text(4.62021, TimeUnit::microseconds), "4620.21µs");
    EXPECT_EQ(duration_text(0, TimeUnit::microseconds), "0.00µs");
}

TEST(DataText, CountsInThousands) {
    const struct {
        double bytes;
        std::string_view text;
    } cases[] = {
        {0, "0 B"},          {9.99, "9.99 B"},  {764, "764 B"},     {1050, "1.1 kB"},
        {1500, "1.5 kB"},    {9950, "10 kB"},   {2900, "2.9 kB"},   {999500, "1000 kB"},
        {1234567, "1.2 MB"}, {5e27, "5000 YB"}, {-5000, "-5000 B"},
    };
    for (const auto& one : cases) EXPECT_EQ(data_text(one.bytes), one.text);
}

TEST(PercentText, CutsOff) {
    EXPECT_EQ(percent_text(0.29), "28.99%");
    EXPECT_EQ(percent_text(1), "100.00%");
    EXPECT_EQ(percent_text(22.0 / 24), "91.66%");
    EXPECT_EQ(percent_text(0), "0.00%");
}

TEST(PlainText, HasSixDigitsAtMost) {
    EXPECT_EQ(plain_text(0.1 + 0.2), "0.3");
    EXPECT_EQ(plain_text(1e21), "1e+21");
    EXPECT_EQ(plain_text(12.4794851), "12.479485");
    EXPECT_EQ(plain_text(19), "19");
    EXPECT_EQ(plain_text(-0.0000001), "0");
    EXPECT_EQ(plain_text(0.000001), "0.000001");
}

TEST(ValueText, GoesByTheKind) {
    EXPECT_EQ(value_text(1500, ValueKind::default_, TimeUnit::automatic), "1500");
    EXPECT_EQ(value_text(1500, ValueKind::time, TimeUnit::automatic), "1.5s");
    EXPECT_EQ(value_text(1500, ValueKind::data, TimeUnit::automatic), "1.5 kB");
}

TEST(DisplayWidth, CountsWhatIsSeen) {
    EXPECT_EQ(display_width("abc"), 3U);
    EXPECT_EQ(display_width("12µs"), 4U);
    EXPECT_EQ(display_width("\x1b[2;36mab\x1b[0m"), 2U);
    EXPECT_EQ(display_width("e\u0301"), 1U);
    EXPECT_EQ(display_width("\x1b["), 0U);
}

TEST(NameLess, IsTheRootCollation) {
    const std::vector<std::string_view> sorted = {"_x", "a_1", "a1",  "a10", "a2", "ab", "aB",
                                                  "am", "Am",  "b_m", "big", "Bm", "zz"};
    std::vector<std::string_view> names = sorted;
    for (int round = 0; round < 20; ++round) {
        std::ranges::rotate(names, names.begin() + 5);
        std::swap(names.front(), names.back());
        std::ranges::sort(names, name_less);
        EXPECT_EQ(names, sorted);
    }
}

}  // namespace
}  // namespace k6::metrics
