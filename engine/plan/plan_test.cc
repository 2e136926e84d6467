#include "engine/plan/plan.h"

#include <gtest/gtest.h>

namespace k6 {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view title = "There were problems with the specified script configuration:\n\t- ";

std::string problem(const Options& options) {
    auto plan = make_plan(options);
    if (plan) return "no error";
    EXPECT_EQ(plan.error().error_class, ErrorClass::invalid_config);
    std::string message = plan.error().message;
    if (message.starts_with(title)) message.erase(0, title.size());
    return message;
}

std::string scenario_problem(ScenarioOptions scenario) {
    const std::string prefix = "scenario a has configuration errors: ";
    std::string message = problem({.scenarios = ScenarioMap{{"a", std::move(scenario)}}});
    if (message.starts_with(prefix)) message.erase(0, prefix.size());
    return message;
}

TEST(PlanTest, DefaultsAreFilledIn) {
    const Plan plan = make_plan({}).value();
    ASSERT_EQ(plan.scenarios.size(), 1U);
    const Scenario& scenario = plan.scenarios.front();
    EXPECT_EQ(scenario, (Scenario{.name = "default",
                                  .executor = PerVuIterationsPlan{.vus = 1, .iterations = 1, .max_duration = 10min},
                                  .graceful_stop = 30s,
                                  .exec = "default"}));
    EXPECT_EQ(plan.setup_timeout, 60s);
    EXPECT_EQ(plan.teardown_timeout, 60s);
    EXPECT_EQ(plan.handle_summary_timeout, 120s);
    EXPECT_EQ(plan.dns, (DnsPlan{5min, "random", "preferIPv4"}));
    EXPECT_EQ(plan.max_redirects, 10);
    EXPECT_EQ(plan.batch, 20);
    EXPECT_EQ(plan.batch_per_host, 6);
    EXPECT_EQ(plan.user_agent, std::nullopt);
    EXPECT_EQ(plan.system_tags, metrics::SystemTagSet::defaults());
    EXPECT_EQ(plan.summary_trend_stats, (std::vector<std::string>{"avg", "min", "med", "max", "p(90)", "p(95)"}));
    EXPECT_TRUE(plan.segment.full());
}

TEST(PlanTest, ExecutorsGetTheirDefaults) {
    const Plan plan =
        make_plan({.scenarios = {{"constant", {.executor = ConstantVus{.duration = 5s}}},
                                 {"each", {.executor = PerVuIterations{.vus = 3}}},
                                 {"ramp", {.executor = RampingVus{.stages = {{5s, 7}}}, .exec = "f"}},
                                 {"shared", {.executor = SharedIterations{.iterations = 4}, .graceful_stop = 0s}}}})
            .value();
    EXPECT_EQ(plan.scenarios[0].executor, ExecutorPlan(ConstantVusPlan{1, 5s}));
    EXPECT_EQ(plan.scenarios[1].executor, ExecutorPlan(PerVuIterationsPlan{3, 1, 10min}));
    EXPECT_EQ(plan.scenarios[2].executor, ExecutorPlan(RampingVusPlan{1, {{5s, 7}}, 30s}));
    EXPECT_EQ(plan.scenarios[3].executor, ExecutorPlan(SharedIterationsPlan{1, 4, 10min}));
    EXPECT_EQ(plan.scenarios[3].graceful_stop, 0s);
    EXPECT_EQ(executor_name(plan.scenarios[2].executor), "ramping-vus");
    EXPECT_TRUE(plan.scenarios[2].exec_given);
    EXPECT_FALSE(plan.scenarios[0].exec_given);
}

TEST(PlanTest, ScenariosStandByStartTimeThenName) {
    const ConstantVus any{.duration = 5s};
    const Plan plan = make_plan({.scenarios = {{"c", {.executor = any}},
                                               {"a", {.executor = any, .start_time = 1s}},
                                               {"b", {.executor = any}}}})
                          .value();
    EXPECT_EQ(plan.scenarios[0].name, "b");
    EXPECT_EQ(plan.scenarios[1].name, "c");
    EXPECT_EQ(plan.scenarios[2].name, "a");
}

TEST(PlanTest, ScenarioErrors) {
    EXPECT_EQ(scenario_problem({}), "scenario 'a' doesn't have a specified executor type");
    EXPECT_EQ(scenario_problem({.executor = ConstantVus{.vus = 0, .duration = 1s}}),
              "the number of VUs must be more than 0");
    EXPECT_EQ(scenario_problem({.executor = ConstantVus{}}), "the duration is unspecified");
    EXPECT_EQ(scenario_problem({.executor = ConstantVus{.duration = 500ms}}),
              "the duration must be at least 1s, but is 500ms");
    EXPECT_EQ(scenario_problem({.executor = SharedIterations{.vus = 5, .iterations = 2}}),
              "the number of iterations (2) can't be less than the number of VUs (5)");
    EXPECT_EQ(scenario_problem({.executor = PerVuIterations{.iterations = 0}}),
              "the number of iterations must be more than 0");
    EXPECT_EQ(scenario_problem({.executor = PerVuIterations{.max_duration = 100ms}}),
              "the maxDuration must be at least 1s, but is 100ms");
    EXPECT_EQ(scenario_problem({.executor = RampingVus{}}), "at least one stage has to be specified");
    EXPECT_EQ(scenario_problem({.executor = RampingVus{.stages = {{.target = 1}, {.duration = 1s}}}}),
              "stage 1 doesn't have a duration, stage 2 doesn't have a target");
    EXPECT_EQ(scenario_problem({.executor = RampingVus{.start_vus = -1, .stages = {{-1s, -1}, {1s, 200'000'000}}}}),
              "the number of start VUs can't be negative, the duration for stage 1 can't be negative, the target for "
              "stage 1 can't be negative, the target for stage 2 can't be more than 100000000");
    EXPECT_EQ(scenario_problem({.executor = RampingVus{.start_vus = 0, .stages = {{1s, 0}}}}),
              "either startVUs or one of the stages' target values must be greater than 0");
    EXPECT_EQ(scenario_problem({.executor = RampingVus{.stages = {{0s, 5}}}}), "no error");
    EXPECT_EQ(
        scenario_problem({.executor = PerVuIterations{}, .start_time = -1s, .graceful_stop = -1s, .exec = ""}),
        "exec value cannot be empty, the startTime can't be negative, the gracefulStop timeout can't be negative");
    const Duration century = 24h * 365 * 100;
    EXPECT_EQ(scenario_problem({.executor = RampingVus{.stages = {{century, 1}, {century, 2}, {century, 1}}}}),
              "its times add up to more than 292 years");
}

TEST(PlanTest, NamesOfScenarios) {
    const ScenarioOptions fine{.executor = PerVuIterations{}};
    EXPECT_EQ(problem({.scenarios = {{"Az_0-9", fine}}}), "no error");
    for (const char* name : {"a b", "", "ä", "a.b"}) {
        EXPECT_NE(problem({.scenarios = {{name, fine}}}).find("0-9A-Za-z_-"), std::string::npos) << name;
    }
}

TEST(PlanTest, ProblemsAreListedTogether) {
    auto plan = make_plan({.scenarios = {{"a", {.executor = ConstantVus{}}},
                                         {"b", {.executor = PerVuIterations{.vus = 0}, .exec = "missing"}}},
                           .execution_segment = parse_segment("1/3").value(),
                           .execution_segment_sequence = parse_segment_sequence("0,1/2,1").value(),
                           .setup_timeout = 0s},
                          [](std::string_view name) { return name == "default"; });
    ASSERT_FALSE(plan);
    EXPECT_EQ(
        plan.error(),
        (Error{ErrorClass::invalid_config,
               std::string(title) + "provided segment 0:1/3 can't be found in sequence 0,1/2,1"
                                    "\n\t- scenario a has configuration errors: the duration is unspecified"
                                    "\n\t- scenario b has configuration errors: the number of VUs must be more than 0"
                                    "\n\t- setupTimeout must be positive"
                                    "\n\t- executor b: function 'missing' not found in exports"}));
}

TEST(PlanTest, TheSegmentIsOneOfTheSequence) {
    EXPECT_EQ(make_plan({.execution_segment = parse_segment("1/2").value()})->stripe.scale(5), 3);
    EXPECT_EQ(problem({.execution_segment_sequence = parse_segment_sequence("0,1").value()}), "no error");
    EXPECT_NE(problem({.execution_segment_sequence = parse_segment_sequence("0,1/2,1").value()}), "no error");
}

// Options that C++ code writes have not been read by anybody.
TEST(PlanTest, ValuesFromCodeAreCheckedLikeThoseFromJson) {
    EXPECT_EQ(problem({.tls_cipher_suites = {"X"}}), "option \"tlsCipherSuites\": unknown cipher suite 'X'");
    EXPECT_EQ(problem({.tls_version = TlsVersions{"tls1.2", "ssl3"}}),
              "option \"tlsVersion\": unknown TLS version 'ssl3'");
    EXPECT_EQ(problem({.dns = DnsOptions{.policy = "x"}}), "option \"dns\": x does not belong to DNSPolicy values");
    EXPECT_EQ(problem({.block_hostnames = {"a b"}}), "option \"blockHostnames\": invalid hostname pattern 'a b'");
    EXPECT_NE(problem({.ext = RawJson{"{"}}).find("option \"ext\": malformed JSON"), std::string::npos);
    EXPECT_EQ(make_plan({.ext = RawJson{R"({"b":1, "a":2})"}})->options.ext, RawJson{R"({"a":2,"b":1})"});
}

TEST(PlanTest, TrendStatisticsAreChecked) {
    auto plan = make_plan({.summary_trend_stats = {"avg", "p(101)"}});
    ASSERT_FALSE(plan);
    EXPECT_EQ(plan.error().error_class, ErrorClass::generic);
}

TEST(PlanTest, WarningsComeAlong) {
    auto planned = plan_run({.vus = 2, .scenarios = {{"a", {.executor = PerVuIterations{}}}}});
    ASSERT_TRUE(planned);
    EXPECT_EQ(planned->warnings, std::vector<std::string>{"`vus=2` overrides scenarios configuration"});
}

TEST(PlanTest, JsonSaysEverything) {
    const Plan plan =
        make_plan({.stages = {{90s, 5}}, .thresholds = {{"checks", {"rate>0.9"}}}, .tags = {{"a", "1"}}}).value();
    const std::string json = plan_to_json(plan);
    EXPECT_TRUE(json.starts_with(
        R"({"paused":false,"vus":null,"duration":null,"iterations":null,"stages":null,)"
        R"("scenarios":{"default":{"executor":"ramping-vus","startTime":"0s","gracefulStop":"30s","env":{},)"
        R"("exec":"default","tags":{},"startVUs":1,"stages":[{"duration":"1m30s","target":5}],)"
        R"("gracefulRampDown":"30s"}},)"
        R"("executionSegment":"0:1","executionSegmentSequence":"","noSetup":false,"setupTimeout":"1m0s",)"))
        << json;
    EXPECT_NE(json.find(R"("dns":{"ttl":"5m0s","select":"random","policy":"preferIPv4"})"), std::string::npos);
    EXPECT_NE(json.find(R"("thresholds":{"checks":["rate>0.9"]})"), std::string::npos);
}

// The JSON of a plan is a set of options that makes the same plan.
TEST(PlanTest, JsonIsStable) {
    const Plan plan =
        make_plan(
            {.scenarios = {{"shared", {.executor = SharedIterations{.vus = 2, .iterations = 9}, .env = {{"A", "b"}}}},
                           {"ramp", {.executor = RampingVus{.stages = {{5s, 7}, {0s, 2}}}, .start_time = 3s}}},
             .dns = DnsOptions{.ttl = "inf"},
             .thresholds = {{"checks", {metrics::ThresholdItem{.source = "rate>0.9", .abort_on_fail = true}}}},
             .hosts = {{"A.b", "1.2.3.4"}},
             .system_tags = {"url", "status"}})
            .value();
    const std::string json = plan_to_json(plan);
    const Plan again = make_plan(parse_options_json(json).value().options).value();
    EXPECT_EQ(plan_to_json(again), json);
    EXPECT_EQ(again.scenarios.size(), 2U);
    EXPECT_EQ(again.dns.ttl, Duration::max());
}

TEST(PlanTest, ArrivalExecutorsHaveDefaultsAndRules) {
    const Plan plan =
        make_plan(
            {.scenarios =
                 {{"a", {.executor = ConstantArrivalRate{.rate = 3, .duration = 10s, .pre_allocated_vus = 2}}},
                  {"b", {.executor = RampingArrivalRate{.stages = {{10s, 5}}, .pre_allocated_vus = 0, .max_vus = 7}}}}})
            .value();
    EXPECT_EQ(std::get<ConstantArrivalRatePlan>(plan.scenarios[0].executor),
              (ConstantArrivalRatePlan{3, 1s, 10s, 2, 2}));
    EXPECT_EQ(std::get<RampingArrivalRatePlan>(plan.scenarios[1].executor),
              (RampingArrivalRatePlan{0, 1s, {{10s, 5}}, 0, 7}));

    const auto problem_of = [](ExecutorOptions executor) {
        const std::string text = problem({.scenarios = {{"a", {.executor = std::move(executor)}}}});
        return text.substr(text.find("errors: ") + 8);
    };
    EXPECT_EQ(problem_of(ConstantArrivalRate{}),
              "the iteration rate isn't specified, the duration is unspecified, the number of preAllocatedVUs isn't "
              "specified");
    EXPECT_EQ(problem_of(ConstantArrivalRate{
                  .rate = 0, .time_unit = 0s, .duration = 500ms, .pre_allocated_vus = 5, .max_vus = 4}),
              "the iteration rate must be more than 0, the timeUnit must be more than 0, the duration must be at least "
              "1s, but is 500ms, maxVUs can't be less than preAllocatedVUs");
    EXPECT_EQ(problem_of(RampingArrivalRate{.start_rate = -1, .pre_allocated_vus = -1}),
              "at least one stage has to be specified, the startRate value can't be negative, the number of "
              "preAllocatedVUs can't be negative");
}

TEST(PlanTest, ExternallyControlledHasNoGracefulStop) {
    const Plan plan =
        make_plan({.scenarios = {{"a", {.executor = ExternallyControlled{.vus = 2, .duration = 0s}}}}}).value();
    EXPECT_EQ(std::get<ExternallyControlledPlan>(plan.scenarios[0].executor), (ExternallyControlledPlan{2, 0s, 2}));
    EXPECT_EQ(plan.scenarios[0].graceful_stop, 0s);
    // What the plan says can be read again.
    EXPECT_TRUE(make_plan(parse_options_json(plan_to_json(plan))->options));

    const auto problem_of = [](ScenarioOptions scenario) {
        const std::string text = problem({.scenarios = {{"a", std::move(scenario)}}});
        return text.substr(text.find("errors: ") + 8);
    };
    EXPECT_EQ(problem_of({.executor = ExternallyControlled{.vus = 3, .max_vus = 2}, .graceful_stop = Duration(1s)}),
              "gracefulStop is not supported by the externally controlled executor, the number of active VUs (3) must "
              "be less than or equal to the number of maxVUs (2), the duration must be specified, for infinite "
              "duration use 0");
    EXPECT_EQ(problem_of({.executor = ExternallyControlled{.vus = -1, .duration = -1s, .max_vus = 0}}),
              "the number of VUs can't be negative, the duration can't be negative");
}

}  // namespace
}  // namespace k6
