#include "js/regexp/char_set.h"

#include "gtest/gtest.h"

namespace k6::js::regexp {
namespace {

using Ranges = std::vector<CodePointRange>;

Ranges ranges_of(const CharSet& set) { return {set.ranges().begin(), set.ranges().end()}; }

TEST(CharSet, JoinsRangesThatTouch) {
    CharSet set;
    set.add('d', 'f');
    set.add('a');
    set.add('b', 'c');
    EXPECT_EQ(ranges_of(set), (Ranges{{'a', 'f'}}));
    set.add('x');
    set.add('h', 'j');
    EXPECT_EQ(ranges_of(set), (Ranges{{'a', 'f'}, {'h', 'j'}, {'x', 'x'}}));
    set.add('b', 'w');
    EXPECT_EQ(ranges_of(set), (Ranges{{'a', 'x'}}));
}

TEST(CharSet, InvertsOverAllCodePoints) {
    CharSet set;
    set.invert();
    EXPECT_EQ(ranges_of(set), (Ranges{{0, max_code_point}}));
    set.invert();
    EXPECT_TRUE(set.empty());
    set.add(0);
    set.add(5, max_code_point);
    set.invert();
    EXPECT_EQ(ranges_of(set), (Ranges{{1, 4}}));
    EXPECT_TRUE(set.contains(3));
    EXPECT_FALSE(set.contains(5));
}

TEST(CharSet, CaseClosesAsTheFlagsSay) {
    CharSet plain;
    plain.add('s');
    close_over_case(plain, false);
    EXPECT_EQ(ranges_of(plain), (Ranges{{'S', 'S'}, {'s', 's'}}));
    CharSet unicode;
    unicode.add('s');
    close_over_case(unicode, true);
    EXPECT_EQ(ranges_of(unicode), (Ranges{{'S', 'S'}, {'s', 's'}, {0x17F, 0x17F}}));
    CharSet greek;
    greek.add(0x3BC);
    close_over_case(greek, false);
    EXPECT_EQ(ranges_of(greek), (Ranges{{0xB5, 0xB5}, {0x39C, 0x39C}, {0x3BC, 0x3BC}}));
}

TEST(Canonicalize, FollowsTheFlags) {
    EXPECT_EQ(canonicalize('a', false), static_cast<CodePoint>('A'));
    EXPECT_EQ(canonicalize('A', true), static_cast<CodePoint>('a'));
    EXPECT_EQ(canonicalize(0x17F, false), 0x17Fu);  // its upper case is ASCII
    EXPECT_EQ(canonicalize(0x17F, true), static_cast<CodePoint>('s'));
    EXPECT_EQ(canonicalize(0xDF, false), 0xDFu);  // its upper case is two letters
    EXPECT_EQ(canonicalize(0x1E9E, true), 0xDFu);
    EXPECT_EQ(canonicalize(0x130, true), 0x130u);
    EXPECT_EQ(canonicalize(0x10400, true), 0x10428u);
    EXPECT_EQ(canonicalize(0x1F88, false), 0x1F88u);
}

}  // namespace
}  // namespace k6::js::regexp
