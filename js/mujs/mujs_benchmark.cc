// The engine's speed: watch for regressions. Run with
//   bazel run -c opt //js/mujs:mujs_benchmark
#include <benchmark/benchmark.h>

#include <string>

#include "js/builtins/builtins.h"
#include "js/mujs/binding.h"
#include "js/mujs/shared_script.h"
#include "js/mujs/state.h"

namespace k6::js {
namespace {

/// Runs `body` of a script function once per iteration with i as its argument; `per` operations each.
void run_script(benchmark::State& bench, const char* body, int per) {
    State state;
    install_builtins(state);
    state.global().define("nothing", state.function("nothing", 0, [](Call&) -> Value { return {}; }));
    state.global().define("options", state.function("options", 1, [](Call& call) -> Value {
        const Value options = call[0];
        double sum = 0;
        for (const char* name : {"a", "b", "c", "d", "e"}) sum += options.get(name).as_number();
        return sum;
    }));
    const std::string source = std::string("(function() { ") + body + " })";
    const Completion function = state.evaluate("bench.js", source);
    for (auto _ : bench) {
        const Completion result = state.call(function.value(), {});
        if (!result) bench.SkipWithError(result.error().text.c_str());
    }
    bench.SetItemsProcessed(bench.iterations() * per);
    bench.counters["ns_each"] = benchmark::Counter(
        static_cast<double>(per) * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

#define K6_SCRIPT_BENCHMARK(name, per, body)                             \
    void name(benchmark::State& bench) { run_script(bench, body, per); } \
    BENCHMARK(name)

K6_SCRIPT_BENCHMARK(empty_loop, 1000, "for (var i = 0; i < 1000; i++) {}");
K6_SCRIPT_BENCHMARK(script_call, 1000, "function f() {} for (var i = 0; i < 1000; i++) f();");
K6_SCRIPT_BENCHMARK(native_call, 1000, "for (var i = 0; i < 1000; i++) nothing();");
K6_SCRIPT_BENCHMARK(raw_native_call, 1000, "for (var i = 0; i < 1000; i++) isNaN(i);");
K6_SCRIPT_BENCHMARK(property_get, 1000, "var o = {alpha: 1, beta: 2}; for (var i = 0; i < 1000; i++) o.beta;");
K6_SCRIPT_BENCHMARK(options_call, 1000, "for (var i = 0; i < 1000; i++) options({a: 1, b: 2, c: 3, d: 4, e: 5});");
K6_SCRIPT_BENCHMARK(closures, 1000, "for (var i = 0; i < 1000; i++) (function() { return i; });");
K6_SCRIPT_BENCHMARK(string_appends, 1, "var s = ''; for (var i = 0; i < 1000; i++) s += 'part ' + i;");
K6_SCRIPT_BENCHMARK(throw_and_catch, 100, "for (var i = 0; i < 100; i++) try { throw new Error('x'); } catch (e) {}");
K6_SCRIPT_BENCHMARK(sort_numbers, 1,
                    "var a = [], x = 1; for (var i = 0; i < 1000; i++) { x = x * 16807 % 2147483647; a.push(x); }"
                    "a.sort(function(p, q) { return p - q; });");
K6_SCRIPT_BENCHMARK(number_to_string, 1000, "for (var i = 0; i < 1000; i++) String(i + 0.1);");
K6_SCRIPT_BENCHMARK(map_get, 1000, "var m = new Map(); m.set('k', 1); for (var i = 0; i < 1000; i++) m.get('k');");

std::string sample_json() {
    std::string json = "{\"users\":[";
    for (int i = 0; i < 16; ++i) {
        if (i > 0) json += ',';
        json += "{\"id\":" + std::to_string(i) + ",\"name\":\"user number " + std::to_string(i) +
                "\",\"score\":" + std::to_string(i) +
                ".25,\"tags\":[\"alpha\",\"beta\"],\"active\":true,\"none\":null}";
    }
    return json + "]}";
}

void json_parse(benchmark::State& bench) {
    State state;
    install_builtins(state);
    const Value parse = state.global().get("JSON").get("parse");
    const Value text = state.string(sample_json());
    for (auto _ : bench) benchmark::DoNotOptimize(parse.call({}, {text}));
    bench.SetBytesProcessed(bench.iterations() * static_cast<std::int64_t>(sample_json().size()));
}
BENCHMARK(json_parse);

void json_stringify(benchmark::State& bench) {
    State state;
    install_builtins(state);
    const Value json = state.global().get("JSON");
    const Value object = json.get("parse").call({}, {state.string(sample_json())});
    const Value stringify = json.get("stringify");
    for (auto _ : bench) benchmark::DoNotOptimize(stringify.call({}, {object}));
    bench.SetBytesProcessed(bench.iterations() * static_cast<std::int64_t>(sample_json().size()));
}
BENCHMARK(json_stringify);

void call_from_native(benchmark::State& bench) {
    State state;
    const Completion function = state.evaluate("bench.js", "(function() {})");
    for (auto _ : bench) benchmark::DoNotOptimize(function.value().call({}, {}));
}
BENCHMARK(call_from_native);

void create_state(benchmark::State& bench) {
    std::size_t bytes = 0;
    for (auto _ : bench) {
        State state;
        install_builtins(state);
        bytes = state.heap().bytes;
    }
    bench.counters["heap_bytes"] = static_cast<double>(bytes);
}
BENCHMARK(create_state);

void instantiate_shared(benchmark::State& bench) {
    const auto script = SharedScript::compile("bench.js", "var x = 1;");
    State state;
    for (auto _ : bench) benchmark::DoNotOptimize((*script)->instantiate(state));
}
BENCHMARK(instantiate_shared);

}  // namespace
}  // namespace k6::js

BENCHMARK_MAIN();
