#include "metrics/number_text.h"

#include <gtest/gtest.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>

namespace k6::metrics {
namespace {

TEST(NumberText, FollowsNumberToString) {
    const struct {
        double value;
        std::string_view text;
    } cases[] = {
        {0, "0"},
        {-0.0, "0"},
        {1, "1"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {100000, "100000"},
        {123456789.125, "123456789.125"},
        {9007199254740992.0, "9007199254740992"},
        {1e20, "100000000000000000000"},
        {123456789012345680000.0, "123456789012345680000"},
        {1e21, "1e+21"},
        {1.5e300, "1.5e+300"},
        {0.000001, "0.000001"},
        {0.0000015, "0.0000015"},
        {0.0000001, "1e-7"},
        {5e-324, "5e-324"},
        {INFINITY, "Infinity"},
        {-INFINITY, "-Infinity"},
        {NAN, "NaN"},
    };
    for (const auto& one : cases) EXPECT_EQ(number_text(one.value), one.text);
}

// Numbers with few decimals have a way of their own: it must say what the general one does.
TEST(NumberText, IsTheShortestOfAllThatComeBack) {
    std::mt19937_64 random(1);
    const auto shortest = [](double value) {
        std::array<char, 64> buffer;
        return std::string(
            buffer.data(),
            std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed).ptr);
    };
    for (int i = 0; i < 200'000; ++i) {
        const std::uint64_t bits = random() >> (i % 50);
        for (const double value :
             {static_cast<double>(bits % 1'000'000'000'000'000) / 1e6, static_cast<double>(bits % 1'000'000'000),
              std::nextafter(static_cast<double>(bits % 1'000'000'000) / 1e6, 1e9)}) {
            if (value < 1e-6 && value != 0) continue;
            ASSERT_EQ(number_text(value), shortest(value));
            if (value != 0) {
                ASSERT_EQ(number_text(-value), shortest(-value));
            }
        }
    }
}

TEST(ToFixed, FollowsNumberToFixed) {
    const struct {
        double value;
        int digits;
        std::string_view text;
    } cases[] = {
        {0, 2, "0.00"},
        {1.005, 2, "1.00"},
        {0.125, 2, "0.13"},
        {-0.125, 2, "-0.13"},
        {2.5, 0, "3"},
        {0.5, 0, "1"},
        {1.45, 1, "1.4"},
        {0.0078125, 6, "0.007813"},
        {28.999, 2, "29.00"},
        {1e21, 2, "1e+21"},
        {-0.001, 2, "-0.00"},
        {-0.0, 2, "0.00"},
        {1234.5678, 2, "1234.57"},
        {999999999999.5, 0, "1000000000000"},
    };
    for (const auto& one : cases) EXPECT_EQ(to_fixed(one.value, one.digits), one.text) << one.value;
}

TEST(ParseNumber, TakesWhatTheGrammarTakes) {
    const struct {
        std::string_view text;
        double value;
    } cases[] = {
        {"0", 0},       {"1", 1},       {"+1.5", 1.5},     {"-.5", -0.5},       {"5.", 5},
        {"1e3", 1000},  {"1E-2", 0.01}, {"Inf", INFINITY}, {"-inf", -INFINITY}, {"Infinity", INFINITY},
        {"0x1.8p1", 3}, {"0XAp0", 10},  {"1e-400", 0},
    };
    for (const auto& one : cases) {
        const auto parsed = parse_number(one.text);
        ASSERT_TRUE(parsed) << one.text;
        EXPECT_EQ(*parsed, one.value) << one.text;
    }
    EXPECT_TRUE(std::isnan(parse_number("nan").value()));
}

TEST(ParseNumber, RefusesTheRest) {
    for (std::string_view text : {"", "+", "-", "abc", "1%", " 1", "1 ", "1_000", "--1", "+-1", "1e", "0x10", "0x",
                                  "0xp1", "1e400", "nan(1)", "infinite", ".", "1,5"}) {
        EXPECT_FALSE(parse_number(text)) << text;
    }
}

}  // namespace
}  // namespace k6::metrics
