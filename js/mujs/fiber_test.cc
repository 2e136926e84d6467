// Scripts on fibers: suspension within native functions, interruption, and the bounds of a fiber's stack.
#include "engine/runtime/fiber.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "engine/runtime/clock.h"
#include "engine/runtime/worker.h"
#include "js/builtins/builtins.h"
#include "js/mujs/binding.h"
#include "js/mujs/shared_script.h"

namespace k6::js {
namespace {

struct Living {
    explicit Living(int& count) : count(count) { ++count; }
    Living(const Living&) = delete;
    ~Living() { --count; }
    int& count;
    std::string text = "a text that is long enough to live on the heap";
};

struct Context {
    int living = 0;
    int marks = 0;
};

void define(State& state, Literal name, NativeFunction function) {
    state.global().define(name.view(), state.function(name, 1, function));
}

void define_natives(State& state) {
    define(state, "pause", [](Call& call) -> Value {
        const Living living(call.context<Context>().living);
        sleep_for(std::chrono::milliseconds(call.integer(0)));
        return {};
    });
    define(state, "within", [](Call& call) -> Value {
        const Living living(call.context<Context>().living);
        return call[0].call({}, {});
    });
    define(state, "mark", [](Call& call) -> Value { return ++call.context<Context>().marks; });
}

TEST(ScriptsOnFibers, TakeTurns) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    const auto script = *SharedScript::compile("vu.js", R"(
        (function(id) {
            var log = '';
            for (var i = 0; i < 5; i++) {
                try {
                    within(function() { pause(10 * id); if (i == 3) throw new Error('at ' + i); });
                } catch (e) { log += e.message; }
                log += id + ':' + i + ' ';
            }
            return log;
        }))");
    constexpr int vus = 50;
    std::vector<std::string> logs(vus);
    std::vector<std::unique_ptr<State>> states;
    Context context;
    for (int id = 0; id < vus; ++id) {
        states.push_back(std::make_unique<State>());
        State& state = *states.back();
        install_builtins(state);
        define_natives(state);
        state.set_context(&context);
        worker.spawn([&state, &logs, id, script] {
            const Completion function = state.call(script->instantiate(state), {});
            const Completion result = state.call(function.value(), {}, {Value(id)});
            logs[static_cast<std::size_t>(id)] = result ? result.value().as_string() : result.error().text;
        });
    }
    worker.request_stop();
    worker.run();
    EXPECT_EQ(logs[7], "7:0 7:1 7:2 at 37:3 7:4 ");
    EXPECT_EQ(logs[49], "49:0 49:1 49:2 at 349:3 49:4 ");
    EXPECT_EQ(context.living, 0);
}

TEST(ScriptsOnFibers, InterruptedPassesThroughTheScript) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    State state;
    install_builtins(state);
    define_natives(state);
    Context context;
    state.set_context(&context);
    int interrupted = 0;
    Fiber& fiber = worker.spawn([&] {
        for (int round = 0; round < 10; ++round) {
            try {
                (void)state.evaluate("wait.js", R"(
                    function guarded(f) { try { return f(); } catch (e) { mark(); } finally { mark(); } }
                    guarded(function() {
                        return within(function() {
                            return guarded(function() {
                                return [1, 2].map(function() {
                                    return JSON.stringify({toJSON: function() { return within(function() { pause(1000); }); }});
                                });
                            });
                        });
                    });)");
            } catch (const Interrupted&) {
                ++interrupted;
                Fiber::current()->clear_interrupt();
            }
            EXPECT_EQ(context.living, 0);
        }
        EXPECT_EQ(state.evaluate("after.js", "1 + 1").value().as_number(), 2);
    });
    worker.spawn([&] {
        for (int i = 0; i < 10; ++i) {
            sleep_for(std::chrono::milliseconds(100));
            fiber.interrupt();
        }
    });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(interrupted, 10);
    EXPECT_EQ(context.marks, 0);
    EXPECT_TRUE(state.stack_trace().empty());
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// The sanitizers' frames are several times as large: the figures hold without them.
TEST(ScriptsOnFibers, RecursionStaysWithinTheStack) {
    SimulatedClock clock;
    Worker worker({.clock = &clock});
    State state;
    install_builtins(state);
    define_natives(state);
    Context context;
    state.set_context(&context);
    std::vector<std::string> results;
    worker.spawn([&] {
        for (const char* source : {
                 "var d = 0; function f() { d++; f(); } try { f(); } catch (e) { e.name } d > 1000",
                 "d = 0; function g(a, b, c) { d++; return g(a, b, c) + 1; } try { g(); } catch (e) {} d > 1000",
                 "d = 0; function h() { d++; within(h); } try { h(); } catch (e) {} d > 300",
                 "d = 0; function s() { d++; [3, 2, 1].sort(s); } try { s(); } catch (e) {} d > 200",
                 "d = 0; function r() { d++; 'a'.replace(/a/, r); } try { r(); } catch (e) {} d > 100",
                 "d = 0; var o = {toString: function() { d++; return '' + o; }}; try { '' + o } catch (e) {} d > 400",
                 "d = 0; var p = {get x() { d++; return this.x; }}; try { p.x } catch (e) {} d > 400",
                 "d = 0; function j() { d++; JSON.parse('[1]', j); } try { j(); } catch (e) {} d > 200",
                 "d = 0; function n() { d++; new n(); } try { n(); } catch (e) {} d > 1000",
                 "var s2 = '1'; for (var i = 0; i < 395; i++) s2 = '(' + s2 + ')';"
                 "function deep(k) { if (k > 0) return deep(k - 1); try { return Function('return ' + s2)(); } "
                 "catch (e) { return 1; } } [10, 300, 700, 900, 1000].every(function(k) { return deep(k) === 1; })",
             }) {
            const Completion result = state.evaluate("deep.js", source);
            results.push_back(result ? result.value().to_string() : result.error().text);
        }
    });
    worker.request_stop();
    worker.run();
    EXPECT_EQ(results, std::vector<std::string>(10, "true"));
}
#endif

}  // namespace
}  // namespace k6::js
