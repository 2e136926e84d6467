#include "js/syntax/lexer.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "gtest/gtest.h"

namespace k6::js::syntax {
namespace {

using Kind = TokenKind;

// Owns what a Lexer needs.
struct Fixture {
    explicit Fixture(std::string_view source, Lexer::Options options = {})
        : lexer(copy(source), arena, errors, options) {}

    std::string_view copy(std::string_view source) {
        auto* memory = static_cast<char*>(arena.allocate(source.size() + 8, 8));
        if (!source.empty()) std::memcpy(memory, source.data(), source.size());
        std::memset(memory + source.size(), 0, 8);
        return {memory, source.size()};
    }

    std::vector<Token> all() {
        std::vector<Token> tokens;
        for (Token token = lexer.next(); token.kind != Kind::end_of_file; token = lexer.next()) tokens.push_back(token);
        return tokens;
    }

    Arena arena;
    ErrorSink errors;
    Lexer lexer;
};

std::vector<Kind> kinds_of(std::string_view source) {
    std::vector<Kind> kinds;
    Fixture fixture(source);
    for (const Token& token : fixture.all()) kinds.push_back(token.kind);
    EXPECT_FALSE(fixture.errors.failed) << source << ": " << fixture.errors.message;
    return kinds;
}

TEST(Lexer, EveryTokenWithASpellingIsReadFromIt) {
    int checked = 0;
    for (int i = 0; i < kTokenKindCount; ++i) {
        const Kind kind = static_cast<Kind>(i);
        if (spelling(kind).empty()) continue;
        Fixture fixture(spelling(kind));
        const Token token = fixture.lexer.next();
        EXPECT_EQ(token.kind, kind) << spelling(kind);
        EXPECT_EQ(token.end, spelling(kind).size());
        EXPECT_EQ(fixture.lexer.next().kind, Kind::end_of_file);
        ++checked;
    }
    EXPECT_GT(checked, 120);
}

TEST(Lexer, TakesTheLongestPunctuator) {
    EXPECT_EQ(kinds_of(">>>= >>> >>= >> >= >"),
              (std::vector<Kind>{Kind::shift_right_unsigned_assign, Kind::shift_right_unsigned,
                                 Kind::shift_right_assign, Kind::shift_right, Kind::greater_equal, Kind::greater}));
    EXPECT_EQ(kinds_of("a?.5:1"),
              (std::vector<Kind>{Kind::identifier, Kind::question, Kind::number, Kind::colon, Kind::number}));
    EXPECT_EQ(kinds_of("a?.b"), (std::vector<Kind>{Kind::identifier, Kind::question_dot, Kind::identifier}));
    EXPECT_EQ(kinds_of("...a"), (std::vector<Kind>{Kind::ellipsis, Kind::identifier}));
}

struct NumberCase {
    const char* source;
    double value;
};

TEST(Lexer, ReadsNumbers) {
    const NumberCase cases[] = {
        {"0", 0},
        {"1", 1},
        {"123456789012345", 123456789012345.0},
        {"9007199254740993", 9007199254740992.0},
        {"1.", 1},
        {".5", .5},
        {"0.1", 0.1},
        {"1e3", 1000},
        {"1E-3", 0.001},
        {"1_000_000.5_5", 1000000.55},
        {"0xFF", 255},
        {"0XfF", 255},
        {"0b1010", 10},
        {"0o17", 15},
        {"0xdead_beef", 3735928559.0},
        {"0xFFFFFFFFFFFFF", 4503599627370495.0},
        {"0x20000000000001", 9007199254740992.0},     // halfway: to even
        {"0x20000000000003", 9007199254740996.0},     // halfway: to even, upwards
        {"0x200000000000010", 144115188075855872.0},  // halfway: to even
        {"0x200000000000011", 144115188075855904.0},  // above half
        {"017", 15},
        {"08", 8},
        {"089.5", 89.5},
        {"1e400", std::numeric_limits<double>::infinity()},
        {"1e-400", 0},
        {"5e-324", 5e-324},
        {"1.7976931348623157e308", 1.7976931348623157e308},
        {"00", 0},
    };
    for (const NumberCase& test : cases) {
        Fixture fixture(test.source);
        const Token token = fixture.lexer.next();
        EXPECT_EQ(token.kind, Kind::number) << test.source << " " << fixture.errors.message;
        EXPECT_EQ(token.number, test.value) << test.source;
        EXPECT_EQ(token.end, std::strlen(test.source)) << test.source;
    }
    const std::string long_hex = "0x1" + std::string(300, '0');
    Fixture fixture(long_hex);
    EXPECT_TRUE(std::isinf(fixture.lexer.next().number));
}

TEST(Lexer, ReadsBigInts) {
    for (const auto& [source, digits] : {std::pair{"0n", "0"}, {"12_3n", "123"}, {"0xF_Fn", "0xFF"}, {"0b1n", "0b1"}}) {
        Fixture fixture(source);
        const Token token = fixture.lexer.next();
        EXPECT_EQ(token.kind, Kind::bigint) << source;
        EXPECT_EQ(token.text, digits);
    }
}

TEST(Lexer, CooksStrings) {
    const std::pair<std::string_view, std::string> cases[] = {
        {R"('plain')", "plain"},
        {R"("a\tb\n\v\0")", std::string("a\tb\n\v\0", 6)},
        {R"('it\'s "q"')", "it's \"q\""},
        {R"('\x41\u0042\u{43}')", "ABC"},
        {R"('\101\60\8')",
         "A0"
         "8"},
        {"'a\\\nb\\\r\nc'", "abc"},
        {"'\xE2\x80\xA8'", "\xE2\x80\xA8"},
        {R"('\ud83d\ude00')", "\xF0\x9F\x98\x80"},
        {R"('\u{d83d}\u{de00}')", "\xF0\x9F\x98\x80"},
        {R"('\ud83d-\ude00')", "\xED\xA0\xBD-\xED\xB8\x80"},
        {R"('\ude00\ud83d')", "\xED\xB8\x80\xED\xA0\xBD"},
        {R"('\q')", "q"},
    };
    for (const auto& [source, cooked] : cases) {
        Fixture fixture(source);
        const Token token = fixture.lexer.next();
        EXPECT_EQ(token.kind, Kind::string) << source << " " << fixture.errors.message;
        EXPECT_EQ(token.text, cooked) << source;
    }
}

TEST(Lexer, MarksLegacyOctals) {
    for (const auto& [source, legacy] : {std::pair{R"('\0')", false},
                                         {R"('\00')", true},
                                         {R"('\1')", true},
                                         {R"('\9')", true},
                                         {"010", true},
                                         {"0", false}}) {
        Fixture fixture(source);
        EXPECT_EQ(fixture.lexer.next().legacy_octal, legacy) << source;
    }
}

TEST(Lexer, ReadsTemplatesPieceByPiece) {
    Fixture fixture("`a\\n${b}\r\nc`");
    const Token head = fixture.lexer.next();
    EXPECT_EQ(head.kind, Kind::template_piece);
    EXPECT_EQ(head.text, "a\n");
    EXPECT_EQ(head.raw, "a\\n");
    EXPECT_FALSE(head.tail);
    EXPECT_EQ(fixture.lexer.next().text, "b");
    const Token brace = fixture.lexer.next();
    ASSERT_EQ(brace.kind, Kind::right_brace);
    const Token tail = fixture.lexer.rescan_template(brace);
    EXPECT_EQ(tail.text, "\nc");
    EXPECT_EQ(tail.raw, "\nc");
    EXPECT_TRUE(tail.tail);
    EXPECT_EQ(fixture.lexer.next().kind, Kind::end_of_file);
}

TEST(Lexer, ATemplatePieceWithAnInvalidEscapeHasNoCookedValue) {
    for (const std::string source : {R"(`\u`)", R"(`\u{110000}`)", R"(`\xg`)", R"(`\01`)", R"(`\8`)", R"(`\u00`)"}) {
        Fixture fixture(source);
        const Token token = fixture.lexer.next();
        EXPECT_EQ(token.kind, Kind::template_piece) << source;
        EXPECT_FALSE(token.has_cooked) << source;
        EXPECT_TRUE(token.tail) << source;
        EXPECT_EQ(token.raw, source.substr(1, source.size() - 2));
    }
}

TEST(Lexer, RescansRegularExpressions) {
    Fixture fixture(R"(/[/\]]\/x/giu.y)");
    const Token slash = fixture.lexer.next();
    ASSERT_EQ(slash.kind, Kind::slash);
    const Token regexp = fixture.lexer.rescan_regexp(slash);
    EXPECT_EQ(regexp.text, R"([/\]]\/x)");
    EXPECT_EQ(regexp.raw, "giu");
    EXPECT_EQ(fixture.lexer.next().kind, Kind::dot);
    Fixture backslashes(R"(/\\[\\]/ + 1)");
    EXPECT_EQ(backslashes.lexer.rescan_regexp(backslashes.lexer.next()).text, R"(\\[\\])");
}

TEST(Lexer, SplitsAngles) {
    Fixture fixture(">>= 1");
    const Token joined = fixture.lexer.next();
    const Token angle = fixture.lexer.rescan_angle(joined);
    EXPECT_EQ(angle.kind, Kind::greater);
    EXPECT_EQ(angle.end, 1U);
    EXPECT_EQ(fixture.lexer.next().kind, Kind::greater_equal);
}

TEST(Lexer, InternsNames) {
    Fixture fixture("abc xyz \\u0061bc caf\xC3\xA9 caf\\u{e9} #abc");
    const std::vector<Token> tokens = fixture.all();
    ASSERT_EQ(tokens.size(), 6U);
    EXPECT_EQ(tokens[0].text, "abc");
    EXPECT_EQ(tokens[0].text.data(), tokens[2].text.data());
    EXPECT_TRUE(tokens[2].escaped);
    EXPECT_EQ(tokens[3].text, "caf\xC3\xA9");
    EXPECT_EQ(tokens[3].text.data(), tokens[4].text.data());
    EXPECT_EQ(tokens[5].kind, Kind::private_name);
    EXPECT_EQ(tokens[5].text.data(), tokens[0].text.data());
    std::string many;
    for (int i = 0; i < 5000; ++i) many += "n" + std::to_string(i % 2500) + " ";
    Fixture large(many);
    const std::vector<Token> names = large.all();
    ASSERT_EQ(names.size(), 5000U);
    for (std::size_t i = 0; i < 2500; ++i) EXPECT_EQ(names[i].text.data(), names[i + 2500].text.data());
}

TEST(Lexer, EscapedKeywordsAreNoKeywords) {
    Fixture fixture("v\\u0061r l\\u0065t");
    EXPECT_EQ(fixture.lexer.next().kind, Kind::escaped_keyword);
    const Token let = fixture.lexer.next();
    EXPECT_EQ(let.kind, Kind::kw_let);
    EXPECT_TRUE(let.escaped);
}

TEST(Lexer, SeesNewlinesInTrivia) {
    Fixture fixture("a b\nc /* \n */ d // x\n e /* */ f\xE2\x80\xA8g\xC2\xA0h");
    std::string newlines;
    for (const Token& token : fixture.all()) newlines += token.newline_before ? '1' : '0';
    EXPECT_EQ(newlines, "10111010");
}

TEST(Lexer, ReadsHtmlCommentsOnlyWhereAllowed) {
    Fixture script("a <!-- b\n--> c\nd", {.html_comments = true});
    EXPECT_EQ(script.all().size(), 2U);
    Fixture module("a <!-- b");
    EXPECT_EQ(module.all().size(), 5U);
}

TEST(Lexer, SkipsTheHashbang) { EXPECT_EQ(kinds_of("#!/usr/bin/env k6\na"), std::vector<Kind>{Kind::identifier}); }

struct ErrorCase {
    std::string_view source;
    std::uint32_t offset;
    const char* message;
};

TEST(Lexer, ReportsErrorsAtTheirPlace) {
    using namespace std::literals;
    const ErrorCase cases[] = {
        {"a 'b", 2, "Unterminated string literal"},
        {"'a\nb'", 0, "Unterminated string literal"},
        {"a /* b", 2, "Unterminated comment"},
        {" `a${", 5, ""},
        {" `a", 1, "Unterminated template literal"},
        {"'\\u12'", 1, "Invalid Unicode escape sequence"},
        {"'\\xg0'", 1, "Invalid hexadecimal escape sequence"},
        {"0x", 2, "Invalid number: missing digits"},
        {"0b2", 2, "Invalid number: missing digits"},
        {"1e", 2, "Invalid number: missing exponent"},
        {"1_", 2, "Numeric separators are not allowed at the end of numeric literals"},
        {"1__0", 2, "Numeric separators are not allowed at the end of numeric literals"},
        {"0_1", 1, "Numeric separator can not be used after leading 0"},
        {"3in []", 1, "Invalid number: an identifier or digit follows it directly"},
        {"01n", 2, "Invalid number: an identifier or digit follows it directly"},
        {"1.5n", 3, "Invalid number: an identifier or digit follows it directly"},
        {"a # b", 2, "Unexpected character '#'"},
        {"a \xE2\x82\xAC", 2, "Unexpected character '\xE2\x82\xAC'"},
        {"a\\x", 1, "Invalid Unicode escape sequence"},
        {"\\u0031a", 0, "Invalid Unicode escape sequence in an identifier"},
        {"a\0b"sv, 1, "Unexpected character U+0000"},
    };
    for (const ErrorCase& test : cases) {
        Fixture fixture(test.source);
        fixture.all();
        if (*test.message == '\0') {
            EXPECT_FALSE(fixture.errors.failed) << test.source;
            continue;
        }
        EXPECT_EQ(fixture.errors.message, test.message) << test.source;
        EXPECT_EQ(fixture.errors.offset, test.offset) << test.source;
        EXPECT_EQ(fixture.lexer.next().kind, Kind::end_of_file);
    }
}

TEST(Utf8, FindsInvalidSequences) {
    constexpr std::size_t kNone = std::string_view::npos;
    const std::pair<std::string_view, std::size_t> cases[] = {
        {"", kNone},
        {"plain ascii text, longer than a word", kNone},
        {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", kNone},
        {"12345678\xC3", 8},
        {"a\x80", 1},
        {"\xC0\x80", 0},
        {"\xE0\x80\x80", 0},
        {"\xED\xA0\x80", 0},
        {"\xF4\x90\x80\x80", 0},
        {"\xF5\x80\x80\x80", 0},
        {"ab\xE2\x82", 2},
    };
    for (const auto& [text, offset] : cases) EXPECT_EQ(find_invalid_utf8(text), offset) << text;
}

TEST(Utf8, EncodingAndDecodingAreInverse) {
    for (const std::uint32_t c : {0x41U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xD800U, 0xFFFFU, 0x10000U, 0x10FFFFU}) {
        std::string text;
        append_utf8(text, c);
        EXPECT_EQ(decode_utf8(text.c_str()).code_point, c);
        EXPECT_EQ(decode_utf8(text.c_str()).length, text.size());
    }
}

}  // namespace
}  // namespace k6::js::syntax
