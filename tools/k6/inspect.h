// `k6 inspect`: the options of a test as JSON, alone on standard output.
#pragma once

#include "tools/run/command_line.h"

namespace k6 {

/// Runs the script's init code and prints what it says, or what it comes to (--execution-requirements). The process's
/// exit code.
int inspect_script(const run::CommandLine& line);

}  // namespace k6
