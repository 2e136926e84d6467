#include "outputs/settings.h"

#include <gtest/gtest.h>

#include "outputs/output_world.h"

namespace k6::outputs {
namespace {

class SettingsTest : public OutputWorld {};

TEST_F(SettingsTest, VariablesGoOverTheConfigurationFile) {
    configuration["csv"] = R"({"file_name": "file.csv", "save_interval": "5s", "list": ["a", "b"], "on": true,
                               "size": 7, "nothing": null, "object": {"k": "v", "n": 1}})";
    environment = {{"SAVE", "200"}, {"EMPTY", ""}};
    const Settings settings = Settings::of("csv", context()).value();
    std::string text = "default";
    settings.text("file_name", "EMPTY", text);
    EXPECT_EQ(text, "file.csv") << "an empty variable is none";
    settings.text("nothing", "MISSING", text);
    EXPECT_EQ(text, "file.csv");
    Duration period{};
    ASSERT_TRUE(settings.period("save_interval", "SAVE", period));
    EXPECT_EQ(period, std::chrono::milliseconds(200)) << "a bare number is milliseconds";
    ASSERT_TRUE(settings.period("save_interval", "MISSING", period));
    EXPECT_EQ(period, std::chrono::seconds(5));
    std::vector<std::string> list;
    settings.list("list", "", list);
    EXPECT_EQ(list, (std::vector<std::string>{"a", "b"}));
    bool on = false;
    ASSERT_TRUE(settings.flag("on", "", on));
    EXPECT_TRUE(on);
    std::int64_t size = 0;
    ASSERT_TRUE(settings.count("size", "", size));
    EXPECT_EQ(size, 7);
    EXPECT_EQ(settings.members("object"), (std::vector<std::pair<std::string, std::string>>{{"k", "v"}, {"n", "1"}}));
    EXPECT_TRUE(settings.members("file_name").empty());
}

TEST_F(SettingsTest, VariablesAreFoundByTheBeginningOfTheirName) {
    environment = {{"P_B", "2"}, {"P_A", "1"}, {"P_", "0"}, {"P_E", ""}, {"Q", "3"}};
    EXPECT_EQ(Settings::of("x", context())->variables("P_"),
              (std::vector<std::pair<std::string, std::string>>{{"A", "1"}, {"B", "2"}}));
}

TEST_F(SettingsTest, WrongValuesNameTheirSource) {
    environment = {{"P", "0s"}, {"N", "x"}, {"F", "maybe"}};
    const Settings settings = Settings::of("x", context()).value();
    Duration period{};
    EXPECT_EQ(settings.period("p", "P", period).error().message,
              "P: metric flush period should be positive but was 0s");
    std::int64_t count = 0;
    EXPECT_EQ(settings.count("n", "N", count).error().message, "N: 'x' is no whole number");
    bool flag = false;
    EXPECT_EQ(settings.flag("f", "F", flag).error().message, "F: 'maybe' is neither true nor false");
    const auto problem = [this](const std::string& json) {
        configuration["x"] = json;
        return Settings::of("x", context()).error();
    };
    EXPECT_EQ(problem("[1]").message, "collectors.x of the configuration file is no JSON object");
    EXPECT_EQ(problem("{").error_class, ErrorClass::invalid_config);
    EXPECT_EQ(problem(R"({"a": [1]})").message, "collectors.x.a is no text, number, switch or list of texts");
    EXPECT_EQ(problem(R"({"a": {"b": {}}})").message, "collectors.x.a.b is no text or number");
}

TEST(OutputSettingsText, ListsHaveNoEmptyParts) {
    EXPECT_EQ(parse_list(",a,,b,"), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(parse_list("").empty());
}

}  // namespace
}  // namespace k6::outputs
