// The k6 command: picks the subcommand.

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "base/version.h"
#include "js/runner/runner.h"
#include "tools/k6/archive.h"
#include "tools/k6/control_commands.h"
#include "tools/k6/script.h"
#include "tools/run/command_line.h"
#include "tools/run/run_test.h"

namespace {

using k6::ErrorClass;
using k6::Result;

constexpr const char* usage =
    "k6: load tests in JavaScript and TypeScript, on one fast engine\n"
    "\n"
    "Usage:\n"
    "  k6 COMMAND\n"
    "\n"
    "Commands:\n"
    "  run       run a test\n"
    "  archive   put a test and all that it reads into one file\n"
    "  status    show where a running test stands\n"
    "  stats     show the metrics of a running test\n"
    "  pause     pause a running test\n"
    "  resume    let a paused test go on\n"
    "  scale     change the VUs of a running test\n"
    "  version   print the version\n"
    "  help      print this text, or that of a command\n"
    "\n"
    "Examples:\n"
    "  k6 run script.js\n"
    "  k6 run -u 10 -d 30s script.js\n";

int fail(const std::string& message) {
    std::fprintf(stderr, "%s\n", message.c_str());
    return static_cast<int>(ErrorClass::generic);
}

Result<k6::run::FrontEnd> load(const k6::run::LoadContext& context) {
    auto runner = k6::load_script(context);
    if (!runner) return runner.error();
    auto options = k6::script_options(**runner, context);
    if (!options) return options.error();
    const k6::js::Runner& script = **runner;
    return k6::run::FrontEnd{.runner = *std::move(runner),
                             .options = *std::move(options),
                             .has_function = [&script](std::string_view name) { return script.has_function(name); }};
}

int archive(const std::vector<std::string>& arguments) {
    const auto line = k6::run::parse_run_arguments(arguments, k6::run::Front::archive);
    if (!line) return fail(line.error().message);
    if (line->help) {
        std::fputs(k6::run::run_help(k6::run::Front::archive, "k6 archive").c_str(), stdout);
        return 0;
    }
    return k6::archive_script(*line);
}

int run(const std::vector<std::string>& arguments) {
    const auto line = k6::run::parse_run_arguments(arguments, k6::run::Front::script);
    if (!line) return fail(line.error().message);
    if (line->help) {
        std::fputs(k6::run::run_help(k6::run::Front::script, "k6 run").c_str(), stdout);
        return 0;
    }
    return k6::run::run_test(*line, line->script, load);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    const std::string command = arguments.empty() ? "help" : arguments.front();
    const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1), arguments.end());
    if (command == "run") return run(rest);
    if (command == "archive") return archive(rest);
    if (k6::is_control_command(command)) return k6::run_control_command(command, rest);
    if (command == "version" || command == "--version") {
        std::printf("k6 v%s (%s/%s)\n", std::string(k6::product_version).c_str(), "linux", "amd64");
        return 0;
    }
    if (command == "help" && !rest.empty() && rest.front() == "run") return run({"--help"});
    if (command == "help" && !rest.empty() && rest.front() == "archive") return archive({"--help"});
    if (command == "help" && !rest.empty() && k6::is_control_command(rest.front())) {
        return k6::run_control_command(rest.front(), {"--help"});
    }
    if (command == "help" || command == "--help" || command == "-h") {
        std::fputs(usage, stdout);
        return 0;
    }
    return fail("unknown command \"" + command + "\" for \"k6\"");
}
