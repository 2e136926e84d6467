// The native functions that lowered code calls: iteration, spread, classes, private names, templates.
//
// They are globals with the prefix "$k_", hidden from enumeration, made when first used. Raising an error jumps over
// their frames, so none of them holds a C++ object.
//
//   State state;
//   install_support(state.raw());
//   state.evaluate("a.js", lowered.code);
//
// The State's thread only.
#pragma once

struct js_Object;
struct js_State;

namespace k6::js {

class State;
class Value;

/// `J` belongs to a State of js/mujs with the builtins (js/builtins) installed.
void install_support(js_State* J);

/// For exports of modules in an import cycle: reading property `name` of the object on top of the engine's stack is a
/// ReferenceError until the property is written. The name is copied.
void define_uninitialised_export(js_State* J, const char* name);

/// The same for `object`.
void define_uninitialised_export(State& state, const Value& object, const char* name);

/// The namespace object of a module: the exports, to be read alone. `exports` is what lowered code writes to.
Value module_namespace(State& state, const Value& exports);

/// Whether the value at `index` of the engine's stack is a function that was written as `async`.
bool is_async_function(js_State* J, int index);
/// The same for `function`.
bool is_async_function(const Value& function);
bool is_async_function(const js_Object* object);

}  // namespace k6::js
