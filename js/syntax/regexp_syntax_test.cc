#include "js/syntax/regexp_syntax.h"

#include "gtest/gtest.h"

namespace k6::js::syntax {
namespace {

struct Case {
    const char* pattern;
    const char* flags;
    const char* problem;  // "": valid
};

class RegExpSyntax : public testing::TestWithParam<Case> {};

TEST_P(RegExpSyntax, IsJudged) {
    const Case& test = GetParam();
    EXPECT_EQ(check_regexp(test.pattern, test.flags), test.problem) << "/" << test.pattern << "/" << test.flags;
}

INSTANTIATE_TEST_SUITE_P(Valid, RegExpSyntax,
                         testing::Values(Case{"a|b|", "", ""}, Case{"(?:a)+?(b)*{", "", ""}, Case{"^$\\b\\B", "u", ""},
                                         Case{"a{2}{", "", ""}, Case{"a{,2}", "", ""}, Case{"x{1,}?y{2,3}", "u", ""},
                                         Case{"[^a-z\\d-\\w]", "", ""}, Case{"[]", "", ""}, Case{"[^]", "", ""},
                                         Case{"(?=a)*(?!b)+", "", ""}, Case{"(?<=a)(?<!b)", "u", ""},
                                         Case{"(?<year>\\d{4})-\\k<year>", "u", ""}, Case{"\\k", "", ""},
                                         Case{"\\k<a>(?<a>.)", "", ""}, Case{"\\1(a)", "u", ""},
                                         Case{"\\9\\08", "", ""},
                                         Case{"\\p{L}\\P{Script=Greek}\\p{gc=Lu}\\p{Emoji}", "u", ""},
                                         Case{"\\p{nonsense}", "", ""}, Case{"\\u{1F600}", "u", ""},
                                         Case{"[\\u{1F600}-\\u{1F64F}]", "u", ""}, Case{"\\cA[\\c0\\c_]\\c", "", ""},
                                         Case{"}]", "", ""}, Case{"\\/\\-", "", ""}, Case{"(?<\\u{61}b>.)", "", ""},
                                         Case{"a", "dgimsuy", ""},
                                         Case{"[\xF0\x9F\x98\x80-\xF0\x9F\x98\x81]", "u", ""}));

INSTANTIATE_TEST_SUITE_P(
    Invalid, RegExpSyntax,
    testing::Values(
        Case{"a", "gg", "Invalid flags"}, Case{"a", "x", "Invalid flags"}, Case{"*a", "", "Nothing to repeat"},
        Case{"a**", "", "Nothing to repeat"}, Case{"^*", "", "Nothing to repeat"}, Case{"{1}", "", "Nothing to repeat"},
        Case{"(?<=a)*", "", "Nothing to repeat"}, Case{"(?=a)*", "u", "Nothing to repeat"},
        Case{"a{2,1}", "", "Numbers out of order in {} quantifier"},
        Case{"a{99999999999999999999,1}", "", "Numbers out of order in {} quantifier"},
        Case{"(a", "", "Unterminated group"}, Case{"a)", "", "Unmatched ')'"}, Case{"(?a)", "", "Invalid group"},
        Case{"[a", "", "Unterminated character class"}, Case{"[b-a]", "", "Range out of order in character class"},
        Case{"[\xF0\x9F\x98\x80-\xF0\x9F\x98\x81]", "", "Range out of order in character class"},
        Case{"[\\d-z]", "u", "Invalid character class"}, Case{"a{1", "u", "Incomplete quantifier"},
        Case{"{", "u", "Nothing to repeat"}, Case{"]", "u", "Lone quantifier brackets"},
        Case{"\\2(a)", "u", "Invalid escape"}, Case{"\\-", "u", "Invalid escape"},
        Case{"\\01", "u", "Invalid decimal escape"}, Case{"[\\1]", "u", "Invalid class escape"},
        Case{"\\u{110000}", "u", "Invalid Unicode escape"}, Case{"\\xg", "u", "Invalid escape"},
        Case{"\\c", "u", "Invalid unicode escape"}, Case{"\\p{nonsense}", "u", "Invalid property name"},
        Case{"\\p{Script=Lu}", "u", "Invalid property name"}, Case{"\\pL", "u", "Invalid property name"},
        Case{"(?<a>.)(?<a>.)", "", "Duplicate capture group name"}, Case{"(?<1a>.)", "", "Invalid capture group name"},
        Case{"(?<>.)", "", "Invalid capture group name"}, Case{"(?<a>.)\\k<b>", "", "Invalid named capture referenced"},
        Case{"(?<a>.)\\k", "", "Invalid named reference"}, Case{"\\k", "u", "Invalid named reference"},
        Case{"\\", "", "\\ at end of pattern"}));

TEST(RegExpSyntaxDepth, DeepGroupsAreAnErrorNotAnOverflow) {
    const std::string deep(100000, '(');
    EXPECT_EQ(check_regexp(deep, ""), "Regular expression too deeply nested");
}

}  // namespace
}  // namespace k6::js::syntax
