// What the interpreter's less simple instructions do; private to units/interpreter.cc and units/instructions.cc. All
// work on the engine's stack, hold no C++ object while script runs, and raise errors by themselves.
#pragma once

#include "js/mujs/runtime.h"

namespace k6::js {

/// For error texts.
const char* describe_value(js_State* J, js_Value value);

/// base.name: the base on top of the stack is replaced by the value.
void get_named(js_State* J, const char* name);
/// base[key]: both are replaced by the value.
void get_keyed(js_State* J);
/// base.name = value for a name in bytecode.
void assign_named(js_State* J, const js_Value& base, const char* name, const js_Value& value);
/// base[key] = value: all three are replaced by the value.
void set_keyed(js_State* J);
bool delete_from(js_State* J, const js_Value& base, js_Value key);

/// Pushes a variable's value; false if there is none of that name.
bool push_variable(js_State* J, const char* name);
void get_variable(js_State* J, const char* name);
/// The value on top of the stack stays there.
void set_variable(js_State* J, const char* name);
bool delete_variable(js_State* J, const char* name);

// Parts of literals: the object, and what becomes of it, are on top of the stack.
void init_property(js_State* J);
void init_accessor(js_State* J, bool setter);
void init_element(js_State* J);

/// One step of for-in.
void next_key(js_State* J);
/// Takes the exception from the stack into a scope of its own.
void begin_catch(js_State* J, const char* name);
/// eval(text): the text is replaced by the result.
void eval_direct(js_State* J);

}  // namespace k6::js
