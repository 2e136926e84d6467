// What a script finds in its global scope besides ECMAScript: console, timers, TextEncoder and TextDecoder, crypto,
// `global`. What belongs to loading (open, require) and to the VU (__ENV, __VU) comes from js/runner.
//
//   install_host_globals(context);
//
// The State's thread only.
#pragma once

#include "js/modules/context.h"

namespace k6::js {

void install_host_globals(ScriptContext& context);

}  // namespace k6::js
