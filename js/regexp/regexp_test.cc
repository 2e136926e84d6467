#include <string>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "js/regexp/cache.h"
#include "js/regexp/program.h"
#include "js/regexp/translate.h"

namespace k6::js::regexp {
namespace {

/// "index:capture,capture" with "-" for groups that took no part; "none"; or what is wrong with the pattern.
std::string run(std::string_view pattern, std::string_view flags, std::string_view text, Engine engine,
                std::size_t start = 0) {
    const auto parsed = parse_flags(flags);
    if (!parsed) return "bad flags";
    const auto program = Program::compile(pattern, *parsed, engine);
    if (!program) return program.error().message;
    Matcher matcher;
    const Subject subject(text, (*program)->form());
    switch ((*program)->match(matcher, subject, start, parsed->sticky ? Search::here : Search::from_here_on)) {
        case Outcome::no_match:
            return "none";
        case Outcome::gave_up:
            return "gave up";
        case Outcome::match:
            break;
    }
    std::string result = std::to_string(matcher.capture(0).first) + ":";
    for (std::uint32_t group = 0; group < (*program)->group_count(); ++group) {
        const Capture capture = matcher.capture(group);
        if (group != 0) result += ',';
        result += capture.participated() ? subject.to_engine_text(capture.first, capture.last) : "-";
    }
    return result;
}

struct Case {
    const char* pattern;
    const char* flags;
    const char* text;
    const char* result;
};

class RegExp : public testing::TestWithParam<Case> {};

TEST_P(RegExp, MatchesAsEcmaScriptSays) {
    const Case& c = GetParam();
    EXPECT_EQ(run(c.pattern, c.flags, c.text, Engine::automatic), c.result) << "/" << c.pattern << "/" << c.flags;
    EXPECT_EQ(run(c.pattern, c.flags, c.text, Engine::exact), c.result) << "exact: /" << c.pattern << "/" << c.flags;
}

INSTANTIATE_TEST_SUITE_P(
    Basics, RegExp,
    testing::Values(
        Case{"abc", "", "xabcx", "1:abc"}, Case{"a|ab", "", "abc", "0:a"},
        Case{"((a)|(ab))((c)|(bc))", "", "abc", "0:abc,a,a,-,bc,-,bc"}, Case{"a[a-z]{2,4}", "", "abcdefghi", "0:abcde"},
        Case{"a[a-z]{2,4}?", "", "abcdefghi", "0:abc"}, Case{"(aa|aabaac|ba|b|c)*", "", "aabaac", "0:aaba,ba"},
        Case{"(z)((a+)?(b+)?(c))*", "", "zaacbbbcac", "0:zaacbbbcac,z,ac,a,-,c"},
        Case{"(?=(a+))", "", "baaabac", "1:,aaa"}, Case{"(?=(a+))a*b\\1", "", "baaabac", "3:aba,a"},
        Case{"(.*?)a(?!(a+)b\\2c)\\2(.*)", "", "baaabaac", "0:baaabaac,ba,-,abaac"}, Case{"(a*)*", "", "b", "0:,-"},
        Case{"(?:a*)*", "", "aab", "0:aa"}, Case{"(a*)b\\1+", "", "baaaac", "0:b,"},
        Case{"(?:|a)*", "", "aaa", "0:aaa"}, Case{"(a?)?", "", "b", "0:,-"}, Case{"(a?){2}", "", "a", "0:a,"},
        Case{"(?:(a)|b)*", "", "ab", "0:ab,-"}, Case{"(?:(a)|(b))+", "", "ab", "0:ab,-,b"}, Case{"x*", "", "aaa", "0:"},
        Case{"[]", "", "a", "none"}, Case{"[^]", "", "\n", "0:\n"}, Case{"(?:)", "", "abc", "0:"},
        Case{"a{0}b", "", "ab", "1:b"}, Case{"\\bfoo\\B", "", "a food", "2:foo"},
        Case{"(?:a{2}){2}", "", "aaaaa", "0:aaaa"}, Case{"a{,2}", "", "a{,2}", "0:a{,2}"}));

INSTANTIATE_TEST_SUITE_P(Backreferences, RegExp,
                         testing::Values(Case{"(a)\\1", "", "aa", "0:aa,a"}, Case{"\\1(a)", "", "aa", "0:a,a"},
                                         Case{"(a\\1)", "", "aa", "0:a,a"}, Case{"(?:(a)|b)\\1", "", "bb", "0:b,-"},
                                         Case{"(?<q>['\"]).*?\\k<q>", "", "say \"it's\"", "4:\"it's\",\""},
                                         Case{"\\2(a)(b)", "", "ab", "0:ab,a,b"},
                                         Case{"(?:\\1(a))*", "", "aa", "0:aa,a"},
                                         Case{"(a)\\2", "", "a\x02", "0:a\x02,a"},
                                         Case{"(ab)\\1", "i", "abAB", "0:abAB,ab"},
                                         Case{"\\k<a>(?<a>x)", "", "x", "0:x,x"}, Case{"\\k", "", "k", "0:k"},
                                         Case{"(?:(x)\\1|y)+", "", "xxy", "0:xxy,-"}));

INSTANTIATE_TEST_SUITE_P(
    Lookaround, RegExp,
    testing::Values(Case{"(?<=\\$)\\d+(?:\\.\\d*)?", "", "cost $10.50", "6:10.50"},
                    Case{"(?<=\\$\\d+\\.)\\d\\d", "", "$10.53", "4:53"}, Case{"(?<!a)b", "", "abb", "2:b"},
                    Case{"(?<=(\\d+)(\\d+))$", "", "1053", "4:,1,053"}, Case{"(?<=\\1(a))b", "", "aab", "2:b,a"},
                    Case{"(?<=([abc])+)d", "", "abcd", "3:d,a"}, Case{"(?<!abc|d+)e", "", "abce de e", "8:e"},
                    Case{"(?<=^|,)x", "", "x,x", "0:x"}, Case{"(?!(a))\\1b", "", "b", "0:b,-"},
                    Case{"(?=a)*b", "", "b", "0:b"}, Case{"(?=(a)){2}a", "", "a", "0:a,a"},
                    Case{"^(?=.*\\d)(?=.*[a-z]).{4,8}$", "", "abc1", "0:abc1"},
                    Case{"(?<=ab(?=c)\\wd)\\w\\w", "", "abcdef", "4:ef"},
                    Case{"(?<=(?<a>\\w){3})f", "", "abcdef", "5:f,c"}, Case{"(?<=a|bc|def)g", "", "defg", "3:g"}));

INSTANTIATE_TEST_SUITE_P(Lines, RegExp,
                         testing::Values(Case{"^b", "", "a\nb", "none"}, Case{"^b", "m", "a\nb", "2:b"},
                                         Case{"^b", "m", "a\rb", "2:b"},
                                         Case{"^b", "m",
                                              "a\xE2\x80\xA8"
                                              "b",
                                              "4:b"},
                                         Case{"a$", "", "a\n", "none"}, Case{"a$", "m", "a\nb", "0:a"},
                                         Case{"a$", "m", "a\x0B", "none"}, Case{"a$", "m", "a\xC2\x85", "none"},
                                         Case{".+", "", "\x0B\x0C", "0:\x0B\x0C"}, Case{"^$", "m", "a\r\nb", "2:"},
                                         Case{"a.b", "", "a\nb", "none"}, Case{"a.b", "s", "a\nb", "0:a\nb"},
                                         Case{".", "", "\xE2\x80\xA9", "none"},
                                         Case{"\\s", "", "\xEF\xBB\xBF", "0:\xEF\xBB\xBF"},
                                         Case{"\\s", "", "\xE1\xA0\x8E", "none"}, Case{"\\S", "", "\xC2\xA0", "none"}));

INSTANTIATE_TEST_SUITE_P(
    Case_, RegExp,
    testing::Values(Case{"ABC", "i", "xabc", "1:abc"}, Case{"[a-z]+", "i", "ABC", "0:ABC"},
                    Case{"[^a-z]", "i", "A", "none"}, Case{"k", "i", "\xE2\x84\xAA", "none"},
                    Case{"k", "iu", "\xE2\x84\xAA", "0:\xE2\x84\xAA"}, Case{"[a-z]", "i", "\xC5\xBF", "none"},
                    Case{"[a-z]", "iu", "\xC5\xBF", "0:\xC5\xBF"}, Case{"\\w", "iu", "\xC5\xBF", "0:\xC5\xBF"},
                    Case{"\\W", "iu", "\xC5\xBF", "none"}, Case{"\xC3\xA9", "i", "\xC3\x89", "0:\xC3\x89"},
                    Case{"\xC3\x9F", "i", "\xE1\xBA\x9E", "none"},
                    Case{"\xC3\x9F", "iu", "\xE1\xBA\x9E", "0:\xE1\xBA\x9E"},
                    Case{"\xCF\x83", "i", "\xCF\x82", "0:\xCF\x82"}, Case{"\xE2\x84\xA6", "i", "\xCF\x89", "none"},
                    Case{"\xE2\x84\xA6", "iu", "\xCF\x89", "0:\xCF\x89"}, Case{"\\bs", "iu", "\xC5\xBF", "0:\xC5\xBF"},
                    Case{"a(?:B|c)D", "i", "ABd", "0:ABd"},
                    Case{"[\xD0\xB0-\xD1\x8F]+", "i", "\xD0\x9F\xD1\x80", "0:\xD0\x9F\xD1\x80"},
                    Case{"\xF0\x90\x90\x80", "iu", "\xF0\x90\x90\xA8", "0:\xF0\x90\x90\xA8"},
                    Case{"\\x6b", "i", "K", "0:K"}, Case{"[\\w-]+", "i", "Ab-", "0:Ab-"}));

INSTANTIATE_TEST_SUITE_P(
    Characters, RegExp,
    testing::Values(
        Case{"^.$", "", "\xF0\x9F\x98\x80", "none"}, Case{"^..$", "", "\xF0\x9F\x98\x80", "0:\xF0\x9F\x98\x80"},
        Case{"^.$", "u", "\xF0\x9F\x98\x80", "0:\xF0\x9F\x98\x80"},
        Case{"\\ud83d", "", "\xF0\x9F\x98\x80", "0:\xED\xA0\xBD"}, Case{"\\ud83d", "u", "\xF0\x9F\x98\x80", "none"},
        Case{"\\ud83d", "u", "\xED\xA0\xBD", "0:\xED\xA0\xBD"},
        Case{"\\ud83d\\ude00", "u", "\xF0\x9F\x98\x80", "0:\xF0\x9F\x98\x80"},
        Case{"\xF0\x9F\x98\x80{2}", "u", "\xF0\x9F\x98\x80\xF0\x9F\x98\x80", "0:\xF0\x9F\x98\x80\xF0\x9F\x98\x80"},
        Case{"[\xF0\x9F\x98\x80]", "u", "a\xF0\x9F\x98\x80", "1:\xF0\x9F\x98\x80"},
        Case{"\\u{1F600}", "u", "\xF0\x9F\x98\x80", "0:\xF0\x9F\x98\x80"}, Case{"\\u{2}", "", "uu", "0:uu"},
        Case{"a\\0b", "",
             "a\xC0\x80"
             "b",
             "0:a\xC0\x80"
             "b"},
        Case{"[\\0-\\x1f]", "", "a\xC0\x80", "1:\xC0\x80"}, Case{"\\cA\\ca", "", "\x01\x01", "0:\x01\x01"},
        Case{"\\c", "", "\\c", "0:\\c"}, Case{"[\\c0]", "", "\x10", "0:\x10"},
        Case{"\\101\\x41\\u0041", "", "AAA", "0:AAA"}, Case{"\\8", "", "8", "0:8"}, Case{"[\\b]", "", "\b", "0:\b"},
        Case{"[a-\\d]+", "", "a-5", "0:a-5"}, Case{"]}{", "", "]}{", "0:]}{"},
        Case{"[\\ud800-\\udfff]", "u", "\xF0\x9F\x98\x80\xED\xA0\x80", "4:\xED\xA0\x80"},
        Case{"#\\-/ \t", "", "#-/ \t", "0:#-/ \t"}));

INSTANTIATE_TEST_SUITE_P(
    Properties, RegExp,
    testing::Values(Case{"\\p{L}+", "u", "1\xC3\xA9z2", "1:\xC3\xA9z"}, Case{"\\P{Letter}", "u", "a1", "1:1"},
                    Case{"\\p{Script=Greek}", "u", "a\xCE\xB1", "1:\xCE\xB1"},
                    Case{"[\\p{Lu}\\d]+", "u", "aB1", "1:B1"}, Case{"[^\\p{ASCII}]", "u", "a\xC3\xA9", "1:\xC3\xA9"},
                    Case{"\\p{Emoji_Presentation}", "u", "1\xF0\x9F\x98\x80", "1:\xF0\x9F\x98\x80"},
                    Case{"\\p{gc=Nd}\\p{Any}", "u", "a12", "1:12"}, Case{"\\p{Lu}", "iu", "a", "0:a"},
                    Case{"\\p{L}", "", "p{L}", "0:p{L}"},
                    Case{"(?<=\\p{Sc}+)\\d", "u",
                         "\xE2\x82\xAC"
                         "5",
                         "3:5"},
                    Case{"\\p{scx=Hira}", "u", "\xE3\x81\x82", "0:\xE3\x81\x82"},
                    Case{"\\p{Alphabetic}\\p{White_Space}\\p{ID_Start}", "u", "a b", "0:a b"}));

TEST(RegExpSearch, StartsWhereItIsTold) {
    for (const Engine engine : {Engine::automatic, Engine::exact}) {
        EXPECT_EQ(run("a", "", "aba", engine, 1), "2:a");
        EXPECT_EQ(run("a", "y", "aba", engine, 1), "none");
        EXPECT_EQ(run("a", "y", "aba", engine, 2), "2:a");
        EXPECT_EQ(run("^a", "", "aa", engine, 1), "none");
        EXPECT_EQ(run("^b", "my", "a\nb", engine, 2), "2:b");
        EXPECT_EQ(run("(?<=a)b", "y", "ab", engine, 1), "1:b");
        EXPECT_EQ(run("", "", "ab", engine, 2), "2:");
        EXPECT_EQ(run(".*b", "s", "aab", engine, 1), "1:ab");
    }
}

TEST(RegExpLimits, CatastrophicPatternsGiveUp) {
    const std::string text(40, 'a');
    for (const char* pattern :
         {"(?:a+)+[bc]", "(?:a|a)*[bc]", "(?:a|aa)+[^a]", "(a*)*[bc]", "(x+x+)+y|(?:a+a+)+[bc]"}) {
        EXPECT_EQ(run(pattern, "", text, Engine::automatic), "gave up") << pattern;
        EXPECT_EQ(run(pattern, "", text, Engine::exact), "gave up") << pattern;
    }
}

TEST(RegExpLimits, LongSubjectsNeedNoStack) {
    const std::string text(300'000, 'a');
    EXPECT_EQ(run("^(?:a|b)*$", "", text, Engine::automatic), "0:" + text);
    EXPECT_EQ(run("^(?:a|(b))*?$", "", text, Engine::automatic), "0:" + text + ",-");
    EXPECT_EQ(run("(?:aa)+?$", "", text, Engine::automatic), "0:" + text);
    EXPECT_EQ(run("(a{65536})a{65540}", "", text, Engine::automatic),
              "0:" + text.substr(0, 65536 + 65540) + "," + text.substr(0, 65536));
}

TEST(RegExpPrograms, UsePcreWhereItDoesTheSame) {
    const auto uses_pcre = [](const char* pattern, const char* flags = "") {
        return (*Program::compile(pattern, *parse_flags(flags)))->uses_pcre();
    };
    EXPECT_TRUE(uses_pcre("^(\\w+)\\s*=\\s*(.*?)$", "m"));
    EXPECT_TRUE(uses_pcre("(?:(a)(b))+"));
    EXPECT_TRUE(uses_pcre("(?<=\\bid=)\\d+"));
    EXPECT_TRUE(uses_pcre("(['\"]).*?\\1"));
    EXPECT_FALSE(uses_pcre("(?:(a)|b)*"));
    EXPECT_FALSE(uses_pcre("(a*)*"));
    EXPECT_FALSE(uses_pcre("(?<=a+)b"));
    EXPECT_FALSE(uses_pcre("(?<=(a))b"));
}

TEST(RegExpPrograms, SourceIsALiteralAgain) {
    const auto source = [](const char* pattern) { return (*Program::compile(pattern, {}))->source(); };
    EXPECT_EQ(source(""), "(?:)");
    EXPECT_EQ(source("a/b"), "a\\/b");
    EXPECT_EQ(source("a\\/b[/]"), "a\\/b[/]");
    EXPECT_EQ(source("\n\\\n\r\xE2\x80\xA8"), "\\n\\n\\r\\u2028");
}

TEST(RegExpPrograms, ErrorsSayWhatIsWrong) {
    const auto error = [](const char* pattern, const char* flags) {
        return Program::compile(pattern, *parse_flags(flags)).error().message;
    };
    EXPECT_EQ(error("(", ""), "Unterminated group");
    EXPECT_EQ(error("[b-a]", ""), "Range out of order in character class");
    EXPECT_EQ(error("\\p{Nonsense}", "u"), "Invalid property name");
    EXPECT_FALSE(parse_flags("gg"));
    EXPECT_FALSE(parse_flags("x"));
    EXPECT_EQ(parse_flags("yusmigd")->text(), "dgimsuy");
}

TEST(RegExpPrograms, NamesAreInOrder) {
    const auto program = Program::compile("(?<year>\\d+)(-)(?<m\\u{6f}nth>\\d+)", {});
    const auto names = (*program)->names();
    ASSERT_EQ(names.size(), 2U);
    EXPECT_EQ(names[0], (std::pair<std::string, std::uint32_t>("year", 1)));
    EXPECT_EQ(names[1], (std::pair<std::string, std::uint32_t>("month", 3)));
}

TEST(RegExpCache, SharesAcrossThreads) {
    PatternCache cache;
    std::vector<std::shared_ptr<const Program>> programs(4);
    {
        std::vector<std::thread> threads;
        for (auto& slot : programs) {
            threads.emplace_back([&cache, &slot] {
                slot = *cache.compile("(a|b)+c", {});
                Matcher matcher;
                const Subject subject("xxabc", slot->form());
                for (int i = 0; i < 200; ++i) {
                    EXPECT_EQ(slot->match(matcher, subject, 0, Search::from_here_on), Outcome::match);
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
    }
    EXPECT_EQ(cache.size(), 1U);
    for (const auto& program : programs) EXPECT_EQ(program, programs[0]);
    EXPECT_NE(*cache.compile("(a|b)+c", {.ignore_case = true}), programs[0]);
}

TEST(RegExpCache, DropsWhatNobodyUses) {
    PatternCache cache(2);
    const auto kept = *cache.compile("a", {});
    (void)cache.compile("b", {});
    (void)cache.compile("c", {});
    EXPECT_EQ(cache.size(), 2U);
    EXPECT_EQ(*cache.compile("a", {}), kept);
}

}  // namespace
}  // namespace k6::js::regexp
