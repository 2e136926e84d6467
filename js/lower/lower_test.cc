#include "js/lower/lower.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "js/builtins/builtins.h"
#include "js/mujs/binding.h"
#include "js/mujs/runtime.h"
#include "js/mujs/shared_script.h"
#include "js/mujs/state.h"
#include "js/support/lowered.h"
#include "js/support/support.h"
#include "js/syntax/parser.h"

namespace k6::js::lower {
namespace {

using syntax::SourceType;

/// A State with the library, and `print`, whose lines are kept.
class World {
public:
    World() {
        install_builtins(state_);
        install_support(state_.raw());
        state_.set_context(this);
        state_.global().define("print", state_.function("print", 0, [](Call& call) -> Value {
            std::string& output = call.context<World>().output_;
            if (!output.empty()) output += '\n';
            for (std::size_t i = 0; i < call.size(); ++i) {
                if (i != 0) output += ' ';
                output += call.text(i);
            }
            return {};
        }));
    }
    State& state() { return state_; }
    const std::string& output() const { return output_; }

    /// Runs a CommonJS file; what it throws is printed.
    void run(std::string_view source, bool typescript = false) {
        auto parsed = syntax::parse(
            source, {.type = SourceType::commonjs_function_body, .typescript = typescript, .file_name = "test.js"});
        if (!parsed) return report("parse: " + parsed.error().to_string());
        auto lowered = lower(parsed.program());
        if (!lowered) return report("lower: " + lowered.error().message);
        const auto script = SharedScript::compile("test.js", lowered->code, original_source(*lowered, source));
        if (!script) return report("compile: " + script.error().message);
        const Completion function = state_.call((*script)->instantiate(state_), {});
        const Value exports = state_.object();
        const Value module = state_.object();
        module.set("exports", exports);
        const Completion result = state_.call(*function, exports, {module, exports, Value(), state_.array()});
        state_.run_microtasks();
        if (!result) {
            report("threw " + result.error().text);
            frames_ = result.error().frames;
        }
        if (auto rejection = state_.take_unhandled_rejection()) report("unhandled " + rejection->text);
    }
    const std::vector<StackFrame>& frames() const { return frames_; }

private:
    void report(const std::string& text) {
        if (!output_.empty()) output_ += '\n';
        output_ += text;
    }

    std::string output_;
    std::vector<StackFrame> frames_;
    State state_;
};

std::string run(std::string_view source) {
    World world;
    world.run(source);
    return world.output();
}

Result<LoweredModule> lower_text(std::string_view source, SourceType type = SourceType::module) {
    auto parsed = syntax::parse(source, {.type = type, .file_name = "file:///test.js"});
    if (!parsed) return Error{ErrorClass::script_exception, parsed.error().to_string()};
    return lower(parsed.program());
}

// ---- Tables of programs and their output ----

struct Case {
    std::string name;
    std::string source;
    std::string expected;
};

/// "//// name" begins a case, "//> line" says what it prints.
std::vector<Case> read_cases(const std::string& file) {
    std::ifstream in("js/lower/testdata/" + file);
    std::vector<Case> cases;
    bool printed = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("//// ")) {
            cases.push_back({line.substr(5), {}, {}});
            printed = false;
        } else if (line.starts_with("//>")) {
            if (printed) cases.back().expected += '\n';
            printed = true;
            if (line.size() > 4) cases.back().expected += line.substr(4);
        } else {
            cases.at(cases.size() - 1).source += line + '\n';
        }
    }
    return cases;
}

class Programs : public testing::TestWithParam<std::string> {};

TEST_P(Programs, PrintWhatTheyShould) {
    const std::vector<Case> cases = read_cases(GetParam());
    ASSERT_GT(cases.size(), 3u);
    for (const Case& one : cases) {
        SCOPED_TRACE(one.name);
        World world;
        world.run(one.source, GetParam().ends_with(".ts"));
        EXPECT_EQ(world.output(), one.expected);
    }
}

INSTANTIATE_TEST_SUITE_P(Testdata, Programs,
                         testing::Values("bindings.js", "classes.js", "expressions.js", "functions.js", "patterns.js",
                                         "resumable.js", "statements.js", "typescript.ts"),
                         [](const auto& info) { return info.param.substr(0, info.param.find('.')); });

// ---- Modules ----

/// Links and runs modules as a loader does, without caring for errors.
class Modules {
public:
    explicit Modules(std::map<std::string, std::string> sources) {
        for (const auto& [name, source] : sources) {
            auto parsed = syntax::parse(
                source, {.type = SourceType::module, .typescript = name.ends_with(".ts"), .file_name = name});
            if (!parsed) throw std::runtime_error(parsed.error().to_string());
            auto lowered = lower(parsed.program());
            if (!lowered) throw std::runtime_error(lowered.error().message);
            const auto script = SharedScript::compile(name, lowered->code, original_source(*lowered, source));
            if (!script) throw std::runtime_error(script.error().message);
            modules_.emplace(name, Module{std::move(*lowered), *script, world_.state().object(Value::null()), false});
        }
    }
    std::string run(const std::string& name) {
        link(name);
        return world_.output();
    }
    const LoweredModule& lowered(const std::string& name) { return modules_.at(name).lowered; }

private:
    struct Module {
        LoweredModule lowered;
        std::shared_ptr<const SharedScript> script;
        Value exports;
        bool started;
    };
    void link(const std::string& name) {
        Module& module = modules_.at(name);
        if (module.started) return;
        module.started = true;
        State& state = world_.state();
        std::vector<Value> namespaces;
        for (const ModuleRequest& request : module.lowered.requests)
            namespaces.push_back(modules_.at(request.specifier).exports);
        const Value run_requests = state.closure("run", 0, [this, &module, namespaces](Call&) -> Value {
            for (const ModuleRequest& request : module.lowered.requests) link(request.specifier);
            for (const ExportBinding& binding : module.lowered.exports) {
                if (binding.kind == ExportBinding::Kind::namespace_re_export)
                    module.exports.set(binding.name, namespaces.at(binding.request));
                if (binding.kind == ExportBinding::Kind::re_export)
                    module.exports.set(binding.name, namespaces.at(binding.request).get(binding.imported));
                if (binding.kind == ExportBinding::Kind::star) {
                    for (const std::string& key : namespaces.at(binding.request).keys())
                        if (key != "default") module.exports.set(key, namespaces.at(binding.request).get(key));
                }
            }
            return {};
        });
        const Completion function = state.call(module.script->instantiate(state), {});
        if (!function) throw std::runtime_error(function.error().text);
        const Value requests = state.array(namespaces);
        const Value meta = state.object();
        meta.set("url", state.string(name));
        requests.set("meta", meta);
        const Completion result = state.call(*function, Value(), {module.exports, requests, run_requests});
        if (!result) throw std::runtime_error(result.error().text);
        if (module.lowered.has_top_level_await) state.run_microtasks();
    }

    World world_;
    std::map<std::string, Module> modules_;
};

TEST(Module, ImportsAreLiveAndCallsHaveNoThis) {
    Modules modules({{"a",
                      "import d, { n, inc, f as g } from 'b'; import * as ns from 'b';"
                      "print(n, d.name, ns.n); inc(); print(n, ns.n, g(), (() => n)(), `${n}`, typeof g, typeof ns);"
                      "print(g?.(), [n].join(), new d().k, { n }.n); let { n: m } = ns; print(m);"},
                     {"b",
                      "export let n = 1; export function inc() { n++ } export function f() { return this }"
                      "export default class K { k = 'k' }"}});
    EXPECT_EQ(modules.run("a"), "1 K 1\n2 2 undefined 2 2 function object\nundefined 2 k 2\n2");
}

TEST(Module, ExportsOfEveryForm) {
    Modules modules({{"a",
                      "import * as b from 'b'; import def, { 'odd name' as odd, renamed, x as y } from 'b';"
                      "print(Object.keys(b).sort().join(), def(), odd, renamed, y, b.late, b.arr, b.obj);"
                      "b.change(); print(b.x, b.z, b.renamed, b.fn.name, b.Cls.name, def.name)"},
                     {"b",
                      "export const [arr, { obj }] = [1, { obj: 2 }]; export { local as renamed, local as 'odd name' };"
                      "let local = 'l'; export var late; export let x = 5, z = [x]; export function fn() {}"
                      "export class Cls {} export default function () { return 'default' }"
                      "export function change() { x += 1; x++; ++x; [local, z] = ['changed', x]; late = 1; }"}});
    EXPECT_EQ(modules.run("a"),
              "Cls,arr,change,default,fn,late,obj,odd name,renamed,x,z default l l 5 undefined 1 2\n"
              "8 8 changed fn Cls default");
}

TEST(Module, FunctionsAreExportedBeforeTheModuleRuns) {
    Modules modules(
        {{"a", "import { f } from 'b'; export function g() { return 'g' } export default function h() {}; f()"},
         {"b", "import h, { g } from 'a'; print(g(), typeof h); export function f() { print('f') }"}});
    EXPECT_EQ(modules.run("a"), "g function\nf");
}

TEST(Module, ReExportsAreDescribed) {
    const auto lowered = lower_text(
        "import { a as b, c } from './one.js'; import * as ns from './two.js'; export { b, ns };"
        "export * from './three.js'; export * as all from './two.js'; export { default as d, 'x y' as e } from "
        "'./one.js';"
        "export let v = 1; export function f() {} export default v; import './four.js'");
    ASSERT_TRUE(lowered) << lowered.error().message;
    std::vector<std::string> requests;
    for (const ModuleRequest& request : lowered->requests)
        requests.push_back(request.specifier + ':' + std::to_string(request.column));
    EXPECT_EQ(requests, (std::vector<std::string>{"./one.js:27", "./two.js:59", "./three.js:102", "./four.js:267"}));
    std::string exports;
    for (const ExportBinding& e : lowered->exports) {
        exports += std::to_string(static_cast<int>(e.kind)) + e.name + '/' + std::to_string(e.request) + '/' +
                   e.imported + (e.hoisted ? "!" : "") + ' ';
    }
    EXPECT_EQ(exports, "1b/0/a 3ns/1/ 2/2/ 3all/1/ 1d/0/default 1e/0/x y 0v/0/ 0f/0/! 0default/0/ ");
    std::string imports;
    for (const ImportedName& name : lowered->imports) imports += std::to_string(name.request) + name.name + ' ';
    EXPECT_EQ(imports, "0a 0c ");
    EXPECT_EQ(lowered->kind, LoweredModule::Kind::es_module);
    EXPECT_EQ(lower_text("1", SourceType::commonjs_function_body)->kind, LoweredModule::Kind::commonjs);
}

TEST(Module, ReExportsWork) {
    Modules modules({{"a",
                      "export { x as y } from 'b'; export * from 'b'; export * as ns from 'b'; import { z } from 'b'; "
                      "export { z as w }"},
                     {"b", "export const x = 1, z = 2"},
                     {"main", "import * as a from 'a'; print(a.y, a.x, a.ns.z, a.w)"}});
    EXPECT_EQ(modules.run("main"), "1 1 2 2");
}

TEST(Module, NamespacesCannotBeAssigned) {
    Modules modules(
        {{"a",
          "import * as b from 'b';"
          "for (const f of [() => { b.x = 1 }, () => { b['x'] += 1 }, () => { b.x++ }, () => { [b.x] = [1] }])"
          "    try { f(); print('no error') } catch (e) { print(e.name, b.x) }"},
         {"b", "export let x = 5"}});
    EXPECT_EQ(modules.run("a"), "TypeError 5\nTypeError 5\nTypeError 5\nTypeError 5");
}

TEST(Lower, SaysWhereTheTextOfEachFunctionIs) {
    const std::string_view source =
        "class A { static async m(a, b = 1) {} get g() { return () => 2 } } function* f() {}";
    const auto lowered = lower_text(source);
    ASSERT_TRUE(lowered);
    using Kind = LoweredFunction::Kind;
    std::map<std::string, Kind> texts;
    for (const LoweredFunction& one : lowered->functions) {
        texts[std::string(source.substr(one.begin, one.end - one.begin))] = one.kind;
        const std::string_view word = std::string_view(lowered->code).substr(one.offset, 8);
        EXPECT_TRUE(word == "function" || word.starts_with("get ")) << word;
    }
    EXPECT_EQ(texts, (std::map<std::string, Kind>{{std::string(source.substr(0, 66)), Kind::class_constructor},
                                                  {"async m(a, b = 1) {}", Kind::async_function},
                                                  {"get g() { return () => 2 }", Kind::method},
                                                  {"() => 2", Kind::method},
                                                  {"function* f() {}", Kind::generator}}));
}

TEST(Module, ImportsCannotBeAssigned) {
    Modules modules({{"a",
                      "import { x } from 'b'; import * as ns from 'b'; for (const f of [() => { x = 1 }, () => { x++ "
                      "}, () => { ns = 1 },"
                      "() => { [x] = [1] }]) try { f() } catch (e) { print(e.name, e.message) }"},
                     {"b", "export let x = 1"}});
    const std::string message = "TypeError Assignment to constant variable.";
    EXPECT_EQ(modules.run("a"), message + '\n' + message + '\n' + message + '\n' + message);
}

TEST(Module, ThisIsUndefinedAndMetaIsThere) {
    Modules modules(std::map<std::string, std::string>{{"a", "print(this, (() => this)(), import.meta.url)"}});
    EXPECT_EQ(modules.run("a"), "undefined undefined a");
}

TEST(Module, DefaultsOfEveryKind) {
    for (const auto& [source, printed] : std::map<std::string, std::string>{
             {"export default class { m() { return 'anon' } }", "default anon"},
             {"export default class Named { m() { return Named.name } }", "Named Named"},
             {"const o = { name: 'object', prototype: { m: () => 'o' } }; export default o", "object o"},
             {"export { C as default }; class C { m() { return 'C' } }", "C C"}}) {
        Modules modules({{"a", "import d from 'b'; print(d.name, d.prototype.m())"}, {"b", source}});
        EXPECT_EQ(modules.run("a"), printed) << source;
    }
}

TEST(Module, TopLevelAwait) {
    const auto lowered = lower_text("const x = await 1; export default x;");
    ASSERT_TRUE(lowered) << lowered.error().message;
    EXPECT_TRUE(lowered->has_top_level_await);
    EXPECT_FALSE(lower_text("export default 1")->has_top_level_await);
    Modules modules(
        {{"a",
          "import { f } from 'b'; print('a', typeof f()); const v = await Promise.resolve(3); export { v };"
          "export function g() { return 'g' + v } try { await Promise.reject('no') } catch (e) { print(e) }"
          "export const w = v + 1; export default async function () {} for (const i of [1, 2]) await i;"
          "print(g(), w, typeof this)"},
         {"b", "import { g, default as d } from 'a'; export function f() { return g } print(typeof g, typeof d)"}});
    EXPECT_EQ(modules.run("a"), "function function\na function\nno\ng3 4 undefined");
}

TEST(Module, OfTypeScript) {
    Modules modules(
        {{"a.ts",
          "import { N, type T, E } from 'b.ts'; import V = N.Inner; import type X from 'nowhere';"
          "let t: T = V.v; print(t, E.B, new N.C().x)"},
         {"b.ts",
          "export namespace N { export namespace Inner { export const v = 'alias' } export class C { x = 1 } }"
          "export type T = string; export enum E { A, B }"}});
    EXPECT_EQ(modules.run("a.ts"), "alias 1 1");
}

TEST(Module, UninitialisedExportsOfACycleThrow) {
    State state;
    install_builtins(state);
    install_support(state.raw());
    const Value exports = state.object(Value::null());
    js_pushvalue(state.raw(), Internal::raw(exports));
    define_uninitialised_export(state.raw(), "x");
    js_pop(state.raw(), 1);
    state.global().define("ns", exports);
    const Completion result = state.evaluate(
        "t.js",
        "var r; try { ns.x } catch (e) { r = e.name + e.message } ns.x = 5; ns.x++; r + ns.x + Object.keys(ns)");
    ASSERT_TRUE(result) << result.error().text;
    EXPECT_EQ((*result).as_string(), "ReferenceErrorCannot access a variable before initialization6x");
}

// ---- Lines ----

/// Scripts that call boom() on one line; the engine must report that line.
constexpr std::string_view line_scripts[] = {
    "boom()",
    "\n\nboom()",
    "const a = 1,\n b = 2;\nlet c = boom()",
    "const s = `a\nb\n${1}\nc`;\nboom()",
    "f(\n 1,\n 2,\n boom()\n); function f() {}",
    "const o = {\n a: 1,\n get b() {\n  return boom()\n },\n};\n\no.b",
    "const o = {\n [1]: 2,\n ...{},\n c: boom(),\n d: 4 }",
    "class A {\n x = 1;\n\n m() {\n\n  boom()\n }\n}\nnew A().m()",
    "class A {\n\n x = boom();\n y = 2\n}\nnew A()",
    "class A {\n m() {}\n static x = 1;\n static y =\n  boom()\n n() {}\n}",
    "class A {\n static {\n  let x;\n  boom()\n }\n}",
    "class A {}\nclass B extends A {\n constructor() {\n  super(\n   1,\n   boom())\n }\n}\nnew B",
    "class B extends\n boom() {\n}",
    "for (const x of\n [1,\n 2]) {\n const f = () => x;\n if (x == 2)\n  boom()\n}",
    "for (let i = 0;\n i < 2;\n i++) {\n\n (() => i)();\n boom()\n}",
    "for (const [a,\n  b = boom()] of [[1]]) {\n}",
    "const {\n a\n} =\n boom()",
    "function f(\n a,\n b = 1,\n c = boom()\n) {\n}\nf()",
    "function f({ a,\n b = boom() }) {\n}\nf({})",
    "(async_ => {\n\n boom()\n})()",
    "const f = () =>\n\n  boom();\nf()",
    "function f() {\n return (\n\n  boom()\n )\n}\nf()",
    "throw (\n\n boom())",
    "try {\n throw 1\n} catch (e) {\n boom()\n}",
    "try {\n} finally {\n\n boom()\n}",
    "try { throw 1 } catch ({\n a = boom()\n}) { }",
    "for (;;) { try {\n boom()\n } finally { if (0) break\n }\n}",
    "switch (1) {\n case 0:\n case 1:\n  let x = boom()\n}",
    "if (0) {\n}\nelse if (\n boom()) {\n}",
    "const x = null ??\n undefined ??\n boom()",
    "const x = {}\n ?.a\n ?.b ??\n boom()",
    "let x;\nx ||=\n  boom()",
    "new (class {\n constructor() {\n  boom()\n }\n})",
    "`${1}\n${\n boom()}`",
    "({\n a() {\n  return boom()\n }\n}).a()",
    "l: for (const a of [1]) {\n for (const b of [1]) {\n  if (b == 2) continue l;\n  boom()\n }\n}",
    "{\n f();\n\n function f() {\n  boom()\n }\n}",
    "{\n f();\n function f() {\n }\n\n boom()\n}",
    "/* a\n b */\r\nconst s = 'x\\\ny';\rboom()",
    "Math.max(...[\n 1,\n boom()])",
    "[1, 2]\n .map(x => x)\n .filter(x => {\n  boom()\n })",
    "let a = 1\n + 2\n + boom()",
    "var a = [\n 1,\n ,\n boom(),\n]",
    "a = 1, boom(); var a",
    "do {\n boom()\n} while (0)",
    "while (\n boom()) {\n}",
    "for (const k in\n { a: 1 }) {\n boom()\n}",
    "tag`a\n${\n boom()}`; function tag() {}",
    "function* g() {\n yield 1;\n\n if (yield 2) {\n }\n boom()\n}\n[...g()]",
    "function* g() {\n const x = f(\n  yield 1,\n  boom())\n}\nfunction f() {}\n[...g()]",
    "function* g() {\n yield f();\n\n yield 1;\n function f() {\n  boom()\n }\n}\n[...g()]",
    "function* g() {\n try {\n  yield 1\n } finally {\n\n  boom()\n }\n}\n[...g()]",
};

TEST(Lines, AreThoseOfTheSource) {
    for (const std::string_view script : line_scripts) {
        int line = 1;
        const std::string_view before = script.substr(0, script.find("boom()"));
        for (std::size_t i = 0; i < before.size(); ++i)
            line += before[i] == '\n' || (before[i] == '\r' && before[i + 1] != '\n');
        World world;
        world.state().global().define("boom",
                                      world.state().function("boom", 0, [](Call&) -> Value { throw GoError("boom"); }));
        world.run(script);
        EXPECT_EQ(world.output(), "threw GoError: boom") << script;
        const auto frame = std::find_if(world.frames().begin(), world.frames().end(),
                                        [](const StackFrame& f) { return f.file == "test.js"; });
        ASSERT_NE(frame, world.frames().end()) << script;
        EXPECT_EQ(frame->line, line) << script;
    }
}

TEST(Lines, OfAsyncFunctions) {
    World world;
    world.run(
        "async function f() {\n await null;\n\n for (const x of [1]) {\n  await x;\n  throw new Error('late')\n }\n}\n"
        "f().catch(e => print(e.stack.split('\\n')[1]))");
    EXPECT_NE(world.output().find("test.js:6"), std::string::npos) << world.output();
}

TEST(Lines, PositionsMapToTheSource) {
    const auto lowered = lower_text("const a = 1;\nlet b = `\U0001F600${a}x`, cc = a(new  b);");
    ASSERT_TRUE(lowered);
    const auto position_of = [&](std::string_view text) {
        const auto offset = static_cast<std::uint32_t>(lowered->code.find(text));
        const auto next = std::upper_bound(lowered->positions.begin(), lowered->positions.end(), offset,
                                           [](std::uint32_t o, const SourcePosition& p) { return o < p.offset; });
        return std::to_string(next[-1].line) + ':' + std::to_string(next[-1].column);
    };
    EXPECT_EQ(position_of("cc="), "2:20");
    EXPECT_EQ(position_of("(new"), "2:26");
    EXPECT_EQ(position_of("new b"), "2:27");
}

// ---- Sizes ----

std::string repeated(std::string_view text, int times, std::string_view separator) {
    std::string result;
    for (int i = 0; i < times; ++i) {
        if (i != 0) result += separator;
        result += text;
    }
    return result;
}

TEST(Sizes, LongChains) {
    EXPECT_EQ(run("let i = 1; print(" + repeated("i", 5000, "+") + ")"), "5000");
    EXPECT_EQ(run("let i = 1; print((" + repeated("'a'", 3000, "+i+") + ").length)"), "5999");
    EXPECT_EQ(run("let i = 1; print(" + repeated("i", 2000, "&&") + ", " + repeated("0", 2000, "||") + ")"), "1 0");
    EXPECT_EQ(run("let n = null; print(" + repeated("n", 2000, "??") + " ?? 5)"), "5");
    EXPECT_EQ(run("let i = 0; print((" + repeated("i++", 2000, ",") + "), i)"), "1999 2000");
    EXPECT_EQ(run("const o = { f() { this.n = (this.n | 0) + 1; return this } }; print(o" + repeated(".f()", 3000, "") +
                  ".n)"),
              "3000");
    EXPECT_EQ(run("const o = {}; o.o = o; print(o" + repeated(".o", 3000, "") + " === o)"), "true");
    EXPECT_EQ(run("const f = x => " + repeated("x === 1 ? 'one' : ", 1000, "") + "'none'; print(f(1), f(2))"),
              "one none");
    EXPECT_EQ(run("print(`" + repeated("${1}", 3000, "-") + "`.length)"), "5999");
    EXPECT_EQ(run("const x = " + repeated("1", 3000, "|") + "; print(x)"), "1");
}

TEST(Sizes, LongElseIf) {
    std::string source = "const f = x => { let r = 'start'; ";
    for (int i = 0; i < 1500; ++i) source += "if (x === " + std::to_string(i) + ") { r = 'is' + x } else ";
    source += "{ r = 'other' } return r }; print(f(0), f(1499), f(-1)); for (const x of [1]) { ";
    for (int i = 5; i < 800; ++i) source += "if (x === " + std::to_string(i) + ") { continue } else ";
    source += "if (x === 1) { print('one'); break } }";
    EXPECT_EQ(run(source), "is0 is1499 other\none");
}

TEST(Sizes, BigLiterals) {
    std::string array = "[";
    std::string object = "{";
    std::string mixed = "{";
    for (int i = 0; i < 20000; ++i) {
        array += "[" + std::to_string(i) + ", 'v\\n" + std::to_string(i) + "', -1.5, null, true],\n";
        object += "k" + std::to_string(i) + ": { 'a b': " + std::to_string(i) + " },\n";
    }
    for (int i = 0; i < 3000; ++i) mixed += "m" + std::to_string(i) + "() { return " + std::to_string(i) + " },\n";
    World world;
    world.run("const a = " + array + "], o = " + object + "}, m = " + mixed +
              "}; print(a.length, JSON.stringify(a[19999]), Object.keys(o).length, o.k19999['a b'], m.m0(), m.m2999(), "
              "m.m299.name, Object.keys(m).length)");
    EXPECT_EQ(world.output(), "20000 [19999,\"v\\n19999\",-1.5,null,true] 20000 19999 0 2999 m299 3000");
}

TEST(Sizes, DeepNesting) {
    // Deeper than anyone writes; the engine's own limit is beyond.
    EXPECT_EQ(run("print(" + repeated("(", 60, "") + "1" + repeated(")", 60, "") + ")"), "1");
    EXPECT_EQ(run("let f = " + repeated("() => ", 40, "") + "'in'; while (typeof f === 'function') f = f(); print(f)"),
              "in");
    EXPECT_EQ(run(repeated("for (const x of [1]) { ", 25, "") + "print(x)" + repeated("}", 25, "")), "1");
    EXPECT_EQ(run("const o = " + repeated("{ a: ", 60, "") + "1" + repeated("}", 60, "") + "; print(o" +
                  repeated(".a", 60, "") + ")"),
              "1");
    // Beyond it there is an error, not a crash.
    const std::string deep = run("print(" + repeated("[", 900, "") + repeated("]", 900, "") + ".length)");
    EXPECT_TRUE(deep == "1" || deep.starts_with("compile: SyntaxError") || deep.starts_with("parse: ")) << deep;
}

TEST(Sizes, LongScripts) {
    std::string source;
    for (int i = 0; i < 70000; ++i)
        source += i % 100 == 0 ? "var v" + std::to_string(i) + " = " + std::to_string(i) + ";\n" : "\n";
    EXPECT_EQ(run(source + "print(v69900)"), "69900");
}

// ---- Everything else ----

TEST(Lower, IsDeterministic) {
    std::string source;
    for (const char* file : {"classes.js", "patterns.js", "statements.js"}) {
        for (const Case& one : read_cases(file)) source += "{" + one.source + "}\n";
    }
    const auto first = lower_text(source, SourceType::script);
    const auto second = lower_text(source, SourceType::script);
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_EQ(first->code, second->code);
    EXPECT_EQ(first->support, second->support);
}

TEST(Lower, NamesWhatIsNotSupported) {
    const auto lowered = lower_text("let a;\n with (a) {}", SourceType::script);
    ASSERT_FALSE(lowered);
    EXPECT_EQ(lowered.error().message, "file:///test.js: Line 2:2 with is not supported yet");
    EXPECT_EQ(lowered.error().error_class, ErrorClass::script_exception);
}

TEST(Lower, ScriptsForEvalHaveAValue) {
    for (const auto& [source, expected] :
         std::map<std::string, std::string>{{"1 + 1", "2"},
                                            {"var a = [1, 2]; a.map(x => x ** 2).join()", "1,4"},
                                            {"(function anonymous(a, b = 2\n) {\nreturn a ?? b\n})()", "2"},
                                            {"if (1) { }", "undefined"},
                                            {"", "undefined"},
                                            {"typeof this", "object"}}) {
        const auto code = lower_script(source);
        ASSERT_TRUE(code) << code.error().message;
        World world;
        const Completion function = world.state().evaluate("eval", code->code);
        ASSERT_TRUE(function) << function.error().text;
        const Completion value = world.state().call(*function, {});
        ASSERT_TRUE(value) << value.error().text;
        EXPECT_EQ((*value).to_string(world.state()), expected) << source;
    }
    EXPECT_FALSE(lower_script("let a = ;"));
}

TEST(Lower, ListsTheSupportFunctionsThatTheCodeCalls) {
    const auto lowered = lower_text("for (const x of y) { [...x] }");
    ASSERT_TRUE(lowered);
    EXPECT_EQ(lowered->support, (std::vector<std::string_view>{"$k_abandon", "$k_close", "$k_list", "$k_of"}));
}

TEST(Lower, AsyncFunctionsAreTold) {
    World world;
    js_State* J = world.state().raw();
    for (const auto& [source, expected] : std::map<std::string, bool>{{"async function f() {}", true},
                                                                      {"var f = async () => 1", true},
                                                                      {"var f = async x => { await x }", true},
                                                                      {"var f = { async m() {} }.m", true},
                                                                      {"function f() {}", false},
                                                                      {"var f = () => async () => 1", false},
                                                                      {"function* f() {}", false},
                                                                      {"var f = Math.max", false},
                                                                      {"var f = 5", false}}) {
        world.run(source + "; exports.f = f; this.f = f; globalThis.f = f");
        js_getglobal(J, "f");
        EXPECT_EQ(is_async_function(J, -1), expected) << source;
        js_pop(J, 1);
    }
}

TEST(Lower, EscapesWhatTheEngineDoesNotTake) {
    EXPECT_EQ(run("print('a\\u2028b'.length, '\\ud83d\\ude00' === '\\u{1F600}', '\\ud83d'.length, '\x7f'.length, "
                  "/a\tb/.test('a\\tb'))"),
              "3 true 1 1 true");
}

}  // namespace
}  // namespace k6::js::lower
