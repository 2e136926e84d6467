// What several sources say about one test, laid over each other: options and the variables of scripts.
//
//   const StringMap variables = script_variables(line, features);
//   auto options = consolidated_options(line, front.options, features, logger);
//
// Reads this process's environment; any thread.
#pragma once

#include "base/error.h"
#include "base/log.h"
#include "engine/plan/options.h"
#include "tools/run/command_line.h"
#include "tools/run/features.h"

namespace k6::run {

/// `__ENV` as a command line gives it.
StringMap script_variables(const CommandLine& line, const Features& features = {});

/// Configuration file, the test's own, environment, flags.
Result<Options> consolidated_options(const CommandLine& line, const Options& own, const Features& features,
                                     Logger& logger);

}  // namespace k6::run
