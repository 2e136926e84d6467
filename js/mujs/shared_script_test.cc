#include "js/mujs/shared_script.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "js/builtins/builtins.h"
#include "js/mujs/binding.h"
#include "js/mujs/state.h"

namespace k6::js {
namespace {

std::shared_ptr<const SharedScript> compile(std::string_view source) {
    auto script = SharedScript::compile("file:///shared.js", source);
    EXPECT_TRUE(script) << script.error().message;
    return *script;
}

TEST(SharedScript, RunsInSeveralStates) {
    const auto script = compile("var n = (typeof n === 'undefined' ? 0 : n) + 1; n");
    State first;
    install_builtins(first);
    State second;
    install_builtins(second);
    EXPECT_EQ(first.call(script->instantiate(first), {}).value().as_number(), 1);
    EXPECT_EQ(first.call(script->instantiate(first), {}).value().as_number(), 2);
    EXPECT_EQ(second.call(script->instantiate(second), {}).value().as_number(), 1);
    EXPECT_GT(script->bytes(), 100U);
}

TEST(SharedScript, StatesKeepItAlive) {
    State state;
    install_builtins(state);
    std::weak_ptr<const SharedScript> watch;
    {
        auto script = compile("function f() { return 'a constant that is longer than fifteen bytes'; }");
        watch = script;
        EXPECT_TRUE(state.call(script->instantiate(state), {}));
    }
    EXPECT_FALSE(watch.expired());
    state.collect_garbage();
    EXPECT_EQ(state.call(state.global().get("f"), {}).value().as_string(),
              "a constant that is longer than fifteen bytes");
}

TEST(SharedScript, SyntaxErrorsNameFileAndLine) {
    const auto script = SharedScript::compile("file:///bad.js", "var ok;\n\nvar = 1;");
    ASSERT_FALSE(script);
    EXPECT_EQ(script.error().error_class, ErrorClass::script_exception);
    EXPECT_NE(script.error().message.find("file:///bad.js:3"), std::string::npos) << script.error().message;
}

TEST(SharedScript, CompilesDeepNestingAndLongChains) {
    std::string sum = "1";
    std::string parentheses = "1";
    std::string branches;
    for (int i = 0; i < 1500; ++i) {
        sum += "+1";
        parentheses = "(" + parentheses + ")";
        branches += "if (x === " + std::to_string(i) + ") y = " + std::to_string(i) + "; else ";
    }
    const auto script =
        compile("var x = 1400, y; " + branches + "y = -1; [" + sum + ", " + parentheses + ", y].join()");
    State state;
    install_builtins(state);
    EXPECT_EQ(state.call(script->instantiate(state), {}).value().as_string(), "1501,1,1400");
    const auto too_deep = SharedScript::compile("deep.js", std::string(100000, '(') + "1" + std::string(100000, ')'));
    EXPECT_FALSE(too_deep);
}

TEST(SharedScript, CostsAStateLittle) {
    std::string source;
    for (int i = 0; i < 500; ++i) {
        source += "function f" + std::to_string(i) + "(a, b) { if (a > b) return a * b; else return 'text' + a; }\n";
    }
    const auto script = compile("(function() {" + source + "})");
    State state;
    install_builtins(state);
    const std::size_t before = state.heap().bytes;
    ASSERT_TRUE(state.call(script->instantiate(state), {}));
    state.collect_garbage();
    EXPECT_LT(state.heap().bytes, before + 2000);
    EXPECT_GT(script->bytes(), 50000U);
}

TEST(SharedScript, ThreadsShareTheCodeWithoutRaces) {
    const auto script = compile(R"(
        function Point(x, y) { this.x = x; this.y = y; }
        Point.prototype.plus = function(p) { return new Point(this.x + p.x, this.y + p.y); };
        function work(n) {
            var sum = new Point(0, 0), texts = [];
            for (var i = 0; i < n; i++) {
                sum = sum.plus(new Point(i, -i));
                try { if (i % 7 == 0) throw new Error('at ' + i); } catch (e) { texts.push(e.message + e.stack.length); }
                var f = function(x) { return function() { return x + i; }; };
                f(i)();
                texts = texts.slice(-3);
            }
            return sum.x + ',' + sum.y + ',' + texts.length;
        }
        work)");
    std::vector<std::string> results(4);
    std::vector<std::thread> threads;
    for (std::string& result : results) {
        threads.emplace_back([&result, script] {
            State state;
            install_builtins(state);
            const Completion work = state.call(script->instantiate(state), {});
            const Completion value = state.call(work.value(), {}, {Value(3000)});
            state.collect_garbage();
            result = value ? value.value().as_string() : value.error().text;
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string& result : results) EXPECT_EQ(result, "4498500,-4498500,3");
}

}  // namespace
}  // namespace k6::js
