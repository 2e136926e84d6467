#include "tools/k6/script.h"

#include <filesystem>
#include <iostream>
#include <iterator>
#include <utility>

namespace k6 {

Result<std::unique_ptr<js::Runner>> load_script(const run::LoadContext& context) {
    js::ScriptToLoad script{.name = context.line.script,
                            .working_directory = std::filesystem::current_path().string(),
                            .variables = context.variables,
                            .workers = context.workers,
                            .console = context.console};
    if (script.name == "-") script.standard_input.assign(std::istreambuf_iterator<char>(std::cin), {});
    return js::Runner::load(std::move(script), context.registry, context.logger);
}

Result<Options> script_options(const js::Runner& script, const run::LoadContext& context) {
    if (!script.options_json()) return Options{};
    auto parsed = parse_options_json(*script.options_json());
    if (!parsed) return with_context(parsed.error(), "could not initialize '" + context.line.script + "'");
    for (const std::string& key : parsed->unknown_keys) {
        context.logger.warn("There were unknown fields in the options exported in the script",
                            {{"error", "unknown field \"" + key + "\""}});
    }
    return std::move(parsed->options);
}

}  // namespace k6
