#include "engine/exec/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

#include "engine/exec/run_fixture.h"
#include "engine/plan/schedule.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;
using metrics::Builtin;
using metrics::ThresholdItem;

TEST_F(RunTest, ConstantVusLoopUntilTheRegularTimeIsOver) {
    execute({.vus = 2, .duration = 10s});
    EXPECT_EQ(begins(1), (std::vector<Duration>{0s, 3s, 6s, 9s}));
    EXPECT_EQ(begins(2), (std::vector<Duration>{0s, 3s, 6s, 9s}));
    EXPECT_EQ(count(Builtin::iterations), 8);
    EXPECT_EQ(result_.complete_iterations, 8U);
    EXPECT_EQ(result_.interrupted_iterations, 0U);
    EXPECT_EQ(result_.duration, 12s);
    EXPECT_EQ(result_.metrics.total(Builtin::iteration_duration)->trend().avg(), 3000);
    EXPECT_EQ(exit_code(result_), 0);
    EXPECT_TRUE(result_.worth_a_summary);
}

TEST_F(RunTest, NoIterationBeginsAtTheEndItself) {
    length_ = [](Vu&) { return Duration(5s); };
    execute({.duration = 10s});
    EXPECT_EQ(begins(), (std::vector<Duration>{0s, 5s}));
    EXPECT_EQ(result_.duration, 10s);
}

TEST_F(RunTest, GracefulStopIsTheLastMoment) {
    length_ = [](Vu&) { return Duration(1h); };
    execute({.scenarios = {{"a", {.executor = ConstantVus{.vus = 3, .duration = 10s}, .graceful_stop = 5s}}}});
    ASSERT_EQ(seen_.size(), 3U);
    for (const Seen& seen : seen_) {
        EXPECT_TRUE(seen.interrupted);
        EXPECT_EQ(seen.end, 15s);
    }
    EXPECT_EQ(result_.interrupted_iterations, 3U);
    EXPECT_EQ(result_.metrics.total(Builtin::iterations), nullptr);
    EXPECT_EQ(result_.metrics.total(Builtin::iteration_duration), nullptr);
    EXPECT_EQ(exit_code(result_), 0);
}

TEST_F(RunTest, WithoutGraceIterationsAreCutOffAtTheEnd) {
    execute({.scenarios = {{"a", {.executor = ConstantVus{.duration = 4s}, .graceful_stop = 0s}}}});
    EXPECT_EQ(begins(), (std::vector<Duration>{0s, 3s}));
    EXPECT_EQ(result_.complete_iterations, 1U);
    EXPECT_EQ(result_.interrupted_iterations, 1U);
    EXPECT_EQ(result_.duration, 4s);
}

TEST_F(RunTest, BytesAreEmittedWithEveryIterationInterruptedOnesToo) {
    during_ = [](Vu& vu) {
        vu.bytes_sent += 100;
        vu.bytes_received += 1000;
    };
    execute({.scenarios = {{"a", {.executor = ConstantVus{.duration = 4s}, .graceful_stop = 0s}}}});
    EXPECT_EQ(count(Builtin::iterations), 1);
    EXPECT_EQ(count(Builtin::data_sent), 200);
    EXPECT_EQ(count(Builtin::data_received), 2000);
}

TEST_F(RunTest, IterationsThatThrowAreComplete) {
    ends_with_ = IterationEnd::threw;
    execute({.vus = 1, .iterations = 4});
    EXPECT_EQ(count(Builtin::iterations), 4);
    EXPECT_EQ(exit_code(result_), 0);
}

TEST_F(RunTest, SharedIterationsAreTakenFromOneCounter) {
    length_ = [](Vu& vu) { return Duration(vu.id_in_instance() * 1s); };
    execute({.vus = 2, .iterations = 5});
    std::set<std::uint64_t> numbers;
    for (const Seen& seen : seen_) {
        numbers.insert(seen.numbers.of_scenario_in_test);
        EXPECT_EQ(seen.numbers.of_scenario_in_instance, seen.numbers.of_scenario_in_test);
    }
    EXPECT_EQ(numbers, (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
    // The faster VU makes more of them.
    EXPECT_EQ(begins(1), (std::vector<Duration>{0s, 1s, 2s}));
    EXPECT_EQ(begins(2), (std::vector<Duration>{0s, 2s}));
    EXPECT_EQ(count(Builtin::iterations), 5);
    EXPECT_EQ(count(Builtin::dropped_iterations), 0);
    EXPECT_EQ(result_.duration, 4s);
}

TEST_F(RunTest, SharedIterationsThatNobodyBeganAreDropped) {
    execute({.scenarios = {{"work",
                            {.executor = SharedIterations{.vus = 2, .iterations = 100, .max_duration = 10s},
                             .tags = {{"kind", "k"}}}}},
             .tags = {{"run", "r"}}});
    EXPECT_EQ(count(Builtin::iterations), 8);
    const auto dropped = samples("dropped_iterations");
    ASSERT_EQ(dropped.size(), 1U);
    EXPECT_EQ(dropped.front().value, 92);
    EXPECT_EQ(dropped.front().tags,
              (std::map<std::string, std::string>{{"kind", "k"}, {"run", "r"}, {"scenario", "work"}}));
}

TEST_F(RunTest, EachVuMakesItsIterations) {
    length_ = [](Vu& vu) { return Duration(vu.id_in_instance() * 2s); };
    execute({.scenarios = {{"a", {.executor = PerVuIterations{.vus = 3, .iterations = 3}}}}});
    EXPECT_EQ(begins(1), (std::vector<Duration>{0s, 2s, 4s}));
    EXPECT_EQ(begins(3), (std::vector<Duration>{0s, 6s, 12s}));
    for (const Seen& seen : seen_) EXPECT_EQ(seen.numbers.of_vu, seen.numbers.of_vu_in_scenario);
    EXPECT_EQ(count(Builtin::iterations), 9);
    EXPECT_EQ(samples("dropped_iterations").size(), 0U);
    EXPECT_EQ(result_.duration, 18s);
}

TEST_F(RunTest, WhatAVuCouldNotBeginIsDroppedByThatVu) {
    length_ = [](Vu& vu) { return Duration(vu.id_in_instance() * 2s); };
    execute({.scenarios = {{"a", {.executor = PerVuIterations{.vus = 2, .iterations = 5, .max_duration = 9s}}}},
             .system_tags = {"scenario", "vu"}});
    std::map<std::string, double> dropped;
    for (const auto& sample : samples("dropped_iterations")) {
        EXPECT_EQ(sample.tags.at("scenario"), "a");
        dropped[sample.tags.at("vu")] = sample.value;
    }
    // VU 1 begins at 0 2 4 6 8, VU 2 at 0 4 8.
    EXPECT_EQ(dropped, (std::map<std::string, double>{{"2", 2}}));
    EXPECT_EQ(count(Builtin::iterations), 8);
}

TEST_F(RunTest, RampingVusFollowTheRamp) {
    length_ = [](Vu&) { return Duration(100ms); };
    std::map<Duration, std::set<std::uint64_t>> active;  // by second
    during_ = [&](Vu& vu) {
        active[std::chrono::floor<std::chrono::seconds>(run_->now())].insert(vu.id_in_instance());
    };
    execute(
        {.scenarios = {{"a",
                        {.executor = RampingVus{
                             .start_vus = 4,
                             .stages = {{2s, 6}, {5s, 1}, {4s, 5}, {4s, 1}, {3s, 4}, {2s, 4}, {0s, 1}, {3s, 1}}}}}}});
    const std::vector<std::size_t> expected{4, 5, 6, 5, 4, 3, 2, 1, 2, 3, 4, 5, 4, 3, 2, 1, 2, 3, 4, 4, 1, 1, 1};
    ASSERT_EQ(active.size(), expected.size());
    for (std::size_t second = 0; second < expected.size(); ++second) {
        EXPECT_EQ(active[second * 1s].size(), expected[second]) << second;
    }
    EXPECT_EQ(result_.interrupted_iterations, 0U);
    EXPECT_EQ(result_.duration, 23s);
}

TEST_F(RunTest, RampedDownVusAreInterruptedAfterTheirGrace) {
    length_ = [](Vu&) { return Duration(1h); };
    const Options options{
        .scenarios = {
            {"a",
             {.executor = RampingVus{.start_vus = 4,
                                     .stages = {{2s, 6}, {5s, 1}, {4s, 5}, {4s, 1}, {3s, 4}, {2s, 4}, {0s, 1}, {3s, 1}},
                                     .graceful_ramp_down = 10s}}}}};
    execute(options);
    std::vector<Duration> ends;
    for (const Seen& seen : seen_) ends.push_back(seen.end);
    EXPECT_EQ(ends, (std::vector<Duration>{13s, 22s, 30s, 30s, 30s, 53s}));
}

TEST_F(RunTest, WithoutGracefulRampDownTheRampInterrupts) {
    length_ = [](Vu&) { return Duration(1h); };
    execute({.scenarios = {
                 {"a", {.executor = RampingVus{.start_vus = 3, .stages = {{3s, 0}}, .graceful_ramp_down = 0s}}}}});
    std::vector<Duration> ends;
    for (const Seen& seen : seen_) ends.push_back(seen.end);
    EXPECT_EQ(ends, (std::vector<Duration>{1s, 2s, 3s}));
    EXPECT_EQ(result_.interrupted_iterations, 3U);
    EXPECT_EQ(result_.duration, 3s);
}

TEST_F(RunTest, AVuThatIsWantedAgainGoesOn) {
    // One VU rests from 4 s to 8 s; its iteration of 3 s reaches into the rest.
    execute({.scenarios = {
                 {"a",
                  {.executor = RampingVus{.start_vus = 1, .stages = {{4s, 1}, {0s, 0}, {4s, 0}, {0s, 1}, {2500ms, 1}}},
                   .graceful_stop = 0s}}}});
    EXPECT_EQ(begins(), (std::vector<Duration>{0s, 3s, 8s}));
    for (const Seen& seen : seen_) EXPECT_EQ(seen.vu, 1U);
    // At rest it does not count as active.
    std::vector<double> vus;
    for (const auto& sample : samples("vus")) vus.push_back(sample.value);
    EXPECT_EQ(vus, (std::vector<double>{1, 1, 1, 1, 1, 0, 0, 1, 1, 1}));
}

TEST_F(RunTest, ScenariosRunBesideAndAfterEachOther) {
    execute({.scenarios = {
                 {"late", {.executor = ConstantVus{.vus = 2, .duration = 5s}, .start_time = 20s}},
                 {"early", {.executor = ConstantVus{.vus = 2, .duration = 5s}, .graceful_stop = 5s}},
                 {"beside", {.executor = PerVuIterations{.iterations = 2}, .start_time = 1s, .graceful_stop = 0s}}}});
    std::map<std::string, std::vector<Duration>> by_scenario;
    std::set<std::uint64_t> vus;
    for (const Seen& seen : seen_) {
        by_scenario[seen.scenario].push_back(seen.begin);
        vus.insert(seen.vu);
    }
    EXPECT_EQ(by_scenario["early"], (std::vector<Duration>{0s, 0s, 3s, 3s}));
    EXPECT_EQ(by_scenario["beside"], (std::vector<Duration>{1s, 4s}));
    EXPECT_EQ(by_scenario["late"], (std::vector<Duration>{20s, 20s, 23s, 23s}));
    // The plan needs three at a time.
    EXPECT_EQ(vus, (std::set<std::uint64_t>{1, 2, 3}));
    EXPECT_EQ(samples("vus_max").front().value, 3);
}

TEST_F(RunTest, AVuCountsItsIterationsOverScenariosAndWithinThem) {
    execute(
        {.scenarios = {{"a", {.executor = PerVuIterations{.iterations = 2, .max_duration = 10s}, .graceful_stop = 0s}},
                       {"b", {.executor = PerVuIterations{.iterations = 3, .max_duration = 10s}, .start_time = 10s}}}});
    ASSERT_EQ(seen_.size(), 5U);
    for (std::size_t i = 0; i < seen_.size(); ++i) {
        EXPECT_EQ(seen_[i].vu, 1U);
        EXPECT_EQ(seen_[i].numbers.of_vu, i);
        EXPECT_EQ(seen_[i].numbers.of_vu_in_scenario, i < 2 ? i : i - 2);
        EXPECT_EQ(seen_[i].numbers.of_scenario_in_instance, i < 2 ? i : i - 2);
    }
}

TEST_F(RunTest, SamplesCarryTheTagsOfRunScenarioAndEngine) {
    execute(
        {.scenarios = {{"a",
                        {.executor = PerVuIterations{}, .tags = {{"kind", "scenario's"}, {"group", "overridden"}}}}},
         .system_tags = {"scenario", "group", "iter", "vu"},
         .tags = {{"kind", "run's"}, {"run", "r"}}});
    const auto iterations = samples("iterations");
    ASSERT_EQ(iterations.size(), 1U);
    EXPECT_EQ(iterations.front().tags, (std::map<std::string, std::string>{
                                           {"group", ""}, {"kind", "scenario's"}, {"run", "r"}, {"scenario", "a"}}));
    EXPECT_EQ(iterations.front().metadata, (std::map<std::string, std::string>{{"iter", "0"}, {"vu", "1"}}));
    EXPECT_EQ(run_->offset(iterations.front().time), 3s);
    const auto gauges = samples("vus");
    ASSERT_FALSE(gauges.empty());
    EXPECT_EQ(gauges.front().tags, (std::map<std::string, std::string>{{"kind", "run's"}, {"run", "r"}}));
}

TEST_F(RunTest, VusAreEmittedEverySecondButNotAtTheEnd) {
    length_ = [](Vu&) { return Duration(3100ms); };
    execute({.vus = 2, .duration = 10s});
    std::vector<Duration> times;
    for (const auto& sample : samples("vus")) {
        times.push_back(run_->offset(sample.time));
        EXPECT_EQ(sample.value, 2);
    }
    EXPECT_EQ(times.size(), 12U);
    EXPECT_EQ(times.front(), 1s);
    EXPECT_EQ(times.back(), 12s);
    length_ = [](Vu&) { return Duration(900ms); };
    execute({});
    EXPECT_TRUE(samples("vus").empty());
}

TEST_F(RunTest, ShortIterationsAreFollowedByAPause) {
    length_ = [](Vu& vu) { return vu.iteration().of_vu == 1 ? Duration(7s) : Duration(1s); };
    execute({.duration = 20s, .min_iteration_duration = 5s});
    EXPECT_EQ(begins(), (std::vector<Duration>{0s, 5s, 12s, 17s}));
    EXPECT_EQ(result_.metrics.total(Builtin::iteration_duration)->trend().max(), 7000);
    EXPECT_EQ(result_.metrics.total(Builtin::iteration_duration)->trend().min(), 1000);
    // The pause after the last iteration is no iteration that could be interrupted.
    EXPECT_EQ(result_.interrupted_iterations, 0U);
    EXPECT_EQ(result_.duration, 22s);
}

TEST_F(RunTest, SetupAndTeardownSurroundTheScenarios) {
    std::vector<std::string> order;
    const auto function = [&](const std::string& name) {
        return [&order, name](Vu& vu) -> Result<void> {
            EXPECT_EQ(vu.id_in_instance(), 0U);
            EXPECT_EQ(vu.scenario(), nullptr);
            vu.bytes_sent = 5;
            order.push_back(name + " begins");
            sleep_for(10s);
            order.push_back(name + " ends");
            return {};
        };
    };
    runner_.setup_function = function("setup");
    runner_.teardown_function = function("teardown");
    during_ = [&](Vu&) { order.push_back("iteration"); };
    execute({.tags = {{"run", "r"}}});
    EXPECT_EQ(order, (std::vector<std::string>{"setup begins", "setup ends", "iteration", "teardown begins",
                                               "teardown ends"}));
    EXPECT_EQ(begins(), (std::vector<Duration>{10s}));
    EXPECT_EQ(result_.duration, 23s);
    const auto data = samples("data_sent");
    ASSERT_EQ(data.size(), 3U);
    EXPECT_EQ(data[0].tags, (std::map<std::string, std::string>{{"group", "::setup"}, {"run", "r"}}));
    EXPECT_EQ(data[0].value, 5);
    EXPECT_EQ(data[1].tags, (std::map<std::string, std::string>{{"group", ""}, {"run", "r"}, {"scenario", "default"}}));
    EXPECT_EQ(data[2].tags, (std::map<std::string, std::string>{{"group", "::teardown"}, {"run", "r"}}));
    EXPECT_EQ(count(Builtin::iterations), 1);
}

TEST_F(RunTest, SetupAndTeardownCanBeLeftOut) {
    const auto never = [](Vu&) -> Result<void> {
        ADD_FAILURE();
        return {};
    };
    runner_.setup_function = never;
    runner_.teardown_function = never;
    execute({.no_setup = true, .no_teardown = true});
    EXPECT_EQ(seen_.size(), 1U);
}

TEST_F(RunTest, AFailingSetupIsTheEnd) {
    runner_.setup_function = [](Vu&) -> Result<void> { return Error{ErrorClass::script_exception, "no such host"}; };
    runner_.teardown_function = [](Vu&) -> Result<void> {
        ADD_FAILURE();
        return {};
    };
    execute({});
    EXPECT_TRUE(seen_.empty());
    EXPECT_EQ(result_.error, (Error{ErrorClass::script_exception, "no such host"}));
    EXPECT_EQ(exit_code(result_), 107);
    EXPECT_TRUE(result_.worth_a_summary);
}

TEST_F(RunTest, SetupAndTeardownHaveTheirTime) {
    const auto slow = [](Vu& vu) -> Result<void> {
        EXPECT_FALSE(vu.interruption_due());
        sleep_for(1h);
        return {};
    };
    runner_.setup_function = slow;
    execute({.setup_timeout = 7s});
    EXPECT_EQ(result_.error, (Error{ErrorClass::setup_timeout, "setup() execution timed out after 7 seconds"}));
    EXPECT_EQ(result_.duration, 7s);
    EXPECT_TRUE(seen_.empty());

    runner_.setup_function = nullptr;
    runner_.teardown_function = slow;
    execute({});
    EXPECT_EQ(result_.error, (Error{ErrorClass::teardown_timeout, "teardown() execution timed out after 60 seconds"}));
    EXPECT_EQ(result_.duration, 63s);
    EXPECT_EQ(seen_.size(), 1U);
}

TEST_F(RunTest, TheInitialisationOfItsVuCountsForSetup) {
    runner_.init = [](Vu& vu) -> Result<void> {
        if (vu.id_in_instance() == 0) sleep_for(1h);
        return {};
    };
    runner_.setup_function = [](Vu&) -> Result<void> { return {}; };
    execute({});
    EXPECT_EQ(exit_code(result_), 100);
}

TEST_F(RunTest, AStopInterruptsIterationsButNotTeardown) {
    bool torn_down = false;
    runner_.teardown_function = [&](Vu& vu) -> Result<void> {
        sleep_for(5s);
        EXPECT_FALSE(vu.interruption_due());
        torn_down = true;
        return {};
    };
    length_ = [](Vu&) { return Duration(1h); };
    runner_.init = [this](Vu& vu) -> Result<void> {
        // Somebody else's signal, ten seconds later.
        if (vu.id_in_instance() == 1) {
            vu.worker().spawn([this] {
                sleep_for(10s);
                run_->run->stop({ErrorClass::external_abort, "first"});
                run_->run->stop({ErrorClass::generic, "second"});
            });
        }
        return {};
    };
    execute({.scenarios = {{"a", {.executor = ConstantVus{.vus = 3, .duration = 60s}}},
                           {"never", {.executor = ConstantVus{.vus = 1, .duration = 60s}, .start_time = 20s}}}});
    EXPECT_EQ(seen_.size(), 3U);
    for (const Seen& seen : seen_) EXPECT_EQ(seen.end, 10s);
    EXPECT_TRUE(torn_down);
    EXPECT_EQ(result_.error, (Error{ErrorClass::external_abort, "first"}));
    EXPECT_EQ(exit_code(result_), 105);
    EXPECT_EQ(result_.interrupted_iterations, 3U);
    EXPECT_EQ(result_.metrics.total(Builtin::iterations), nullptr);
    EXPECT_EQ(result_.duration, 15s);
    EXPECT_TRUE(result_.worth_a_summary);
    for (const ScenarioProgress& scenario : run_->run->progress().scenarios) {
        EXPECT_EQ(scenario.status, ScenarioStatus::interrupted);
    }
}

// exec.test.abort(): the iteration that asks for it still has its samples.
TEST_F(RunTest, AStopFromAnIteration) {
    during_ = [](Vu& vu) {
        if (vu.id_in_instance() != 2) return;
        sleep_for(1s);
        vu.control().stop({ErrorClass::script_aborted, "test aborted: enough"});
        EXPECT_TRUE(vu.interruption_due());
        sleep_for(1h);
    };
    execute({.vus = 3, .duration = 10s});
    EXPECT_EQ(exit_code(result_), 108);
    EXPECT_EQ(result_.interrupted_iterations, 3U);
    EXPECT_EQ(result_.complete_iterations, 0U);
    EXPECT_EQ(count(Builtin::iterations), 1);
    EXPECT_EQ(result_.duration, 1s);
}

TEST_F(RunTest, AStopDuringSetup) {
    runner_.setup_function = [](Vu& vu) -> Result<void> {
        sleep_for(2s);
        vu.control().stop({ErrorClass::script_aborted, "test aborted"});
        sleep_for(1h);
        return {};
    };
    runner_.teardown_function = [](Vu&) -> Result<void> {
        ADD_FAILURE();
        return {};
    };
    execute({});
    EXPECT_EQ(exit_code(result_), 108);
    EXPECT_EQ(result_.duration, 2s);
    EXPECT_TRUE(seen_.empty());
}

TEST_F(RunTest, AStopBeforeTheBegin) {
    before_ = [](k6::Run& run) { run.stop({ErrorClass::external_abort, "early"}); };
    runner_.setup_function = [](Vu&) -> Result<void> {
        ADD_FAILURE();
        return {};
    };
    execute({.vus = 3});
    EXPECT_EQ(result_.error, (Error{ErrorClass::external_abort, "early"}));
    EXPECT_FALSE(result_.worth_a_summary);
    EXPECT_TRUE(seen_.empty());
}

TEST_F(RunTest, AnAbortLeavesOutTeardown) {
    runner_.teardown_function = [](Vu&) -> Result<void> {
        ADD_FAILURE();
        return {};
    };
    during_ = [this](Vu&) { run_->run->abort_now({ErrorClass::external_abort, "now"}); };
    execute({});
    EXPECT_EQ(exit_code(result_), 105);
    EXPECT_FALSE(result_.worth_a_summary);
}

TEST_F(RunTest, AnAbortInterruptsTeardown) {
    runner_.teardown_function = [this](Vu& vu) -> Result<void> {
        run_->run->abort_now({ErrorClass::external_abort, "now"});
        EXPECT_TRUE(vu.interruption_due());
        sleep_for(30s);
        return {};
    };
    execute({});
    EXPECT_EQ(result_.error, (Error{ErrorClass::external_abort, "now"}));
    EXPECT_EQ(result_.duration, 3s);
}

TEST_F(RunTest, AMarkedFailureIsTheExitCodeOnly) {
    during_ = [](Vu& vu) { vu.control().mark_failed("number " + std::to_string(vu.iteration().of_vu)); };
    execute({.iterations = 3, .thresholds = {{"iterations", {"count<1"}}}});
    EXPECT_EQ(result_.error, (Error{ErrorClass::marked_as_failed, "number 0"}));
    EXPECT_EQ(exit_code(result_), 110);
    EXPECT_EQ(count(Builtin::iterations), 3);
    EXPECT_EQ(result_.thresholds.breached, std::vector<std::string>{"iterations"});
}

TEST_F(RunTest, CrossedThresholdsFailTheRun) {
    execute({.thresholds = {{"iterations", {"count<1"}}, {"http_reqs", {"count>0"}}, {"vus", {"value<100"}}}});
    EXPECT_EQ(result_.error, (Error{ErrorClass::thresholds_failed,
                                    "thresholds on metrics 'http_reqs, iterations' have been crossed"}));
    EXPECT_EQ(exit_code(result_), 99);
}

TEST_F(RunTest, AThresholdAbortsTheRun) {
    bool torn_down = false;
    runner_.teardown_function = [&](Vu&) -> Result<void> {
        torn_down = true;
        return {};
    };
    length_ = [](Vu&) { return Duration(500ms); };
    execute({.duration = 1min,
             .thresholds = {{"iterations", {ThresholdItem{.source = "count<2", .abort_on_fail = true}}}}});
    EXPECT_EQ(result_.error, (Error{ErrorClass::thresholds_failed,
                                    "thresholds on metrics 'iterations' were crossed; at least one has abortOnFail "
                                    "enabled, stopping test prematurely"}));
    EXPECT_EQ(result_.duration, 2s);
    EXPECT_TRUE(torn_down);
}

TEST_F(RunTest, AThresholdsDelayIsWaitedFor) {
    length_ = [](Vu&) { return Duration(500ms); };
    execute({.duration = 1min,
             .thresholds = {
                 {"iterations", {ThresholdItem{.source = "count<2", .abort_on_fail = true, .delay_abort_eval = 3s}}}}});
    EXPECT_EQ(result_.duration, 4s);
    EXPECT_EQ(exit_code(result_), 99);
}

TEST_F(RunTest, AVuThatCannotBeMadeEndsTheRun) {
    runner_.init = [](Vu& vu) -> Result<void> {
        if (vu.id_in_instance() == 2) return Error{ErrorClass::script_exception, "boom"};
        return {};
    };
    runner_.setup_function = [](Vu&) -> Result<void> {
        ADD_FAILURE();
        return {};
    };
    execute({.vus = 4, .duration = 1s});
    EXPECT_EQ(result_.error, (Error{ErrorClass::script_exception, "boom", "error while initializing VU #2"}));
    EXPECT_FALSE(result_.worth_a_summary);
    EXPECT_TRUE(seen_.empty());
}

TEST_F(RunTest, APausedPlanWaitsForItsResumption) {
    runner_.init = [this](Vu& vu) -> Result<void> {
        if (vu.id_in_instance() == 1) {
            vu.worker().spawn([this] {
                sleep_for(5s);
                EXPECT_EQ(run_->run->progress().phase, RunPhase::paused);
                EXPECT_EQ(run_->run->progress().elapsed, Duration(0));
                EXPECT_TRUE(run_->run->progress().paused);
                EXPECT_FALSE(run_->run->pause());
                EXPECT_TRUE(run_->run->resume());
                EXPECT_FALSE(run_->run->resume());
            });
        }
        return {};
    };
    execute({.paused = true});
    EXPECT_EQ(begins(), (std::vector<Duration>{5s}));
    EXPECT_EQ(result_.duration, 3s);
}

TEST_F(RunTest, APausedPlanCanBeStopped) {
    before_ = [](k6::Run& run) { run.stop({ErrorClass::external_abort, "enough"}); };
    execute({.paused = true});
    EXPECT_EQ(exit_code(result_), 105);
}

// A VU that will not be interrupted is missing in the pool.
TEST_F(RunTest, AScenarioWithoutVusFails) {
    length_ = [](Vu& vu) {
        if (vu.scenario()->name != "stubborn") return Duration(1s);
        try {
            sleep_for(1h);
        } catch (const Interrupted&) {
            Fiber::current()->clear_interrupt();
            sleep_for(1min);
        }
        return Duration(0);
    };
    execute({.scenarios = {{"stubborn", {.executor = ConstantVus{.duration = 1s}, .graceful_stop = 0s}},
                           {"victim", {.executor = ConstantVus{.duration = 1s}, .start_time = 1s}}}});
    EXPECT_EQ(result_.error, (Error{ErrorClass::generic, "scenario victim: could not get a VU from the buffer in 2s"}));
    EXPECT_EQ(exit_code(result_), 255);
    const std::vector<std::string> lines = run_->logger.lines();
    ASSERT_EQ(lines.size(), 5U);
    EXPECT_NE(lines.front().find("Could not get a VU from the buffer for 400ms"), std::string::npos) << lines.front();
}

// Between two scenarios that follow each other, the first one's VU comes back in time.
TEST_F(RunTest, AVuIsHandedOnAtTheMomentOfItsInterruption) {
    length_ = [](Vu& vu) { return vu.scenario()->name == "first" ? Duration(1h) : Duration(1s); };
    execute({.scenarios = {{"first", {.executor = ConstantVus{.duration = 5s}, .graceful_stop = 0s}},
                           {"second", {.executor = ConstantVus{.duration = 2s}, .start_time = 5s}}}});
    ASSERT_EQ(seen_.size(), 3U);
    EXPECT_EQ(seen_[1].begin, 5s);
    EXPECT_EQ(seen_[1].vu, 1U);
    EXPECT_EQ(exit_code(result_), 0);
    EXPECT_TRUE(run_->logger.lines().empty());
}

TEST_F(RunTest, ProgressTellsWhereTheRunStands) {
    std::map<Duration, RunProgress> at;
    runner_.init = [&](Vu& vu) -> Result<void> {
        if (vu.id_in_instance() != 1) return {};
        vu.worker().spawn([&] {
            for (int second = 0; second < 14; ++second) {
                sleep_for(second == 0 ? Duration(500ms) : Duration(1s));
                at[run_->now()] = run_->run->progress();
            }
        });
        return {};
    };
    execute({.scenarios = {{"a", {.executor = ConstantVus{.vus = 2, .duration = 10s}}},
                           {"b", {.executor = PerVuIterations{.vus = 1, .iterations = 2}, .start_time = 4s}},
                           {"c", {.executor = RampingVus{.start_vus = 0, .stages = {{2s, 2}}}}}}});
    const auto scenario = [&](Duration time, const std::string& name) {
        for (const ScenarioProgress& one : at.at(time).scenarios) {
            if (one.scenario->name == name) return one;
        }
        ADD_FAILURE() << name;
        return ScenarioProgress{};
    };
    EXPECT_EQ(at.at(500ms).phase, RunPhase::running);
    EXPECT_EQ(at.at(500ms).elapsed, 500ms);
    EXPECT_EQ(at.at(500ms).planned_vus, 5);
    EXPECT_EQ(at.at(500ms).initialized_vus, 5);
    EXPECT_EQ(at.at(500ms).active_vus, 2);
    EXPECT_EQ(scenario(500ms, "a").status, ScenarioStatus::running);
    EXPECT_EQ(scenario(500ms, "a").fraction, 0.05);
    EXPECT_EQ(scenario(500ms, "b").status, ScenarioStatus::waiting);
    EXPECT_EQ(scenario(500ms, "b").starts_in, 3500ms);
    EXPECT_EQ(scenario(1500ms, "c").planned_vus, 1);
    EXPECT_EQ(scenario(1500ms, "c").max_vus, 2);
    EXPECT_EQ(scenario(2500ms, "c").status, ScenarioStatus::stopping);
    EXPECT_EQ(scenario(4500ms, "c").status, ScenarioStatus::done);
    EXPECT_EQ(scenario(7500ms, "b").complete_iterations, 1U);
    EXPECT_EQ(scenario(7500ms, "b").total_iterations, 2U);
    EXPECT_EQ(scenario(7500ms, "b").fraction, 0.5);
    EXPECT_EQ(scenario(11500ms, "a").status, ScenarioStatus::stopping);
    EXPECT_EQ(scenario(11500ms, "a").elapsed, 10s);
    EXPECT_EQ(scenario(12500ms, "a").status, ScenarioStatus::done);
    EXPECT_EQ(at.at(7500ms).complete_iterations, 6U);
}

TEST_F(RunTest, UnreachedGoalsShowAsInterrupted) {
    execute({.scenarios = {{"a", {.executor = SharedIterations{.iterations = 50, .max_duration = 5s}}}}});
    EXPECT_EQ(run_->run->progress().scenarios.front().status, ScenarioStatus::interrupted);
}

// Whatever the plan: no VU does two things at once (checked by the fixture), there are never more at work than
// reserved, and iterations begin only while the schedule wants them to.
TEST_F(RunTest, PropertiesOfRandomPlans) {
    std::mt19937 random(5);
    const auto pick = [&random](int low, int high) { return std::uniform_int_distribution(low, high)(random); };
    for (int round = 0; round < 150; ++round) {
        seen_.clear();
        ScenarioMap scenarios;
        for (int i = pick(1, 4); i > 0; --i) {
            ScenarioOptions scenario{.start_time = pick(0, 20) * 500ms, .graceful_stop = pick(0, 10) * 700ms};
            RampingVus ramp{.start_vus = pick(0, 4), .graceful_ramp_down = pick(0, 6) * 600ms};
            std::vector<Stage> stages{{1s, pick(1, 5)}};
            for (int stage = pick(0, 5); stage > 0; --stage) stages.push_back({pick(0, 6) * 900ms, pick(0, 6)});
            ramp.stages = stages;
            switch (pick(0, 4)) {
                case 0:
                    scenario.executor = ConstantVus{.vus = pick(1, 5), .duration = pick(10, 90) * 100ms};
                    break;
                case 1:
                    scenario.executor = SharedIterations{.vus = 3, .iterations = pick(3, 30), .max_duration = 6s};
                    break;
                case 2:
                    scenario.executor = PerVuIterations{.vus = 3, .iterations = pick(1, 9), .max_duration = 6s};
                    break;
                default:
                    scenario.executor = ramp;
            }
            scenarios["s" + std::to_string(i)] = scenario;
        }
        length_ = [&](Vu&) { return Duration(pick(1, 4000) * 1ms); };
        execute({.scenarios = scenarios});
        ASSERT_EQ(exit_code(result_), 0);
        ASSERT_TRUE(run_->logger.lines().empty());
        ASSERT_LE(result_.duration, max_duration(run_->plan));
        ASSERT_EQ(result_.complete_iterations + result_.interrupted_iterations, seen_.size());
        ASSERT_EQ(count(Builtin::iterations), static_cast<double>(result_.complete_iterations));

        double dropped = 0;
        for (const Scenario& scenario : run_->plan.scenarios) {
            std::vector<VuStep> wanted{{0s, reserved_vus(scenario).front().vus},
                                       {regular_duration(scenario.executor), 0}};
            if (const auto* ramping = std::get_if<RampingVusPlan>(&scenario.executor)) wanted = raw_steps(*ramping);
            const auto at = [](const std::vector<VuStep>& steps, Duration time) {
                std::int64_t vus = 0;
                for (const VuStep& step : steps) {
                    if (step.offset <= time) vus = step.vus;
                }
                return vus;
            };
            const std::vector<VuStep> reserved = reserved_vus(scenario);
            std::size_t made = 0;
            for (const Seen& seen : seen_) {
                if (seen.scenario != scenario.name) continue;
                ++made;
                const Duration begin = seen.begin - scenario.start_time;
                ASSERT_GT(at(wanted, begin), 0);
                // At each begin: who is at work, and how many of them could be.
                std::int64_t working = 0;
                for (const Seen& other : seen_) {
                    if (other.scenario == scenario.name && other.begin <= seen.begin && seen.begin < other.end)
                        ++working;
                }
                ASSERT_LE(working, at(reserved, begin));
                ASSERT_LE(seen.end - scenario.start_time, reserved.back().offset);
            }
            if (const auto* shared = std::get_if<SharedIterationsPlan>(&scenario.executor)) {
                dropped += static_cast<double>(shared->iterations) - static_cast<double>(made);
            }
            if (const auto* each = std::get_if<PerVuIterationsPlan>(&scenario.executor)) {
                dropped += static_cast<double>(each->iterations * each->vus) - static_cast<double>(made);
            }
        }
        ASSERT_EQ(count(Builtin::dropped_iterations), dropped);
    }
}

}  // namespace
}  // namespace k6
