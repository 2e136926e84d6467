// `k6 archive`: a test and all that it reads, in one file.
#pragma once

#include "tools/run/command_line.h"

namespace k6 {

/// Runs the script's init code and writes what it has read; prints nothing. The process's exit code.
int archive_script(const run::CommandLine& line);

}  // namespace k6
