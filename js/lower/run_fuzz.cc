// libFuzzer entry of the lowering and of what its output does: the input is a file of a test, which is parsed, lowered,
// compiled and run. What the parser takes, the engine has to compile; whatever the script does, it ends.
//
//   clang++ -std=c++20 -fsanitize=fuzzer,address,undefined -I. js/lower/run_fuzz.cc <sources of its dependencies>
//
// Seeds: js/lower/testdata and tests/differential/corpus.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "js/builtins/builtins.h"
#include "js/lower/lower.h"
#include "js/mujs/binding.h"
#include "js/mujs/state.h"
#include "js/support/support.h"
#include "js/syntax/parser.h"

namespace k6::js {
namespace {

struct TimeIsUp {};

struct Budget {
    int rounds = 2000;  // checkpoints
};

void spend(State& state) {
    if (--state.context<Budget>().rounds < 0) throw TimeIsUp();
}

/// Errors that say that the engine's bounds are reached, not that the text is wrong.
bool is_bound(std::string_view error) {
    for (const std::string_view text :
         {"too many", "too deep", "too much", "nesting", "stack", "regular expression", "out of memory", "overflow"})
        if (error.find(text) != std::string_view::npos) return true;
    return false;
}

void run(std::string_view source) {
    const auto parsed =
        syntax::parse(source, {.type = syntax::SourceType::commonjs_function_body, .file_name = "fuzz.js"});
    if (!parsed) return;
    const auto lowered = lower::lower(parsed.program());
    if (!lowered) return;
    State state({.heap_bytes = std::size_t{32} << 20});
    Budget budget;
    install_builtins(state);
    install_support(state.raw());
    state.set_context(&budget);
    state.set_checkpoint(spend);
    state.global().define("print", state.function("print", 0, [](Call&) -> Value { return {}; }));
    const Completion function = state.evaluate("fuzz.js", lowered->code);
    if (!function) {
        if (is_bound(function.error().text)) return;
        std::fprintf(stderr, "%s\n%.*s\n%s\n", function.error().text.c_str(), static_cast<int>(source.size()),
                     source.data(), lowered->code.c_str());
        std::abort();
    }
    try {
        const Value exports = state.object();
        const Value module = state.object();
        module.set("exports", exports);
        (void)state.call(*function, exports, {module, exports, Value(), state.array()});
        state.run_microtasks();
    } catch (const TimeIsUp&) {
    }
}

}  // namespace
}  // namespace k6::js

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    k6::js::run({reinterpret_cast<const char*>(data), size});
    return 0;
}
