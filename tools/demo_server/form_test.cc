#include "tools/demo_server/form.h"

#include <gtest/gtest.h>

namespace k6::demo {
namespace {

TEST(PercentCoding, DecodesWhatIsValidAndKeepsTheRest) {
    EXPECT_EQ(percent_decode("a%20b%2Fc%c3%bc"), "a b/c\xc3\xbc");
    EXPECT_EQ(percent_decode("100%"), "100%");
    EXPECT_EQ(percent_decode("%4"), "%4");
    EXPECT_EQ(percent_decode("%zz%41"), "%zzA");
    EXPECT_EQ(percent_decode("a+b"), "a+b");
    EXPECT_EQ(percent_decode("a+b%2B", true), "a b+");
}

TEST(PercentCoding, EncodesAllButUnreserved) {
    EXPECT_EQ(percent_encode("aZ09-._~ /\xc3\xbc"), "aZ09-._~%20%2F%C3%BC");
    EXPECT_EQ(percent_decode(percent_encode("any = &;\n\"x")), "any = &;\n\"x");
}

TEST(Pairs, Parse) {
    EXPECT_EQ(parse_pairs("a=1&b=x+y%21&a=2&flag&=v&&c="),
              (Pairs{{"a", "1"}, {"b", "x y!"}, {"a", "2"}, {"flag", ""}, {"", "v"}, {"c", ""}}));
    EXPECT_TRUE(parse_pairs("").empty());
}

TEST(Pairs, FindOne) {
    EXPECT_EQ(find_pair("a=1&b=2&b=3", "b"), "2");
    EXPECT_EQ(find_pair("%62=x%20y", "b"), "x y");
    EXPECT_EQ(find_pair("flag", "flag"), "");
    EXPECT_EQ(find_pair("ab=1", "b"), std::nullopt);
}

TEST(Cookies, Parse) {
    EXPECT_EQ(parse_cookies("a=1; b=x=y;c ; d = 4"), (Pairs{{"a", "1"}, {"b", "x=y"}, {"c", ""}, {"d", "4"}}));
}

TEST(ParameterizedValue, ReadsQuotedAndPlainParameters) {
    ParameterizedValue value = parse_parameterized(R"(Form-Data; name="a;\"b"; filename=c.txt ; flag; x = "y" )");
    EXPECT_EQ(value.value, "form-data");
    EXPECT_EQ(value.find("NAME"), "a;\"b");
    EXPECT_EQ(value.find("filename"), "c.txt");
    EXPECT_EQ(value.find("flag"), "");
    EXPECT_EQ(value.find("x"), "y");
    EXPECT_EQ(value.find("none"), std::nullopt);
    // Unfinished quotes and stray marks must neither hang nor crash.
    for (const char* odd : {"a;", ";", "a; =", "a; b=\"", "a; b=\"\\", "=;=;=", ""}) parse_parameterized(odd);
}

TEST(Multipart, ReadsFieldsAndFiles) {
    auto parts = parse_multipart(
        "preamble\r\n--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\ntwo\r\n"
        "--XX  \r\ncontent-disposition: form-data; name=\"f\"; filename=\"x.bin\"\r\nContent-Type: image/png\r\n\r\n"
        "\x89PNG\r\n--XX\r\nContent-Disposition: form-data; name=\"e\"; filename=\"\"\r\n\r\n\r\n--XX--\r\nepilogue",
        "XX");
    ASSERT_TRUE(parts) << parts.error().message;
    ASSERT_EQ(parts->size(), 3u);
    EXPECT_EQ((*parts)[0].name, "a");
    EXPECT_EQ((*parts)[0].filename, std::nullopt);
    EXPECT_EQ((*parts)[0].content, "one\r\ntwo");
    EXPECT_EQ((*parts)[1].filename, "x.bin");
    EXPECT_EQ((*parts)[1].content_type, "image/png");
    EXPECT_EQ((*parts)[1].content, "\x89PNG");
    EXPECT_EQ((*parts)[2].filename, "");
    EXPECT_EQ((*parts)[2].content, "");
}

TEST(Multipart, NoPartsIsValid) {
    auto parts = parse_multipart("--b--", "b");
    ASSERT_TRUE(parts);
    EXPECT_TRUE(parts->empty());
}

TEST(Multipart, ALongerBoundaryInsideAPartIsContent) {
    auto parts = parse_multipart("--b\r\n\r\nx\r\n--bb\r\ny\r\n--b--", "b");
    ASSERT_TRUE(parts) << parts.error().message;
    ASSERT_EQ(parts->size(), 1u);
    EXPECT_EQ((*parts)[0].content, "x\r\n--bb\r\ny");
}

TEST(Multipart, NamesWhatIsWrong) {
    struct Row {
        const char* body;
        const char* boundary;
        const char* message;
    };
    const Row rows[] = {
        {"--b--", "", "a boundary has 1 to 70 characters"},
        {"nothing here", "b", "the boundary does not occur"},
        {"--bxyz", "b", "the boundary does not occur"},
        {"--b\r\nContent-Disposition: form-data", "b", "a part's fields do not end"},
        {"--b\r\n\r\nno end", "b", "the closing boundary is missing"},
        {"--b\r\n\r\nx\r\n--b\r\n", "b", "a part's fields do not end"},
    };
    for (const Row& row : rows) {
        auto parts = parse_multipart(row.body, row.boundary);
        ASSERT_FALSE(parts) << row.body;
        EXPECT_EQ(parts.error().message, std::string("malformed multipart body: ") + row.message) << row.body;
    }
}

TEST(Html, EscapesItsMarks) {
    EXPECT_EQ(escape_html("<a href='x'>\"&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;");
}

}  // namespace
}  // namespace k6::demo
