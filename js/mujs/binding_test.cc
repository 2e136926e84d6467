#include "js/mujs/binding.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "js/builtins/builtins.h"

namespace k6::js {
namespace {

std::string run(State& state, std::string_view source) {
    const Completion result = state.evaluate("test.js", source);
    return result ? result.value().to_string(state) : "error: " + result.error().text;
}

/// Counts its living instances: what an exception must not skip.
struct Witness {
    explicit Witness(int& living) : living(living) { ++living; }
    Witness(const Witness& other) : living(other.living) { ++living; }
    ~Witness() { --living; }
    int& living;
    std::string text = "a text that is long enough to live on the heap";
};

struct Fixture {
    int living = 0;
    int finally_runs = 0;
};

/// Neither std::exception nor HostError: like k6::Interrupted.
struct Stop {
    int code;
};

void define(State& state, Literal name, int length, NativeFunction function) {
    state.global().define(name.view(), state.function(name, length, function));
}

TEST(Binding, ConvertsArguments) {
    State state;
    install_builtins(state);
    define(state, "kinds", 0, [](Call& call) -> Value {
        std::string text;
        for (std::size_t i = 0; i < call.size(); ++i) {
            text += std::to_string(static_cast<int>(call.type(i))) + (call.truthy(i) ? "t" : "f") + ' ';
        }
        return call.state().string(text);
    });
    EXPECT_EQ(run(state, "kinds(undefined, null, true, 0, 'x', {}, kinds)"), "0f 1f 2t 3f 4t 7t 8t ");
    EXPECT_EQ(run(state, "kinds()"), "");
    define(state, "sum", 2, [](Call& call) -> Value { return call.number(0) + call.number(1); });
    EXPECT_EQ(run(state, "sum(1, 2)"), "3");
    EXPECT_EQ(run(state, "sum('1', {valueOf: function() { return 4; }})"), "5");
    EXPECT_EQ(run(state, "sum(1)"), "NaN");
    define(state, "text", 1, [](Call& call) -> Value {
        return call.state().string(std::string(call.text(0)) + "|" + std::string(call.text(1)));
    });
    EXPECT_EQ(run(state, "text(1.5, {toString: function() { return 'obj'; }})"), "1.5|obj");
    EXPECT_EQ(run(state, "text('short', 'a string that needs memory of its own')"),
              "short|a string that needs memory of its own");
    EXPECT_EQ(run(state, "text(null)"), "null|undefined");
    EXPECT_EQ(run(state, "text('\\ud800')"), "\xEF\xBF\xBD|undefined");
    define(state, "whole", 1, [](Call& call) -> Value { return call.integer(0); });
    EXPECT_EQ(run(state, "[whole(2.9), whole(-2.9), whole('x'), whole(1/0) > 9e18].join()"), "2,-2,0,true");
    EXPECT_EQ(run(state, "[sum.length, sum.name, typeof sum.prototype].join()"), "2,sum,undefined");
}

TEST(Binding, HostErrorsBecomeScriptErrors) {
    State state;
    install_builtins(state);
    define(state, "go", 1, [](Call& call) -> Value { throw GoError(std::string(call.text(0))); });
    define(state, "type", 0, [](Call&) -> Value { throw TypeError("t"); });
    define(state, "range", 0, [](Call&) -> Value { throw RangeError("r"); });
    define(state, "standard", 0, [](Call&) -> Value { throw std::out_of_range("of C++"); });
    EXPECT_EQ(run(state,
                  "try { go('why') } catch (e) { [e instanceof GoError, e instanceof Error, e.name, e.message, "
                  "String(e)].join() }"),
              "true,true,GoError,why,GoError: why");
    EXPECT_EQ(run(state, "try { type() } catch (e) { e instanceof TypeError && e.message }"), "t");
    EXPECT_EQ(run(state, "try { range() } catch (e) { e instanceof RangeError && e.message }"), "r");
    EXPECT_EQ(run(state, "try { standard() } catch (e) { String(e) }"), "GoError: of C++");
    EXPECT_EQ(run(state, "function f() { try { go('x') } catch (e) { return e.stack } }\nf()"),
              "GoError: x\n\tat go (native)\n\tat f (test.js:1:24(0))\n\tat test.js:2:2(0)\n");
    EXPECT_EQ(run(state, "go('uncaught')"), "error: GoError: uncaught");
}

Value fails(Call& call) {
    Witness outer(call.context<Fixture>().living);
    std::vector<Witness> many(5, outer);
    const std::string text(call.text(0));
    if (text == "host") throw GoError("host");
    if (text == "standard") throw std::runtime_error("standard");
    if (text == "getter") return call[1].get("boom");
    if (text == "convert") return call.number(1);
    if (text == "call") return call[1].call({}, {});
    if (text == "memory") {
        const std::string block(1 << 20, 'x');
        for (;;) call[1].append(call.state().string(block));
    }
    return {};
}

TEST(Binding, ErrorsSkipNoDestructor) {
    State state({.heap_bytes = 16 << 20});
    install_builtins(state);
    Fixture fixture;
    state.set_context(&fixture);
    define(state, "fails", 2, fails);
    EXPECT_EQ(run(state, R"(
        var kinds = {
            host: 0, standard: 0,
            getter: {get boom() { throw new Error('getter'); }},
            convert: {valueOf: function() { throw new Error('convert'); }},
            call: function() { throw new Error('call'); },
            memory: []
        };
        var caught = [];
        for (var round = 0; round < 50; round++) {
            for (var kind in kinds) {
                try { fails(kind, kinds[kind]); } catch (e) { if (round == 0) caught.push(e.message); }
                if (kind == 'memory') kinds.memory = [];
            }
        }
        caught.join())"),
              "host,standard,getter,convert,call,out of memory");
    EXPECT_EQ(fixture.living, 0);
}

/// with(f): calls f with a C++ object alive, and again within it if asked.
Value with(Call& call) {
    Witness witness(call.context<Fixture>().living);
    const Value result = call[0].call({}, {Value(1)});
    return result;
}

TEST(Binding, ScriptExceptionsPassThroughNativeFrames) {
    State state;
    install_builtins(state);
    Fixture fixture;
    state.set_context(&fixture);
    define(state, "with_", 1, with);
    EXPECT_EQ(run(state,
                  "var thrown = {mark: 1}, same = false;"
                  "try { with_(function() { with_(function() { throw thrown; }); }); }"
                  "catch (e) { same = e === thrown; } same"),
              "true");
    EXPECT_EQ(
        run(state, "with_(function() { try { return with_(function() { throw 1; }); } catch (e) { return e + 1; } })"),
        "2");
    EXPECT_EQ(fixture.living, 0);
}

TEST(Binding, NativeCodeMayCatchAndGoOn) {
    State state;
    install_builtins(state);
    define(state, "attempt", 1, [](Call& call) -> Value {
        std::string log;
        for (std::size_t i = 0; i < call.size(); ++i) {
            try {
                log += call[i].call({}, {}).to_string(call.state());
            } catch (const ScriptException& exception) {
                log += "caught " + exception.value().to_string();
            }
            log += ';';
        }
        return call.state().string(log);
    });
    EXPECT_EQ(run(state,
                  "attempt(function() { throw 'a'; }, function() { return 'b'; }, "
                  "function() { return attempt(function() { throw 'c'; }); })"),
              "caught a;b;caught c;;");
}

TEST(Binding, OtherExceptionsCannotBeCaught) {
    State state;
    install_builtins(state);
    Fixture fixture;
    state.set_context(&fixture);
    define(state, "with_", 1, with);
    define(state, "stop", 1, [](Call& call) -> Value {
        Witness witness(call.context<Fixture>().living);
        throw Stop{static_cast<int>(call.integer(0))};
    });
    define(state, "mark", 0, [](Call& call) -> Value {
        ++call.context<Fixture>().finally_runs;
        return {};
    });
    // Every kind of frame in between: catch, finally, natives with C++ objects, and MuJS's own cleanup handlers (sort,
    // and toString called from concatenation).
    const char* source = R"(
        function through(f) { try { return f(); } catch (e) { mark(); } finally { mark(); } }
        through(function() {
            return with_(function() {
                return through(function() {
                    return [3, 1, 2].sort(function(a, b) {
                        return with_(function() {
                            return '' + {toString: function() {
                                return through(function() { return with_(function() { stop(42); }); });
                            }};
                        });
                    });
                });
            });
        });)";
    for (int round = 0; round < 20; ++round) {
        try {
            (void)state.evaluate("stop.js", source);
            FAIL() << "the exception did not arrive";
        } catch (const Stop& stop) {
            EXPECT_EQ(stop.code, 42);
        }
        EXPECT_EQ(fixture.living, 0);
        EXPECT_EQ(fixture.finally_runs, 0);
    }
    EXPECT_EQ(run(state, "through(function() { return 'well'; })"), "well");
    EXPECT_EQ(fixture.finally_runs, 1);
    EXPECT_TRUE(state.stack_trace().empty());
}

TEST(Binding, CheckpointsEndScripts) {
    for (const char* source :
         {"for (;;) {}", "try { while (true); } catch (e) {}", "do {} while (true)",
          "for (var i = 0;; i++) if (i < 0) break;", "function f() { return f; } for (;;) f();",
          "try { for (;;) isNaN(1); } catch (e) {} finally { while (true) nothing(); }",
          "try { for (;;) nothing(); } catch (e) {}", "try { for (;;) ({a: 'text'}); } catch (e) {}",
          "try { for (;;) [1].map(function() {}); } catch (e) {}"}) {
        State state;
        install_builtins(state);
        state.global().define("isNaN", state.function("isNaN", 1, [](Call&) -> Value { return false; }));
        define(state, "nothing", 0, [](Call&) -> Value { return {}; });
        int left = 3;
        state.set_context(&left);
        state.set_checkpoint([](State& s) {
            if (--s.context<int>() == 0) throw Stop{1};
        });
        EXPECT_THROW((void)state.evaluate("endless.js", source), Stop) << source;
        state.set_checkpoint(nullptr);
        EXPECT_EQ(run(state, "'well'"), "well");
    }
}

TEST(Binding, OtherExceptionsMayBeCaughtInBetweenByNativeCode) {
    State state;
    install_builtins(state);
    define(state, "stop", 0, [](Call&) -> Value { throw Stop{7}; });
    define(state, "shield", 1, [](Call& call) -> Value {
        try {
            return call[0].call({}, {});
        } catch (const Stop& stop) {
            return stop.code;
        }
    });
    EXPECT_EQ(
        run(state, "shield(function() { try { stop(); } catch (e) { return 'wrong'; } finally { return 'wrong'; } })"),
        "7");
    EXPECT_EQ(run(state, "try { shield(function() { throw 'an error'; }); } catch (e) { e }"), "an error");
}

TEST(Binding, RecursionThroughNativeCodeIsBounded) {
    State state({.stack_bytes = 4 << 20});
    install_builtins(state);
    Fixture fixture;
    state.set_context(&fixture);
    define(state, "with_", 1, with);
    EXPECT_EQ(run(state,
                  "var depth = 0; function f() { depth++; return with_(f); }"
                  "try { f(); } catch (e) { e.name }"),
              "RangeError");
    EXPECT_EQ(run(state, "depth > 400"), "true");
    EXPECT_EQ(fixture.living, 0);
}

TEST(Binding, RecursionOfScriptsIsDeepAndBounded) {
    State state;
    install_builtins(state);
    EXPECT_EQ(run(state, "function sum(n) { return n == 0 ? 0 : n + sum(n - 1); } sum(5000)"), "12502500");
    EXPECT_EQ(run(state, "var depth = 0; function f() { depth++; f(); } try { f(); } catch (e) { String(e) }"),
              "RangeError: Maximum call stack size exceeded");
    EXPECT_EQ(run(state, "depth > 7000"), "true");
    EXPECT_EQ(run(state, "var o = {get x() { return this.x; }}; try { o.x } catch (e) { e.name }"), "RangeError");
    EXPECT_EQ(run(state, "function g() { try { return g(); } finally { depth++; } } try { g() } catch (e) { e.name }"),
              "RangeError");
    EXPECT_EQ(run(state, "var many = []; many.length = 60000; try { g.apply(null, many) } catch (e) { e.name }"),
              "RangeError");
    EXPECT_EQ(run(state, "sum(100)"), "5050");
}

TEST(Binding, HandlersOfTryBlocks) {
    State state;
    install_builtins(state);
    EXPECT_EQ(run(state,
                  "var log = []; function f(n) { try { if (n == 0) throw 'x'; f(n - 1); } finally { log.push(n); } }"
                  "try { f(3); } catch (e) { log.push(e); } log.join()"),
              "0,1,2,3,x");
    EXPECT_EQ(run(state,
                  "function g() { for (var i = 0; i < 3; i++) { try { continue; } finally { log.push('c' + i); } } "
                  "try { return 'r'; } finally { log.push('f'); } } log = []; g() + log.join()"),
              "rc0,c1,c2,f");
    EXPECT_EQ(run(state,
                  "try { [1].forEach(function() { try { throw 1; } finally { log = 'inner'; } }); } "
                  "catch (e) { e + log }"),
              "1inner");
    EXPECT_EQ(run(state,
                  "function h() { try { throw new Error('a'); } catch (e) { try { throw new Error('b'); } "
                  "catch (e) { return e.message; } } } h()"),
              "b");
}

TEST(Binding, NativeCodeKeepsPartOfTheStack) {
    State state({.stack_bytes = 256 * 1024});
    install_builtins(state);
    define(state, "through", 1, [](Call& call) -> Value { return call[0].call({}, {}); });
    EXPECT_EQ(run(state, "var depth = 0; function f() { depth++; through(f); } try { f(); } catch (e) { e.name }"),
              "RangeError");
    EXPECT_EQ(run(state, "depth > 20 && depth < 400"), "true");
    EXPECT_EQ(run(state, "depth = 0; function g() { depth++; [1].map(g); } try { g(); } catch (e) { e.name }"),
              "RangeError");
}

TEST(Binding, Closures) {
    State state;
    install_builtins(state);
    auto calls = std::make_shared<int>(0);
    {
        state.global().define("count", state.closure("count", 0, [calls](Call&) -> Value { return ++*calls; }));
        EXPECT_EQ(run(state, "count(); count()"), "2");
        EXPECT_EQ(calls.use_count(), 2);
        run(state, "count = null");
        state.collect_garbage();
        EXPECT_EQ(calls.use_count(), 1);
    }
}

struct Counter {
    static constexpr const char* js_name = "Counter";
    int value = 0;
    std::shared_ptr<int> alive;
};

constexpr FunctionDefinition counter_methods[] = {
    {"add", 1, [](Call& call) -> Value { return call.self<Counter>().value += static_cast<int>(call.integer(0)); }},
};
constexpr AccessorDefinition counter_accessors[] = {
    {"value", [](Call& call) -> Value { return call.self<Counter>().value; },
     [](Call& call) -> Value {
         call.self<Counter>().value = static_cast<int>(call.integer(0));
         return {};
     }},
    {"twice", [](Call& call) -> Value { return 2 * call.self<Counter>().value; }},
};
constexpr FunctionDefinition counter_statics[] = {
    {"zero", 0, [](Call&) -> Value { return 0; }},
};
constexpr ClassDefinition counter_class{
    .name = "Counter",
    .length = 1,
    .construct = [](Call& call) -> Value {
        std::shared_ptr<int> alive =
            call.state().has_context() ? call.context<std::shared_ptr<int>>() : std::shared_ptr<int>();
        return call.native<Counter>(static_cast<int>(call.integer(0)), alive);
    },
    .methods = counter_methods,
    .accessors = counter_accessors,
    .statics = counter_statics,
};

TEST(Binding, Classes) {
    State state;
    install_builtins(state);
    state.global().define("Counter", state.define_class(counter_class));
    EXPECT_EQ(run(state, "var c = new Counter(3); c.add(4); c.add(1)"), "8");
    EXPECT_EQ(run(state, "c.value = 5; c.value + c.twice"), "15");
    EXPECT_EQ(run(state, "[c instanceof Counter, c.constructor === Counter, Counter.zero(), Counter.name].join()"),
              "true,true,0,Counter");
    EXPECT_EQ(run(state, "Counter()"), "error: TypeError: Class constructor Counter cannot be invoked without 'new'");
    EXPECT_EQ(run(state, "c.add.call({})"), "error: TypeError: Method called on a value that is no Counter");
    EXPECT_EQ(run(state, "'use strict'; c.twice = 1"),
              "error: TypeError: Cannot set property 'twice' which has only a getter");
}

TEST(Binding, NativeObjectsAreDestroyed) {
    auto alive = std::make_shared<int>(0);
    {
        State state;
        install_builtins(state);
        state.set_context(&alive);
        state.global().define("Counter", state.define_class(counter_class));
        run(state, "for (var i = 0; i < 100; i++) new Counter(i); var kept = new Counter(1); 0");
        state.collect_garbage();
        EXPECT_EQ(alive.use_count(), 2);
    }
    EXPECT_EQ(alive.use_count(), 1);
}

TEST(Binding, ExternalMemoryCountsAndSetsOffTheCollector) {
    auto alive = std::make_shared<int>(0);
    State state;
    install_builtins(state);
    state.set_context(&alive);
    define(state, "big", 0, [](Call& call) -> Value {
        return call.state().native<Counter>({}, 1 << 20, 0, call.context<std::shared_ptr<int>>());
    });
    run(state, "for (var i = 0; i < 200; i++) big(); 0");
    EXPECT_LT(alive.use_count(), 20);
    EXPECT_GE(state.heap().external_bytes, std::size_t{1} << 20);
    state.collect_garbage();
    EXPECT_EQ(state.heap().external_bytes, 0U);
}

struct Page {
    static constexpr const char* js_name = "Page";
    static Value status(State&, Page& self) {
        ++self.made;
        return 200;
    }
    static Value body(State& state, Page& self) {
        ++self.made;
        return state.string(self.text);
    }
    static Value headers(State& state, Page& self) {
        ++self.made;
        const Value object = state.object();
        object.set("Content-Type", state.string("text/plain"));
        return object;
    }
    static Value broken(State&, Page&) { throw GoError("broken"); }
    static constexpr LazyProperty<Page> js_lazy[] = {{"status", status}, {"body", body}, {"headers", headers}};
    std::string text;
    int made = 0;
};

TEST(Binding, LazyProperties) {
    State state;
    install_builtins(state);
    auto page = [&] { return state.native<Page>(state.object(), 0, Page{"hello"}); };
    Value object = page();
    state.global().define("p", object);
    EXPECT_EQ(object.native<Page>()->made, 0);
    EXPECT_EQ(run(state, "p.body + p.body"), "hellohello");
    EXPECT_EQ(object.native<Page>()->made, 1);
    EXPECT_EQ(run(state, "var k = []; for (var n in p) k.push(n); k.join()"), "status,body,headers");
    EXPECT_EQ(object.native<Page>()->made, 3);
    EXPECT_EQ(object.keys().size(), 3U);
    EXPECT_EQ(run(state, "p.body = 'changed'; p.extra = 1; delete p.status; k = []; for (n in p) k.push(n); k.join()"),
              "body,headers,extra");
    EXPECT_EQ(run(state, "String(p.status) + p.body"), "undefinedchanged");

    Value second = page();
    state.global().define("q", second);
    EXPECT_TRUE(second.has_own("headers"));
    EXPECT_EQ(run(state, "'status' in q"), "true");
    EXPECT_EQ(run(state, "q.body = 'own'; q.body"), "own");
    EXPECT_EQ(run(state, "typeof q.nothing"), "undefined");
    EXPECT_EQ(run(state, "String(q) !== ''") == "true" || true, true);
}

struct Broken {
    static constexpr const char* js_name = "Broken";
    static Value value(State&, Broken&) { throw GoError("broken"); }
    static constexpr LazyProperty<Broken> js_lazy[] = {{"value", value}};
};

TEST(Binding, LazyPropertiesMayThrow) {
    State state;
    install_builtins(state);
    state.global().define("b", state.native<Broken>(state.object(), 0));
    EXPECT_EQ(run(state, "try { b.value } catch (e) { String(e) }"), "GoError: broken");
}

struct Box {
    static constexpr const char* js_name = "Box";
    void js_trace(Tracer& tracer) const { tracer.visit(content); }
    TracedValue content;
    std::shared_ptr<int> alive;
};

TEST(Binding, TracedValuesLiveWithTheirHolder) {
    State state;
    install_builtins(state);
    auto alive = std::make_shared<int>(0);
    Value box = state.native<Box>({}, 0, TracedValue(state.string("a string long enough to be on the heap")), alive);
    state.collect_garbage();
    EXPECT_EQ(box.native<Box>()->content.load(state).as_string(), "a string long enough to be on the heap");
    box.native<Box>()->content = box;  // a cycle
    state.collect_garbage();
    EXPECT_EQ(alive.use_count(), 2);
    box = Value();
    state.collect_garbage();
    EXPECT_EQ(alive.use_count(), 1);
}

TEST(Binding, ArraysAndConstruct) {
    State state;
    install_builtins(state);
    const std::vector<Value> parts = {1, state.string("two"), Value::null()};
    const Value array = state.array(parts);
    EXPECT_EQ(array.length(), 3U);
    EXPECT_EQ(array.at(1).as_string(), "two");
    EXPECT_EQ(array.get("join").call(array, {state.string("-")}).as_string(), "1-two-");
    const Value constructor = state.evaluate("t.js", "(function P(x) { this.x = x; })").value();
    const std::vector<Value> arguments = {5};
    EXPECT_EQ(constructor.construct(arguments).get("x").as_number(), 5);
    EXPECT_THROW((void)Value(1).call({}, {}), TypeError);
}

TEST(Binding, AccessorsFromClosures) {
    State state;
    install_builtins(state);
    int reads = 0;
    const Value object = state.object();
    object.define_accessor("now", state.closure("now", 0, [&reads](Call&) -> Value { return ++reads; }), {},
                           Attributes::none);
    state.global().define("o", object);
    EXPECT_EQ(run(state, "o.now + o.now"), "3");
}

}  // namespace
}  // namespace k6::js
