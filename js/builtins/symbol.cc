// Symbol. A symbol is its property key: see runtime.h.
#include <cstring>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

constexpr std::string_view registry_prefix = "@@for:";
constexpr std::string_view unique_prefix = "@@sym:";

/// A symbol without a description ends in this instead of ":description".
constexpr std::string_view undescribed = ";";

Value symbol_value(State& state, const std::string& key) {
    js_State* J = state.raw();
    Guard guard(J);
    return to_value(state, key_value(J, key.c_str()));
}

Value call_symbol(Call& call) {
    State& state = call.state();
    std::string key(unique_prefix);
    key += std::to_string(++Internal::runtime(state).next_symbol);
    if (call.has(0)) {
        js_State* J = state.raw();
        Guard guard(J);
        js_pushvalue(J, argument_raw(call, 0));
        key += ':';
        key += js_tostring(J, -1);
    } else {
        key += undescribed;
    }
    return symbol_value(state, key);
}

Value construct_symbol(Call&) { throw TypeError("Symbol is not a constructor"); }

Value symbol_for(Call& call) {
    js_State* J = call.state().raw();
    Guard guard(J);
    js_pushvalue(J, argument_raw(call, 0));
    const char* name = js_tostring(J, -1);
    return symbol_value(call.state(), std::string(registry_prefix) + name);
}

Value symbol_key_for(Call& call) {
    const js_Value symbol = argument_raw(call, 0);
    if (!is_symbol(symbol)) throw TypeError("Symbol.keyFor called on a value that is no symbol");
    const std::string_view key = symbol.u.memstr->p;
    if (!key.starts_with(registry_prefix)) return {};
    return call.state().string(to_utf8(key.substr(registry_prefix.size())));
}

/// The symbol that `this` is or wraps; TypeError for anything else.
js_Value this_symbol(const Call& call) {
    const js_Value self = this_raw(call);
    if (is_symbol(self)) return self;
    if (is_object(self)) {
        const js_Property* content = jsV_getownproperty(call.state().raw(), self.u.object, "@@internal:value");
        if (content != nullptr && is_symbol(content->value)) return content->value;
    }
    throw TypeError("Value is not a symbol");
}

Value description(Call& call) {
    const js_Value symbol = this_symbol(call);
    const std::string_view key = symbol.u.memstr->p;
    if (key.starts_with(unique_prefix) && key.find(':', unique_prefix.size()) == std::string_view::npos) return {};
    return call.state().string(to_value(call.state(), symbol).symbol_description());
}

Value to_string(Call& call) {
    const js_Value symbol = this_symbol(call);
    return call.state().string("Symbol(" + to_value(call.state(), symbol).symbol_description() + ")");
}

Value value_of(Call& call) { return to_value(call.state(), this_symbol(call)); }

constexpr FunctionDefinition static_functions[] = {
    {"for", 1, symbol_for},
    {"keyFor", 1, symbol_key_for},
};
constexpr FunctionDefinition prototype_functions[] = {
    {"toString", 0, to_string},
    {"valueOf", 0, value_of},
    {"@@toPrimitive", 1, value_of},
};
constexpr AccessorDefinition prototype_accessors[] = {
    {"description", description},
};
constexpr ClassDefinition symbol_class{
    .name = "Symbol",
    .construct = construct_symbol,
    .call = call_symbol,
    .methods = prototype_functions,
    .accessors = prototype_accessors,
    .statics = static_functions,
};

constexpr const char* well_known[] = {
    "asyncIterator", "hasInstance", "isConcatSpreadable", "iterator",    "match",       "matchAll", "replace", "search",
    "species",       "split",       "toPrimitive",        "toStringTag", "unscopables",
};

}  // namespace

void install_symbol(State& state) {
    js_State* J = state.raw();
    const Value prototype = state.object();
    Internal::runtime(state).symbol_prototype = Internal::raw(prototype).u.object;
    const Value symbol = state.define_class(symbol_class, prototype);
    prototype.define("@@toStringTag", state.literal("Symbol"), Attributes::hidden | Attributes::read_only);
    state.global().define("Symbol", symbol);
    Guard guard(J);
    js_Object* object = Internal::raw(symbol).u.object;
    for (const char* name : well_known) {
        char key[32] = "@@";
        std::strcat(key, name);
        js_Property* property = jsV_setproperty(J, object, name);
        property->value = key_value(J, key);
        property->atts |= JS_READONLY | JS_DONTENUM | JS_DONTCONF;
    }
}

}  // namespace k6::js
