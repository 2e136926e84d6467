// Iterators over arrays, strings and collections; private to js/builtins.
#pragma once

#include "js/builtins/library.h"

namespace k6::js {

enum class IterationKind { keys, values, entries };

/// An iterator over an array or array-like; `array` may be undefined for an empty one.
Value array_iterator(State& state, const Value& array, IterationKind kind);

/// The prototype that iterators of native classes inherit from: has "@@iterator".
Value iterator_prototype(State& state);

}  // namespace k6::js
