#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "js/runner/testing/script_world.h"

namespace k6::js {
namespace {

constexpr std::string_view imports =
    "import exec from 'k6/execution'; import { Counter } from 'k6/metrics'; const c = new Counter('c1');";

TEST(Execution, TellsOfTheVu) {
    ScriptWorld world;
    world.options = {.vus = 1, .iterations = 2};
    const ScriptEnd end = world.run_body(
        "const { vu, scenario } = exec; console.log(vu.idInInstance, vu.idInTest, vu.iterationInInstance, "
        "vu.iterationInScenario, __ITER,"
        " scenario.name, scenario.executor, scenario.iterationInInstance, scenario.iterationInTest, exec.vu === "
        "exec.vu)",
        imports);
    EXPECT_EQ(end.printed(),
              "1 1 0 0 0 default shared-iterations 0 0 false\n1 1 1 1 1 default shared-iterations 1 1 false");
}

TEST(Execution, TellsOfTheRun) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "const i = exec.instance; console.log(i.iterationsCompleted, i.iterationsInterrupted, i.vusActive, "
        "i.vusInitialized,"
        " i.currentTestRunDuration >= 0, exec.scenario.progress, exec.scenario.startTime)",
        imports);
    // The simulated clock's epoch.
    EXPECT_EQ(end.printed(), "0 0 1 1 true 0 1700000000000");
}

TEST(Execution, TagsAreALiveView) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "const t = exec.vu.tags; t.n = 5; exec.vu.metrics.tags.b = true; c.add(1);"
        "console.log(typeof t.n, t.n, t.b, t.scenario, t.nope, 'n' in t, Object.keys(t).join());"
        "delete t.n; exec.vu.tags = { replaced: 1 }; c.add(1); console.log(t.n, t.replaced, Object.keys(t).join());"
        "try { t.x = {} } catch (e) { console.log(String(e)) }"
        "for (const f of [() => { exec.vu.metrics.tags = {}; }, () => { exec.vu.metrics.metadata = {}; }]) {"
        "  try { f(); } catch (e) { console.log(String(e)) }"
        "}"
        "exec.vu.metrics.metadata.trace = 'id1'; c.add(1); console.log(exec.vu.metrics.metadata.trace);",
        imports);
    EXPECT_EQ(end.console.at(0), "string 5 true default undefined true b,group,n,scenario");
    EXPECT_EQ(end.console.at(1), "undefined undefined b,group,scenario");
    EXPECT_EQ(end.console.at(2).find("TypeError: invalid value for metric tag 'x'"), 0U);
    EXPECT_EQ(end.console.at(3), "TypeError: Cannot assign to read only property 'tags'");
    EXPECT_EQ(end.console.at(4), "TypeError: Cannot assign to read only property 'metadata'");
    EXPECT_EQ(end.console.at(5), "id1");
    const auto& samples = end.samples.at("c1");
    ASSERT_EQ(samples.size(), 3U);
    EXPECT_EQ(samples[0].tags.at("n"), "5");
    EXPECT_EQ(samples[0].tags.at("b"), "true");
    EXPECT_FALSE(samples[1].tags.contains("n"));
    EXPECT_EQ(samples[2].metadata.at("trace"), "id1");
}

TEST(Execution, TagsLastAsLongAsTheScenario) {
    using namespace std::chrono_literals;
    ScriptWorld world;
    const SharedIterations two{.vus = 1, .iterations = 2, .max_duration = 1s};
    world.options = {.scenarios = ScenarioMap{{"a", {.executor = two, .graceful_stop = 0s}},
                                              {"b", {.executor = two, .start_time = 5s, .graceful_stop = 0s}}}};
    const ScriptEnd end = world.run_body(
        "console.log(exec.scenario.name, exec.vu.tags.mine, exec.vu.metrics.metadata.m, exec.vu.idInTest);"
        "exec.vu.tags.mine = 'x'; exec.vu.metrics.metadata.m = 'y';",
        imports);
    EXPECT_EQ(end.printed(), "a undefined undefined 1\na x y 1\nb undefined undefined 1\nb x y 1");
}

TEST(Execution, CannotBeWritten) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "for (const f of [() => { exec.vu.idInTest = 5 }, () => { exec.vu = 1 }, () => { exec.scenario.name = '' }]) {"
        " try { f(); console.log('written') } catch (e) { console.log(e.name) } }",
        imports);
    EXPECT_EQ(end.printed(), "TypeError\nTypeError\nTypeError");
}

TEST(Execution, KnowsNothingBeforeTheTest) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "import exec from 'k6/execution';"
        "for (const f of [() => exec.vu, () => exec.scenario, () => exec.instance, () => exec.test.options, () => "
        "exec.test.fail()]) {"
        " try { f(); console.log('there') } catch (e) { if (__VU === 0) console.log(e.name) } }"
        "export function setup() { try { exec.scenario.name } catch (e) { console.log(String(e)) } }"
        "export default function () {}");
    EXPECT_EQ(end.console.at(0), "GoError");
    EXPECT_EQ(end.console.at(4), "GoError");
    EXPECT_NE(end.console.back().find("outside of the VU context"), std::string::npos);
}

TEST(Execution, OptionsAreThoseOfTheTest) {
    ScriptWorld world;
    world.options = {.vus = 1, .iterations = 2};
    const ScriptEnd end = world.run_body(
        "if (__ITER > 0) return; const o = exec.test.options; console.log(o.scenarios.default.executor, "
        "Object.isFrozen(o),"
        " Object.isFrozen(o.scenarios.default), 'vus' in o, o.rps, 'consoleOutput' in o)",
        imports);
    EXPECT_EQ(end.printed(), "shared-iterations true true false null true");
}

TEST(Execution, AbortCannotBeCaught) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "import exec from 'k6/execution';"
        "export default function () { try { exec.test.abort('m') } catch (e) { console.log('catch') } finally { "
        "console.log('finally') }"
        " console.log('after') }"
        "export function teardown() { console.log('teardown') }");
    EXPECT_EQ(end.printed(), "teardown");
    EXPECT_EQ(end.exit_code, 108);
    EXPECT_EQ(end.error.find("test aborted: m at "), 0U);
    EXPECT_NE(end.error.find("main.js:1"), std::string::npos);
}

TEST(Execution, AbortEndsInitCode) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "import exec from 'k6/execution'; try { exec.test.abort() } finally { console.log('finally') } export default "
        "function () {}");
    EXPECT_EQ(end.printed(), "");
    EXPECT_EQ(end.exit_code, 108);
    EXPECT_EQ(end.error.find("test aborted at "), 0U);
}

TEST(Execution, FailLetsTheRunGoOn) {
    ScriptWorld world;
    world.options = {.vus = 1, .iterations = 2};
    const ScriptEnd end = world.run(
        "import exec from 'k6/execution'; export default function () { exec.test.fail('m'); console.log('on') }");
    EXPECT_EQ(end.printed(), "on\non");
    EXPECT_EQ(end.exit_code, 110);
    ASSERT_FALSE(end.errors.empty());
    EXPECT_EQ(end.errors[0], "test marked as failed: m");
}

}  // namespace
}  // namespace k6::js
