// libFuzzer entry of JSON: what JSON.parse takes must be what RFC 8259 calls JSON (Boost.JSON says), and what it gives
// must come back from JSON.stringify unchanged.
//
//   clang++ -std=c++20 -fsanitize=fuzzer,address,undefined -I. js/builtins/json_fuzz.cc <sources of js/builtins and
//   js/mujs>
#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "js/builtins/builtins.h"
#include "js/builtins/json.h"
#include "js/mujs/runtime.h"
#include "js/mujs/state.h"

namespace {

using namespace k6::js;

std::optional<Value> parsed(State& state, std::string_view text) {
    try {
        return parse_json(state, text);
    } catch (const HostError&) {
        return std::nullopt;
    }
}

bool is_json(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = 1000;
    boost::json::error_code error;
    boost::json::parse(boost::json::string_view(text.data(), text.size()), error, {}, options);
    return !error;
}

[[noreturn]] void report(const char* what, std::string_view text) {
    std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(text.size()), text.data());
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 1000) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    State state;
    install_builtins(state);
    const std::optional<Value> value = parsed(state, text);
    // Bytes that are no UTF-8 are read as U+FFFD; exponents beyond all measure and lone surrogates are fine with
    // ECMA-262 alone.
    const bool comparable = is_engine_text(text) && text.find_first_of("eE") == std::string_view::npos &&
                            text.find("\\ud") == std::string_view::npos && text.find("\\uD") == std::string_view::npos;
    if (comparable && value.has_value() != is_json(text)) report("taken by one of two", text);
    if (!value) return 0;
    const Value stringify = state.global().get("JSON").get("stringify");
    const Value once = stringify.call({}, {*value});
    const std::string first = once.as_string();
    const std::optional<Value> again = parsed(state, first);
    if (!again) report("cannot be read again", first);
    const Value twice = stringify.call({}, {*again});
    if (twice.as_string() != first) report("changes on the way", first);
    const Value indented = stringify.call({}, {*value, Value::null(), 2});
    const std::optional<Value> from_indented = parsed(state, indented.as_string());
    if (!from_indented || stringify.call({}, {*from_indented}).as_string() != first)
        report("indentation changes", first);
    return 0;
}
