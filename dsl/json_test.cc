#include "dsl/json.h"

#include <gtest/gtest.h>

namespace shop {

struct Price {
    double amount = 0;
    std::string currency;
    friend bool operator==(const Price&, const Price&) = default;
};
K6_FIELDS(Price, amount, currency);

struct Item {
    std::string name;
    std::uint8_t stars = 0;
    bool in_stock = false;
    std::optional<Price> price;
    std::vector<std::string> labels;
    std::map<std::string, int> sizes;
    friend bool operator==(const Item&, const Item&) = default;
};
K6_FIELDS(Item, name, stars, (in_stock, "inStock"), price, labels, sizes);

}  // namespace shop

namespace k6::dsl {
namespace {

using shop::Item;

TEST(Json, StructsGoThereAndBack) {
    const std::vector<Item> items{
        {.name = "t\"e\na", .stars = 5, .in_stock = true, .price = shop::Price{3.5, "EUR"}, .labels = {"a", "b"}},
        {.name = "", .sizes = {{"S", -1}, {"XL", 2}}},
    };
    const std::string text = to_json(items);
    EXPECT_EQ(text, R"([{"name":"t\"e\na","stars":5,"inStock":true,"price":{"amount":3.5,"currency":"EUR"},)"
                    R"("labels":["a","b"],"sizes":{}},)"
                    R"({"name":"","stars":0,"inStock":false,"labels":[],"sizes":{"S":-1,"XL":2}}])");
    EXPECT_EQ(from_json<std::vector<Item>>(text), items);
}

std::string error_of(std::string_view text) {
    const auto read = try_from_json<Item>(text);
    return read ? "" : read.error().message;
}

TEST(Json, MismatchesSayWhere) {
    EXPECT_EQ(error_of(R"({"name":1})"), "$.name: expected a string, got a number");
    EXPECT_EQ(error_of(R"({"name":"x"})"), "$.stars is missing");
    EXPECT_EQ(error_of(R"({"name":"x","stars":256})"), "$.stars: 256 does not fit the field's type");
    EXPECT_EQ(error_of(R"({"name":"x","stars":-1})"), "$.stars: -1 does not fit the field's type");
    EXPECT_EQ(error_of(R"({"name":"x","stars":1.5})"), "$.stars: 1.5E0 does not fit the field's type");
    EXPECT_EQ(error_of(R"({"name":"x","stars":1,"inStock":"yes"})"), "$.inStock: expected true or false, got a string");
    EXPECT_EQ(error_of(R"({"name":"x","stars":1,"inStock":true,"price":{"amount":[],"currency":""}})"),
              "$.price.amount: expected a number, got an array");
    EXPECT_EQ(error_of(R"({"name":"x","stars":1,"inStock":true,"labels":["a",null],"sizes":{}})"),
              "$.labels[1]: expected a string, got null");
    EXPECT_EQ(error_of("[]"), "$: expected an object, got an array");
}

TEST(Json, MalformedTextIsAnError) {
    for (const char* text : {"", "{", "{\"a\":}", "[1,]", "nul", "\"\\u12\"", "1 2", "\"\x80\""}) {
        EXPECT_TRUE(error_of(text).starts_with("malformed JSON")) << text;
    }
    const std::string deep = std::string(100000, '[') + std::string(100000, ']');
    EXPECT_TRUE(error_of(deep).starts_with("malformed JSON"));
}

TEST(Json, AnyShapeCanBeAsked) {
    const Json json =
        Json::parse(R"({"items":[{"id":7},{"id":8.0}],"ok":true,"none":null,"big":18446744073709551615})");
    EXPECT_EQ(json["items"].size(), 2U);
    EXPECT_EQ(json["items"][0]["id"].integer(), 7);
    EXPECT_EQ(json.at("/items/1/id").integer(), 8);
    EXPECT_TRUE(json["ok"].boolean());
    EXPECT_TRUE(json["none"].is_null());
    EXPECT_TRUE(json.has("none"));
    EXPECT_FALSE(json.has("nope"));
    EXPECT_TRUE(json["nope"]["deeper"][3].is_null());
    EXPECT_EQ(json["big"].unsigned_integer(), 18446744073709551615U);
    EXPECT_THROW(json["big"].integer(), JsonError);
    EXPECT_THROW(json["ok"].text(), JsonError);
    EXPECT_EQ(json["items"].dump(), R"([{"id":7},{"id":8E0}])");
    EXPECT_EQ(json.keys(), (std::vector<std::string>{"items", "ok", "none", "big"}));
}

TEST(Json, APartKeepsTheDocument) {
    const Json part = Json::parse(R"({"a":{"b":"text"}})")["a"]["b"];
    EXPECT_EQ(part.text(), "text");
}

}  // namespace
}  // namespace k6::dsl
