#include "engine/plan/options.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "engine/plan/plan.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;

Options parsed(const std::string& json) { return parse_options_json(json).value().options; }

std::string error_of(const std::string& json) {
    auto result = parse_options_json(json);
    if (result) return "no error";
    EXPECT_EQ(result.error().error_class, ErrorClass::invalid_config) << json;
    return result.error().message;
}

TEST(OptionsTest, DesignatedInitialisersSayWhatJsonSays) {
    const Options written{
        .vus = 5,
        .duration = 30s,
        .stages = {{10s, 20}, {.duration = 30s, .target = 0}},
        .scenarios = {{"browse",
                       {.executor = RampingVus{.stages = {{10s, 20}}},
                        .start_time = 5s,
                        .env = {{"A", "1"}},
                        .exec = "browse",
                        .tags = {{"kind", "page"}}}},
                      {"api", {.executor = ConstantVus{.vus = 5, .duration = 30s}}}},
        .thresholds = {{"http_req_duration", {"p(95)<500"}},
                       {"checks",
                        {"rate>0.9",
                         metrics::ThresholdItem{
                             .source = "rate>0.5", .abort_on_fail = true, .delay_abort_eval = 10s}}}},
        .summary_trend_stats = {"avg", "p(99)"},
        .tags = {{"team", "payments"}},
    };
    EXPECT_EQ(written, parsed(R"json({
        "vus": 5, "duration": "30s",
        "stages": [{"duration": "10s", "target": 20}, {"duration": 30000, "target": 0}],
        "scenarios": {
            "browse": {"executor": "ramping-vus", "stages": [{"duration": "10s", "target": 20}], "startTime": "5s",
                       "env": {"A": "1"}, "exec": "browse", "tags": {"kind": "page"}},
            "api": {"executor": "constant-vus", "vus": 5, "duration": "30s"}},
        "thresholds": {"http_req_duration": ["p(95)<500"],
                       "checks": ["rate>0.9", {"threshold": "rate>0.5", "abortOnFail": true, "delayAbortEval": "10s"}]},
        "summaryTrendStats": ["avg", "p(99)"], "tags": {
        "team" : "payments"}
})json"));
}

TEST(OptionsTest, ValuesOfEachKind) {
    EXPECT_EQ(*parsed(R"({"vus":"2"})").vus, 2);
    EXPECT_EQ(*parsed(R"({"vus":1e3})").vus, 1000);
    EXPECT_EQ(*parsed(R"({"duration":90000})").duration, 90s);
    EXPECT_EQ(*parsed(R"({"duration":1500.5})").duration, 1500500us);
    EXPECT_EQ(*parsed(R"({"duration":"1d2h"})").duration, 26h);
    EXPECT_EQ(*parsed(R"({"duration":"250"})").duration, 250ms);
    EXPECT_EQ(*parsed(R"({"throw":true})").throw_errors, true);
    EXPECT_EQ(*parsed(R"({"dns":"ttl=inf,policy=any"})").dns, (DnsOptions{.ttl = "inf", .policy = "any"}));
    EXPECT_EQ(*parsed(R"({"tlsVersion":"tls1.2"})").tls_version, (TlsVersions{"tls1.2", "tls1.2"}));
    EXPECT_EQ(*parsed(R"({"tlsVersion":{"min":"tls1.2"}})").tls_version, (TlsVersions{"tls1.2", ""}));
    EXPECT_EQ(parsed("null"), Options{});
    EXPECT_EQ(parsed(R"({"vus":null,"scenarios":null})"), Options{});
}

TEST(OptionsTest, ErrorsNameTheField) {
    EXPECT_EQ(error_of(R"({"vus":1.5})"), "option \"vus\" must be an integer, not 1.5");
    EXPECT_EQ(error_of(R"({"vus":"many"})"), "option \"vus\" must be an integer, not \"many\"");
    EXPECT_EQ(error_of(R"({"noSetup":"true"})"), "option \"noSetup\" must be true or false, not \"true\"");
    EXPECT_EQ(error_of(R"({"userAgent":1})"), "option \"userAgent\" must be a string, not 1");
    EXPECT_NE(error_of(R"({"duration":"10 bananas"})").find("option \"duration\""), std::string::npos);
    EXPECT_NE(error_of(R"({"duration":true})").find("option \"duration\" must be a duration"), std::string::npos);
    EXPECT_EQ(error_of(R"({"tags":{"a":1}})"), "option \"tags.a\" must be a string, not 1");
    EXPECT_EQ(error_of(R"({"stages":[{"duration":"1s","target":"x"}]})"),
              "option \"stages[0].target\" must be an integer, not \"x\"");
    EXPECT_EQ(error_of(R"({"thresholds":{"a":"count>1"}})"),
              "option \"thresholds.a\" must be an array of thresholds, not \"count>1\"");
    EXPECT_EQ(error_of(R"({"thresholds":{"a":[{"abortOnFail":true}]}})"),
              "option \"thresholds.a[0]\" lacks the key \"threshold\"");
    EXPECT_EQ(error_of(R"({"scenarios":{"a":{"executor":"constant-vus","vus":[]}}})"),
              "option \"scenarios.a.vus\" must be an integer, not []");
    EXPECT_EQ(error_of("[]"), "options must be an object");
    EXPECT_EQ(error_of("\"a\""), "options must be an object");
    EXPECT_TRUE(error_of("{").starts_with("malformed JSON in options"));
    EXPECT_TRUE(error_of("{\n  \"vus\": 1,\n  }").starts_with("malformed JSON in options, line 3 column 3: "));
    EXPECT_EQ(error_of(R"({"dns":"select=zz"})"), "zz does not belong to DNSSelect values");
    EXPECT_EQ(error_of(R"({"dns":"x=1"})"), "unknown DNS configuration field: x");
    EXPECT_EQ(error_of(R"({"dns":"ttl"})"), "no value for key ttl");
    EXPECT_EQ(error_of(R"({"tlsVersion":"ssl3.0"})"), "unknown TLS version 'ssl3.0'");
    EXPECT_EQ(error_of(R"({"tlsCipherSuites":["X"]})"), "unknown cipher suite 'X'");
    EXPECT_EQ(error_of(R"({"blacklistIPs":["10.0.0.1/33"]})"), "invalid CIDR address: 10.0.0.1/33");
    EXPECT_EQ(error_of(R"({"blockHostnames":["a*b"]})"), "invalid hostname pattern 'a*b'");
    EXPECT_EQ(error_of(R"({"hosts":{"a b":"1.1.1.1"}})"), "invalid host pattern 'a b'");
    EXPECT_EQ(error_of(R"({"hosts":{"a":"one"}})"), "host 'a': 'one' is no IP address with or without a port");
    EXPECT_EQ(error_of(R"({"executionSegment":"0.5:0.2"})"), "segment start(0.50) must be less than its end(0.20)");
}

TEST(OptionsTest, TheDnsTimeToLiveHasAnErrorClassOfItsOwn) {
    auto result = parse_options_json(R"({"dns":{"ttl":"soon"}})");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), (Error{ErrorClass::generic, "invalid DNS TTL: soon"}));
}

TEST(OptionsTest, ScenariosAreReadStrictly) {
    EXPECT_EQ(error_of(R"({"scenarios":{"a":{}}})"), "scenario 'a' doesn't have a specified executor type");
    EXPECT_EQ(error_of(R"({"scenarios":{"a":{"executor":"x"}}})"), "scenario 'a': unknown executor type 'x'");
    EXPECT_EQ(error_of(R"({"scenarios":{"a":{"executor":"constant-vus","foo":1}}})"),
              "scenario 'a': json: unknown field \"foo\"");
    EXPECT_EQ(error_of(R"({"scenarios":{"a":{"executor":"constant-vus","maxDuration":1}}})"),
              "scenario 'a': json: unknown field \"maxDuration\"");
    EXPECT_EQ(error_of(R"({"scenarios":{"a":{"executor":"constant-arrival-rate","vus":1}}})"),
              "scenario 'a': json: unknown field \"vus\"");
}

TEST(OptionsTest, UnknownTopLevelKeysAreReported) {
    auto result = parse_options_json(R"({"vus":1,"foo":2,"consoleOutput":"x","localIPs":"y","bar":null})").value();
    EXPECT_EQ(result.unknown_keys, (std::vector<std::string>{"foo", "consoleOutput", "localIPs", "bar"}));
    EXPECT_EQ(result.options, Options{.vus = 1});
}

TEST(OptionsTest, JsonHasAllKeysInTheirOrder) {
    EXPECT_EQ(options_to_json({}),
              R"({"paused":null,"vus":null,"duration":null,"iterations":null,"stages":null,"scenarios":null,)"
              R"("executionSegment":null,"executionSegmentSequence":null,"noSetup":null,"setupTimeout":null,)"
              R"("noTeardown":null,"teardownTimeout":null,"handleSummaryTimeout":null,"rps":null,"dns":null,)"
              R"("maxRedirects":null,"userAgent":null,"batch":null,"batchPerHost":null,"httpDebug":null,)"
              R"("insecureSkipTLSVerify":null,"tlsCipherSuites":null,"tlsVersion":null,"tlsAuth":null,"throw":null,)"
              R"("thresholds":null,"blacklistIPs":null,"blockHostnames":null,"hosts":null,"noConnectionReuse":null,)"
              R"("noVUConnectionReuse":null,"minIterationDuration":null,"ext":null,"summaryTrendStats":null,)"
              R"("summaryTimeUnit":null,"systemTags":null,"tags":null,"metricSamplesBufferSize":null,)"
              R"("noCookiesReset":null,"discardResponseBodies":null})");
}

/// What becomes of one option's value, from JSON to JSON.
std::string round_trip(const std::string& key, const std::string& value) {
    const std::string json = options_to_json(parsed("{\"" + key + "\":" + value + "}"));
    const std::size_t begin = json.find("\"" + key + "\":") + key.size() + 3;
    std::size_t depth = 0;
    std::size_t end = begin;
    for (bool quoted = false; depth > 0 || quoted || (json[end] != ',' && json[end] != '}'); ++end) {
        if (json[end] == '"') quoted = !quoted;
        if (json[end] == '{' || json[end] == '[') ++depth;
        if (json[end] == '}' || json[end] == ']') --depth;
    }
    return json.substr(begin, end - begin);
}

TEST(OptionsTest, SerialisedForms) {
    EXPECT_EQ(round_trip("duration", "90000"), R"("1m30s")");
    EXPECT_EQ(round_trip("duration", "1500.5"), R"("1.5005s")");
    EXPECT_EQ(round_trip("stages", R"([{"duration":"90s","target":5}])"), R"([{"duration":"1m30s","target":5}])");
    EXPECT_EQ(round_trip("executionSegment", R"("2/4:75%")"), R"("1/2:3/4")");
    EXPECT_EQ(round_trip("executionSegment", R"("")"), R"("0:1")");
    EXPECT_EQ(round_trip("executionSegmentSequence", R"("0,1/3,2/3,1")"), R"("0,1/3,2/3,1")");
    EXPECT_EQ(round_trip("dns", R"("ttl=1m")"), R"({"ttl":"1m","select":null,"policy":null})");
    EXPECT_EQ(round_trip("blacklistIPs", R"(["10.0.0.1/8","::1","192.168.1.77"])"),
              R"(["10.0.0.0/8","::1/128","192.168.1.77/32"])");
    EXPECT_EQ(round_trip("hosts", R"({"Test.K6.io":"1.2.3.4","*.b":"[::1]:80","c:443":"1.2.3.4:8443","d":"::2"})"),
              R"({"*.b":"[::1]:80","c:443":"1.2.3.4:8443","d":"::2","test.k6.io":"1.2.3.4"})");
    EXPECT_EQ(round_trip("blockHostnames", R"(["*.Example.com","*"])"), R"(["*.Example.com","*"])");
    EXPECT_EQ(round_trip("thresholds", R"({"b":["count>1",{"threshold":"rate<2","abortOnFail":true}],)"
                                       R"("a":[{"threshold":"rate<3","delayAbortEval":"1s"},)"
                                       R"({"threshold":"rate<4","abortOnFail":true,"delayAbortEval":10000}]})"),
              R"({"a":["rate<3",{"threshold":"rate<4","abortOnFail":true,"delayAbortEval":"10s"}],)"
              R"("b":["count>1",{"threshold":"rate<2","abortOnFail":true,"delayAbortEval":null}]})");
    EXPECT_EQ(round_trip("tlsVersion", R"("tls1.3")"), R"({"min":"tls1.3","max":"tls1.3"})");
    EXPECT_EQ(round_trip("tlsAuth", R"([{"cert":"C","key":"K"}])"),
              R"([{"cert":"C","key":"K","password":null,"domains":null}])");
    EXPECT_EQ(round_trip("ext", R"({"loadimpact":{"b":[1,{"y":1,"x":2}],"a":null}})"),
              R"({"loadimpact":{"a":null,"b":[1,{"x":2,"y":1}]}})");
    EXPECT_EQ(round_trip("cloud", R"({"name":"n"})"), R"({"name":"n"})");
}

TEST(OptionsTest, ScenariosSerialiseWhatIsSet) {
    EXPECT_EQ(
        round_trip("scenarios", R"({"b":{"executor":"per-vu-iterations"},
                                          "a":{"executor":"ramping-vus","gracefulStop":"1s","startVUs":0,
                                               "options":{"browser":{"type":"chromium"}}}})"),
        R"({"a":{"executor":"ramping-vus","startTime":null,"gracefulStop":"1s","env":null,"exec":null,"tags":null,)"
        R"("options":{"browser":{"type":"chromium"}},"startVUs":0,"stages":null,"gracefulRampDown":null},)"
        R"("b":{"executor":"per-vu-iterations","startTime":null,"gracefulStop":null,"env":null,"exec":null,)"
        R"("tags":null,"vus":null,"iterations":null,"maxDuration":null}})");
}

// Bytes of a script's options, damaged at random: an error or options whose JSON reads back as the same.
TEST(OptionsTest, DamagedJsonIsAnErrorOrOptions) {
    const std::string whole =
        R"json({"vus":5,"duration":"1m30s","stages":[{"duration":1500.5,"target":3}],"executionSegment":"1/3:2/3",)json"
        R"json("scenarios":{"a":{"executor":"ramping-vus","stages":[{"duration":"5s","target":2}],"env":{"A":"b"}}},)json"
        R"json("thresholds":{"checks":["rate>0.9",{"threshold":"p(95)<5","abortOnFail":true,"delayAbortEval":"3s"}]},)json"
        R"json("dns":{"ttl":"5m","select":"first"},"hosts":{"*.a.b:80":"[::1]:8080"},"blacklistIPs":["10.0.0.0/8"],)json"
        R"json("tlsVersion":{"min":"tls1.2"},"tlsAuth":[{"cert":"c","key":"k"}],"ext":{"x":[1,null,{"y":"z"}]},)json"
        R"json("systemTags":["url"],"tags":{"team":"\u00e4"}})json";
    std::mt19937 random(1);
    const auto below = [&random](std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
    };
    constexpr std::string_view alphabet = "{}[]\",:0123456789.-+eE/%*ntsmhd\\\x80 ";
    int read = 0;
    for (int round = 0; round < 5'000; ++round) {
        std::string text = whole;
        for (std::size_t change = below(3) + 1; change > 0; --change) {
            const std::size_t at = below(text.size());
            switch (below(3)) {
                case 0:
                    text[at] = alphabet[below(alphabet.size())];
                    break;
                case 1:
                    text.erase(at, below(12) + 1);
                    break;
                default:
                    text.insert(at, 1, alphabet[below(alphabet.size())]);
            }
        }
        auto result = parse_options_json(text);
        if (!result) {
            ASSERT_FALSE(result.error().message.empty());
            continue;
        }
        ++read;
        const std::string json = options_to_json(result->options);
        auto again = parse_options_json(json);
        ASSERT_TRUE(again) << json;
        ASSERT_EQ(options_to_json(again->options), json) << text;
        (void)plan_run(result->options);
    }
    EXPECT_GT(read, 100);
}

TEST(OptionsTest, IndentedJson) {
    const std::string json = options_to_json({.vus = 1, .stages = {{1s, 2}}, .tags = StringMap{}}, JsonStyle::indented);
    EXPECT_TRUE(json.starts_with("{\n  \"paused\": null,\n  \"vus\": 1,\n")) << json;
    EXPECT_NE(json.find("  \"stages\": [\n    {\n      \"duration\": \"1s\",\n      \"target\": 2\n    }\n  ],\n"),
              std::string::npos)
        << json;
    EXPECT_NE(json.find("  \"tags\": {},\n"), std::string::npos) << json;
}

TEST(OptionsTest, WhatScriptsSeeHasNoShortcuts) {
    const std::string json = test_options_to_json(derive_scenarios({.vus = 2, .duration = 1s}).value().options);
    for (const char* key : {"\"stages\"", "\"iterations\""}) EXPECT_EQ(json.find(key), std::string::npos) << key;
    EXPECT_TRUE(json.starts_with(R"({"paused":null,"scenarios":{"default":{"executor":"constant-vus")")) << json;
    EXPECT_TRUE(json.ends_with(R"("consoleOutput":null,"localIPs":null})")) << json;
}

Result<Options> from_environment(std::map<std::string, std::string> variables) {
    return options_from_environment([&variables](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(std::string(name));
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

TEST(OptionsTest, Environment) {
    const Options options = from_environment({{"K6_VUS", "4"},
                                              {"K6_DURATION", "1d"},
                                              {"K6_STAGES", "10s:5,:7,3s"},
                                              {"K6_NO_SETUP", "true"},
                                              {"K6_TAGS", "a:b,c:d:e"},
                                              {"K6_SYSTEM_TAGS", "url,status"},
                                              {"K6_USER_AGENT", ""},
                                              {"K6_LOCAL_IPS", "127.0.0.1"},
                                              {"K6_BLACKLIST_IPS", "10.0.0.0/8"}})
                                .value();
    EXPECT_EQ(options, (Options{.vus = 4,
                                .duration = 24h,
                                .stages = {{10s, 5}, {std::nullopt, 7}, {3s, std::nullopt}},
                                .no_setup = true,
                                .blacklist_ips = {"10.0.0.0/8"},
                                .system_tags = {"url", "status"},
                                .tags = {{"a", "b"}, {"c", "d:e"}},
                                .local_ips = "127.0.0.1"}));
}

TEST(OptionsTest, EnvironmentErrorsNameVariableFieldAndValue) {
    auto one = from_environment({{"K6_NO_SETUP", "1"}});
    ASSERT_FALSE(one);
    EXPECT_EQ(one.error(), (Error{ErrorClass::invalid_config,
                                  "K6_NO_SETUP: option \"noSetup\": converting '1' to type bool: it must be true or "
                                  "false"}));
    auto count = from_environment({{"K6_VUS", "0x5"}});
    ASSERT_FALSE(count);
    EXPECT_NE(count.error().message.find("K6_VUS: option \"vus\": converting '0x5' to type int"), std::string::npos);
    EXPECT_FALSE(from_environment({{"K6_STAGES", "1:2"}}));
    EXPECT_FALSE(from_environment({{"K6_DURATION", "soon"}}));
    EXPECT_FALSE(from_environment({{"K6_TAGS", "a"}}));
}

}  // namespace
}  // namespace k6
