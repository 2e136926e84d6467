#include "proto_http/headers.h"

#include <gtest/gtest.h>

#include <string>

namespace k6::http {
namespace {

TEST(HeadersTest, NamesBecomeCanonical) {
    EXPECT_EQ(canonical_header_name("x-foo-BAR"), "X-Foo-Bar");
    EXPECT_EQ(canonical_header_name("CONTENT-TYPE"), "Content-Type");
    EXPECT_EQ(canonical_header_name("a--b-"), "A--B-");
    EXPECT_EQ(canonical_header_name("1a-2b"), "1a-2b");
    // No token: left alone.
    EXPECT_EQ(canonical_header_name("a b"), "a b");
    EXPECT_EQ(canonical_header_name("\xc3\xa4-x"), "\xc3\xa4-x");
}

TEST(HeadersTest, FindsWhateverTheCase) {
    Headers headers{{"content-type", "text/plain"}, {"X-A", "1"}};
    EXPECT_EQ(headers.get("CONTENT-type"), "text/plain");
    EXPECT_EQ(headers[0].name, "Content-Type");
    EXPECT_TRUE(headers.has("x-a"));
    EXPECT_EQ(headers.get("x-b"), std::nullopt);
}

TEST(HeadersTest, RepeatedFieldsStayInOrderAndJoin) {
    Headers headers;
    headers.add("X-foo", "1");
    headers.add("other", "o");
    headers.add("x-FOO", "2");
    EXPECT_EQ(headers.size(), 3u);
    EXPECT_EQ(headers.get("X-Foo"), "1");
    EXPECT_EQ(headers.joined("X-Foo"), "1, 2");
    EXPECT_EQ(headers.joined("none"), std::nullopt);
    EXPECT_EQ(headers.all("x-foo"), (std::vector<std::string_view>{"1", "2"}));
}

TEST(HeadersTest, SetReplacesAllOfThatName) {
    Headers headers{{"a", "1"}, {"b", "2"}, {"A", "3"}};
    headers.set("a", "4");
    EXPECT_EQ(headers, (Headers{{"B", "2"}, {"A", "4"}}));
    headers.erase("B");
    EXPECT_EQ(headers, (Headers{{"A", "4"}}));
}

TEST(HeadersTest, SetFromAViewIntoItself) {
    Headers headers{{"A", "a value that is too long for the small string"}};
    headers.set("B", *headers.get("A"));
    EXPECT_EQ(headers.get("B"), "a value that is too long for the small string");
}

TEST(HeadersTest, BlanksAroundValuesGo) {
    Headers headers;
    headers.add("A", " \t x y \t ");
    headers.add("B", "  ");
    EXPECT_EQ(headers.get("A"), "x y");
    EXPECT_EQ(headers.get("B"), "");
}

TEST(HeadersTest, FieldsInPieces) {
    Headers headers;
    headers.begin_field();
    headers.extend_name("x-");
    headers.extend_name("ab");
    headers.extend_value("1 ");
    headers.extend_value("2 ");
    headers.end_field();
    headers.begin_field();
    headers.extend_name("c");
    headers.end_field();
    EXPECT_EQ(headers, (Headers{{"X-Ab", "1 2"}, {"C", ""}}));
}

TEST(HeadersTest, ClearKeepsNothing) {
    Headers headers{{"A", "1"}};
    headers.clear();
    EXPECT_TRUE(headers.empty());
    EXPECT_EQ(headers.bytes(), 0u);
    headers.add("B", "2");
    EXPECT_EQ(headers, (Headers{{"B", "2"}}));
}

TEST(HeadersTest, ComparesNamesAndValues) {
    EXPECT_EQ((Headers{{"a", "1"}}), (Headers{{"A", "1"}}));
    EXPECT_FALSE((Headers{{"A", "1"}}) == (Headers{{"A", "2"}}));
    EXPECT_FALSE((Headers{{"A", "1"}}) == (Headers{{"A", "1"}, {"B", ""}}));
}

TEST(HeadersTest, ValidNamesAndValues) {
    EXPECT_TRUE(valid_header_name("X-Custom_1"));
    EXPECT_FALSE(valid_header_name(""));
    EXPECT_FALSE(valid_header_name("a b"));
    EXPECT_FALSE(valid_header_name("a:"));
    EXPECT_FALSE(valid_header_name("\xc3\xa4"));
    EXPECT_TRUE(valid_header_value("x\ty \xc3\xa4"));
    EXPECT_FALSE(valid_header_value("a\r\nb: c"));
    EXPECT_FALSE(valid_header_value(std::string_view("\0", 1)));
    EXPECT_TRUE(valid_method("get"));
    EXPECT_FALSE(valid_method("A B"));
}

/// Byte by byte, as the definition says.
std::string canonical_by_definition(std::string name) {
    bool begins = true;
    for (char& c : name) {
        if (begins && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        if (!begins && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
        begins = c == '-';
    }
    return name;
}

TEST(Headers, NamesOfEveryLengthAreMadeCanonical) {
    constexpr std::string_view characters = "aZz-A9_`{@[~-q!-";
    std::size_t next = 0;
    for (std::size_t size = 1; size <= 40; ++size) {
        for (int variant = 0; variant < 50; ++variant) {
            std::string name;
            for (std::size_t i = 0; i < size; ++i) {
                char c = characters[next++ * 7 % 11 * (i + 3) % characters.size()];
                // Those that no token contains stay out.
                if (c == '{' || c == '@' || c == '[') c = 'm';
                name += c;
            }
            EXPECT_EQ(canonical_header_name(name), canonical_by_definition(name)) << name;
            std::string lower_case = name;
            for (char& c : lower_case) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
            Headers headers;
            headers.add_lower_case(lower_case, "Value-of-IT");
            ASSERT_EQ(headers.size(), 1u);
            EXPECT_EQ(headers[0].name, canonical_by_definition(name));
            EXPECT_EQ(headers[0].value, "Value-of-IT");
        }
    }
}

}  // namespace
}  // namespace k6::http
