// Runs one test from its command line to its exit code: what `k6 run` and compiled scenarios have in common.
//
//   int main(int argc, char** argv) {
//       return run_test(line, "script.js", [&](const LoadContext& context) { return load_script(context); });
//   }
//
// Wires everything: options and their layers, the plan, thresholds, outputs, the run, its progress, the summary.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/log.h"
#include "base/secrets.h"
#include "engine/exec/runner.h"
#include "engine/plan/options.h"
#include "metrics/metric.h"
#include "tools/run/command_line.h"
#include "tools/run/features.h"

namespace k6::run {

/// What a front end may use when it loads.
struct LoadContext {
    const CommandLine& line;
    const Features& features;
    /// `__ENV`.
    const StringMap& variables;
    metrics::Registry& registry;
    Logger& logger;
    const Secrets& secrets;
    /// Where scripts' console.* goes if not to the log (option consoleOutput); else null.
    Logger* console;
    unsigned workers;
};

/// A front end that is ready to make VUs.
struct FrontEnd {
    std::unique_ptr<Runner> runner;
    /// What the test itself says.
    Options options;
    std::function<bool(std::string_view)> has_function;
};

using LoadFrontEnd = std::function<Result<FrontEnd>(const LoadContext&)>;

/// `shown_name` is what the description calls the test. The process's exit code.
int run_test(const CommandLine& line, const std::string& shown_name, const LoadFrontEnd& load);

/// Logs an error with its hint; the exit code that it stands for.
int report(const Error& error, Logger& logger);

}  // namespace k6::run
