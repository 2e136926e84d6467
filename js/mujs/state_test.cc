#include "js/mujs/state.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "js/builtins/builtins.h"
#include "js/mujs/binding.h"

namespace k6::js {
namespace {

std::string run(State& state, std::string_view source) {
    const Completion result = state.evaluate("test.js", source);
    return result ? result.value().to_string(state) : "error: " + result.error().text;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
    return text;
}

TEST(State, RunsScripts) {
    State state;
    install_builtins(state);
    EXPECT_EQ(run(state, "1 + 2"), "3");
    EXPECT_EQ(run(state, "var a = [3, 1, 2]; a.sort(); a.join('-')"), "1-2-3");
    EXPECT_EQ(run(state, "function f(x) { return x > 0 ? x + f(x - 1) : 0; } f(10)"), "55");
}

TEST(State, ErrorsNameFileAndLine) {
    State state;
    install_builtins(state);
    const Completion result = state.evaluate("file:///dir/a.js", "function inner() {\n  null.x;\n}\n\ninner();");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().name, "TypeError");
    EXPECT_EQ(result.error().text, "TypeError: Cannot read property 'x' of undefined");
    ASSERT_EQ(result.error().frames.size(), 2U);
    EXPECT_EQ(result.error().frames[0].function, "inner");
    EXPECT_EQ(result.error().frames[0].file, "file:///dir/a.js");
    EXPECT_EQ(result.error().frames[0].line, 2);
    EXPECT_EQ(result.error().frames[1].function, "");
    EXPECT_EQ(result.error().frames[1].line, 5);
    EXPECT_EQ(result.error().log_text(),
              "TypeError: Cannot read property 'x' of undefined\n\tat inner (file:///dir/a.js:2:7(0))\n\tat "
              "file:///dir/a.js:5:6(0)\n");
    EXPECT_EQ(result.error().to_error().error_class, ErrorClass::script_exception);
}

TEST(State, SyntaxErrorNamesFileAndLine) {
    State state;
    install_builtins(state);
    const Completion result = state.evaluate("b.js", "var a;\nvar = 3;");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().name, "SyntaxError");
    EXPECT_NE(result.error().text.find("b.js:2"), std::string::npos) << result.error().text;
}

TEST(State, ThrownValuesOfAnyKindAreDescribed) {
    State state;
    install_builtins(state);
    EXPECT_EQ(state.evaluate("t.js", "throw 'text'").error().text, "text");
    EXPECT_EQ(state.evaluate("t.js", "throw {toString: function() { throw 1; }}").error().text, "[object Object]");
    EXPECT_EQ(state.evaluate("t.js", "throw undefined").error().text, "undefined");
    EXPECT_EQ(state.evaluate("t.js", "throw new RangeError('far')").error().message, "far");
}

TEST(State, ErrorTextsNameTheProperty) {
    State state;
    install_builtins(state);
    const auto text = [&](std::string_view source) { return state.evaluate("t.js", source).error().text; };
    EXPECT_EQ(text("var a = {}; a.b.c"), "TypeError: Cannot read property 'c' of undefined");
    EXPECT_EQ(text("var a = {}; (function() { var x = 'q'; a.first; a.b[x]; })()"),
              "TypeError: Cannot read property 'q' of undefined");
    EXPECT_EQ(text("a = undefined; a.b = null"), "TypeError: Cannot set property 'b' of undefined or null");
    EXPECT_EQ(text("a = undefined; a.b()"), "TypeError: Cannot read property 'b' of undefined");
    EXPECT_EQ(text("var a = {}; a.b()"), "TypeError: Object has no member 'b'");
    EXPECT_EQ(text("missing"), "ReferenceError: missing is not defined");
    EXPECT_EQ(text("'use strict'; missing = 1"), "ReferenceError: missing is not defined");
    EXPECT_EQ(text("[].reduce(function() {})"), "TypeError: Reduce of empty array with no initial value");
}

TEST(State, StackProperty) {
    State state;
    install_builtins(state);
    EXPECT_EQ(run(state, "function f() { return new Error('m'); }\nf().stack"),
              "Error: m\n\tat f (test.js:1:23(0))\n\tat test.js:2:2(0)\n");
    EXPECT_EQ(run(state, "var e = new TypeError('x'); e.stack = 'own'; e.stack"), "own");
    EXPECT_EQ(run(state, "var e2 = new Error('x'); delete e2.stack; String(e2.stack)"), "undefined");
    EXPECT_EQ(run(state, "[1].map(function(x) { return new Error('n').stack; })[0]"),
              "Error: n\n\tat test.js:1:30(0)\n\tat map (native)\n\tat test.js:1:8(0)\n");
}

TEST(State, ErrorClasses) {
    State state;
    install_builtins(state);
    EXPECT_EQ(run(state,
                  "var e = new GoError('g'); [e instanceof GoError, e instanceof Error, e.name, String(e), "
                  "e.constructor.name].join()"),
              "true,true,GoError,GoError: g,GoError");
    EXPECT_EQ(run(state, "String(new GoError(''))"), "GoError");
    EXPECT_EQ(run(state, "TypeError('a') instanceof TypeError"), "true");
    EXPECT_EQ(run(state, "new Error('a', {cause: 5}).cause"), "5");
    EXPECT_EQ(run(state, "new AggregateError([1, 2], 'm').errors.length"), "2");
    EXPECT_EQ(run(state, "var k = ''; for (var n in new Error('a')) k += n; k"), "");
}

TEST(State, NumbersPrintAsTheShortestText) {
    State state;
    install_builtins(state);
    const std::vector<std::pair<const char*, const char*>> cases = {
        {"0.1 * 3", "0.30000000000000004"},
        {"5e-324", "5e-324"},
        {"1.7976931348623157e308", "1.7976931348623157e+308"},
        {"1e21", "1e+21"},
        {"1e20", "100000000000000000000"},
        {"123456789012345680000", "123456789012345680000"},
        {"0.000001", "0.000001"},
        {"0.0000001", "1e-7"},
        {"-1.5", "-1.5"},
        {"-0", "0"},
        {"1 / 3", "0.3333333333333333"},
        {"4294967296", "4294967296"},
        {"2147483648", "2147483648"},
        {"-2147483648", "-2147483648"},
        {"0 / 0", "NaN"},
        {"-1 / 0", "-Infinity"},
        {"1.25e-9", "1.25e-9"},
        {"100.5", "100.5"},
        {"9007199254740993", "9007199254740992"},
        {"+'0x1F'", "31"},
        {"+'0b101'", "5"},
        {"+'0o17'", "15"},
        {"+' 12 \\n'", "12"},
        {"+'1e1000'", "Infinity"},
        {"+'1e-1000'", "0"},
        {"+'.5'", "0.5"},
        {"+'5.'", "5"},
        {"+'.'", "NaN"},
        {"+'1e'", "NaN"},
        {"+'-'", "NaN"},
        {"+''", "0"},
        {"+'12px'", "NaN"},
        {"+'-Infinity'", "-Infinity"},
        {"+'\\u00a03\\ufeff'", "3"},
        {"1.7976931348623159e308", "Infinity"},
        {"0.1 + 0.2", "0.30000000000000004"},
        {"123456.789e3", "123456789"},
    };
    for (const auto& [source, expected] : cases) EXPECT_EQ(run(state, source), expected) << source;
}

TEST(State, PropertiesKeepTheirOrder) {
    State state;
    install_builtins(state);
    EXPECT_EQ(run(state, "var k = []; for (var n in {z: 1, a: 2, 10: 0, m: 3, 2: 0}) k.push(n); k.join()"),
              "2,10,z,a,m");
    EXPECT_EQ(run(state, "var o = {b: 1, a: 2}; delete o.b; o.b = 3; k = []; for (n in o) k.push(n); k.join()"), "a,b");
    const Value object = state.object();
    object.set("zeta", 1);
    object.set("alpha", 2);
    object.set("7", 3);
    object.set("01", 4);
    EXPECT_EQ(joined(object.keys()), "7,zeta,alpha,01");
}

TEST(State, ForInShadowing) {
    State state;
    install_builtins(state);
    EXPECT_EQ(run(state,
                  "function P() { this.own = 1; } P.prototype = {own: 2, inherited: 3}; var k = [];"
                  "for (var n in new P()) k.push(n); k.join()"),
              "own,inherited");
    EXPECT_EQ(run(state, "k = []; for (n in [7, 8]) k.push(n); k.join()"), "0,1");
}

TEST(State, ManyPropertiesComeAndGo) {
    State state;
    install_builtins(state);
    // Exercises every branch of the balanced tree: insertion and removal in pseudo-random order.
    EXPECT_EQ(run(state, R"(
        var o = {}, seed = 1, live = {}, count = 0, ok = true;
        function next() { seed = (seed * 48271) % 2147483647; return seed; }
        for (var i = 0; i < 20000; i++) {
            var key = 'some.key.' + next() % 500;
            if (next() % 3) { if (!(key in o)) count++; o[key] = i; } else { if (key in o) count--; delete o[key]; }
        }
        var seen = 0, last = -1;
        for (var n in o) { seen++; if (o[n] === undefined) ok = false; }
        ok && seen === count)"),
              "true");
}

TEST(State, LazyPropertiesOfFunctions) {
    State state;
    install_builtins(state);
    EXPECT_EQ(run(state,
                  "function f(a, b) {} [f.length, f.name, typeof f.prototype, f.prototype.constructor === f]"
                  ".join()"),
              "2,f,object,true");
    EXPECT_EQ(run(state, "function g() {} g.prototype = {x: 4}; new g().x"), "4");
    EXPECT_EQ(run(state, "Array.prototype.slice.length + Array.prototype.slice.name"), "2slice");
    EXPECT_EQ(run(state, "Array.prototype.push = 5; Array.prototype.push"), "5");
    EXPECT_EQ(run(state, "delete Array.prototype.pop; String(Array.prototype.pop)"), "undefined");
    EXPECT_EQ(run(state, "String.prototype.hasOwn = 1; 'abc'[1]"), "b");
}

TEST(State, CatchesDeepRecursion) {
    State state;
    install_builtins(state);
    EXPECT_EQ(run(state, "function f() { return f(); } try { f(); } catch (e) { e.name + ': ' + e.message }"),
              "RangeError: Maximum call stack size exceeded");
    EXPECT_EQ(run(state, "var depth = 0; function g() { depth++; g(); } try { g(); } catch (e) {} depth > 900"),
              "true");
    EXPECT_EQ(run(state, "'still ' + 'well'"), "still well");
}

TEST(State, ScriptTextThatLooksLikeAnEngineReportStaysAsItIs) {
    State state;
    install_builtins(state);
    EXPECT_EQ(run(state, "try { throw 'stack overflow'; } catch (e) { typeof e }"), "string");
}

TEST(State, ThrownValuesThatAreNoErrorsHaveFrames) {
    State state;
    install_builtins(state);
    const Completion thrown = state.evaluate("a.js", "function f() {\n  throw 'text';\n}\nf();");
    ASSERT_FALSE(thrown);
    EXPECT_EQ(thrown.error().log_text(), "text\n\tat f (a.js:2:3(0))\n\tat a.js:4:2(0)\n");
    const Completion object = state.evaluate("a.js", "throw {a: 1};");
    ASSERT_FALSE(object);
    EXPECT_EQ(object.error().log_text(), "[object Object]\n\tat a.js:1:1(0)\n");
}

TEST(State, OutOfMemoryIsAnErrorOfTheScript) {
    State state({.heap_bytes = 2 << 20});
    install_builtins(state);
    EXPECT_EQ(run(state, "var s = 'x'; try { for (;;) s += s; } catch (e) { String(e) }"), "Error: out of memory");
    EXPECT_EQ(run(state, "s = ''; var a = []; try { for (;;) a.push({}); } catch (e) { a = null; String(e) }"),
              "Error: out of memory");
    EXPECT_EQ(run(state, "'still ' + 'well'"), "still well");
    EXPECT_LE(state.heap().bytes, std::size_t{3} << 20);
}

TEST(State, GarbageOfStringsDoesNotPileUp) {
    State state;
    install_builtins(state);
    const Completion result = state.evaluate(
        "gc.js",
        "for (var i = 0; i < 1000000; i++) { var s = 'a string that is long enough to be allocated ' + i; } s");
    ASSERT_TRUE(result);
    EXPECT_GT(state.heap().collections, 100U);
    EXPECT_LT(state.heap().bytes, 400U * 1024);
}

TEST(State, GarbageOfObjectsDoesNotPileUp) {
    State state;
    install_builtins(state);
    const Completion result =
        state.evaluate("gc.js",
                       "var keep = []; for (var i = 0; i < 100000; i++) { var o = {n: i, f: function() { return o; }}; "
                       "o.self = o; if (i % 1000 == 0) keep.push(o); } keep.length + keep[99].n");
    ASSERT_TRUE(result) << result.error().text;
    EXPECT_EQ(result.value().as_number(), 100 + 99000);
    EXPECT_LT(state.heap().bytes, 600U * 1024);
}

TEST(State, ACollectionCanBeHastened) {
    // How often a text must be made until something is collected.
    const auto rounds_until_collected = [](double part) {
        State state;
        install_builtins(state);
        EXPECT_TRUE(state.evaluate("f.js", "function f(i) { return 'a string that is long enough ' + i; }"));
        state.collect_garbage();
        state.hasten_collection(part);
        const std::uint64_t before = state.heap().collections;
        int rounds = 0;
        while (state.heap().collections == before && rounds < 100000) {
            EXPECT_TRUE(state.evaluate("g.js", "f(" + std::to_string(rounds++) + ")"));
        }
        return rounds;
    };
    const int usual = rounds_until_collected(0);
    const int hastened = rounds_until_collected(0.75);
    EXPECT_GT(usual, 3 * hastened);
    EXPECT_LT(usual, 5 * hastened);
}

TEST(State, ValuesKeepObjectsAlive) {
    State state;
    install_builtins(state);
    std::vector<Value> held;
    for (int i = 0; i < 100; ++i) {
        Value object = state.object();
        object.set("text", state.string("a text that is too long to be stored inline: " + std::to_string(i)));
        held.push_back(object.get("text"));
        held.push_back(std::move(object));
        if (i % 3 == 0) held.erase(held.begin());
    }
    state.collect_garbage();
    const Value last = held.back();
    EXPECT_EQ(last.get("text").as_string(), "a text that is too long to be stored inline: 99");
    EXPECT_EQ(held[held.size() - 2].as_string(), "a text that is too long to be stored inline: 99");
    const std::size_t with = state.heap().bytes;
    held.clear();
    state.collect_garbage();
    EXPECT_LT(state.heap().bytes, with - 100 * 112);
}

TEST(State, TextCrossesTheBoundary) {
    State state;
    install_builtins(state);
    const std::string with_nul("a\0b", 3);
    EXPECT_EQ(state.string(with_nul).as_string(), with_nul);
    EXPECT_EQ(state.string("\xff\xc3(\xe2\x82").as_string(), "\xEF\xBF\xBD\xEF\xBF\xBD(\xEF\xBF\xBD");
    EXPECT_EQ(state.string("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80").as_string(), "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80");
    EXPECT_EQ(state.evaluate("t.js", "'\\ud83d'").value().as_string(), "\xEF\xBF\xBD");
    EXPECT_EQ(state.evaluate("t.js", "'\\ud83d' + '\\ude00'").value().as_string(), "\xf0\x9f\x98\x80");
    EXPECT_EQ(state.evaluate("t.js", "'\\u0000x'").value().as_string(), std::string("\0x", 2));
    const Value object = state.object();
    object.set(std::string_view("k\0\xff", 3), 1);
    EXPECT_EQ(object.keys().front(), std::string("k\0\xEF\xBF\xBD", 5));
    EXPECT_EQ(object.get(std::string_view("k\0\xff", 3)).as_number(), 1);
}

TEST(State, ReadsAndWritesObjects) {
    State state;
    install_builtins(state);
    const Value object =
        state.evaluate("t.js", "({a: 1, get b() { return this.a + 1; }, list: [1, 'two', null]})").value();
    EXPECT_EQ(object.get("a").as_number(), 1);
    EXPECT_EQ(object.get("b").as_number(), 2);
    EXPECT_TRUE(object.get("missing").is_undefined());
    const Value list = object.get("list");
    EXPECT_TRUE(list.is_array());
    EXPECT_EQ(list.length(), 3U);
    EXPECT_EQ(list.at(1).as_string(), "two");
    EXPECT_TRUE(list.at(2).is_null());
    EXPECT_TRUE(list.at(3).is_undefined());
    list.append(true);
    EXPECT_EQ(list.length(), 4U);
    EXPECT_TRUE(list.at(3).as_boolean());
    EXPECT_TRUE(object.has("toString") || !object.has("toString"));
    EXPECT_TRUE(object.has_own("list"));
    EXPECT_TRUE(object.remove("list"));
    EXPECT_FALSE(object.has_own("list"));
    std::string seen;
    object.for_each(
        [&](std::string_view key, const Value& value) { seen += std::string(key) + "=" + value.to_string() + ";"; });
    EXPECT_EQ(seen, "a=1;b=2;");
    EXPECT_THROW((void)Value().get("x"), TypeError);
    EXPECT_THROW((void)Value(1).set("x", 1), TypeError);
}

TEST(State, DefineAndFreeze) {
    State state;
    install_builtins(state);
    const Value object = state.object();
    object.define("hidden", 1);
    object.define("fixed", 2, Attributes::read_only | Attributes::permanent);
    EXPECT_EQ(joined(object.keys()), "fixed");
    state.global().define("o", object);
    EXPECT_EQ(run(state, "o.fixed = 3; o.hidden = 4; delete o.fixed; o.fixed + o.hidden"), "6");
    object.freeze();
    EXPECT_EQ(run(state, "o.hidden = 9; o.more = 1; o.hidden + String(o.more)"), "4undefined");
    EXPECT_EQ(run(state, "'use strict'; o.more = 1"),
              "error: TypeError: Cannot add property more, object is not extensible");
}

TEST(State, RandomNumbersFollowTheSeed) {
    State first;
    install_builtins(first);
    State second;
    install_builtins(second);
    first.seed_random(7);
    second.seed_random(7);
    double sum = 0;
    for (int i = 0; i < 1000; ++i) {
        const double number = first.next_random();
        EXPECT_EQ(number, second.next_random());
        EXPECT_GE(number, 0);
        EXPECT_LT(number, 1);
        sum += number;
    }
    EXPECT_NEAR(sum / 1000, 0.5, 0.05);
    second.seed_random(8);
    EXPECT_NE(first.next_random(), second.next_random());
}

TEST(State, MicrotasksRunInOrder) {
    State state;
    install_builtins(state);
    std::string order;
    state.enqueue_microtask([&](State& s) {
        order += "a";
        s.enqueue_microtask([&](State&) { order += "c"; });
    });
    state.enqueue_microtask([&](State&) { order += "b"; });
    state.run_microtasks();
    EXPECT_EQ(order, "abc");
    EXPECT_FALSE(state.has_microtasks());
}

TEST(State, ParsesWhatItPrints) {
    const std::vector<StackFrame> frames =
        parse_stack("Error: x\n\tat f (file:///a.js:3:7(21))\n\tat file:///a.js:9\n\tat sleep (native)\n");
    ASSERT_EQ(frames.size(), 3U);
    EXPECT_EQ(frames[0].function, "f");
    EXPECT_EQ(frames[0].file, "file:///a.js");
    EXPECT_EQ(frames[0].line, 3);
    EXPECT_EQ(frames[0].column, 7);
    EXPECT_EQ(frames[1].line, 9);
    EXPECT_EQ(frames[2].file, "native");
    EXPECT_EQ(frames[2].function, "sleep");
}

}  // namespace
}  // namespace k6::js
