#include <gtest/gtest.h>

#include <string>

#include "js/runner/testing/script_world.h"

namespace k6::js {
namespace {

constexpr std::string_view users =
    "import { SharedArray } from 'k6/data';"
    "const sa = new SharedArray('users', () => { console.log('built', __VU); return [{ n: 1, d: { e: [2] } }, { n: 2 "
    "}, 'text', NaN, new Date(0)] });";

TEST(SharedArrayModule, IsBuiltOnce) {
    ScriptWorld world;
    world.options = {.vus = 3, .iterations = 3};
    const ScriptEnd end = world.run_body("if (sa.length !== 5) console.log(sa.length)", users);
    EXPECT_EQ(end.printed(), "built 0");
}

TEST(SharedArrayModule, BehavesAsAReadOnlyArray) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "console.log(Array.isArray(sa), sa instanceof Array, sa.length, sa[99], sa[0] === sa[0]);"
        "console.log(Object.isFrozen(sa[0]), Object.isFrozen(sa[0].d.e));"
        "console.log(JSON.stringify([...sa]), sa.map(x => typeof x).join());"
        "const keys = []; for (const k in sa) keys.push(k); console.log(keys.join(), Object.keys(sa).length);"
        "console.log(sa.slice(1, 3).length, sa.indexOf('text'), sa.at(-1), sa.filter(u => u && u.n).length, 1 in sa, 7 "
        "in sa);"
        "let n = 0; sa.forEach(() => n++); for (const x of sa) n++; console.log(n, sa.find(u => u.n === 2).n)",
        users);
    ASSERT_EQ(end.console.size(), 7U) << end.printed();
    EXPECT_EQ(end.console[1], "true true 5 undefined false");
    EXPECT_EQ(end.console[2], "true true");
    EXPECT_EQ(end.console[3],
              "[{\"n\":1,\"d\":{\"e\":[2]}},{\"n\":2},\"text\",null,\"1970-01-01T00:00:00.000Z\"] "
              "object,object,string,object,string");
    EXPECT_EQ(end.console[4], "0,1,2,3,4 5");
    EXPECT_EQ(end.console[5], "2 2 1970-01-01T00:00:00.000Z 2 true false");
    EXPECT_EQ(end.console[6], "10 2");
}

TEST(SharedArrayModule, RefusesEveryWrite) {
    ScriptWorld world;
    const ScriptEnd end = world.run_body(
        "for (const f of [() => { sa[0] = 1 }, () => sa.push(1), () => { sa.length = 0 }, () => { delete sa[0] }, () "
        "=> { sa.x = 1 }]) {"
        " try { f(); console.log('done') } catch (e) { console.log(String(e)) } }"
        "try { sa[0].n = 7; console.log('done') } catch (e) { console.log(e.name) }",
        users);
    for (std::size_t i = 1; i <= 5; ++i) EXPECT_EQ(end.console.at(i), "TypeError: SharedArray is immutable") << i;
    EXPECT_EQ(end.console.at(6), "TypeError");
}

TEST(SharedArrayModule, WhatJsonCannotSayFailsWhenItIsRead) {
    ScriptWorld world;
    const ScriptEnd end =
        world.run_body("console.log(sa.length, sa[0]); try { sa[1] } catch (e) { console.log(e.name) }",
                       "import { SharedArray } from 'k6/data'; const sa = new SharedArray('s', () => [1, undefined]);");
    EXPECT_EQ(end.printed(), "2 1\nSyntaxError");
}

TEST(SharedArrayModule, RefusesWrongArguments) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "import { SharedArray } from 'k6/data'; const seen = new Set();"
        "for (const f of [() => new SharedArray('z', () => ({})), () => new SharedArray('y', async () => []),"
        " () => new SharedArray('', () => []), () => new SharedArray('x'), () => new SharedArray('w', () => { throw "
        "new RangeError('own') })]) {"
        " try { f(); console.log('made') } catch (e) { seen.add(String(e)) } }"
        "if (__VU === 0) { console.log(seen.size); for (const s of seen) console.log(s) }"
        "export default function () { try { new SharedArray('late', () => []) } catch (e) { console.log(String(e)) } "
        "}");
    EXPECT_EQ(end.error, "");
    ASSERT_EQ(end.console.size(), 7U) << end.printed();
    EXPECT_EQ(end.console[0], "5");
    EXPECT_EQ(end.console[1], "GoError: only arrays can be made into SharedArray");
    EXPECT_EQ(end.console[5], "RangeError: own");
    EXPECT_NE(end.console[6].find("init context"), std::string::npos);
}

}  // namespace
}  // namespace k6::js
