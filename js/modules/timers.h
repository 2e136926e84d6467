// setTimeout, setInterval, clearTimeout and clearInterval: globals, and the module k6/timers.
//
// The State's thread only.
#pragma once

#include "js/modules/context.h"

namespace k6::js {

void install_timers(ScriptContext& context);
/// `k6/timers`: the same four functions.
Value make_timers_module(ScriptContext& context);

}  // namespace k6::js
