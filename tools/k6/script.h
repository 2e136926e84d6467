// Scripts as the command line names them, and what the commands that only look at one share.
//
//   return run_script_command(line, [](const ScriptCommand& command) -> Result<void> {
//       auto script = load(command);
//       if (!script) return script.error();
//       …
//   });
#pragma once

#include <functional>
#include <memory>

#include "base/error.h"
#include "base/log.h"
#include "js/runner/runner.h"
#include "metrics/metric.h"
#include "tools/run/command_line.h"
#include "tools/run/features.h"
#include "tools/run/run_test.h"

namespace k6 {

struct LoadedScript {
    std::unique_ptr<js::Runner> runner;
    /// That it exports, or its archive holds.
    Options options;
};

/// The script of the command line, from a file, standard input, a URL or an archive. What its options hold that is no
/// option is warned of.
Result<LoadedScript> load_script(const run::LoadContext& context);

struct ScriptCommand {
    const run::CommandLine& line;
    const run::Features& features;
    /// `__ENV`.
    const StringMap& variables;
    metrics::Registry& registry;
    Logger& logger;
    const Secrets& secrets;
};

Result<LoadedScript> load(const ScriptCommand& command);

/// Reads the configuration file, opens the log, calls `action` and reports its error. The process's exit code.
int run_script_command(const run::CommandLine& line, const std::function<Result<void>(const ScriptCommand&)>& action);

}  // namespace k6
