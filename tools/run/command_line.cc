#include "tools/run/command_line.h"

// Lists are split by ourselves: a `--tag` value may hold commas.
#define CXXOPTS_VECTOR_DELIMITER '\0'
#include <cxxopts.hpp>
#include <memory>
#include <string_view>

#include "engine/plan/option_table.h"
#include "metrics/summary.h"
#include "tools/run/run_flags.h"

namespace k6::run {
namespace {

using Values = std::vector<std::string>;

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

/// The option's value when its flag stands alone; empty: it cannot.
std::string_view value_without_argument(const OptionSpec& option) {
    if (option.kind == OptionKind::boolean) return "true";
    return option.flag == "http-debug" ? "headers" : "";
}

RunFlag flag_of(const OptionSpec& option) {
    const std::string_view alone = value_without_argument(option);
    return {.letter = option.short_flag == '\0' ? std::string_view() : std::string_view(&option.short_flag, 1),
            .name = option.flag,
            .environment = option.environment,
            .takes = alone.empty()     ? Takes::values
                     : alone == "true" ? Takes::nothing
                                       : Takes::perhaps_a_value,
            .fronts = in(Front::script) | in(Front::archive) | in(Front::scenario),
            .placeholder = placeholder(option.kind),
            .help = option.old ? std::string_view() : option.help,
            .set = [&option](CommandLine& line, const Given& given) {
                return set_from_flag(option, given.values, line.options);
            }};
}

/// The flags of the option table, then those of the run itself.
std::vector<RunFlag> flags_of(Front front) {
    std::vector<RunFlag> flags;
    for (const OptionSpec& option : option_table()) {
        if (!option.flag.empty()) flags.push_back(flag_of(option));
    }
    const std::vector<RunFlag>& own = run_flags();
    flags.insert(flags.end(), own.begin(), own.end());
    std::erase_if(flags, [&](const RunFlag& flag) { return (flag.fronts & in(front)) == 0; });
    return flags;
}

cxxopts::Options make_parser(const std::vector<RunFlag>& flags) {
    cxxopts::Options parser("run");
    auto add = parser.add_options();
    for (const RunFlag& flag : flags) {
        std::string names(flag.letter);
        if (!names.empty()) names += ',';
        names += flag.name;
        // Everything is read as text: the table's setters know what it means and how to complain.
        std::shared_ptr<cxxopts::Value> value = cxxopts::value<Values>();
        if (flag.takes == Takes::nothing) value = value->implicit_value("true");
        if (flag.takes == Takes::perhaps_a_value) value = value->implicit_value("headers");
        add(names, "", value);
    }
    add("positional", "", cxxopts::value<Values>());
    parser.parse_positional({"positional"});
    return parser;
}

Result<void> read_environment(CommandLine& line, Front front, const EnvironmentLookup& environment) {
    for (const RunFlag& flag : run_flags()) {
        if (flag.environment.empty() || (flag.fronts & in(front)) == 0) continue;
        const std::optional<std::string> text = environment(flag.environment);
        if (!text || text->empty()) continue;
        if (auto set = flag.set(line, {std::string(flag.environment), {*text}}); !set) return set.error();
    }
    return {};
}

}  // namespace

Result<CommandLine> parse_run_arguments(const std::vector<std::string>& arguments, Front front,
                                        const EnvironmentLookup& environment) {
    CommandLine line;
    // An archive may leave this machine: only what is asked for goes into it. What is inspected shall not depend on it.
    line.include_system_environment = front == Front::script || front == Front::scenario;
    if (environment) {
        if (auto read = read_environment(line, front, environment); !read) return read.error();
    }
    try {
        std::vector<const char*> argv{"run"};
        for (const std::string& argument : arguments) argv.push_back(argument.c_str());
        const std::vector<RunFlag> flags = flags_of(front);
        cxxopts::Options parser = make_parser(flags);
        const cxxopts::ParseResult parsed = parser.parse(static_cast<int>(argv.size()), argv.data());
        for (const RunFlag& flag : flags) {
            const std::string name(flag.name);
            if (parsed.count(name) == 0) continue;
            if (auto set = flag.set(line, {"--" + name, parsed[name].as<Values>()}); !set) return set.error();
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
    std::vector<std::pair<std::string, std::string>> rows;
    for (const RunFlag& flag : flags_of(front)) {
        if (flag.help.empty()) continue;
        std::string row = flag.letter.empty() ? "      " : "  -" + std::string(flag.letter) + ", ";
        row += "--" + std::string(flag.name);
        if (flag.takes == Takes::perhaps_a_value) {
            row += "[=" + std::string(flag.placeholder) + "]";
        } else if (!flag.placeholder.empty()) {
            row += " " + std::string(flag.placeholder);
        }
        width = std::max(width, row.size());
        std::string help(flag.help);
        if (!flag.environment.empty()) help += " [" + std::string(flag.environment) + "]";
        rows.emplace_back(std::move(row), std::move(help));
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
