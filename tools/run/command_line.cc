#include "tools/run/command_line.h"

// Lists are split by ourselves: a `--tag` value may hold commas.
#define CXXOPTS_VECTOR_DELIMITER '\0'
#include <charconv>
#include <cxxopts.hpp>
#include <functional>
#include <string_view>

#include "engine/plan/option_table.h"
#include "metrics/summary.h"

namespace k6::run {
namespace {

Error usage_error(std::string message) { return Error{ErrorClass::generic, std::move(message)}; }

Result<void> invalid_argument(std::string_view flag, std::string_view value, std::string_view reason) {
    return usage_error("invalid argument \"" + std::string(value) + "\" for --" + std::string(flag) + ": " +
                       std::string(reason));
}

using Values = std::vector<std::string>;

enum class Takes { nothing, values };
enum class For { both, script, archive, scenario };

/// A flag that is no option: about this one run. `set` gets every value given, in order.
struct Flag {
    std::string_view letter;  // one character, or empty
    std::string_view name;
    Takes takes;
    For front;
    std::string_view placeholder;
    std::string_view help;
    std::function<Result<void>(CommandLine&, const std::string& name, const Values&)> set;
};

Result<bool> boolean(const std::string& name, const std::string& text) {
    if (text == "true") return true;
    if (text == "false") return false;
    return invalid_argument(name, text, "it must be true or false").error();
}

auto line_switch(bool CommandLine::*field) {
    return [field](CommandLine& line, const std::string& name, const Values& values) -> Result<void> {
        auto value = boolean(name, values.back());
        if (!value) return value.error();
        line.*field = *value;
        return {};
    };
}

bool is_environment_name(std::string_view name) {
    if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
    for (char c : name) {
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_')) return false;
    }
    return true;
}

Result<void> set_environment(CommandLine& line, const std::string&, const Values& values) {
    for (const std::string& value : values) {
        const std::size_t equals = value.find('=');
        const std::string name = value.substr(0, equals);
        if (!is_environment_name(name)) return usage_error("invalid environment variable name '" + name + "'");
        line.environment.emplace_back(name, equals == std::string::npos ? "" : value.substr(equals + 1));
    }
    return {};
}

Result<void> set_summary_mode(CommandLine& line, const std::string& name, const Values& values) {
    if (values.back() == "compact") {
        line.summary_mode = SummaryMode::compact;
    } else if (values.back() == "disabled") {
        line.summary_mode = SummaryMode::disabled;
    } else {
        return invalid_argument(name, values.back(), "invalid summary mode, use compact or disabled");
    }
    return {};
}

Result<void> set_log_format(CommandLine& line, const std::string&, const Values& values) {
    const std::string& format = values.back();
    line.log_format = format == "json" ? LogFormat::json : format == "raw" ? LogFormat::raw : LogFormat::text;
    return {};
}

Result<void> set_workers(CommandLine& line, const std::string& name, const Values& values) {
    unsigned count = 0;
    const std::string& number = values.back();
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), count);
    if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size() || count == 0 || count > 1024) {
        return invalid_argument(name, number, "it must be a whole number from 1 to 1024");
    }
    line.workers = count;
    return {};
}

std::vector<Flag> run_flags() {
    return {
        {"e", "env", Takes::values, For::both, "NAME=VALUE", "a variable of __ENV; repeatable", set_environment},
        {"", "include-system-env-vars", Takes::nothing, For::script, "",
         "copy the process environment into __ENV (default true)",
         line_switch(&CommandLine::include_system_environment)},
        {"O", "archive-out", Takes::values, For::archive, "FILE", "the archive's name, or - for standard output",
         [](CommandLine& line, const std::string&, const Values& values) -> Result<void> {
             line.archive_file = values.back();
             return {};
         }},
        {"", "exclude-env-vars", Takes::nothing, For::archive, "", "leave the variables of -e out of the archive",
         line_switch(&CommandLine::exclude_variables)},
        {"", "no-thresholds", Takes::nothing, For::both, "", "do not evaluate thresholds",
         line_switch(&CommandLine::no_thresholds)},
        {"", "summary-mode", Takes::values, For::both, "MODE", "compact or disabled", set_summary_mode},
        {"", "summary-export", Takes::values, For::both, "FILE", "write the summary as JSON",
         [](CommandLine& line, const std::string&, const Values& values) -> Result<void> {
             line.summary_export = values.back();
             return {};
         }},
        {"o", "out", Takes::values, For::both, "TYPE[=ARGUMENT]",
         "send samples to an output, for example json=samples.json; repeatable",
         [](CommandLine& line, const std::string&, const Values& values) -> Result<void> {
             line.outputs = values;
             return {};
         }},
        {"c", "config", Takes::values, For::both, "FILE", "JSON file with options",
         [](CommandLine& line, const std::string&, const Values& values) -> Result<void> {
             line.config_file = values.back();
             return {};
         }},
        {"a", "address", Takes::values, For::both, "HOST:PORT", "where the REST API listens (default: nowhere)",
         [](CommandLine& line, const std::string&, const Values& values) -> Result<void> {
             line.address = values.back();
             return {};
         }},
        {"", "fail-on-saturation", Takes::nothing, For::both, "",
         "fail the run if the load generator, not the target, was the limit",
         line_switch(&CommandLine::fail_on_saturation)},
        {"", "workers", Takes::values, For::both, "N", "threads that run VUs (default: one per core)", set_workers},
        {"", "plan", Takes::nothing, For::both, "", "print the plan as JSON and stop",
         line_switch(&CommandLine::print_plan)},
        {"", "smoke", Takes::nothing, For::scenario, "", "one iteration of each scenario, without thresholds",
         line_switch(&CommandLine::smoke)},
        {"q", "quiet", Takes::nothing, For::both, "", "no banner and no progress; log and summary stay",
         line_switch(&CommandLine::quiet)},
        {"v", "verbose", Takes::nothing, For::both, "", "log debug messages", line_switch(&CommandLine::verbose)},
        {"", "no-color", Takes::nothing, For::both, "", "no colours", line_switch(&CommandLine::no_colour)},
        {"", "log-format", Takes::values, For::both, "FORMAT", "text, json or raw", set_log_format},
        {"h", "help", Takes::nothing, For::both, "", "print this text", line_switch(&CommandLine::help)},
    };
}

std::string_view placeholder(OptionKind kind) {
    switch (kind) {
        case OptionKind::boolean:
            return "";
        case OptionKind::integer:
            return "N";
        case OptionKind::duration:
            return "DURATION";
        case OptionKind::stages:
            return "DURATION:VUS";
        case OptionKind::list:
            return "LIST";
        case OptionKind::map:
            return "NAME=VALUE";
        default:
            return "TEXT";
    }
}

// The flags of the option table, then those of the run itself.
std::vector<Flag> all_flags() {
    std::vector<Flag> flags;
    for (const OptionSpec& option : option_table()) {
        if (option.flag.empty()) continue;
        const bool is_switch = option.kind == OptionKind::boolean;
        flags.push_back({option.short_flag == '\0' ? std::string_view() : std::string_view(&option.short_flag, 1),
                         option.flag, is_switch ? Takes::nothing : Takes::values, For::both, placeholder(option.kind),
                         option.help, [&option](CommandLine& line, const std::string&, const Values& values) {
                             return set_from_flag(option, values, line.options);
                         }});
    }
    for (Flag& flag : run_flags()) flags.push_back(std::move(flag));
    return flags;
}

std::vector<Flag> flags_of(Front front) {
    std::vector<Flag> flags = all_flags();
    std::erase_if(flags, [&](const Flag& flag) {
        switch (flag.front) {
            case For::both:
                return false;
            case For::script:
                return front == Front::scenario;
            case For::archive:
                return front != Front::archive;
            case For::scenario:
                return front != Front::scenario;
        }
        return false;
    });
    return flags;
}

cxxopts::Options make_parser(const std::vector<Flag>& flags) {
    cxxopts::Options parser("run");
    auto add = parser.add_options();
    for (const Flag& flag : flags) {
        std::string names(flag.letter);
        if (!names.empty()) names += ',';
        names += flag.name;
        // Everything is read as text: the table's setters know what it means and how to complain.
        std::shared_ptr<cxxopts::Value> value = cxxopts::value<Values>();
        if (flag.takes == Takes::nothing) value = value->implicit_value("true");
        add(names, std::string(flag.help), value, std::string(flag.placeholder));
    }
    add("positional", "", cxxopts::value<Values>());
    parser.parse_positional({"positional"});
    return parser;
}

}  // namespace

Result<CommandLine> parse_run_arguments(const std::vector<std::string>& arguments, Front front) {
    CommandLine line;
    // An archive may leave this machine: only what is asked for goes into it.
    line.include_system_environment = front != Front::archive;
    try {
        std::vector<const char*> argv{"run"};
        for (const std::string& argument : arguments) argv.push_back(argument.c_str());
        const std::vector<Flag> flags = flags_of(front);
        cxxopts::Options parser = make_parser(flags);
        const cxxopts::ParseResult parsed = parser.parse(static_cast<int>(argv.size()), argv.data());
        for (const Flag& flag : flags) {
            if (parsed.count(std::string(flag.name)) == 0) continue;
            if (auto set = flag.set(line, std::string(flag.name), parsed[std::string(flag.name)].as<Values>()); !set)
                return set.error();
        }
        if (line.help) return line;
        // Scripts and the environment may say anything here (it then means automatic); a flag may not.
        if (line.options.summary_time_unit) {
            if (auto unit = metrics::parse_time_unit(*line.options.summary_time_unit); !unit) return unit.error();
        }
        const Values positional = parsed.count("positional") == 0 ? Values{} : parsed["positional"].as<Values>();
        if (front != Front::scenario) {
            if (positional.size() != 1) {
                return usage_error("accepts 1 arg(s), received " + std::to_string(positional.size()) +
                                   ": the argument is the path of a script, or - to read it from standard input");
            }
            line.script = positional.front();
        } else if (!positional.empty()) {
            return usage_error("unexpected argument \"" + positional.front() + "\"");
        }
    } catch (const cxxopts::exceptions::exception& problem) {
        return usage_error(problem.what());
    }
    return line;
}

std::string run_help(Front front, const std::string& program) {
    std::string out =
        "Usage:\n  " + program + (front != Front::scenario ? " [flags] SCRIPT" : " [flags]") + "\n\nFlags:\n";
    std::size_t width = 0;
    std::vector<std::pair<std::string, std::string_view>> rows;
    for (const Flag& flag : flags_of(front)) {
        std::string row = flag.letter.empty() ? "      " : "  -" + std::string(flag.letter) + ", ";
        row += "--" + std::string(flag.name);
        if (!flag.placeholder.empty()) row += " " + std::string(flag.placeholder);
        width = std::max(width, row.size());
        rows.emplace_back(std::move(row), flag.help);
    }
    for (const auto& [row, help] : rows) {
        out += row;
        out.append(width + 3 - row.size(), ' ');
        out += help;
        out += '\n';
    }
    return out;
}

}  // namespace k6::run
