// Shared by the units of the standard library; private to js/builtins.
//
// Two ways to write a library function:
// * an engine function (js_CFunction, listed as a StockFunction): works on the engine's stack, `this` at 0, arguments
//   from 1, missing ones padded with undefined up to its length; leaves its result on top. Errors may be raised with
//   js_typeerror and the like, so no C++ object with a destructor may be alive then.
// * a native function (js/mujs/binding.h): anything goes; with a Guard in place it may use the engine's stack as well.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "js/mujs/binding.h"
#include "js/mujs/runtime.h"
#include "js/mujs/state.h"

namespace k6::js {

void install_object(State& state);
void install_function(State& state);
void install_boolean(State& state);
void install_proxy(State& state);
void install_bigint(State& state);
void install_array(State& state);
void install_string(State& state);
void install_regexp(State& state);
void install_number(State& state);
void install_math(State& state);
void install_json(State& state);
void install_symbol(State& state);
void install_iterators(State& state);
void install_collections(State& state);
void install_promise(State& state);
void install_reflect(State& state);
void install_array_buffer(State& state);
void install_uri(State& state);
void install_date(State& state);

/// Adds engine functions to an object, lazily. The table must be static.
void attach_functions(js_State* J, js_Object* target, std::span<const StockFunction> functions);
/// A constructor with its prototype, defined as a global. Leaves nothing on the stack.
js_Object* define_constructor(js_State* J, js_Object* prototype, const char* name, int length, js_CFunction call,
                              js_CFunction construct);
/// constructor[Symbol.species], an accessor that gives its receiver.
void define_species(State& state, js_Object* constructor);
void define_constant(js_State* J, js_Object* target, const char* name, double number);
void define_hidden(js_State* J, js_Object* target, const char* name, const js_Value& value);
/// `alias` becomes another name of the same function; both are made now.
void define_alias(js_State* J, js_Object* target, const char* alias, const char* name);

/// The object that `raw` is or converts to; TypeError for undefined and null. Pushes it on the engine's stack.
js_Object* push_object_of(js_State* J, const js_Value& raw);

/// Calls `visit` for each value of an iterable (arrays and strings directly, others by their "@@iterator"); closes the
/// iterator when `visit` throws. Runs script; TypeError if it is not iterable. `visit`'s argument is on the stack.
void iterate(State& state, const js_Value& iterable, const std::function<void(const js_Value&)>& visit);
/// { value, done }
js_Value iterator_result(js_State* J, const js_Value& value, bool done);

/// `this` of the running native function.
js_Value this_raw(const Call& call);
js_Value argument_raw(const Call& call, std::size_t index);
inline Value to_value(State& state, const js_Value& raw) { return Internal::value(state, raw); }
/// Leaves J's stack as it was and returns its top as a value; for natives that work under a Guard.
inline Value top_value(State& state) { return Internal::value(state, *js_tovalue(state.raw(), -1)); }

/// ToIntegerOrInfinity of argument `index`, clamped to [0, length] after negative values have been taken from the end.
std::int64_t relative_index(js_State* J, int index, std::int64_t length, std::int64_t missing);

/// Changes what an object with native data counts as memory outside the heap.
void account(State& state, NativeHeader& header, std::size_t bytes);

template <class T>
NativeBox<T>* native_box(const js_Value& raw) {
    if (raw.t.type != JS_TOBJECT || !is_native_object(raw.u.object)) return nullptr;
    auto* header = static_cast<NativeHeader*>(raw.u.object->u.user.data);
    return header->type == &native_type<T> ? static_cast<NativeBox<T>*>(header) : nullptr;
}

template <class T>
NativeBox<T>& this_box(const Call& call) {
    NativeBox<T>* box = native_box<T>(this_raw(call));
    if (box == nullptr) throw TypeError("Method called on a value that is no " + std::string(T::js_name));
    return *box;
}

}  // namespace k6::js
