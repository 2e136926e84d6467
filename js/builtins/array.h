// Shared by the units of Array.prototype; private to js/builtins. All work on the engine's stack: `this` at 0.
#pragma once

#include "js/builtins/library.h"

namespace k6::js {

/// The greatest length that anything has (ECMA-262 7.1.20).
inline constexpr std::int64_t max_length = (std::int64_t{1} << 53) - 1;

/// `length` of the object at stack index `index`.
std::int64_t length_at(js_State* J, int index);
/// An array with nothing but elements of its own.
bool inherits_no_elements(js_State* J, const js_Object* object);
/// Where a run of holes from element i on ends, as far as that is known: below `length`. For long loops: may end the
/// script, as the checkpoint decides.
std::int64_t last_hole(js_State* J, int index, std::int64_t i, std::int64_t length);
/// The same downwards.
std::int64_t first_hole(js_State* J, int index, std::int64_t i);
void require_callable(js_State* J, int index);
/// Makes `this` an object; array functions work on anything that has `length` and indices.
void receiver(js_State* J);
/// A dense array of ours to work on directly, or null.
js_Object* dense(js_State* J, int index);
/// Calls argument 1 with element i, leaving its result on the stack above the element.
void call_with_element(js_State* J, std::int64_t i);
/// The global Array, as it was made.
bool is_array_constructor(const js_Object* object);
/// ArraySpeciesCreate for `this`: pushes the new array. Null if it is no plain one.
js_Object* push_species(js_State* J, std::int64_t length);
/// Defines element i of the new array at stack index `result` as the value on top of the stack, which is taken.
void put_element(js_State* J, js_Object* plain, int result, std::int64_t i);

// Arrays of which most is holes (sparse_array.cc).

/// Moves the elements of `this` from `from` on by `by` places, and removes those that stand in the way. False if that
/// takes steps that scripts can see, or it has no holes.
bool shift_sparse(js_State* J, std::int64_t from, std::int64_t by);
/// The same for reversing.
bool reverse_sparse(js_State* J, std::int64_t length);

void install_array_iteration(js_State* J, js_Object* constructor);
void construct_array(js_State* J);

}  // namespace k6::js
