#include "tools/k6/archive.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>

#include "base/log.h"
#include "engine/plan/plan.h"
#include "js/runner/archive.h"
#include "js/runner/runner.h"
#include "metrics/metric.h"
#include "tools/k6/script.h"
#include "tools/run/run_test.h"

namespace k6 {
namespace {

Result<std::string> archive_of(const run::CommandLine& line, Logger& logger) {
    metrics::Registry registry;
    const StringMap variables = run::script_variables(line);
    const run::LoadContext context{
        .line = line, .variables = variables, .registry = registry, .logger = logger, .console = nullptr, .workers = 1};
    auto runner = load_script(context);
    if (!runner) return runner.error();
    const auto own = script_options(**runner, context);
    if (!own) return own.error();
    auto options = run::consolidated_options(line, *own, logger);
    if (!options) return options.error();
    const auto planned = plan_run(*options, [&](std::string_view name) { return (*runner)->has_function(name); });
    if (!planned) return planned.error();
    // As they were given, so that a later run may change them; but these two with their defaults.
    options->summary_trend_stats = planned->plan.summary_trend_stats;
    options->system_tags = planned->plan.system_tags.names();
    js::Archive archive = (*runner)->archive();
    archive.options_json = options_to_json(*options);
    if (!line.exclude_variables) archive.variables = variables;
    return js::write_archive(archive, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

}  // namespace

int archive_script(const run::CommandLine& line) {
    StreamLogger logger(STDERR_FILENO, line.log_format, false, line.verbose ? LogLevel::debug : LogLevel::info);
    const auto bytes = archive_of(line, logger);
    if (!bytes) {
        logger.error(bytes.error().message);
        return static_cast<int>(bytes.error().error_class);
    }
    const bool to_stdout = line.archive_file == "-";
    std::FILE* file = to_stdout ? stdout : std::fopen(line.archive_file.c_str(), "wb");
    bool written = file != nullptr && std::fwrite(bytes->data(), 1, bytes->size(), file) == bytes->size();
    if (file != nullptr) written = (to_stdout ? std::fflush(file) : std::fclose(file)) == 0 && written;
    if (written) return 0;
    logger.error("the archive could not be written to " + line.archive_file);
    return static_cast<int>(ErrorClass::generic);
}

}  // namespace k6
