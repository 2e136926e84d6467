#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "js/runner/testing/script_world.h"

namespace k6::js {
namespace {

constexpr std::string_view imports =
    "import { check, fail, group, sleep, randomSeed } from 'k6'; import exec from 'k6/execution';";

/// What String(e) of each expression's exception begins with, or what it returns.
std::string outcomes(std::string_view expressions, std::string_view more = {}) {
    ScriptWorld world;
    return world
        .run_body("for (const f of [" + std::string(expressions) +
                      "]) { try { console.log(f()) } catch (e) { console.log(String(e)) } }",
                  std::string(imports) + std::string(more))
        .printed();
}

std::vector<double> values(const ScriptEnd& end, const std::string& metric) {
    std::vector<double> all;
    if (const auto found = end.samples.find(metric); found != end.samples.end()) {
        for (const auto& sample : found->second) all.push_back(sample.value);
    }
    return all;
}

TEST(Check, CountsEachPredicate) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "console.log(check(5, { a: v => v === 5, b: true, c: 1 }), check(5, {}), check(5, 'ab'), check(5, { a: v => v "
        "=== 6, b: true }))",
        imports);
    EXPECT_EQ(end.printed(), "true true true false");
    EXPECT_EQ(values(end, "checks"), (std::vector<double>{1, 1, 1, 1, 1, 0, 1}));
    EXPECT_EQ(end.samples.at("checks")[5].tags.at("check"), "a");
}

TEST(Check, AThrowingPredicateCountsAsFailedAndEndsTheCheck) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "let called = false;"
        "try { check(5, { a: () => { throw new Error('boo') }, b: () => { called = true } }) } catch (e) { "
        "console.log(e.message, called) }",
        imports);
    EXPECT_EQ(end.printed(), "boo false");
    EXPECT_EQ(values(end, "checks"), (std::vector<double>{0}));
}

TEST(Check, RefusesWhatCannotBeAnswered) {
    EXPECT_EQ(outcomes("() => check(5)"), "GoError: no checks provided to `check`");
    EXPECT_EQ(outcomes("() => check(5, null)"), "TypeError: Cannot convert undefined or null to object");
    EXPECT_NE(outcomes("() => check(5, { 'a::b': true })").find("may not contain '::'"), std::string::npos);
    EXPECT_NE(outcomes("() => check(5, { a: async () => true })").find("async"), std::string::npos);
    EXPECT_EQ(outcomes("() => check(5, { a: () => Promise.resolve(false) })"), "true");
    EXPECT_NE(outcomes("() => check(1, { a: true }, { x: null })").find("invalid value for metric tag 'x'"),
              std::string::npos);
}

TEST(Group, TagsWhatIsInside) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "console.log(group('g', () => group('h', () => exec.vu.tags.group)), JSON.stringify(exec.vu.tags.group));"
        "try { group('x', () => { throw new Error('e') }) } catch (e) { console.log(e.message, "
        "JSON.stringify(exec.vu.tags.group)) }",
        imports);
    EXPECT_EQ(end.printed(), "::g::h \"\"\ne \"\"");
    ASSERT_EQ(end.samples.at("group_duration").size(), 3U);
    EXPECT_EQ(end.samples.at("group_duration")[0].tags.at("group"), "::g::h");
    EXPECT_EQ(end.samples.at("group_duration")[1].tags.at("group"), "::g");
}

TEST(Group, RefusesAsyncFunctionsAndMissingOnes) {
    EXPECT_NE(outcomes("() => group('g')").find("requires a callback as a second argument"), std::string::npos);
    EXPECT_NE(outcomes("() => group('g', async () => {})").find("does not support async functions"), std::string::npos);
    EXPECT_NE(outcomes("() => group('a::b', () => 1)").find("may not contain '::'"), std::string::npos);
}

TEST(Group, CallbacksThatRunLaterAreNotInside) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "group('g', () => { setTimeout(() => console.log('timer', JSON.stringify(exec.vu.tags.group)), 5);"
        " Promise.resolve().then(() => console.log('micro', JSON.stringify(exec.vu.tags.group))) })",
        imports);
    EXPECT_EQ(end.printed(), "micro \"\"\ntimer \"\"");
}

TEST(Fail, ThrowsAGoError) {
    EXPECT_EQ(outcomes("() => fail('m'), () => fail()"), "GoError: m\nGoError");
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "try { fail('m') } catch (e) { console.log(e instanceof Error, e instanceof GoError, e.name, e.message) }",
        imports);
    EXPECT_EQ(end.printed(), "true true GoError m");
}

TEST(Sleep, TakesWhatIsLikeANumber) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "const t = Date.now(); sleep('0.1'); sleep(-1); sleep(); sleep('x'); console.log('done')", imports);
    EXPECT_EQ(end.printed(), "done");
    ASSERT_EQ(values(end, "iteration_duration").size(), 1U);
    EXPECT_EQ(values(end, "iteration_duration")[0], 100);
}

TEST(RandomSeed, RepeatsTheSequence) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "randomSeed(42); const a = Math.random(); randomSeed(42); const b = Math.random(); console.log(a === b, a === "
        "Math.random())",
        imports);
    EXPECT_EQ(end.printed(), "true false");
}

TEST(InitContext, HasNoChecksGroupsOrSamples) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "import { check, group } from 'k6'; import { Counter } from 'k6/metrics'; const c = new Counter('c1');"
        "for (const f of [() => check(1, { a: true }), () => group('g', () => 1), () => c.add(1)]) {"
        "  try { f() } catch (e) { console.log(e.message.includes('in the init context is not supported')) } }"
        "export default function () {}");
    EXPECT_EQ(end.error, "");
    EXPECT_EQ(end.printed(), "true\ntrue\ntrue\ntrue\ntrue\ntrue");
}

}  // namespace
}  // namespace k6::js
