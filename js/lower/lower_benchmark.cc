// The speed of lowering, and how much the text grows. Run with
//   bazel run -c opt //js/lower:lower_benchmark
#include <benchmark/benchmark.h>

#include <string>

#include "js/lower/lower.h"
#include "js/syntax/parser.h"

namespace k6::js::lower {
namespace {

/// What scripts are made of, many times over.
std::string sample(bool modern) {
    static constexpr std::string_view plain = R"(
function Account(id, balance) { this.id = id; this.balance = balance; this.history = []; }
Account.prototype.deposit = function (amount) {
    if (typeof amount !== 'number' || amount <= 0) { throw new Error('invalid amount: ' + amount); }
    for (var i = 0; i < this.history.length; i++) { if (this.history[i].amount === amount) { return false; } }
    this.history.push({ kind: 'deposit', amount: amount, at: Date.now() });
    this.balance += amount;
    return this.balance > 100 ? 'rich' : this.balance > 10 && amount || null;
};
)";
    static constexpr std::string_view new_syntax = R"(
class Session extends Base {
    #token = null; retries = 3; static created = 0;
    constructor({ user, password = 'secret', ...rest }, options = {}) {
        super(user); this.options = { timeout: 30, ...options, rest }; Session.created++;
    }
    get headers() { return { Authorization: `Bearer ${this.#token ?? 'none'}`, 'Content-Type': 'application/json' }; }
    async login(http) {
        for (const [name, value] of Object.entries(this.options)) {
            const res = await http.post(`${this.url}/login?${name}=${value}`, JSON.stringify({ name }), { headers: this.headers });
            const ok = check(res, { 'status is 200': (r) => r.status === 200, 'has token': (r) => r.json()?.token?.length > 0 });
            if (!ok) continue;
            this.#token ||= res.json('token');
        }
        return [...this.list].map(({ id, name = 'x' }) => ({ id, name }));
    }
}
)";
    std::string source;
    for (int i = 0; i < 200; ++i) {
        std::string text(modern ? new_syntax : plain);
        const std::string_view name = modern ? "Session" : "Account";
        for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + name.size() + 1))
            text.insert(at + name.size(), std::to_string(i));
        source += text;
    }
    return source;
}

void lower_sample(benchmark::State& state, bool modern) {
    const std::string source = sample(modern);
    const auto parsed = syntax::parse(source, {.type = syntax::SourceType::commonjs_function_body});
    if (!parsed) return state.SkipWithError(parsed.error().message.c_str());
    std::size_t size = 0;
    for (auto _ : state) {
        const auto lowered = lower(parsed.program());
        if (!lowered) return state.SkipWithError(lowered.error().message.c_str());
        size = lowered->code.size();
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * source.size()));
    state.counters["output_ratio"] = static_cast<double>(size) / static_cast<double>(source.size());
}

BENCHMARK_CAPTURE(lower_sample, es5, false);
BENCHMARK_CAPTURE(lower_sample, es2022, true);

}  // namespace
}  // namespace k6::js::lower
