#include "engine/plan/stripe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "base/random.h"

namespace k6 {
namespace {

std::vector<Stripe> stripes_of(const SegmentSequence& bounds) {
    std::vector<Stripe> stripes;
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
        stripes.push_back(Stripe::of({bounds[i], bounds[i + 1]}, bounds).value());
    }
    return stripes;
}

std::vector<Stripe> stripes_of(const char* sequence) { return stripes_of(parse_segment_sequence(sequence).value()); }

std::string scaled(const std::vector<Stripe>& stripes, std::int64_t count) {
    std::string text;
    for (const Stripe& stripe : stripes) text += (text.empty() ? "" : ",") + std::to_string(stripe.scale(count));
    return text;
}

std::vector<std::int64_t> members(const Stripe& stripe, std::int64_t below) {
    std::vector<std::int64_t> found;
    for (std::int64_t i = 0; i < stripe.scale(below); ++i) found.push_back(stripe.member(i));
    return found;
}

using Members = std::vector<std::int64_t>;

TEST(StripeTest, TheWholeHasEverything) {
    const Stripe whole;
    EXPECT_TRUE(whole.whole());
    EXPECT_EQ(whole.scale(7), 7);
    EXPECT_EQ(whole.member(7), 7);
    EXPECT_TRUE(Stripe::of({}, {}).value().whole());
}

TEST(StripeTest, ScalesCounts) {
    struct Row {
        const char* sequence;
        std::vector<std::pair<std::int64_t, const char*>> counts;
    };
    const std::vector<Row> rows{
        {"0,1/2,1", {{1, "1,0"}, {2, "1,1"}, {3, "2,1"}, {5, "3,2"}, {7, "4,3"}, {10, "5,5"}, {20, "10,10"}}},
        {"0,1/3,2/3,1",
         {{1, "1,0,0"}, {2, "1,1,0"}, {3, "1,1,1"}, {5, "2,2,1"}, {7, "3,2,2"}, {10, "4,3,3"}, {20, "7,7,6"}}},
        {"0,1/2,3/4,1",
         {{1, "1,0,0"}, {2, "1,1,0"}, {3, "2,1,0"}, {5, "3,1,1"}, {7, "4,2,1"}, {10, "5,3,2"}, {20, "10,5,5"}}},
        {"0,1/10,1", {{1, "0,1"}, {2, "1,1"}, {3, "1,2"}, {5, "1,4"}, {7, "1,6"}, {10, "1,9"}, {20, "2,18"}}},
        {"0,3/5,14/15,1",
         {{1, "1,0,0"}, {2, "1,1,0"}, {3, "2,1,0"}, {5, "3,2,0"}, {7, "4,3,0"}, {10, "6,3,1"}, {20, "12,7,1"}}},
    };
    for (const Row& row : rows) {
        const auto stripes = stripes_of(row.sequence);
        for (const auto& [count, expected] : row.counts) {
            EXPECT_EQ(scaled(stripes, count), expected) << row.sequence << " of " << count;
        }
    }
}

TEST(StripeTest, PatternsRepeat) {
    const auto stripes = stripes_of("0,3/5,14/15,1");
    EXPECT_EQ(members(stripes[0], 15), (Members{0, 2, 4, 5, 7, 9, 10, 12, 14}));
    EXPECT_EQ(members(stripes[1], 30), (Members{1, 3, 6, 11, 13, 16, 18, 21, 26, 28}));
    EXPECT_EQ(members(stripes[2], 30), (Members{8, 23}));
}

TEST(StripeTest, FollowsTheSharesOfACount) {
    const auto thirds = stripes_of("0,1/3,2/3,1");
    std::vector<Stripe> fifths;
    for (const Stripe& stripe : thirds) fifths.push_back(stripe.resegmented(5));
    EXPECT_EQ(scaled(fifths, 12), "5,5,2");
    EXPECT_EQ(members(fifths[0], 12), (Members{0, 3, 5, 8, 10}));
    EXPECT_EQ(members(fifths[1], 12), (Members{1, 4, 6, 9, 11}));
    EXPECT_EQ(members(fifths[2], 12), (Members{2, 7}));

    const auto halves = stripes_of("0,1/2,1");
    EXPECT_EQ(halves[0].resegmented(3).scale(10), 7);
    EXPECT_EQ(halves[1].resegmented(3).scale(10), 3);
    EXPECT_EQ(halves[0].resegmented(1).scale(10), 10);
    EXPECT_EQ(halves[1].resegmented(1).scale(10), 0);
    EXPECT_EQ(halves[1].resegmented(4).scale(10), 5);
}

TEST(StripeTest, CompletesTheSequence) {
    const Stripe middle = Stripe::of(parse_segment("1/3:2/3").value(), {}).value();
    EXPECT_EQ(middle.scale(5), 2);
    const Stripe last = Stripe::of(parse_segment("1/2:1").value(), parse_segment_sequence("1/4,1/2").value()).value();
    EXPECT_EQ(last.scale(4), 2);
    EXPECT_FALSE(Stripe::of(parse_segment("0:1/3").value(), parse_segment_sequence("0,1/2,1").value()));
    const auto fine = Stripe::of(parse_segment("0:0.000000001").value(), {});
    ASSERT_FALSE(fine);
    EXPECT_NE(fine.error().message.find("too fine"), std::string::npos);
}

TEST(StripeTest, RandomSequencesShareOutEverythingOnce) {
    RandomSource random(7);
    const auto below = [&random](std::uint64_t limit) { return static_cast<std::int64_t>(random() % limit); };
    for (int round = 0; round < 2'000; ++round) {
        SegmentSequence bounds{Rational(0), Rational(1)};
        const std::int64_t cuts = 1 + below(6);
        for (std::int64_t cut = 0; cut < cuts; ++cut) {
            const std::int64_t denominator = 2 + below(12);
            bounds.emplace_back(1 + below(static_cast<std::uint64_t>(denominator - 1)), denominator);
        }
        std::sort(bounds.begin(), bounds.end());
        bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
        const auto stripes = stripes_of(bounds);
        const std::int64_t count = below(300);
        const std::int64_t by = below(40);
        for (const bool again : {false, true}) {
            Members all;
            for (const Stripe& stripe : stripes) {
                const Stripe used = again ? stripe.resegmented(by) : stripe;
                for (const std::int64_t member : members(used, count)) all.push_back(member);
                EXPECT_LE(used.scale(count), used.scale(count + 1));
            }
            std::sort(all.begin(), all.end());
            Members everything;
            for (std::int64_t i = 0; i < count; ++i) everything.push_back(i);
            ASSERT_EQ(all, everything) << to_string(bounds) << " of " << count << (again ? " by " : "") << by;
        }
    }
}

}  // namespace
}  // namespace k6
