// Bytes per second of parse() on typical and on dense (minified) sources.
#include <string>

#include "benchmark/benchmark.h"
#include "js/syntax/parser.h"

namespace k6::js::syntax {
namespace {

constexpr char kTypical[] = R"js(
// Logs a user in and checks what comes back.
export function login(user, { retries = 3, ...options } = {}) {
    for (let attempt = 0; attempt < retries; attempt++) {
        const response = http.post(`${BASE_URL}/login?user=${encodeURIComponent(user.name)}`, JSON.stringify(user), {
            headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${user.token ?? 'none'}` },
            tags: { name: 'login', attempt: String(attempt) },
            ...options,
        });
        const passed = check(response, {
            'status is 200': (r) => r.status === 200,
            'has a token': (r) => r.json('token')?.length > 10 && !/^\\s*$/.test(r.body),
        });
        if (passed) return response.json();
        sleep(Math.random() * 2 + 0.5);
    }
    throw new Error('login of ' + user.name + ' failed');
}
)js";

constexpr char kDense[] =
    "function a(e,t){var n,r=e.b,i=0;if(!r||r.c>=t.length)return!1;for(n in t)if(t.hasOwnProperty(n)&&(i+=t[n]|0)>255){"
    "e.d=i<<2^n.length;break}return e.f&&e.f(i,function(o){return o?o.g:null}),r.h=[1,2,i,\"x\"],n?r:void 0}";

std::string repeated(const char* text, std::size_t size) {
    std::string source;
    for (int i = 0; source.size() < size; ++i) {
        std::string piece = text;
        const std::size_t name = piece.find(text == kTypical ? "login(" : "a(");
        piece.insert(name + (text == kTypical ? 5 : 1), std::to_string(i));
        source += piece;
    }
    return source;
}

void parse_source(benchmark::State& state, const char* text, bool typescript) {
    const std::string source = repeated(text, static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        const ParseResult result = parse(source, {.type = SourceType::module, .typescript = typescript});
        if (!result) state.SkipWithError(result.error().message.c_str());
        benchmark::DoNotOptimize(result);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * source.size()));
}

BENCHMARK_CAPTURE(parse_source, typical, kTypical, false)->Arg(4 << 10)->Arg(1 << 20);
BENCHMARK_CAPTURE(parse_source, typical_as_typescript, kTypical, true)->Arg(1 << 20);
BENCHMARK_CAPTURE(parse_source, dense, kDense, false)->Arg(1 << 20);

}  // namespace
}  // namespace k6::js::syntax

BENCHMARK_MAIN();
