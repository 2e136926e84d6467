#include "tools/k6/script.h"

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <utility>

#include "tools/run/config_file.h"
#include "tools/run/layers.h"
#include "tools/run/log_output.h"
#include "tools/run/secret_sources.h"

namespace k6 {
namespace {

js::ScriptKind kind_of(run::ScriptType type) {
    switch (type) {
        case run::ScriptType::detect:
            return js::ScriptKind::detect;
        case run::ScriptType::script:
            return js::ScriptKind::script;
        case run::ScriptType::archive:
            return js::ScriptKind::archive;
    }
    return js::ScriptKind::detect;
}

}  // namespace

Result<LoadedScript> load_script(const run::LoadContext& context) {
    js::ScriptToLoad script{.name = context.line.script,
                            .working_directory = std::filesystem::current_path().string(),
                            .variables = context.variables,
                            .kind = kind_of(context.line.script_type),
                            .base_compatibility = context.line.base_compatibility,
                            .frozen_variables = context.features.has("freeze-env"),
                            .workers = context.workers,
                            .secrets = &context.secrets,
                            .console = context.console};
    if (script.name == "-") script.standard_input.assign(std::istreambuf_iterator<char>(std::cin), {});
    auto runner = js::Runner::load(std::move(script), context.registry, context.logger);
    if (!runner) return runner.error();
    LoadedScript loaded{.runner = *std::move(runner)};
    const auto& json = loaded.runner->options_json();
    if (!json) return loaded;
    auto parsed = parse_options_json(*json);
    if (!parsed) return with_context(parsed.error(), "could not initialize '" + context.line.script + "'");
    for (const std::string& key : parsed->unknown_keys) {
        context.logger.warn("There were unknown fields in the options exported in the script",
                            {{"error", "unknown field \"" + key + "\""}});
    }
    loaded.options = std::move(parsed->options);
    return loaded;
}

Result<LoadedScript> load(const ScriptCommand& command) {
    return load_script({.line = command.line,
                        .features = command.features,
                        .variables = command.variables,
                        .registry = command.registry,
                        .logger = command.logger,
                        .secrets = command.secrets,
                        .console = nullptr,
                        .workers = 1});
}

int run_script_command(const run::CommandLine& given, const std::function<Result<void>(const ScriptCommand&)>& action) {
    auto log = run::LogOutput::open(given);
    if (!log) {
        std::fprintf(stderr, "%s\n", log.error().message.c_str());
        return static_cast<int>(log.error().error_class);
    }
    Logger& logger = (*log)->logger();
    const auto line = run::with_config_file(given, run::process_environment);
    if (!line) return run::report(line.error(), logger);
    for (const std::string& warning : line->warnings) logger.warn(warning);
    const run::Features features = run::enabled_features(*line, logger);
    const StringMap variables = run::script_variables(*line, features);
    metrics::Registry registry;
    Secrets secrets((*log)->redactor());
    if (auto added = run::add_secret_sources(line->secret_sources, run::process_environment,
                                             run::process_environment_names(), secrets);
        !added) {
        return run::report(added.error(), logger);
    }
    const auto done = action({.line = *line,
                              .features = features,
                              .variables = variables,
                              .registry = registry,
                              .logger = logger,
                              .secrets = secrets});
    return done ? 0 : run::report(done.error(), logger);
}

}  // namespace k6
