// The command line of `k6 run` and its relatives and of C++ scenario binaries, as a value.
//
// One table of flags (run_flags.cc, and the options in engine/plan/option_table.h) gives names, environment variables,
// help texts and what each flag sets. Flags that are options end up in `Options` as the topmost layer; the rest is
// about this run: where output goes, what is printed.
//
//   auto line = parse_run_arguments({"script.js", "-u", "5", "-d", "10s"}, Front::script, process_environment);
//   line->options.vus == 5; line->script == "script.js";
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "engine/plan/options.h"

namespace k6::run {

/// Whose arguments: `k6 run` takes a script and flags about scripts, `k6 archive` flags about the archive besides,
/// `k6 inspect` no options; a compiled scenario takes no script.
enum class Front { script, archive, inspect, scenario };

enum class SummaryMode { compact, full, legacy, disabled };
enum class ScriptType { detect, script, archive };

struct CommandLine {
    bool help = false;
    /// Print the plan as JSON and stop.
    bool print_plan = false;
    /// One iteration of each scenario instead of the load, and no thresholds.
    bool smoke = false;
    /// A test of Bazel (bazel_test.h): a smoke, unless it is to be full.
    bool bazel_test = false;
    bool full = false;
    /// The path, or "-" for standard input.
    std::string script;
    ScriptType script_type = ScriptType::detect;
    /// Compatibility mode `base`; nothing: an archive's own, else extended.
    std::optional<bool> base_compatibility;
    Options options;
    /// -e NAME=VALUE, in their order.
    std::vector<std::pair<std::string, std::string>> environment;
    bool include_system_environment = true;
    /// Old spellings that were used: worth a word each.
    std::vector<std::string> warnings;

    // What a configuration file may say, too, below these; unset or empty: nobody has said anything.
    std::optional<std::string> config_file;
    /// TYPE[=ARGUMENT], in their order.
    std::vector<std::string> outputs;
    std::optional<std::string> summary_export;
    std::optional<SummaryMode> summary_mode;
    std::optional<bool> no_thresholds;
    std::optional<bool> linger;
    std::optional<std::vector<std::string>> features;
    /// The file's options: the lowest layer.
    Options config_options;
    /// The file's settings of outputs, by type: JSON.
    std::map<std::string, std::string, std::less<>> collectors;

    bool new_machine_readable_summary = false;
    /// Tags whose values keep all metrics apart, in the full summary and in reports.
    std::vector<std::vector<std::string>> track;
    std::size_t track_limit = 200;
    /// Thresholds on metrics without samples count as 0 instead of failing.
    bool thresholds_without_data_as_k6 = false;
    bool quiet = false;
    bool verbose = false;
    bool no_colour = false;
    LogFormat log_format = LogFormat::text;
    /// "stderr", "stdout", "none", "file=…" or "loki…".
    std::string log_output = "stderr";
    /// As `--secret-source` has them.
    std::vector<std::string> secret_sources;
    /// Where the control API listens; unset or empty: nowhere.
    std::optional<std::string> address;
    /// Whether a flag has said so: then it is an error if it cannot.
    bool address_by_flag = false;
    /// A run in which the generator was the limit fails.
    bool fail_on_saturation = false;
    /// Threads that run VUs; unset is one per core.
    std::optional<unsigned> workers;
    /// `k6 archive`: the file, or "-" for standard output; and whether variables are left out of it.
    std::string archive_file = "archive.tar";
    bool exclude_variables = false;
    /// `k6 inspect`: the derived scenarios, and what they need.
    bool execution_requirements = false;
};

/// Reads the arguments after the command's name, over what the flags' environment variables say (those of options are a
/// layer of their own: options_from_environment). Errors are ErrorClass::generic, as for every mistyped command line.
Result<CommandLine> parse_run_arguments(const std::vector<std::string>& arguments, Front front,
                                        const EnvironmentLookup& environment = {});

/// The help text of the flags, for `--help`.
std::string run_help(Front front, const std::string& program);

}  // namespace k6::run
