// Shared by the units of Array.prototype; private to js/builtins. All work on the engine's stack: `this` at 0.
#pragma once

#include "js/builtins/library.h"

namespace k6::js {

/// `length` of the object at stack index `index`.
int length_at(js_State* J, int index);
/// Where a run of holes from element i on ends, as far as that is known: below `length`. For long loops: may end the
/// script, as the checkpoint decides.
int last_hole(js_State* J, int index, int i, int length);
/// The same downwards.
int first_hole(js_State* J, int index, int i);
void require_callable(js_State* J, int index);
/// Makes `this` an object; array functions work on anything that has `length` and indices.
void receiver(js_State* J);
/// A dense array of ours to work on directly, or null.
js_Object* dense(js_State* J, int index);
/// Calls argument 1 with element i, leaving its result on the stack above the element.
void call_with_element(js_State* J, int i);
/// The global Array, as it was made.
bool is_array_constructor(const js_Object* object);
/// ArraySpeciesCreate for `this`: pushes the new array. Null if it is no plain one.
js_Object* push_species(js_State* J, int length);
/// Defines element i of the new array at stack index `result` as the value on top of the stack, which is taken.
void put_element(js_State* J, js_Object* plain, int result, int i);

void install_array_iteration(js_State* J, js_Object* constructor);
void construct_array(js_State* J);

}  // namespace k6::js
