#include "tools/run/end_of_run.h"

#include <unistd.h>

#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "base/version.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/resolver.h"
#include "engine/runtime/timing_wheel.h"
#include "engine/runtime/worker.h"
#include "metrics/recorder.h"
#include "metrics/summary.h"
#include "metrics/summary_json.h"
#include "metrics/summary_text.h"
#include "metrics/trend_stat.h"
#include "tools/run/log_output.h"
#include "tools/run/progress_display.h"

namespace k6::run {
namespace {

/// The script as it stands in its file; archives and standard input are not repeated.
std::string script_text(const CommandLine& line) {
    if (!line.new_machine_readable_summary) return "";
    std::ifstream file(line.script, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    const bool binary = text.str().find('\0') != std::string::npos;
    return binary ? "" : text.str();
}

metrics::SummaryLayout layout_of(const CommandLine& line) {
    switch (line.summary_mode.value_or(SummaryMode::compact)) {
        case SummaryMode::full:
            return metrics::SummaryLayout::full;
        case SummaryMode::legacy:
            return metrics::SummaryLayout::legacy;
        case SummaryMode::compact:
        case SummaryMode::disabled:
            break;
    }
    return metrics::SummaryLayout::compact;
}

void export_summary(const CommandLine& line, const metrics::SummaryModel& model,
                    const metrics::SummaryJsonOptions& options, Logger& logger) {
    if (!line.summary_export || line.summary_export->empty()) return;
    std::ofstream file(*line.summary_export, std::ios::binary | std::ios::trunc);
    file << (line.new_machine_readable_summary ? machine_readable_summary(model, options, 4)
                                               : metrics::summary_export(model, options));
    file.close();
    if (!file) {
        logger.error(
            "failed to handle the end-of-test summary",
            {{"error", "Could not save some summary information:\n\t- could not open '" + *line.summary_export + "'"}});
    }
}

void write_summary_parts(const Runner::SummaryParts& parts, Logger& logger) {
    std::string failures;
    for (const auto& [name, bytes] : parts) {
        if (name == "stdout" || name == "stderr") {
            write_all(name == "stdout" ? STDOUT_FILENO : STDERR_FILENO, bytes);
            continue;
        }
        std::ofstream file(name, std::ios::binary | std::ios::trunc);
        file << bytes;
        file.close();
        if (!file) failures += "\n\t- could not open '" + name + "'";
    }
    if (failures.empty()) return;
    logger.error("failed to handle the end-of-test summary",
                 {{"error", "Could not save some summary information:" + failures}});
}

enum class HandedOver {
    taken,
    /// The usual summary is wanted.
    left,
    /// What it made cannot be written: then nothing is.
    unusable,
};

/// Gives the summary to the test's own code.
HandedOver hand_over_summary(const EndOfRun& end, const std::string& data) {
    std::optional<Result<std::optional<Runner::SummaryParts>>> parts;
    SystemClock clock;
    Worker worker({.index = end.workers, .clock = &clock, .resolver = &end.resolver});
    metrics::Recorder recorder(end.registry, end.submetrics);
    worker.spawn([&] {
        TimingWheel::Timer limit([](void* fiber) { static_cast<Fiber*>(fiber)->interrupt(); }, Fiber::current());
        const TimePoint deadline = clock.now() + end.plan.handle_summary_timeout;
        worker.wheel().arm(limit, deadline);
        Vu vu(
            {.worker = &worker, .recorder = &recorder, .plan = &end.plan, .control = &end.run, .logger = &end.logger});
        vu.set_deadline(deadline);
        try {
            parts = end.runner.handle_summary(vu, data);
        } catch (const Interrupted&) {
            parts = Error{ErrorClass::script_exception, "handleSummary() execution timed out after " +
                                                            format_go_duration(end.plan.handle_summary_timeout)};
        }
    });
    worker.request_stop();
    worker.run();
    if (!*parts) {
        const Error& error = parts->error();
        end.logger.error("failed to handle the end-of-test summary", {{"error", error.message}});
        return error.error_class == ErrorClass::script_exception ? HandedOver::left : HandedOver::unusable;
    }
    if (!**parts) return HandedOver::left;
    write_summary_parts(***parts, end.logger);
    return HandedOver::taken;
}

}  // namespace

void summarise(const EndOfRun& end, const RunResult& result, const GeneratorHealth& health) {
    const auto model =
        metrics::SummaryModel::build(result.metrics, end.registry, end.submetrics, end.thresholds, result.duration);
    // Only the command line's unit is checked, and earlier; an unknown one means automatic.
    const auto unit = metrics::parse_time_unit(end.plan.summary_time_unit);
    const metrics::TimeUnit time_unit = unit ? *unit : metrics::TimeUnit::automatic;
    const auto trend_stats =
        metrics::TrendStat::parse_all(end.plan.summary_trend_stats).value();  // plan_run has checked them
    const metrics::SummaryJsonOptions json_options{.trend_stats = trend_stats,
                                                   .time_unit = time_unit,
                                                   .no_colour = end.line.no_colour,
                                                   .stdout_is_terminal = ::isatty(STDOUT_FILENO) == 1,
                                                   .stderr_is_terminal = ::isatty(STDERR_FILENO) == 1,
                                                   .setup_data = end.runner.setup_data_json(),
                                                   .layout = layout_of(end.line),
                                                   .script = script_text(end.line),
                                                   .generated_at = SystemClock().wall_time(SystemClock().now()),
                                                   .version = std::string(product_version)};
    HandedOver handed_over = HandedOver::left;
    if (end.runner.has_handle_summary()) {
        handed_over = hand_over_summary(end, end.line.new_machine_readable_summary
                                                 ? machine_readable_summary(model, json_options, 0)
                                                 : metrics::handle_summary_data(model, json_options));
    }
    if (handed_over == HandedOver::left) {
        const std::string text = metrics::render_summary_text(model, {.trend_stats = trend_stats,
                                                                      .time_unit = time_unit,
                                                                      .colour = colours(end.line, STDOUT_FILENO),
                                                                      .layout = layout_of(end.line)});
        write_all(STDOUT_FILENO, "\n" + text + "\n\n");
    }
    if (!health.findings.empty()) {
        std::string verdict = "    LOAD GENERATOR\n";
        for (const std::string& finding : health.findings) verdict += "    ! " + finding + "\n";
        write_all(STDOUT_FILENO, verdict + "\n");
    }
    if (handed_over != HandedOver::unusable) export_summary(end.line, model, json_options, end.logger);
}

}  // namespace k6::run
