// The life of a script: init code, setup, iterations, teardown, and how each of them may fail.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "js/runner/testing/script_world.h"

namespace k6::js {
namespace {

using namespace std::chrono_literals;

TEST(Init, RunsOnceForTheTestAndOnceForEachVu) {
    ScriptWorld world;
    world.options = {.vus = 2, .iterations = 2};
    const ScriptEnd end = world.run(
        "console.log('i', __VU, typeof __ITER); export default function () { if (typeof __ITER !== 'number') "
        "console.log('no') }");
    EXPECT_EQ(end.printed(), "i 0 undefined\ni 1 undefined\ni 2 undefined");
}

TEST(Init, ErrorsAndTheirExitCodes) {
    const auto ended = [](std::string_view script) { return ScriptWorld().run(script); };
    EXPECT_EQ(ended("").exit_code, 255);
    EXPECT_NE(ended("").error.find("no exported functions in script"), std::string::npos);
    EXPECT_EQ(ended("export default 123").exit_code, 255);
    EXPECT_EQ(ended("export const setup = 1; export default function () {}").exit_code, 255);
    const ScriptEnd missing = ended("export function foo() {}");
    EXPECT_EQ(missing.exit_code, 104);
    EXPECT_NE(missing.error.find("function 'default' not found in exports"), std::string::npos);
    const ScriptEnd thrown = ended("throw new Error('x'); export default function () {}");
    EXPECT_EQ(thrown.exit_code, 107);
    EXPECT_EQ(thrown.error.find("Error: x\n\tat file://"), 0U) << thrown.error;
    const ScriptEnd syntax = ended("export default function(){ let a = ; }");
    EXPECT_EQ(syntax.exit_code, 107);
    EXPECT_NE(syntax.error.find("Line 1:36"), std::string::npos) << syntax.error;
    EXPECT_EQ(ended("await Promise.reject(new Error('tla')); export default function () {}").exit_code, 107);
    const ScriptEnd unhandled = ended("Promise.reject(new Error('r')); export default function () {}");
    EXPECT_EQ(unhandled.exit_code, 255);
    EXPECT_EQ(unhandled.error.find("Uncaught (in promise) Error: r"), 0U);
    const ScriptEnd never = ended("await new Promise(() => {}); export default function () {}");
    EXPECT_EQ(never.exit_code, 255);
    EXPECT_NE(never.error.find("hasn't finished"), std::string::npos);
}

TEST(Iterations, FailWithoutEndingTheRun) {
    ScriptWorld world;
    world.options = {.vus = 1, .iterations = 2};
    const ScriptEnd end = world.run(
        "function inner() { throw new Error('boom') }\nexport default function () { console.log(__ITER); if (__ITER "
        "=== 0) inner() }");
    EXPECT_EQ(end.printed(), "0\n1");
    EXPECT_EQ(end.exit_code, 0);
    ASSERT_EQ(end.errors.size(), 1U);
    EXPECT_EQ(end.errors[0].find("Error: boom\n\tat inner (file://" + world.folder() + "/main.js:1:"), 0U)
        << end.errors[0];
    EXPECT_NE(end.errors[0].find("\n\tat default (file://"), std::string::npos) << end.errors[0];
    for (const auto& record : end.records) {
        if (record.level != LogLevel::error) continue;
        EXPECT_EQ(record.fields.at("executor"), "shared-iterations");
        EXPECT_EQ(record.fields.at("scenario"), "default");
        EXPECT_EQ(record.fields.at("source"), "stacktrace");
        EXPECT_EQ(record.fields.at("hint"), "script exception");
    }
}

TEST(Iterations, RejectionsAreToldApart) {
    ScriptWorld world;
    const ScriptEnd end = world.run("export default async function () { throw new TypeError('async boom') }");
    ASSERT_EQ(end.errors.size(), 1U);
    EXPECT_EQ(end.errors[0].find("Uncaught (in promise) TypeError: async boom"), 0U) << end.errors[0];
    for (const auto& record : end.records) {
        if (record.level == LogLevel::error) {
            EXPECT_FALSE(record.fields.contains("source"));
        }
    }
    const ScriptEnd text = ScriptWorld().run("export default function () { Promise.reject('strrej') }");
    ASSERT_EQ(text.errors.size(), 1U);
    EXPECT_EQ(text.errors[0].find("Uncaught (in promise) strrej"), 0U);
}

TEST(Iterations, EndWhenNothingIsPending) {
    ScriptWorld world;
    world.options = {.vus = 1, .iterations = 2};
    const ScriptEnd end =
        world.run("export default async function () { console.log(__ITER); await new Promise(() => {}) }");
    EXPECT_EQ(end.printed(), "0\n1");
    EXPECT_TRUE(end.errors.empty());
}

TEST(Iterations, AreInterruptedWhenTheirTimeIsOver) {
    ScriptWorld world;
    world.options = {.scenarios =
                         ScenarioMap{{"s", {.executor = ConstantVus{.vus = 1, .duration = 1s}, .graceful_stop = 1s}}}};
    const ScriptEnd end = world.run(
        "export default async function () { try { await new Promise(r => setTimeout(r, 100000)) } finally { "
        "console.log('finally') } }");
    EXPECT_EQ(end.printed(), "");
    EXPECT_EQ(end.exit_code, 0);
    ASSERT_EQ(end.warnings.size(), 1U);
    EXPECT_NE(end.warnings[0].find("setTimeout 1 was stopped"), std::string::npos);
}

TEST(Setup, DataTravelsAsJson) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "export function setup() { return { d: new Date(0), u: undefined, b: new Uint8Array([1, 2]), ab: new "
        "ArrayBuffer(2), f: new Date(1500),"
        " m: new Map([[1, 2]]), s: new Set(['x']), n: null, t: 'h\\u00e9\"' } }"
        "export default function (data) { console.log(JSON.stringify(data)) }");
    EXPECT_EQ(end.printed(),
              "{\"ab\":{},\"b\":\"AQI=\",\"d\":\"1970-01-01T00:00:00Z\",\"f\":\"1970-01-01T00:00:01.5Z\",\"m\":[[1,2]],"
              "\"n\":null,\"s\":[\"x\"],\"t\":\"h\u00e9\\\"\",\"u\":null}");
}

TEST(Setup, WhatHasNoJsonFormEndsTheTest) {
    for (const std::string_view value :
         {"{ f() {} }", "{ n: NaN }", "(() => { const a = {}; a.a = a; return a })()", "() => 1",
          "(() => { let a = {}; for (let i = 0; i < 100000; i++) a = { a }; return a })()"}) {
        ScriptWorld world;
        const ScriptEnd end = world.run("export function setup() { return " + std::string(value) +
                                        " } export default function () { console.log('ran') }");
        EXPECT_EQ(end.exit_code, 255) << value;
        EXPECT_EQ(end.error.find("error marshaling setup() data to JSON"), 0U) << end.error;
        EXPECT_EQ(end.printed(), "");
    }
}

TEST(Setup, ItsResultIsTheArgument) {
    const auto printed = [](std::string_view setup) {
        return ScriptWorld()
            .run("export " + std::string(setup) +
                 " export default function (d) { console.log(arguments.length, JSON.stringify(d)) }")
            .printed();
    };
    EXPECT_EQ(printed("function setup() {}"), "1 undefined");
    EXPECT_EQ(printed("function setup() { return null }"), "1 null");
    EXPECT_EQ(printed("async function setup() { await new Promise(r => setTimeout(r, 10)); return { q: 1 } }"),
              "1 {\"q\":1}");
}

TEST(Setup, EachVuHasItsCopy) {
    ScriptWorld world;
    world.options = {.vus = 1, .iterations = 2};
    const ScriptEnd end = world.run(
        "export function setup() { return { n: 0 } } export default function (d) { d.n++; console.log(d.n, __VU) }"
        "export function teardown(d) { console.log('teardown', d.n, __VU, typeof __ITER) }");
    EXPECT_EQ(end.printed(), "1 1\n2 1\nteardown 0 0 undefined");
}

TEST(Setup, ItsFailureEndsTheTest) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "export function setup() { throw new Error('s') } export default function () { console.log('ran') } export "
        "function teardown() { console.log('ran') }");
    EXPECT_EQ(end.exit_code, 107);
    EXPECT_EQ(end.error.find("Error: s"), 0U);
    EXPECT_EQ(end.printed(), "");
}

TEST(Setup, ItsTimeIsLimited) {
    ScriptWorld world;
    world.options = {.setup_timeout = 2s};
    const ScriptEnd end =
        world.run("import { sleep } from 'k6'; export function setup() { sleep(10) } export default function () {}");
    EXPECT_EQ(end.exit_code, 100);
    EXPECT_EQ(end.error, "setup() execution timed out after 2 seconds");
}

TEST(Options, VusSeeWhatTheTestRunsWith) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "export const options = { vus: 1, iterations: 1, tags: { a: 'b' } }; export default function () { "
        "console.log(options.scenarios.default.executor, options.tags.a) }");
    EXPECT_EQ(end.printed(), "shared-iterations b");
}

TEST(Environment, VariablesAreTextsOfTheirVu) {
    ScriptWorld world;
    world.variables = {{"FOO", "bar"}};
    world.options = {
        .scenarios = ScenarioMap{
            {"s", {.executor = SharedIterations{.vus = 1, .iterations = 2}, .env = StringMap{{"OWN", "x"}}}}}};
    const ScriptEnd end = world.run(
        "console.log(__ENV.FOO, __ENV.OWN); export default function () { console.log(__ENV.FOO, __ENV.OWN, typeof "
        "__ENV.n, __ENV.n, __ENV.nope);"
        " __ENV.n = 5; console.log(typeof __ENV.n, Object.keys(__ENV).join()); delete __ENV.FOO }");
    EXPECT_EQ(end.printed(),
              "bar undefined\nbar undefined\nbar x undefined undefined undefined\nstring FOO,OWN,n\nundefined x string "
              "5 undefined\nstring OWN,n");
}

TEST(Globals, AreThoseOfScripts) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "console.log([typeof crypto, typeof TextEncoder, typeof TextDecoder, typeof setTimeout, typeof require, typeof "
        "open, typeof global].join(),"
        " global === globalThis, Object.keys(console).sort().join());"
        "console.log(['fetch', 'URL', 'Buffer', 'process', 'structuredClone', 'queueMicrotask', 'performance', 'atob', "
        "'Intl', 'WeakRef', 'setImmediate']"
        ".every(n => !(n in globalThis)), (function () { return this === undefined })())");
    EXPECT_EQ(end.printed(),
              "object,function,function,function,function,function,object true debug,error,info,log,warn\ntrue true");
}

}  // namespace
}  // namespace k6::js
