// Modules as scripts see them: what specifiers name, how namespaces behave, ECMAScript and CommonJS together.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "js/runner/testing/script_world.h"

namespace k6::js {
namespace {

TEST(Modules, WhatIsNotFound) {
    const auto error = [](std::string_view specifier) {
        ScriptWorld world;
        const ScriptEnd end =
            world.run("import x from '" + std::string(specifier) + "'; export default function () {}");
        EXPECT_EQ(end.exit_code, 107) << specifier;
        return end.error;
    };
    EXPECT_NE(error("./nope.js").find("The moduleSpecifier \"./nope.js\" couldn't be found on local disk"),
              std::string::npos);
    EXPECT_NE(error("lodash").find("couldn't be recognised as something k6 supports"), std::string::npos);
    EXPECT_NE(error("http://127.0.0.1/x.js").find("only supported schemes for imports are file and https"),
              std::string::npos);
    EXPECT_NE(error("github.com/a/b").find("no longer supported"), std::string::npos);
    EXPECT_NE(error("k6/experimental/redis").find("k6/x/redis"), std::string::npos);
}

TEST(Modules, UnknownBuiltInOnesAreToldOfTogether) {
    ScriptWorld world;
    world.file("b.js", "import 'k6/x/two'; export default 1");
    const ScriptEnd end = world.run("import 'k6/x/one'; import b from './b.js'; export default function () {}");
    EXPECT_NE(end.error.find("unknown modules [\"k6/x/one\", \"k6/x/two\"]"), std::string::npos) << end.error;
    EXPECT_EQ(end.exit_code, 107);
}

TEST(Modules, BindingsAreLiveAndNamespacesSorted) {
    ScriptWorld world;
    world.file("a.js", "export let n = 1; export function inc() { n++ } export default 5; export const B = 2;");
    world.file("b.js",
               "export * from './a.js'; export { n as renamed } from './a.js'; export * as all from './a.js'; export "
               "const own = 0;");
    const ScriptEnd end = world.run_body(
        "inc(); console.log(n, renamed, all.n, Object.keys(ns).join(), Object.keys(b).join(), "
        "Object.prototype.toString.call(ns), 'default' in b);"
        "try { ns.extra = 1; console.log('added') } catch (e) { console.log(e.name) }",
        "import { n, inc } from './a.js'; import * as ns from './a.js'; import * as b from './b.js'; import { renamed, "
        "all } from './b.js';");
    EXPECT_EQ(end.console.at(0), "2 2 2 B,default,inc,n B,all,inc,n,own,renamed [object Module] false");
    EXPECT_EQ(end.console.at(1), "TypeError");
}

TEST(Modules, AreEvaluatedOnceAndInOrder) {
    ScriptWorld world;
    world.file("s.js", "console.log('s', __VU); export const x = {};");
    world.file("t.js", "import './s.js'; console.log('t', __VU);");
    const ScriptEnd end =
        world.run("import { x as a } from './s.js'; import { x as b } from '" + world.folder() +
                  "/s.js'; import { x as c } from 'file://" + world.folder() +
                  "/s.js'; import './t.js'; console.log(a === b && b === c); export default function () {}");
    EXPECT_EQ(end.printed(), "s 0\nt 0\ntrue\ns 1\nt 1\ntrue");
}

TEST(Modules, Cycles) {
    ScriptWorld world;
    world.file("a.js",
               "import { b } from './b.js'; export const a = 'a'; export function early() { return 'early' } export "
               "const both = () => a + b;");
    world.file("b.js",
               "import { a, early } from './a.js'; let seen; try { seen = a } catch (e) { seen = String(e) }"
               "console.log(seen, early()); export const b = 'b';");
    const ScriptEnd end = world.run_body("console.log(both())", "import { both } from './a.js';");
    EXPECT_EQ(end.console.at(0), "ReferenceError: Cannot access a variable before initialization early");
    EXPECT_EQ(end.console.back(), "ab");
}

TEST(Modules, AMissingExportIsAnError) {
    ScriptWorld world;
    world.file("a.js", "export const a = 1");
    const ScriptEnd end = world.run("import { nope } from './a.js'; export default function () {}");
    EXPECT_EQ(end.exit_code, 107);
    EXPECT_NE(end.error.find("SyntaxError"), std::string::npos);
    EXPECT_NE(end.error.find("does not provide an export named 'nope'"), std::string::npos);
}

TEST(Modules, CommonJsImported) {
    ScriptWorld world;
    world.file("c.js", "exports.x = 1; exports.f = function () { return this === exports };");
    world.file("d.js", "exports.__esModule = true; exports.default = 7; exports.n = 8;");
    world.file("e.js", "module.exports = function () { return 3 }; module.exports.p = 4;");
    const ScriptEnd end = world.run_body(
        "console.log(c === c2, x, nope, Object.keys(ns).sort().join(), d, Object.keys(dn).sort().join(), e(), p)",
        "import c, { x, nope } from './c.js'; import * as ns from './c.js'; import d from './d.js'; import * as dn "
        "from './d.js';"
        "import e, { p } from './e.js'; const c2 = require('./c.js');");
    EXPECT_EQ(end.printed(), "true 1 undefined f,x 7 __esModule,default,n 3 4");
}

TEST(Modules, CommonJsMustNotBeNull) {
    ScriptWorld world;
    world.file("n.js", "module.exports = null");
    const ScriptEnd end = world.run("import n from './n.js'; export default function () {}");
    EXPECT_EQ(end.exit_code, 255);
    EXPECT_NE(end.error.find("exports must not be null"), std::string::npos);
}

TEST(Modules, RequireIsRelativeToItsFile) {
    ScriptWorld world;
    world.file("lib/one.js", "exports.two = require('./two.js'); exports.later = () => require('./two.js');");
    world.file("lib/two.js", "exports.name = 'two'; exports.one = Object.keys(require('./one.js')).length;");
    world.file("esm.js", "export const a = 1; export default 5");
    const ScriptEnd end = world.run(
        "const one = require('./lib/one.js'); console.log(one.two.name, one.two.one, one.later() === one.two, "
        "Object.keys(require('./esm.js')).join());"
        "try { require('./nope.js') } catch (e) { console.log(e.name) } try { require('') } catch (e) { "
        "console.log(e.message) }"
        "console.log(require('k6/http') === require('k6/http'), typeof require('k6').check);"
        "exports.default = () => { try { require('./esm.js') } catch (e) { console.log(e.message) } }");
    EXPECT_EQ(end.error, "");
    EXPECT_EQ(end.console.at(0), "two 0 true a,default");
    EXPECT_EQ(end.console.at(1), "GoError");
    EXPECT_NE(end.console.at(2).find("empty specifier"), std::string::npos);
    EXPECT_EQ(end.console.at(3), "true function");
    EXPECT_NE(end.console.back().find("only available in the init stage"), std::string::npos);
}

TEST(Modules, ImportMetaAndImportCall) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "console.log(import.meta.resolve('./q.js') === 'file://" + world.folder() +
        "/q.js', Object.keys(import.meta).join(), import.meta.url);"
        "for (const s of ['lodash', 'k6/http']) try { import.meta.resolve(s) } catch (e) { console.log(e.name) }"
        "try { await import('./c1.js') } catch (e) { console.log(typeof e, e) } export default function () {}");
    EXPECT_EQ(end.console.at(0), "true resolve undefined");
    EXPECT_EQ(end.console.at(1), "GoError");
    EXPECT_EQ(end.console.at(3), "string dynamic modules not enabled in the host program");
}

TEST(Modules, ModuleAndExportsAreNotForEsModules) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "for (const f of [() => module, () => typeof exports]) try { f() } catch (e) { console.log(String(e).slice(0, "
        "52)) } export default function () {}");
    EXPECT_EQ(end.console.at(0), "GoError: you are trying to access identifier \"module");
}

TEST(Open, ReadsRelativeToTheEvaluatedModule) {
    ScriptWorld world;
    world.file("sub/o.js", "export const text = open('./data.txt'); export const bytes = open('data.txt', 'b');");
    world.file("sub/data.txt", "h\xc3\xa9");
    const ScriptEnd end = world.run_body("console.log(text, bytes instanceof ArrayBuffer, bytes.byteLength)",
                                         "import { text, bytes } from './sub/o.js';");
    EXPECT_EQ(end.printed(), "h\u00e9 true 3");
}

TEST(Open, Refuses) {
    ScriptWorld world;
    world.file("later.txt", "x");
    const ScriptEnd end =
        world.run("for (const p of ['', '" + world.folder() +
                  "', 'nope.txt']) try { open(p) } catch (e) { if (__VU === 0) console.log(String(e)) }"
                  "if (__VU > 0) try { open('later.txt') } catch (e) { console.log(e.message.includes('__VU==0'), "
                  "e.message.includes('" +
                  world.folder() +
                  "/later.txt')) }"
                  "export default function () { try { open('later.txt') } catch (e) { console.log(e.message) } }");
    EXPECT_NE(end.console.at(0).find("empty filename"), std::string::npos);
    EXPECT_NE(end.console.at(1).find("can't be used with directories"), std::string::npos);
    EXPECT_EQ(end.console.at(2), "GoError: stat " + world.folder() + "/nope.txt: no such file or directory");
    EXPECT_EQ(end.console.at(3), "true true");
    EXPECT_NE(end.console.at(4).find("the \"open\" function is only available in the init stage"), std::string::npos);
}

/// A network of texts by URL, and what was asked of it.
struct Network {
    std::map<std::string, FetchedModule> pages;
    std::vector<std::string> asked;
    FetchModule fetch() {
        return [this](const std::string& url) -> Result<FetchedModule> {
            asked.push_back(url);
            const auto found = pages.find(url);
            if (found == pages.end()) return FetchedModule{.status = 404, .body = ""};
            return found->second;
        };
    }
};

TEST(RemoteModulesTest, AreRelativeToTheirUrl) {
    ScriptWorld world;
    Network network{.pages = {{"https://h.test/lib/m.js?_k6=1",
                               {200, "export { z } from './sub/z.js'; export { r } from '/root.js'"}},
                              {"https://h.test/lib/sub/z.js", {200, "export const z = 'z'"}},
                              {"https://h.test/root.js?_k6=1", {200, "export const r = 'r'"}}},
                    .asked = {}};
    world.fetch = network.fetch();
    const ScriptEnd end = world.run_body("console.log(z, r)", "import { z, r } from 'https://h.test/lib/m.js';");
    EXPECT_EQ(end.printed(), "z r");
    EXPECT_EQ(network.asked,
              (std::vector<std::string>{"https://h.test/lib/m.js?_k6=1", "https://h.test/lib/sub/z.js?_k6=1",
                                        "https://h.test/lib/sub/z.js", "https://h.test/root.js?_k6=1"}));
}

TEST(RemoteModulesTest, WhatGoesWrong) {
    ScriptWorld world;
    Network network{.pages = {{"https://h.test/local.js", {200, "import 'file:///etc/x.js'"}},
                              {"https://h.test/500.js", {500, ""}}},
                    .asked = {}};
    world.fetch = network.fetch();
    EXPECT_NE(world.run("import 'https://h.test/nope.js'; export default () => 1")
                  .error.find("not found: https://h.test/nope.js"),
              std::string::npos);
    EXPECT_NE(world.run("import 'https://h.test/500.js'; export default () => 1")
                  .error.find("wrong status code (500) for: https://h.test/500.js"),
              std::string::npos);
    const ScriptEnd end = world.run("import 'https://h.test/local.js'; export default () => 1");
    EXPECT_NE(end.error.find("not allowed to load local file"), std::string::npos);
    EXPECT_EQ(end.exit_code, 107);
}

TEST(RemoteModulesTest, TheMainScriptMayBeOne) {
    ScriptWorld world;
    Network network{.pages = {{"https://h.test/main.js?_k6=1",
                               {200, "import { a } from './a.js'; export default () => console.log(a)"}},
                              {"https://h.test/a.js?_k6=1", {200, "export const a = 'remote'"}}},
                    .asked = {}};
    world.fetch = network.fetch();
    EXPECT_EQ(world.run_file("https://h.test/main.js").printed(), "remote");
}

}  // namespace
}  // namespace k6::js
