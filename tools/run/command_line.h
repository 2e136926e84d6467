// The command line of `k6 run` and of C++ scenario binaries, as a value.
//
// One table of flags (command_line.cc) gives names, help texts and what each flag sets. Flags that are options end up
// in `Options` as the topmost layer; the rest is about this run: where output goes, what is printed.
//
//   auto line = parse_run_arguments({"script.js", "-u", "5", "-d", "10s"}, Front::script);
//   line->options.vus == 5; line->script == "script.js";
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "engine/plan/options.h"

namespace k6::run {

/// Whose arguments: `k6 run` takes a script and flags about scripts, `k6 archive` flags about the archive besides; a
/// compiled scenario takes none of them.
enum class Front { script, archive, scenario };

enum class SummaryMode { compact, disabled };

struct CommandLine {
    bool help = false;
    /// Print the plan as JSON and stop.
    bool print_plan = false;
    /// Scenario binaries: one iteration of each scenario instead of the load, and no thresholds.
    bool smoke = false;
    /// The path, or "-" for standard input.
    std::string script;
    Options options;
    /// -e NAME=VALUE, in their order.
    std::vector<std::pair<std::string, std::string>> environment;
    bool include_system_environment = true;
    /// TYPE[=ARGUMENT], in their order.
    std::vector<std::string> outputs;
    std::optional<std::string> config_file;
    std::string summary_export;
    SummaryMode summary_mode = SummaryMode::compact;
    bool no_thresholds = false;
    bool quiet = false;
    bool verbose = false;
    bool no_colour = false;
    LogFormat log_format = LogFormat::text;
    /// Where the control API listens; unset or empty: nowhere.
    std::optional<std::string> address;
    /// A run in which the generator was the limit fails.
    bool fail_on_saturation = false;
    /// Threads that run VUs; unset is one per core.
    std::optional<unsigned> workers;
    /// `k6 archive`: the file, or "-" for standard output; and whether variables are left out of it.
    std::string archive_file = "archive.tar";
    bool exclude_variables = false;
};

/// Reads the arguments after the command's name. Errors are ErrorClass::generic, as for every mistyped command line.
Result<CommandLine> parse_run_arguments(const std::vector<std::string>& arguments, Front front);

/// The help text of the flags, for `--help`.
std::string run_help(Front front, const std::string& program);

}  // namespace k6::run
