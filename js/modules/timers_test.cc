#include <gtest/gtest.h>

#include <string>

#include "js/runner/testing/script_world.h"

namespace k6::js {
namespace {

TEST(Timers, MicrotasksComeFirst) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "export default async function () { console.log(1); setTimeout(() => console.log('t0'), 0);"
        " Promise.resolve().then(() => console.log('micro')); await null; console.log(2) }");
    EXPECT_EQ(end.printed(), "1\nmicro\n2\nt0");
}

TEST(Timers, FireInOrderAndWithTheirArguments) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "setTimeout(() => { console.log('a'); Promise.resolve().then(() => console.log('m')) }, 10);"
        "setTimeout((...x) => console.log('b', ...x), 10, 1, 'two');"
        "let n = 0; const id = setInterval(function (a) { console.log(a, this === globalThis); if (++n === 2) "
        "clearInterval(id) }, 100, 'i');");
    EXPECT_EQ(end.printed(), "a\nm\nb 1 two\ni true\ni true");
    EXPECT_EQ(end.samples.at("iteration_duration").at(0).value, 200);
}

TEST(Timers, DelaysAreNumbersOfAKind) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "console.log(setTimeout(() => console.log('negative'), -5)); setTimeout(() => console.log('none')); "
        "setTimeout(() => console.log('text'), '5');"
        "clearTimeout(9999); clearTimeout(); clearInterval('x'); const t = setTimeout(() => console.log('cleared'), "
        "1); clearInterval(t)");
    EXPECT_EQ(end.printed(), "1\nnegative\nnone\ntext");
}

TEST(Timers, NeedAFunction) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "for (const f of [() => setTimeout(undefined, 1), () => setInterval(), () => setTimeout('code', 1)]) {"
        " try { f() } catch (e) { console.log(String(e)) } }");
    EXPECT_EQ(end.console.at(0), "GoError: setTimeout's callback isn't a callable function");
    EXPECT_EQ(end.console.at(1), "GoError: setInterval's callback isn't a callable function");
    EXPECT_EQ(end.console.at(2).find("TypeError"), 0U);
}

TEST(Timers, AreTheSameInTheirModule) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "console.log(timers.setTimeout === setTimeout, clearInterval === ci, Object.keys(timers).length)",
        "import timers, { clearInterval as ci } from 'k6/timers';");
    EXPECT_EQ(end.printed(), "true true 4");
}

TEST(Timers, BelongToTheirIteration) {
    ScriptWorld world;
    world.options = {.vus = 1, .iterations = 2};
    const ScriptEnd end =
        world.run_body("console.log('begin', __ITER); setTimeout(() => console.log('end', __ITER), 300)");
    EXPECT_EQ(end.printed(), "begin 0\nend 0\nbegin 1\nend 1");
}

TEST(Timers, AreDroppedWhenTheIterationFails) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "export default function () { setTimeout(() => console.log('never'), 200); throw new Error('sync') }");
    EXPECT_EQ(end.printed(), "");
    EXPECT_EQ(end.exit_code, 0);
    ASSERT_EQ(end.warnings.size(), 1U);
    EXPECT_EQ(end.warnings[0], "setTimeout 1 was stopped because the VU iteration was interrupted");
    ASSERT_EQ(end.errors.size(), 1U);
    EXPECT_EQ(end.errors[0].find("Error: sync\n\tat default (file://"), 0U) << end.errors[0];
}

TEST(Timers, WorkInInitCodeAndUnderTopLevelAwait) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "let n = 0; setTimeout(() => { n += 10 }, 1); await new Promise(r => setTimeout(r, 3)); n++;"
        "export default function () { console.log(n) }");
    EXPECT_EQ(end.error, "");
    EXPECT_EQ(end.printed(), "11");
}

}  // namespace
}  // namespace k6::js
