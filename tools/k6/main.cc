// The k6 command: picks the subcommand.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "base/version.h"
#include "js/runner/files.h"
#include "js/runner/runner.h"
#include "tools/run/command_line.h"
#include "tools/run/run_test.h"

namespace {

using k6::Error;
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

Result<k6::js::ScriptSource> read_script(const std::string& name) {
    const std::string here = std::filesystem::current_path().string();
    if (name == "-") {
        std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
        return k6::js::ScriptSource{.text = std::move(text), .url = "file:///-", .directory = here};
    }
    const std::string path = k6::js::resolve_path(here, k6::js::path_of_file_url(name));
    k6::js::Files files;
    auto content = files.read(path);
    if (!content) {
        if (!std::filesystem::exists(path)) {
            return Error{
                ErrorClass::generic,
                "The moduleSpecifier \"" + name +
                    "\" couldn't be found on local disk. Make sure that you've specified the right path to the file"};
        }
        return Error{ErrorClass::generic, content.error().message};
    }
    return k6::js::ScriptSource{
        .text = **content, .url = k6::js::file_url(path), .directory = k6::js::directory_of(path)};
}

Result<k6::run::FrontEnd> load(const k6::run::LoadContext& context) {
    auto source = read_script(context.line.script);
    if (!source) return source.error();
    auto runner =
        k6::js::Runner::load(*std::move(source), context.variables, context.registry, context.logger, context.workers);
    if (!runner) return runner.error();
    k6::js::Runner& script = **runner;
    k6::run::FrontEnd front{.runner = *std::move(runner),
                            .options = {},
                            .has_function = [&script](std::string_view name) { return script.has_function(name); }};
    if (script.options_json()) {
        auto parsed = k6::parse_options_json(*script.options_json());
        if (!parsed) return with_context(parsed.error(), "could not initialize '" + context.line.script + "'");
        for (const std::string& key : parsed->unknown_keys) {
            context.logger.warn("There were unknown fields in the options exported in the script",
                                {{"error", "unknown field \"" + key + "\""}});
        }
        front.options = std::move(parsed->options);
    }
    return front;
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
    if (command == "version" || command == "--version") {
        std::printf("k6 v%s (%s/%s)\n", std::string(k6::product_version).c_str(), "linux", "amd64");
        return 0;
    }
    if (command == "help" && !rest.empty() && rest.front() == "run") return run({"--help"});
    if (command == "help" || command == "--help" || command == "-h") {
        std::fputs(usage, stdout);
        return 0;
    }
    return fail("unknown command \"" + command + "\" for \"k6\"");
}
