#include "engine/plan/segment.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace k6 {
namespace {

std::string reduced(std::string_view text) {
    const auto segment = parse_segment(text);
    return segment ? to_string(*segment) : "error: " + segment.error().message;
}

std::string reduced_sequence(std::string_view text) {
    const auto sequence = parse_segment_sequence(text);
    return sequence ? to_string(*sequence) : "error: " + sequence.error().message;
}

TEST(RationalTest, IsKeptInLowestTerms) {
    EXPECT_EQ(to_string(Rational(2, 4)), "1/2");
    EXPECT_EQ(to_string(Rational(3, 3)), "1");
    EXPECT_EQ(to_string(Rational(0, 5)), "0");
    EXPECT_EQ(Rational(1, 3) - Rational(1, 6), Rational(1, 6));
    EXPECT_THROW(Rational(1, 0), std::invalid_argument);
}

TEST(RationalTest, ComparesWhereProductsPassSixtyFourBits) {
    const std::int64_t big = 9'000'000'000'000'000'000;
    EXPECT_LT(Rational(big - 1, big), Rational(1));
    EXPECT_LT(Rational(big - 3, big - 1), Rational(big - 2, big - 1));
}

TEST(SegmentTest, ReadsAllSpellings) {
    EXPECT_EQ(reduced("0:1/3"), "0:1/3");
    EXPECT_EQ(reduced("1/3"), "0:1/3");
    EXPECT_EQ(reduced("25%"), "0:1/4");
    EXPECT_EQ(reduced("0.25:0.5"), "1/4:1/2");
    EXPECT_EQ(reduced("2/4:75%"), "1/2:3/4");
    EXPECT_EQ(reduced(""), "0:1");
    EXPECT_EQ(reduced("0:1"), "0:1");
    EXPECT_TRUE(parse_segment("0:100%")->full());
    EXPECT_EQ(parse_segment("1/3:1/2")->length(), Rational(1, 6));
}

TEST(SegmentTest, RejectsWhatIsNoSegment) {
    EXPECT_EQ(reduced("0.5:0.2"), "error: segment start(0.50) must be less than its end(0.20)");
    EXPECT_EQ(reduced("0.5:1/2"), "error: segment start(0.50) must be less than its end(0.50)");
    for (const char* text : {"a", "1/0", "-1/2", "1/2:", ":1", "3/2", "101%", "0.5%", "1:2:3", "0.1234567890", "1e-1",
                             "99999999999999999999", "2000000000/3000000000"}) {
        const auto segment = parse_segment(text);
        ASSERT_FALSE(segment) << text;
        EXPECT_EQ(segment.error().error_class, ErrorClass::invalid_config);
    }
}

TEST(SegmentTest, ReadsSequences) {
    EXPECT_EQ(reduced_sequence("0,1/3,2/3,1"), "0,1/3,2/3,1");
    EXPECT_EQ(reduced_sequence("25%,0.5"), "1/4,1/2");
    EXPECT_EQ(reduced_sequence(""), "");
    EXPECT_EQ(reduced_sequence("0"),
              "error: at least 2 points are needed for an execution segment sequence, '0' has 1");
    EXPECT_EQ(reduced_sequence("0,0.5,0.5"), "error: segment start(0.50) must be less than its end(0.50)");
    EXPECT_TRUE(reduced_sequence("0,,1").starts_with("error: ''"));
}

}  // namespace
}  // namespace k6
