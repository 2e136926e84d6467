// The k6 command: picks the subcommand.

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/version.h"
#include "tools/k6/archive.h"
#include "tools/k6/control_commands.h"
#include "tools/k6/inspect.h"
#include "tools/k6/merge.h"
#include "tools/k6/script.h"
#include "tools/run/command_line.h"
#include "tools/run/config_file.h"
#include "tools/run/features.h"
#include "tools/run/run_test.h"

namespace {

using k6::ErrorClass;
using k6::Result;
using k6::run::Front;
using Arguments = std::vector<std::string>;

int fail(const std::string& message) {
    std::fprintf(stderr, "%s\n", message.c_str());
    return static_cast<int>(ErrorClass::generic);
}

Result<k6::run::FrontEnd> load_front_end(const k6::run::LoadContext& context) {
    auto script = k6::load_script(context);
    if (!script) return script.error();
    const k6::js::Runner& runner = *script->runner;
    return k6::run::FrontEnd{.runner = std::move(script->runner),
                             .options = std::move(script->options),
                             .has_function = [&runner](std::string_view name) { return runner.has_function(name); }};
}

int run_script(const k6::run::CommandLine& line) { return k6::run::run_test(line, line.script, load_front_end); }

template <Front front, int (*action)(const k6::run::CommandLine&)>
int on_script(const std::string& command, const Arguments& arguments) {
    const auto line = k6::run::parse_run_arguments(arguments, front, k6::run::process_environment);
    if (!line) return fail(line.error().message);
    if (!line->help) return action(*line);
    std::fputs(k6::run::run_help(front, "k6 " + command).c_str(), stdout);
    return 0;
}

int list_features(const std::string&, const Arguments& arguments) {
    if (!arguments.empty() && arguments.front() == "--help") {
        std::fputs("Usage:\n  k6 features [--json]\n", stdout);
        return 0;
    }
    const bool as_json = arguments == Arguments{"--json"};
    if (!as_json && !arguments.empty()) return fail("unknown argument \"" + arguments.front() + "\"");
    std::fputs(k6::run::features_text(as_json).c_str(), stdout);
    return 0;
}

int print_version(const std::string&, const Arguments& arguments) {
    const std::string version(k6::product_version);
    if (arguments == Arguments{"--json"}) {
        std::printf("{\"go_arch\":\"amd64\",\"go_os\":\"linux\",\"version\":\"v%s\"}\n", version.c_str());
    } else {
        std::printf("k6 v%s (%s/%s)\n", version.c_str(), "linux", "amd64");
    }
    return 0;
}

struct Command {
    std::string_view name;
    std::string_view help;
    int (*run)(const std::string& command, const Arguments& arguments);
};

int print_help(const std::string& command, const Arguments& arguments);

/// All of them, as the help text lists them.
constexpr Command commands[] = {
    {"run", "run a test", on_script<Front::script, run_script>},
    {"archive", "put a test and all that it reads into one file", on_script<Front::archive, k6::archive_script>},
    {"inspect", "print the options of a test as JSON", on_script<Front::inspect, k6::inspect_script>},
    {"merge", "put the records of a test's parts together", k6::merge_command},
    {"status", "show where a running test stands", k6::run_control_command},
    {"stats", "show the metrics of a running test", k6::run_control_command},
    {"pause", "pause a running test", k6::run_control_command},
    {"resume", "let a paused test go on", k6::run_control_command},
    {"scale", "change the VUs of a running test", k6::run_control_command},
    {"features", "list experimental features", list_features},
    {"version", "print the version", print_version},
    {"help", "print this text, or that of a command", print_help},
};

const Command* find_command(std::string_view name) {
    const auto found = std::find_if(std::begin(commands), std::end(commands),
                                    [name](const Command& command) { return command.name == name; });
    return found == std::end(commands) ? nullptr : found;
}

int unknown_command(const std::string& name) {
    std::string message = "unknown command \"" + name + "\" for \"k6\"";
    for (const Command& command : commands) {
        if (name.size() >= 2 && (command.name.starts_with(name) || name.starts_with(command.name))) {
            message += "\n\nDid you mean this?\n\t" + std::string(command.name);
            break;
        }
    }
    return fail(message + "\n\n`k6 help` lists the commands");
}

int print_help(const std::string&, const Arguments& arguments) {
    if (!arguments.empty() && !arguments.front().starts_with('-')) {
        const Command* command = find_command(arguments.front());
        if (command == nullptr) return unknown_command(arguments.front());
        if (command->run != print_help && command->run != print_version)
            return command->run(arguments.front(), {"--help"});
    }
    std::string text =
        "k6: load tests in JavaScript and TypeScript, on one fast engine\n"
        "\n"
        "Usage:\n"
        "  k6 COMMAND\n"
        "\n"
        "Commands:\n";
    std::size_t width = 0;
    for (const Command& command : commands) width = std::max(width, command.name.size());
    for (const Command& command : commands) {
        text += "  " + std::string(command.name);
        text.append(width + 3 - command.name.size(), ' ');
        text += std::string(command.help) + "\n";
    }
    text +=
        "\n"
        "Examples:\n"
        "  k6 run script.js\n"
        "  k6 run -u 10 -d 30s script.js\n"
        "\n"
        "`k6 COMMAND --help` lists the flags of a command.\n";
    std::fputs(text.c_str(), stdout);
    return 0;
}

// Nothing throws this far but a defect of ours.
[[noreturn]] void end_of_panic() {
    const char* what = "unknown";
    try {
        if (const std::exception_ptr thrown = std::current_exception()) std::rethrow_exception(thrown);
    } catch (const std::exception& error) {
        what = error.what();
    } catch (...) {
    }
    std::fprintf(stderr, "k6 has met a defect of its own and cannot go on: %s\n", what);
    ::_exit(static_cast<int>(ErrorClass::panic));
}

}  // namespace

int main(int argc, char** argv) {
    std::set_terminate(end_of_panic);
    const Arguments arguments(argv + std::min(argc, 1), argv + argc);
    // Flags may stand before the command, too.
    const auto first =
        std::find_if(arguments.begin(), arguments.end(), [](const std::string& one) { return find_command(one); });
    std::string name = arguments.empty() ? "help" : arguments.front();
    Arguments rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
    if (name == "--version") name = "version";
    if (name == "--help" || name == "-h") name = "help";
    if (name.starts_with('-') && first != arguments.end()) {
        name = *first;
        rest.assign(arguments.begin(), first);
        rest.insert(rest.end(), first + 1, arguments.end());
    }
    const Command* command = find_command(name);
    return command == nullptr ? unknown_command(name) : command->run(name, rest);
}
