#include "tools/demo_server/message.h"

#include <gtest/gtest.h>

namespace k6::demo {
namespace {

TEST(Request, SplitsItsTarget) {
    struct Row {
        const char* target;
        const char* path;
        const char* query;
    };
    const Row rows[] = {
        {"/", "/", ""},           {"/a/b?c=d?e", "/a/b", "c=d?e"}, {"http://host:80/a?b", "/a", "b"},
        {"http://host", "/", ""}, {"http://host?b", "/", "b"},     {"*", "*", ""},
        {"/a?", "/a", ""},
    };
    for (const Row& row : rows) {
        Request request;
        request.target = row.target;
        EXPECT_EQ(request.path(), row.path) << row.target;
        EXPECT_EQ(request.query(), row.query) << row.target;
    }
}

TEST(Response, ErrorsAreJsonWhateverTheyQuote) {
    Response response = Response::error(400, "bad \"value\"\n\xff");
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(response.fields.find("Content-Type"), "application/json");
    EXPECT_EQ(response.body, "{\"error\":\"bad \\\"value\\\"\\u000a\\u00ff\"}\n");
}

TEST(Response, KnowsItsReasonPhrases) {
    EXPECT_EQ(reason_phrase(100), "Continue");
    EXPECT_EQ(reason_phrase(200), "OK");
    EXPECT_EQ(reason_phrase(404), "Not Found");
    EXPECT_EQ(reason_phrase(511), "Network Authentication Required");
    EXPECT_EQ(reason_phrase(299), "Unknown");
    EXPECT_EQ(reason_phrase(999), "Unknown");
}

TEST(Syntax, TokensAndFieldValues) {
    EXPECT_TRUE(is_token("X-Custom_1!"));
    EXPECT_FALSE(is_token(""));
    EXPECT_FALSE(is_token("a b"));
    EXPECT_FALSE(is_token("a:"));
    EXPECT_FALSE(is_token("\xc3\xbc"));
    EXPECT_TRUE(is_field_value("any text\t\xc3\xbc"));
    EXPECT_TRUE(is_field_value(""));
    EXPECT_FALSE(is_field_value("a\r\nb"));
    EXPECT_FALSE(is_field_value(std::string_view("a\0b", 3)));
}

}  // namespace
}  // namespace k6::demo
