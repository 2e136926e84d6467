#include "js/lower/code.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "js/syntax/parser.h"

namespace k6::js::lower {
namespace {

TEST(Code, NumbersAreWrittenAsTheLanguageWritesThem) {
    for (const auto& [value, text] :
         std::map<double, std::string>{{0, "0"},
                                       {5e-324, "5e-324"},
                                       {1e-7, "1e-7"},
                                       {0.000001, "0.000001"},
                                       {0.1 + 0.2, "0.30000000000000004"},
                                       {1.5, "1.5"},
                                       {100, "100"},
                                       {123456789012, "123456789012"},
                                       {1e20, "100000000000000000000"},
                                       {1e21, "1e+21"},
                                       {1.25e21, "1.25e+21"},
                                       {-2.5, "-2.5"},
                                       {1.7976931348623157e308, "1.7976931348623157e+308"}}) {
        EXPECT_EQ(number_text(value), text);
    }
    EXPECT_EQ(number_text(NAN), "NaN");
    EXPECT_EQ(number_text(-INFINITY), "-Infinity");
}

TEST(Code, StringsAreEscapedForTheEngine) {
    EXPECT_EQ(quoted("a\"b\\c\n\r\t"), R"("a\"b\\c\n\r\t")");
    EXPECT_EQ(quoted(std::string_view("\0\x01\x7f", 3)), R"("\u0000\u0001\u007f")");
    EXPECT_EQ(quoted("\xe2\x80\xa8\xe2\x80\xa9\xe2\x82\xac"), "\"\\u2028\\u2029\xe2\x82\xac\"");
    EXPECT_EQ(quoted("\xed\xa0\xbd \xf0\x9f\x98\x80"), "\"\\ud83d \xf0\x9f\x98\x80\"");
}

TEST(Code, Names) {
    EXPECT_TRUE(is_plain_name("$a_1"));
    EXPECT_TRUE(is_plain_name("class"));
    EXPECT_FALSE(is_plain_name("1a"));
    EXPECT_FALSE(is_plain_name(""));
    EXPECT_FALSE(is_plain_name("gr\xc3\xb6\xc3\x9f"));
    EXPECT_TRUE(is_variable_name("get"));
    for (const char* name : {"class", "let", "eval", "arguments", "undefined", "with", "yield", "a-b"})
        EXPECT_FALSE(is_variable_name(name)) << name;
    EXPECT_EQ(member_suffix("if"), ".if");
    EXPECT_EQ(member_suffix("a b"), "[\"a b\"]");
    for (const char* text : {"a++", "a.in", "x--", "a.default"}) EXPECT_TRUE(hides_division(text)) << text;
    for (const char* text : {"a", "a.this", "null", ")", "a.inner", ""}) EXPECT_FALSE(hides_division(text)) << text;
}

TEST(Code, MarksBecomeLineEnds) {
    const auto parsed = syntax::parse(
        "a\nb\r\nc\rd\xe2\x80\xa8"
        "e",
        {.type = syntax::SourceType::script});
    ASSERT_TRUE(parsed) << parsed.error().message;
    std::string code = "x";
    append_mark(code, 2);
    code += "b;";
    append_mark(code, 0);  // further up: nothing can be done
    code += "a;";
    append_mark(code, 11);
    code += "e";
    EXPECT_EQ(lay_out(code, parsed.program()).text, "x\nb;a;\n\n\ne");
    EXPECT_EQ(skip_marks(code, 1), code.find('b'));
    const Layout layout = lay_out(code, parsed.program());
    ASSERT_EQ(layout.positions.size(), 3u);
    EXPECT_EQ(layout.positions[0].offset, 2u);
    EXPECT_EQ(layout.positions[1].offset, 4u);
    EXPECT_EQ(layout.positions[1].line, 1u);
    EXPECT_EQ(layout.positions[2].line, 5u);
    EXPECT_EQ(layout.positions[2].column, 1u);
}

}  // namespace
}  // namespace k6::js::lower
