// Symbols are strings that begin with "@@": "@@iterator" and its kin are the well-known ones, "@@for:key" those of the
// registry, "@@sym:N:description" the unique ones.
#include <cstring>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

constexpr std::string_view registry_prefix = "@@for:";
constexpr std::string_view unique_prefix = "@@sym:";

Value make_symbol(Call& call) {
    State& state = call.state();
    Runtime& runtime = Internal::runtime(state);
    std::string text(unique_prefix);
    text += std::to_string(++runtime.next_symbol);
    text += ':';
    if (call.has(0)) text += call.text(0);
    return state.string(text);
}

Value symbol_for(Call& call) { return call.state().string(std::string(registry_prefix) + std::string(call.text(0))); }

Value symbol_key_for(Call& call) {
    const std::string_view text = call.text(0);
    if (!text.starts_with(registry_prefix)) return {};
    return call.state().string(text.substr(registry_prefix.size()));
}

/// What a symbol was described by; nothing if the text is no symbol.
Value description_of(State& state, std::string_view text) {
    if (!text.starts_with(symbol_prefix)) return {};
    if (text.starts_with(registry_prefix)) return state.string(text.substr(registry_prefix.size()));
    if (text.starts_with(unique_prefix)) return state.string(text.substr(text.find(':', unique_prefix.size()) + 1));
    return state.string("Symbol." + std::string(text.substr(symbol_prefix.size())));
}

Value description(Call& call) { return description_of(call.state(), call.this_value().to_string(call.state())); }

constexpr FunctionDefinition symbol_functions[] = {
    {"for", 1, symbol_for},
    {"keyFor", 1, symbol_key_for},
};

/// On String.prototype, where the properties of symbols are looked up.
constexpr AccessorDefinition description_accessors[] = {
    {"description", description},
};

constexpr const char* well_known[] = {
    "hasInstance", "isConcatSpreadable", "iterator",    "match",       "matchAll", "replace", "search", "species",
    "split",       "toPrimitive",        "toStringTag", "unscopables",
};

}  // namespace

void install_symbol(State& state) {
    js_State* J = state.raw();
    Guard guard(J);
    const Value symbol = state.function("Symbol", 0, make_symbol);
    js_Object* object = Internal::raw(symbol).u.object;
    for (const char* name : well_known) {
        char key[32] = "@@";
        std::strcat(key, name);
        js_Property* property = jsV_setproperty(J, object, name);
        property->value = text_value(J, key);
        property->atts |= JS_READONLY | JS_DONTENUM | JS_DONTCONF;
    }
    state.define_functions(symbol, symbol_functions);
    state.define_accessors(to_value(state, object_value(J->String_prototype)), description_accessors);
    state.global().define("Symbol", symbol);
}

}  // namespace k6::js
