#include "base/duration.h"

#include <gtest/gtest.h>

namespace k6 {
namespace {

using namespace std::chrono_literals;

struct GoCase {
    std::string_view text;
    Duration expected;
};

TEST(Duration, ParsesGoSyntax) {
    for (const GoCase& c :
         {GoCase{"1h30m10s", 1h + 30min + 10s}, GoCase{"1.5s", 1500ms}, GoCase{"-3m", -3min}, GoCase{"0", 0s},
          GoCase{"500ms", 500ms}, GoCase{"1us", 1us}, GoCase{"1\u00b5s", 1us}, GoCase{".5s", 500ms}, GoCase{"1.s", 1s},
          GoCase{"+2h", 2h}, GoCase{"0.000000001s", 1ns}, GoCase{"2.9999999999999999999s", 2999999999ns}}) {
        auto parsed = parse_go_duration(c.text);
        ASSERT_TRUE(parsed) << c.text;
        EXPECT_EQ(*parsed, c.expected) << c.text;
    }
    for (std::string_view text : {"", "10", "1d", "s", ".s", "1x", "--1s", "1s2", "9999999999999h", "1 s"}) {
        EXPECT_FALSE(parse_go_duration(text)) << text;
    }
    EXPECT_EQ(parse_go_duration("1x").error().message, "unknown unit \"x\" in duration \"1x\"");
    EXPECT_EQ(parse_go_duration("10").error().message, "missing unit in duration \"10\"");
}

TEST(Duration, ParsesMillisecondsAndDays) {
    for (const GoCase& c : {GoCase{"1500", 1500ms}, GoCase{"1.5", 1500us}, GoCase{"12d", 12 * 24h}, GoCase{"1d2h", 26h},
                            GoCase{"2m", 2min}}) {
        auto parsed = parse_duration(c.text);
        ASSERT_TRUE(parsed) << c.text;
        EXPECT_EQ(*parsed, c.expected) << c.text;
    }
    for (std::string_view text : {"", "-1d", "1d-2h", "d", "1.5d", "1e300", "nan", "1000000000d"})
        EXPECT_FALSE(parse_duration(text)) << text;
}

TEST(Duration, FormatsAsGo) {
    EXPECT_EQ(format_go_duration(0s), "0s");
    EXPECT_EQ(format_go_duration(90s), "1m30s");
    EXPECT_EQ(format_go_duration(10min), "10m0s");
    EXPECT_EQ(format_go_duration(1h + 500ms), "1h0m0.5s");
    EXPECT_EQ(format_go_duration(1500ms), "1.5s");
    EXPECT_EQ(format_go_duration(1500us), "1.5ms");
    EXPECT_EQ(format_go_duration(1500ns), "1.5\u00b5s");
    EXPECT_EQ(format_go_duration(7ns), "7ns");
    EXPECT_EQ(format_go_duration(-90s), "-1m30s");
    EXPECT_EQ(format_go_duration(Duration::min()), "-2562047h47m16.854775808s");
}

TEST(Duration, ReadsBackWhatItWrites) {
    for (std::int64_t count : {1LL, 999LL, 1001LL, 123456789LL, 3723004005006LL, 86400000000001LL}) {
        EXPECT_EQ(parse_go_duration(format_go_duration(Duration(count))).value(), Duration(count));
    }
}

}  // namespace
}  // namespace k6
