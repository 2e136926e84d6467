// The global `console`: debug, info, log, warn and error, which write to the log with source=console.
//
//   install_console(context);
//   format_console_value(state, value) == "{ a: 1, b: \"x\" }";
//
// Several arguments are joined by blanks; there is no printf substitution.
#pragma once

#include <string>

#include "js/modules/context.h"

namespace k6::js {

void install_console(ScriptContext& context);

/// One argument of console.log as text.
std::string format_console_value(State& state, const Value& value);

}  // namespace k6::js
