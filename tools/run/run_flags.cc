#include "tools/run/run_flags.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace k6::run {
namespace {

using Setter = std::function<Result<void>(CommandLine&, const Given&)>;

constexpr unsigned everywhere = in(Front::script) | in(Front::archive) | in(Front::inspect) | in(Front::scenario);
constexpr unsigned of_scripts = in(Front::script) | in(Front::archive) | in(Front::inspect);
// Archives take the flags of runs, too: orchestrators hand over one list to both.
constexpr unsigned of_runs = in(Front::script) | in(Front::archive) | in(Front::scenario);

Result<bool> boolean(const Given& given) {
    const std::string& text = given.values.back();
    constexpr std::array yes{"true", "1", "t", "T", "TRUE", "True"};
    constexpr std::array no{"false", "0", "f", "F", "FALSE", "False"};
    // Flags are strict: what follows them is easily another argument.
    const std::size_t forms = given.from_environment() ? yes.size() : 1;
    if (std::find(yes.begin(), yes.begin() + forms, text) != yes.begin() + forms) return true;
    if (std::find(no.begin(), no.begin() + forms, text) != no.begin() + forms) return false;
    return invalid_argument(given, "it must be true or false");
}

template <class Field>
Setter to_switch(Field CommandLine::*field) {
    return [field](CommandLine& line, const Given& given) -> Result<void> {
        auto value = boolean(given);
        if (!value) return value.error();
        line.*field = *value;
        return {};
    };
}

template <class Field>
Setter to_text(Field CommandLine::*field) {
    return [field](CommandLine& line, const Given& given) -> Result<void> {
        line.*field = given.values.back();
        return {};
    };
}

Setter without_effect(std::string what) {
    return [what](CommandLine& line, const Given& given) -> Result<void> {
        if (given.values.back() == "false") return {};
        line.warnings.push_back(given.by + " has no effect: " + what);
        return {};
    };
}

std::vector<std::string> split_at_commas(const std::vector<std::string>& values) {
    std::vector<std::string> parts;
    for (const std::string& value : values) {
        for (std::size_t begin = 0; begin <= value.size();) {
            const std::size_t end = std::min(value.find(',', begin), value.size());
            if (end > begin) parts.push_back(value.substr(begin, end - begin));
            begin = end + 1;
        }
    }
    return parts;
}

bool is_environment_name(std::string_view name) {
    if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
}

Result<void> set_environment(CommandLine& line, const Given& given) {
    for (const std::string& value : given.values) {
        const std::size_t equals = value.find('=');
        const std::string name = value.substr(0, equals);
        if (!is_environment_name(name)) return usage_error("invalid environment variable name '" + name + "'");
        line.environment.emplace_back(name, equals == std::string::npos ? "" : value.substr(equals + 1));
    }
    return {};
}

Result<void> set_summary_mode(CommandLine& line, const Given& given) {
    const std::string& mode = given.values.back();
    if (mode == "compact") {
        line.summary_mode = SummaryMode::compact;
    } else if (mode == "full") {
        line.summary_mode = SummaryMode::full;
    } else if (mode == "disabled") {
        line.summary_mode = SummaryMode::disabled;
    } else if (mode == "legacy") {
        line.summary_mode = SummaryMode::legacy;
    } else {
        return invalid_argument(given, "invalid summary mode, use compact, full, legacy or disabled");
    }
    return {};
}

Result<void> set_track(CommandLine& line, const Given& given) {
    for (const std::string& value : given.values) {
        std::vector<std::string> keys = split_at_commas({value});
        if (keys.empty()) return invalid_argument(given, "it must name tags, for example name,status");
        line.track.push_back(std::move(keys));
    }
    return {};
}

Result<void> set_track_limit(CommandLine& line, const Given& given) {
    std::size_t limit = 0;
    const std::string& number = given.values.back();
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), limit);
    if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size() || limit == 0 || limit > 100'000) {
        return invalid_argument(given, "it must be a whole number from 1 to 100000");
    }
    line.track_limit = limit;
    return {};
}

Result<void> set_thresholds_without_data(CommandLine& line, const Given& given) {
    const std::string& what = given.values.back();
    if (what != "fail" && what != "as-k6") return invalid_argument(given, "use fail or as-k6");
    line.thresholds_without_data_as_k6 = what == "as-k6";
    return {};
}

Result<void> set_no_summary(CommandLine& line, const Given& given) {
    auto value = boolean(given);
    if (!value) return value.error();
    line.warnings.push_back(given.by + " is an old spelling, use --summary-mode=disabled");
    if (*value) line.summary_mode = SummaryMode::disabled;
    return {};
}

Result<void> set_compatibility_mode(CommandLine& line, const Given& given) {
    const std::string& mode = given.values.back();
    if (mode == "experimental_enhanced") {
        line.warnings.emplace_back("the compatibility mode experimental_enhanced is now called extended");
    } else if (mode != "base" && mode != "extended") {
        return invalid_argument(given, "invalid compatibility mode \"" + mode +
                                           "\". Use: \"base\", \"extended\", \"experimental_enhanced\"");
    }
    line.base_compatibility = mode == "base";
    return {};
}

Result<void> set_script_type(CommandLine& line, const Given& given) {
    const std::string& type = given.values.back();
    if (type == "js") {
        line.script_type = ScriptType::script;
    } else if (type == "archive") {
        line.script_type = ScriptType::archive;
    } else if (!type.empty()) {
        return invalid_argument(given, "use js or archive");
    }
    return {};
}

Result<void> set_log_format(CommandLine& line, const Given& given) {
    const std::string& format = given.values.back();
    line.log_format = format == "json" ? LogFormat::json : format == "raw" ? LogFormat::raw : LogFormat::text;
    return {};
}

Result<void> set_old_log_format(CommandLine& line, const Given& given) {
    line.warnings.push_back(given.by + " is an old spelling, use " +
                            (given.from_environment() ? "K6_LOG_FORMAT" : "--log-format"));
    return set_log_format(line, given);
}

Result<void> set_outputs(CommandLine& line, const Given& given) {
    line.outputs = given.from_environment() ? split_at_commas(given.values) : given.values;
    return {};
}

Result<void> set_secret_sources(CommandLine& line, const Given& given) {
    line.secret_sources = given.values;
    return {};
}

Result<void> set_features(CommandLine& line, const Given& given) {
    line.features = split_at_commas(given.values);
    return {};
}

Result<void> set_address(CommandLine& line, const Given& given) {
    line.address = given.values.back();
    line.address_by_flag = !given.from_environment();
    return {};
}

Result<void> set_traces_output(CommandLine& line, const Given& given) {
    if (given.values.back() == "none" || given.values.back().empty()) return {};
    return without_effect("this version sends no traces")(line, given);
}

Result<void> set_workers(CommandLine& line, const Given& given) {
    unsigned count = 0;
    const std::string& number = given.values.back();
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), count);
    if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size() || count == 0 || count > 1024) {
        return invalid_argument(given, "it must be a whole number from 1 to 1024");
    }
    line.workers = count;
    return {};
}

}  // namespace

Error usage_error(std::string message) { return Error{ErrorClass::generic, std::move(message)}; }

Error invalid_argument(const Given& given, std::string_view reason) {
    return usage_error("invalid argument \"" + given.values.back() + "\" for " + given.by + ": " + std::string(reason));
}

const std::vector<RunFlag>& run_flags() {
    static const std::vector<RunFlag> flags{
        {"e", "env", "", Takes::values, everywhere, "NAME=VALUE", "a variable of __ENV; repeatable", set_environment},
        {"", "include-system-env-vars", "K6_INCLUDE_SYSTEM_ENV_VARS", Takes::nothing, of_scripts, "",
         "copy the process environment into __ENV (default true for run, else false)",
         to_switch(&CommandLine::include_system_environment)},
        {"t", "type", "K6_TYPE", Takes::values, of_scripts, "TYPE",
         "what the argument is, js or archive (default: found out)", set_script_type},
        {"", "compatibility-mode", "K6_COMPATIBILITY_MODE", Takes::values, of_scripts, "MODE",
         "base (without `global`) or extended (default)", set_compatibility_mode},
        {"", "execution-requirements", "", Takes::nothing, in(Front::inspect), "",
         "derive the scenarios, and say how long they take and how many VUs they need",
         to_switch(&CommandLine::execution_requirements)},
        {"O", "archive-out", "", Takes::values, in(Front::archive), "FILE",
         "the archive's name, or - for standard output", to_text(&CommandLine::archive_file)},
        {"", "exclude-env-vars", "", Takes::nothing, in(Front::archive), "",
         "leave the variables of -e out of the archive", to_switch(&CommandLine::exclude_variables)},
        {"", "no-thresholds", "K6_NO_THRESHOLDS", Takes::nothing, everywhere, "", "do not evaluate thresholds",
         to_switch(&CommandLine::no_thresholds)},
        {"", "summary-mode", "K6_SUMMARY_MODE", Takes::values, everywhere, "MODE", "compact, full, legacy or disabled",
         set_summary_mode},
        {"", "no-summary", "K6_NO_SUMMARY", Takes::nothing, everywhere, "", "", set_no_summary},
        {"", "summary-export", "K6_SUMMARY_EXPORT", Takes::values, everywhere, "FILE", "write the summary as JSON",
         to_text(&CommandLine::summary_export)},
        {"", "new-machine-readable-summary", "K6_NEW_MACHINE_READABLE_SUMMARY", Takes::nothing, everywhere, "",
         "the new form of JSON for --summary-export and handleSummary()",
         to_switch(&CommandLine::new_machine_readable_summary)},
        {"", "traces-output", "K6_TRACES_OUTPUT", Takes::values, everywhere, "OUTPUT", "", set_traces_output},
        {"o", "out", "K6_OUT", Takes::values, of_runs, "TYPE[=ARGUMENT]",
         "send samples to an output, for example json=samples.json, or write a report of the run: html=FILE, "
         "junit=FILE, record=FILE; repeatable",
         set_outputs},
        {"", "track", "", Takes::values, of_runs, "TAG[,TAG]",
         "keep all metrics apart by these tags, for the full summary and reports; repeatable", set_track},
        {"", "track-limit", "", Takes::values, of_runs, "N",
         "series that --track keeps apart by worker; the others are kept together (default 200)", set_track_limit},
        {"", "thresholds-without-data", "K6_THRESHOLDS_WITHOUT_DATA", Takes::values, of_runs, "fail|as-k6",
         "what becomes of thresholds on metrics without samples: they fail (default), or count as 0",
         set_thresholds_without_data},
        {"l", "linger", "K6_LINGER", Takes::nothing, of_runs, "",
         "stay after the test, with the REST API, until a signal comes", to_switch(&CommandLine::linger)},
        {"", "features", "K6_FEATURES", Takes::values, everywhere, "LIST",
         "experimental features to turn on (`k6 features` lists them)", set_features},
        {"", "no-usage-report", "K6_NO_USAGE_REPORT", Takes::nothing, of_runs, "", "",
         [](CommandLine&, const Given&) -> Result<void> { return {}; }},  // none is ever sent
        {"", "fail-on-saturation", "", Takes::nothing, of_runs, "",
         "fail the run if the load generator, not the target, was the limit",
         to_switch(&CommandLine::fail_on_saturation)},
        {"", "workers", "", Takes::values, of_runs, "N", "threads that run VUs (default: one per core)", set_workers},
        {"", "plan", "", Takes::nothing, in(Front::script) | in(Front::scenario), "", "print the plan as JSON and stop",
         to_switch(&CommandLine::print_plan)},
        {"", "smoke", "", Takes::nothing, in(Front::script) | in(Front::scenario), "",
         "one iteration of each scenario, without thresholds; fails if it throws, is cut short or a check fails",
         to_switch(&CommandLine::smoke)},
        {"", "bazel-test", "", Takes::nothing, in(Front::script) | in(Front::scenario), "",
         "run as a test of Bazel: a smoke, in its shards, with results where Bazel wants them",
         to_switch(&CommandLine::bazel_test)},
        {"", "full", "", Takes::nothing, in(Front::script) | in(Front::scenario), "", "as a test of Bazel, run in full",
         to_switch(&CommandLine::full)},
        {"a", "address", "K6_ADDRESS", Takes::values, everywhere, "HOST:PORT",
         "where the REST API listens (default: nowhere)", set_address},
        {"c", "config", "K6_CONFIG", Takes::values, everywhere, "FILE",
         "JSON file with options (default: k6/config.json in the user's configuration folder)",
         to_text(&CommandLine::config_file)},
        {"", "log-format", "K6_LOG_FORMAT", Takes::values, everywhere, "FORMAT", "text, json or raw", set_log_format},
        {"", "logformat", "K6_LOGFORMAT", Takes::values, everywhere, "FORMAT", "", set_old_log_format},
        {"", "log-output", "K6_LOG_OUTPUT", Takes::values, everywhere, "OUTPUT",
         "where the log goes: stderr, stdout, none, file=PATH[,level=LEVEL] or loki[=URL][,KEY=VALUE…]",
         to_text(&CommandLine::log_output)},
        {"", "secret-source", "K6_SECRET_SOURCE", Takes::values, everywhere, "SOURCE",
         "where secrets come from: file=PATH, mock=KEY=VALUE,… or url=urlTemplate=URL,…, each with name=NAME, default; "
         "repeatable",
         set_secret_sources},
        {"", "no-color", "", Takes::nothing, everywhere, "", "no colours (also K6_NO_COLOR, NO_COLOR)",
         to_switch(&CommandLine::no_colour)},
        {"", "profiling-enabled", "K6_PROFILING_ENABLED", Takes::nothing, everywhere, "", "",
         without_effect("this version has no profiles to show")},
        {"q", "quiet", "", Takes::nothing, everywhere, "", "no banner, no description, no progress",
         to_switch(&CommandLine::quiet)},
        {"v", "verbose", "", Takes::nothing, everywhere, "", "log debug messages, too",
         to_switch(&CommandLine::verbose)},
        {"h", "help", "", Takes::nothing, everywhere, "", "print this text", to_switch(&CommandLine::help)},
    };
    return flags;
}

}  // namespace k6::run
