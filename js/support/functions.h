// What the native functions of the lowering share. Private to this folder.
//
// A native function finds `this` at 0 and its arguments from 1 on, at least as many as its table entry says; what it
// leaves on top of the stack is its result. Raising an error jumps over their frames, so none holds a C++ object.
#pragma once

#include <span>

#include "js/mujs/runtime.h"

namespace k6::js::support {

inline constexpr int attribute_mask = 7;  // the engine keeps more than attributes in js_Property::atts

inline js_Object* object_at(js_State* J, int index) { return js_toobject(J, index); }
inline void push_undefined_result(js_State* J) { js_pushundefined(J); }
inline void set_attributes(js_Property* slot, int attributes) {
    slot->atts = (slot->atts & ~attribute_mask) | attributes;
}
/// Puts a property on an object as it is, whatever was there under that name.
js_Property* own_slot(js_State* J, js_Object* object, const char* name);
/// Own data property `name` of `object` = value at `value`.
void define_value(js_State* J, js_Object* object, const char* name, int value, int attributes);
/// Pushes the arguments from `first` to `end` with those spread that the mask says; returns how many.
int push_arguments(js_State* J, int mask, int first, int end);

std::span<const StockFunction> iteration_functions();
std::span<const StockFunction> class_functions();

}  // namespace k6::js::support
