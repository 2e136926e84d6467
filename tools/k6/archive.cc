#include "tools/k6/archive.h"

#include <chrono>
#include <cstdio>
#include <string>

#include "engine/plan/plan.h"
#include "js/runner/archive.h"
#include "tools/k6/script.h"
#include "tools/run/layers.h"

namespace k6 {
namespace {

Result<std::string> archive_of(const ScriptCommand& command) {
    auto script = load(command);
    if (!script) return script.error();
    auto options = run::consolidated_options(command.line, script->options, command.features, command.logger);
    if (!options) return options.error();
    const auto planned = plan_run(*options, [&](std::string_view name) { return script->runner->has_function(name); });
    if (!planned) return planned.error();
    // As they were given, so that a later run may change them; but these two with their defaults.
    options->summary_trend_stats = planned->plan.summary_trend_stats;
    options->system_tags = planned->plan.system_tags.names();
    js::Archive archive = script->runner->archive();
    archive.options_json = options_to_json(*options);
    if (!command.line.exclude_variables) archive.variables = command.variables;
    return js::write_archive(archive, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

Result<void> write_to(const std::string& path, const std::string& bytes) {
    const bool to_stdout = path == "-";
    std::FILE* file = to_stdout ? stdout : std::fopen(path.c_str(), "wb");
    bool written = file != nullptr && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
    if (file != nullptr) written = (to_stdout ? std::fflush(file) : std::fclose(file)) == 0 && written;
    if (written) return {};
    return Error{ErrorClass::generic, "the archive could not be written to " + path};
}

}  // namespace

int archive_script(const run::CommandLine& line) {
    return run_script_command(line, [](const ScriptCommand& command) -> Result<void> {
        const auto bytes = archive_of(command);
        if (!bytes) return bytes.error();
        return write_to(command.line.archive_file, *bytes);
    });
}

}  // namespace k6
