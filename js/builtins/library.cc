#include "js/builtins/library.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "js/builtins/builtins.h"

namespace k6::js {

void attach_functions(js_State* J, js_Object* target, std::span<const StockFunction> functions) {
    for (std::size_t first = 0; first < functions.size(); first += 64) {
        LazyTable table;
        table.kind = LazyTable::Kind::engine;
        table.entries = functions.data() + first;
        table.count = static_cast<std::uint8_t>(std::min<std::size_t>(64, functions.size() - first));
        table.attributes = JS_DONTENUM;
        attach_table(J, target, table);
    }
}

js_Object* define_constructor(js_State* J, js_Object* prototype, const char* name, int length, js_CFunction call,
                              js_CFunction construct) {
    js_pushobject(J, prototype);
    js_newcconstructor(J, call, construct, name, length);
    js_Object* constructor = js_toobject(J, -1);
    js_defglobal(J, name, JS_DONTENUM);
    return constructor;
}

void define_species(State& state, js_Object* constructor) {
    static constexpr AccessorDefinition species[] = {
        {"@@species", [](Call& call) -> Value { return call.this_value(); }},
    };
    state.define_accessors(to_value(state, object_value(constructor)), species);
}

void define_constant(js_State* J, js_Object* target, const char* name, double number) {
    js_Property* property = jsV_setproperty(J, target, name);
    property->value = number_value(number);
    property->atts |= JS_READONLY | JS_DONTENUM | JS_DONTCONF;
}

void define_hidden(js_State* J, js_Object* target, const char* name, const js_Value& value) {
    js_Property* property = jsV_setproperty(J, target, name);
    property->value = value;
    property->atts |= JS_DONTENUM;
}

void define_alias(js_State* J, js_Object* target, const char* alias, const char* name) {
    define_hidden(J, target, alias, jsV_getownproperty(J, target, name)->value);
}

js_Object* push_object_of(js_State* J, const js_Value& raw) {
    if (raw.t.type == JS_TUNDEFINED || raw.t.type == JS_TNULL) {
        js_typeerror(J, "Cannot convert undefined or null to object");
    }
    js_pushvalue(J, raw);
    return js_toobject(J, -1);
}

namespace {

/// The visit failed: lets the iterator clean up. The error of the visit stands, whatever `return` does.
void close_iterator(js_State* J, const js_Value& iterator) {
    try {
        Guard guard(J);
        js_pushvalue(J, iterator);
        js_getproperty(J, -1, "return");
        if (js_iscallable(J, -1)) {
            js_pushvalue(J, iterator);
            js_call(J, 0);
        }
    } catch (const ScriptException&) {
    }
}

}  // namespace

void iterate(State& state, const js_Value& iterable, const std::function<void(const js_Value&)>& visit) {
    js_State* J = state.raw();
    Guard guard(J);
    js_pushvalue(J, iterable);
    if (iterable.t.type == JS_TOBJECT && iterable.u.object->type == JS_CARRAY) {
        for (std::int64_t i = 0; i < array_length(iterable.u.object); ++i) {
            get_element(J, -1, i);
            visit(*js_tovalue(J, -1));
            js_pop(J, 1);
        }
        return;
    }
    if (is_string(iterable)) {
        const char* text = js_tostring(J, -1);
        while (*text != 0) {
            std::size_t size = 1;
            while ((text[size] & 0xC0) == 0x80) ++size;
            js_pushvalue(J, text_value(J, {text, size}));
            visit(*js_tovalue(J, -1));
            js_pop(J, 1);
            text += size;
        }
        return;
    }
    if (iterable.t.type != JS_TOBJECT) throw TypeError("object is not iterable");
    js_getproperty(J, -1, "@@iterator");
    if (!js_iscallable(J, -1)) throw TypeError("object is not iterable");
    js_rot2(J);
    js_call(J, 0);
    const js_Value iterator = *js_tovalue(J, -1);
    if (iterator.t.type != JS_TOBJECT) throw TypeError("Result of the Symbol.iterator method is not an object");
    js_getproperty(J, -1, "next");
    const js_Value next = *js_tovalue(J, -1);
    for (;;) {
        js_pushvalue(J, next);
        js_pushvalue(J, iterator);
        js_call(J, 0);
        if (!js_isobject(J, -1)) throw TypeError("Iterator result is not an object");
        js_getproperty(J, -1, "done");
        const bool done = js_toboolean(J, -1) != 0;
        js_pop(J, 1);
        if (done) return;
        js_getproperty(J, -1, "value");
        try {
            visit(*js_tovalue(J, -1));
        } catch (const ScriptException&) {
            close_iterator(J, iterator);
            throw;
        } catch (const HostError&) {
            close_iterator(J, iterator);
            throw;
        }
        js_pop(J, 2);
    }
}

js_Value iterator_result(js_State* J, const js_Value& value, bool done) {
    js_Object* result = jsV_newobject(J, JS_COBJECT, J->Object_prototype);
    jsV_setproperty(J, result, "value")->value = value;
    jsV_setproperty(J, result, "done")->value = boolean_value(done);
    return object_value(result);
}

js_Value this_raw(const Call& call) { return Internal::this_raw(call); }
js_Value argument_raw(const Call& call, std::size_t index) { return Internal::argument_raw(call, index); }

std::int64_t relative_index(js_State* J, int index, std::int64_t length, std::int64_t missing) {
    if (js_isundefined(J, index)) return missing;
    const double number = js_tonumber(J, index);
    if (std::isnan(number)) return 0;
    const auto whole = static_cast<double>(length);
    if (number < 0) return static_cast<std::int64_t>(std::max(0.0, whole + std::trunc(number)));
    return static_cast<std::int64_t>(std::min(whole, number));
}

void account(State& state, NativeHeader& header, std::size_t bytes) {
    state.adjust_external_memory(static_cast<std::ptrdiff_t>(bytes) -
                                 static_cast<std::ptrdiff_t>(header.external_bytes));
    header.external_bytes = bytes;
}

namespace {

/// What most scripts never touch comes when they do.
constexpr Installer installers[] = {
    {"ArrayBuffer", install_array_buffer},
    {"BigInt", install_bigint},
    {"BigInt64Array", install_array_buffer},
    {"BigUint64Array", install_array_buffer},
    {"DataView", install_array_buffer},
    {"Float32Array", install_array_buffer},
    {"Float64Array", install_array_buffer},
    {"Int16Array", install_array_buffer},
    {"Int32Array", install_array_buffer},
    {"Int8Array", install_array_buffer},
    {"JSON", install_json},
    {"Map", install_collections},
    {"Math", install_math},
    {"Promise", install_promise},
    {"Proxy", install_proxy},
    {"Reflect", install_reflect},
    {"Set", install_collections},
    {"Symbol", install_symbol},
    {"Uint16Array", install_array_buffer},
    {"Uint32Array", install_array_buffer},
    {"Uint8Array", install_array_buffer},
    {"Uint8ClampedArray", install_array_buffer},
    {"WeakMap", install_collections},
    {"WeakSet", install_collections},
};

/// Hidden values of those.
void find_hidden(State& state, std::string_view name) {
    constexpr struct {
        std::string_view hidden;
        const char* global;
    } places[] = {
        {"Promise.prototype", "Promise"},
        {"ArrayBuffer.prototype", "ArrayBuffer"},
        {"Map Iterator", "Map"},
        {"Set Iterator", "Set"},
    };
    for (const auto& place : places) {
        if (place.hidden == name) jsV_getownproperty(state.raw(), state.raw()->G, place.global);
    }
}

}  // namespace

void install_builtins(State& state) {
    install_object(state);
    install_function(state);
    install_boolean(state);
    install_iterators(state);
    install_array(state);
    install_string(state);
    install_regexp(state);
    install_number(state);
    install_uri(state);
    install_date(state);

    js_State* J = state.raw();
    Guard guard(J);
    LazyTable table;
    table.kind = LazyTable::Kind::installers;
    table.entries = installers;
    table.count = static_cast<std::uint8_t>(std::size(installers));
    table.attributes = JS_DONTENUM;
    attach_table(J, J->G, table);
    runtime_of(J).find_hidden = find_hidden;
    J->G->prototype = J->Object_prototype;
    define_hidden(J, J->G, "globalThis", object_value(J->G));
    jsV_setproperty(J, J->G, "global")->value = object_value(J->G);
}

}  // namespace k6::js
