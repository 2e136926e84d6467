// The standard library: everything of ECMAScript's globals that k6 scripts can use and this build knows.
//
//   State state;
//   install_builtins(state);
//
// Symbols are strings that begin with "@@" (Symbol.iterator is "@@iterator"); properties under such keys are hidden
// from Object.keys, for-in, JSON and the like. The State's thread only.
#pragma once

#include "js/mujs/state.h"

namespace k6::js {

void install_builtins(State& state);

}  // namespace k6::js
