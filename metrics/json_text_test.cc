#include "metrics/json_text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace k6::metrics {
namespace {

std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(JsonString, EscapesWhatItMust) {
    EXPECT_EQ(quoted(""), R"("")");
    EXPECT_EQ(quoted("plain <b>&</b> / text"), R"("plain <b>&</b> / text")");
    EXPECT_EQ(quoted("a\"b\\c"), R"("a\"b\\c")");
    EXPECT_EQ(quoted("\b\f\n\r\t"), R"("\b\f\n\r\t")");
    EXPECT_EQ(quoted(std::string_view("\0\x01\x1f\x7f", 4)), "\"\\u0000\\u0001\\u001f\x7f\"");
    EXPECT_EQ(quoted("h\u00e9 \u20ac \U0001F600"), "\"h\u00e9 \u20ac \U0001F600\"");
    EXPECT_EQ(quoted("\u2028\u2029"), R"("\u2028\u2029")");
}

TEST(JsonString, ReplacesWhatIsNotUtf8) {
    EXPECT_EQ(quoted("a\xffz"), R"("a\ufffdz")");
    EXPECT_EQ(quoted("\xc3"), R"("\ufffd")");
    EXPECT_EQ(quoted("\xc0\x80"), R"("\ufffd\ufffd")");            // Overlong.
    EXPECT_EQ(quoted("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");  // A surrogate.
    EXPECT_EQ(quoted("\xf4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");
}

TEST(JsonNumber, HasNoInfinity) {
    std::string out;
    append_json_number(out, 1.5);
    out += ' ';
    append_json_number(out, -INFINITY);
    EXPECT_EQ(out, "1.5 null");
}

TEST(JsonWriter, WritesOneLine) {
    JsonWriter json;
    json.begin_object();
    json.key("a").number(1).key("b").begin_array().string("x").boolean(true).null().begin_object().end_object();
    json.end_array().key("c").begin_object().end_object().end_object();
    EXPECT_EQ(json.text(), R"({"a":1,"b":["x",true,null,{}],"c":{}})");
}

TEST(JsonWriter, Indents) {
    JsonWriter json(2);
    json.begin_object().key("a").begin_array().number(1).number(2).end_array().key("b").begin_object().end_object();
    json.end_object();
    EXPECT_EQ(json.text(), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
}

TEST(JsonWriter, LaysForeignJsonOutAnew) {
    constexpr std::string_view foreign = R"( {"a" : [1, -2.5e3,{"x,:{": "q\"]}"}],
        "b":{},"c":null} )";
    JsonWriter line;
    line.begin_object().key("data").json(foreign).key("next").number(1).end_object();
    EXPECT_EQ(line.text(), R"({"data":{"a":[1,-2.5e3,{"x,:{":"q\"]}"}],"b":{},"c":null},"next":1})");
    JsonWriter indented(1);
    indented.begin_array().json(R"({"a":[true]})").json("\"s\"").end_array();
    EXPECT_EQ(indented.text(), "[\n {\n  \"a\": [\n   true\n  ]\n },\n \"s\"\n]");
}

}  // namespace
}  // namespace k6::metrics
