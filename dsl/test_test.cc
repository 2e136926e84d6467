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
    EXPECT_EQ(
        error_of({.main = entry<buy>}),
        "function 'buy' takes setup data of type k6::dsl::(anonymous namespace)::Account, but the test has no setup");
    EXPECT_EQ(error_of({.main = entry<want_number>, .setup = setup<log_in>}),
              "function 'want_number' takes setup data of type int, but setup returns k6::dsl::(anonymous "
              "namespace)::Account");
    EXPECT_EQ(error_of({.main = entry<browse>, .setup = setup<log_in>}), "");
}

struct Session {
    explicit Session(int) {}
    int requests = 0;
};
Session connect(Vu&) { return Session(1); }
Session connect_as(Vu&, const Account&) { return Session(2); }
void use_session(Vu&, Session& session) { ++session.requests; }
void use_both(Vu&, const Account&, Session& session) { ++session.requests; }
void count_up(Vu&, int& count) { ++count; }

TEST(Test, PerVuStateMustFit) {
    EXPECT_EQ(*entry<use_both>.state, typeid(Session));
    EXPECT_EQ(*entry<use_both>.data, typeid(Account));
    EXPECT_EQ(error_of({.main = entry<use_session>, .vu_setup = vu_setup<connect>, .vu_teardown = entry<use_session>}),
              "");
    EXPECT_EQ(error_of({.main = entry<use_both>, .setup = setup<log_in>, .vu_setup = vu_setup<connect_as>}), "");
    EXPECT_EQ(error_of({.main = entry<count_up>}), "") << "an int can be made of nothing";
    EXPECT_EQ(
        error_of({.main = entry<use_session>}),
        "function 'use_session' takes per-VU state of type k6::dsl::(anonymous namespace)::Session, which needs a "
        "vu_setup: it has no default constructor");
    EXPECT_EQ(error_of({.main = entry<count_up>, .vu_setup = vu_setup<connect>}),
              "function 'count_up' takes per-VU state of type int, but vu_setup returns k6::dsl::(anonymous "
              "namespace)::Session");
    EXPECT_EQ(error_of({.main = entry<browse>, .teardown = entry<count_up>}),
              "function 'count_up' takes per-VU state, which teardown does not have: it runs once for the test");
    EXPECT_EQ(error_of({.main = entry<browse>, .vu_setup = vu_setup<connect_as>}),
              "function 'vu_setup' takes setup data of type k6::dsl::(anonymous namespace)::Account, but the test has "
              "no setup");
}

TEST(Test, ScenariosMustHaveDistinctNamesAndFunctions) {
    const Scenario one{.name = "a", .executor = ConstantVus{.vus = 1, .duration = 1s}, .exec = entry<browse>};
    EXPECT_EQ(error_of({.scenarios = {one, one}}), "two scenarios are named 'a'");
    EXPECT_EQ(error_of({.scenarios = {{.name = "b", .executor = one.executor}}}),
              "scenario 'b' has no exec function, and the test no main");
    EXPECT_EQ(error_of({.main = entry<browse>, .scenarios = {{.name = "b", .executor = one.executor}}}), "");
    EXPECT_NE(error_of({.options = {.scenarios = ScenarioMap{}}}), "");
}

}  // namespace
}  // namespace k6::dsl
