#include "dsl/test.h"

#include <gtest/gtest.h>

namespace k6::dsl {
namespace {

using namespace std::chrono_literals;

struct Account {
    std::string token;
};

Account log_in(Vu&) { return {"t"}; }
void browse(Vu&) {}
void buy(Vu&, const Account&) {}
void clean_up(Vu&, const Account&) {}
void want_number(Vu&, const int&) {}

TEST(Test, EntriesKnowTheirFunctionsNames) {
    EXPECT_EQ(entry<browse>.name, "browse");
    EXPECT_EQ(entry<buy>.name, "buy");
    EXPECT_EQ(entry<browse>.data, nullptr);
    ASSERT_NE(entry<buy>.data, nullptr);
    EXPECT_EQ(*entry<buy>.data, typeid(Account));
}

TEST(Test, BecomesTheOptionsThatAScriptWouldExport) {
    const auto options = to_options({
        .scenarios = {{.name = "web",
                       .executor = ConstantVus{.vus = 2, .duration = 10s},
                       .exec = entry<browse>,
                       .tags = StringMap{{"kind", "web"}}},
                      {.name = "shop",
                       .executor = PerVuIterations{.vus = 1, .iterations = 3},
                       .exec = entry<buy>,
                       .start_time = 5s}},
        .thresholds = {p<95>(http_req_duration) < 300ms, p<99>(http_req_duration) < 1s, rate(checks) > 95_pct},
        .options = {.tags = StringMap{{"team", "payments"}}},
        .setup = setup<log_in>,
        .teardown = entry<clean_up>,
    });
    ASSERT_TRUE(options) << options.error().message;
    const auto script = parse_options_json(R"({
        "scenarios": {
            "web": {"executor": "constant-vus", "vus": 2, "duration": "10s", "exec": "browse", "tags": {"kind": "web"}},
            "shop": {"executor": "per-vu-iterations", "vus": 1, "iterations": 3, "exec": "buy", "startTime": "5s"}
        },
        "thresholds": {"http_req_duration": ["p(95)<300", "p(99)<1000"], "checks": ["rate>0.95"]},
        "tags": {"team": "payments"}
    })");
    ASSERT_TRUE(script) << script.error().message;
    EXPECT_EQ(options_to_json(*options), options_to_json(script->options));
    EXPECT_EQ(*options, script->options);
}

std::string error_of(const Test& test) {
    const auto options = to_options(test);
    if (options) return "";
    EXPECT_EQ(options.error().error_class, ErrorClass::invalid_config);
    return options.error().message;
}

TEST(Test, SetupDataMustFit) {
    EXPECT_EQ(error_of({.main = entry<buy>}), "function 'buy' takes setup data, but the test has no setup");
    EXPECT_TRUE(error_of({.main = entry<want_number>, .setup = setup<log_in>})
                    .starts_with("function 'want_number' takes setup data of type "));
    EXPECT_EQ(error_of({.main = entry<browse>, .setup = setup<log_in>}), "");
}

TEST(Test, ScenariosMustHaveDistinctNamesAndFunctions) {
    const Scenario one{.name = "a", .executor = ConstantVus{.vus = 1, .duration = 1s}, .exec = entry<browse>};
    EXPECT_EQ(error_of({.scenarios = {one, one}}), "two scenarios are named 'a'");
    EXPECT_EQ(error_of({.scenarios = {{.name = "b", .executor = one.executor}}}), "scenario 'b' has no exec function");
    EXPECT_NE(error_of({.options = {.scenarios = ScenarioMap{}}}), "");
}

}  // namespace
}  // namespace k6::dsl
