#include "tools/run/run_test.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

#include "engine/exec/health.h"
#include "engine/exec/resolver_settings.h"
#include "engine/exec/run.h"
#include "engine/plan/describe.h"
#include "engine/plan/plan.h"
#include "engine/plan/schedule.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/descriptor.h"
#include "engine/runtime/resolver.h"
#include "metrics/output.h"
#include "metrics/series_warning.h"
#include "metrics/timeline.h"
#include "outputs/factory.h"
#include "outputs/report_html.h"
#include "outputs/reports.h"
#include "tools/control/server.h"
#include "tools/run/bazel_test.h"
#include "tools/run/config_file.h"
#include "tools/run/end_of_run.h"
#include "tools/run/layers.h"
#include "tools/run/log_output.h"
#include "tools/run/progress_display.h"
#include "tools/run/record_of_run.h"
#include "tools/run/secret_sources.h"
#include "tools/run/signals.h"

namespace k6::run {
namespace {

constexpr std::string_view banner =
    "\n"
    "   _     __\n"
    "  | | __/ /_\n"
    "  | |/ / '_ \\\n"
    "  |   <| (_) |\n"
    "  |_|\\_\\\\___/\n"
    "\n";

// Every connection is a descriptor.
void raise_descriptor_limit(Logger& logger) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) logger.debug("the limit of open files could not be raised");
}

void warn_of_descriptor_limit(const Plan& plan, Logger& logger) {
    rlimit limit{};
    constexpr rlim_t own_descriptors = 64;
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
    const auto vus = static_cast<rlim_t>(max_vus(plan));
    if (limit.rlim_cur >= vus + own_descriptors) return;
    logger.warn("the limit of open files (" + std::to_string(limit.rlim_cur) + ") is too low for " +
                std::to_string(vus) + " VUs with a connection each; raise it with `ulimit -n`");
}

/// A file that scripts print to instead of the log; records are appended.
class ConsoleFile {
public:
    static Result<std::unique_ptr<ConsoleFile>> open(const std::string& path, const CommandLine& line,
                                                     const Redactor& redactor) {
        const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (fd < 0) return Error{ErrorClass::generic, "could not open the console output file " + path};
        return std::unique_ptr<ConsoleFile>(new ConsoleFile(fd, line, redactor));
    }
    ~ConsoleFile() { ::close(fd_); }
    ConsoleFile(const ConsoleFile&) = delete;
    ConsoleFile& operator=(const ConsoleFile&) = delete;
    Logger& logger() { return redacting_; }

private:
    ConsoleFile(int fd, const CommandLine& line, const Redactor& redactor)
        : fd_(fd),
          logger_(fd, line.log_format, false, line.verbose ? LogLevel::debug : LogLevel::info),
          redacting_(logger_, redactor) {}
    int fd_;
    StreamLogger logger_;
    RedactingLogger redacting_;
};

Result<Plan> make_run_plan(const CommandLine& line, const FrontEnd& front, const Features& features, Logger& logger) {
    auto options = consolidated_options(line, front.options, features, logger);
    if (!options) return options.error();
    auto planned = plan_run(*options, front.has_function);
    if (!planned) return planned.error();
    for (const std::string& warning : planned->warnings) logger.warn(warning);
    if (line.smoke) {
        reduce_to_smoke(planned->plan, process_environment);
    } else if (line.bazel_test) {
        if (auto fits = check_timeout(planned->plan, process_environment); !fits) return fits.error();
    }
    return std::move(planned->plan);
}

/// Nobody looks at the numbers of a smoke: what went wrong in it fails it.
std::optional<Error> fault_of_smoke(const RunResult& result) {
    const auto fault = [](std::uint64_t count, const std::string& what) {
        return Error{ErrorClass::marked_as_failed, "the smoke test failed: " + std::to_string(count) + what};
    };
    if (result.interrupted_iterations > 0)
        return fault(result.interrupted_iterations, " iterations did not end in time");
    if (result.thrown_iterations > 0) return fault(result.thrown_iterations, " iterations threw an exception");
    if (const metrics::Sink* checks = result.metrics.total(metrics::Builtin::checks)) {
        const metrics::RateSink& rate = checks->rate();
        if (rate.fails() > 0) return fault(rate.fails(), " of " + std::to_string(rate.total()) + " checks failed");
    }
    return {};
}

using Outputs = std::vector<std::unique_ptr<metrics::Output>>;

void stop_outputs(Outputs& outputs, const std::optional<Error>& error, Logger& logger) {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (auto stopped = outputs[i]->stop({.error = error}); !stopped) {
            logger.error("Stopping output " + std::to_string(i) + " failed", {{"error", stopped.error().message}});
        }
    }
}

/// "33.33%".
std::string segment_share(const Plan& plan) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "(%.2f%%)", 100 * plan.segment.length().to_double());
    return text.data();
}

std::string description(const std::string& shown_name, const Outputs& outputs,
                        const std::vector<outputs::Report>& reports, const Plan& plan, bool colour) {
    const auto value = [&](const std::string& text) { return colour ? "\x1b[36m" + text + "\x1b[0m" : text; };
    std::string listed;
    for (const auto& output : outputs) listed += (listed.empty() ? "" : ", ") + output->description();
    for (const outputs::Report& report : reports) listed += (listed.empty() ? "" : ", ") + describe(report);
    std::string out = "     execution: " + value("local") + "\n        script: " + value(shown_name) +
                      "\n        output: " + value(listed.empty() ? "-" : listed) +
                      "\n\n     scenarios: " + value(segment_share(plan) + " " + describe(plan)) + ":\n";
    for (const Scenario& scenario : plan.scenarios)
        out += "              * " + scenario.name + ": " + describe(scenario, plan.stripe) + "\n";
    return out + "\n";
}

/// One test: what its steps share.
class TestRun {
public:
    TestRun(const CommandLine& line, std::string shown_name, ProgressDisplay& display, SignalGuard& signals,
            LogOutput& log)
        : line_(line),
          shown_name_(std::move(shown_name)),
          display_(display),
          signals_(signals),
          redactor_(log.redactor()),
          logger_(log.logger()) {}

    int run(const LoadFrontEnd& load) {
        const unsigned workers = line_.workers.value_or(std::max(1U, std::thread::hardware_concurrency()));
        const Features features = enabled_features(line_, logger_);
        native_histograms_ = features.has("native-histograms");
        const StringMap variables = script_variables(line_, features);
        if (auto opened = open_console(); !opened) return report(opened.error(), logger_);
        if (auto added =
                add_secret_sources(line_.secret_sources, process_environment, process_environment_names(), secrets_);
            !added) {
            return report(added.error(), logger_);
        }
        auto front = load({.line = line_,
                           .features = features,
                           .variables = variables,
                           .registry = registry_,
                           .logger = logger_,
                           .secrets = secrets_,
                           .console = console_ ? &console_->logger() : nullptr,
                           .workers = workers});
        if (!front) return report(front.error(), logger_);
        auto plan = make_run_plan(line_, *front, features, logger_);
        if (!plan) return report(plan.error(), logger_);
        if (line_.print_plan) {
            write_all(STDOUT_FILENO, plan_to_json(*plan, JsonStyle::indented) + "\n");
            return 0;
        }
        if (plan->scenarios.empty()) {
            logger_.info("no scenario of this smoke test is in this shard");
            return 0;
        }
        if (auto ready = prepare_thresholds(*plan); !ready) return report(ready.error(), logger_);
        if (auto started = start_outputs(*plan); !started) return report(started.error(), logger_);
        if (!line_.quiet) {
            write_all(STDOUT_FILENO, std::string(banner) + description(shown_name_, outputs_, reports_, *plan,
                                                                       colours(line_, STDOUT_FILENO)));
        }
        warn_of_descriptor_limit(*plan, logger_);
        // A connection or two for each, and what is the engine's own.
        reserve_descriptors(2 * static_cast<std::size_t>(max_vus(*plan)) + 1024);
        return execute(*plan, *front->runner, workers);
    }

private:
    /// What the configuration file says about an output.
    std::optional<std::string> collector(std::string_view type) const {
        const auto found = line_.collectors.find(type);
        return found == line_.collectors.end() ? std::nullopt : std::optional(found->second);
    }

    Result<void> open_console() {
        auto environment = options_from_environment(process_environment);
        if (!environment) return environment.error();
        const std::string path = line_.options.console_output.value_or(environment->console_output.value_or(""));
        if (path.empty()) return {};
        auto file = ConsoleFile::open(path, line_, redactor_);
        if (!file) return file.error();
        console_ = *std::move(file);
        return {};
    }

    Result<void> prepare_thresholds(const Plan& plan) {
        if (no_thresholds()) {
            thresholds_ = metrics::ThresholdSet::of_metrics_alone(plan.thresholds, registry_, submetrics_);
        } else {
            auto thresholds = metrics::ThresholdSet::create(plan.thresholds, registry_, submetrics_, without_data());
            if (!thresholds) return thresholds.error();
            thresholds_ = *std::move(thresholds);
        }
        for (const std::string& warning : thresholds_.warnings()) logger_.warn(warning);
        submetrics_.add_defaults(registry_, plan.system_tags);
        watch_start_lateness(plan, registry_, submetrics_);
        add_breakdowns();
        return {};
    }

    metrics::WithoutData without_data() const {
        return line_.thresholds_without_data_as_k6 ? metrics::WithoutData::as_k6 : metrics::WithoutData::fails;
    }

    // What the full summary and reports show apart.
    void add_breakdowns() {
        for (const std::string& text : line_.outputs) {
            if (const auto report = outputs::parse_report(text)) reports_.push_back(*report);
        }
        if (!reports_.empty() || line_.summary_mode == SummaryMode::full) {
            submetrics_.add_breakdown({.keys = metrics::scenario_and_group});
        }
        if (!reports_.empty()) submetrics_.add_breakdown({.keys = outputs::name_and_method});
        for (const auto& keys : line_.track) {
            submetrics_.add_breakdown({.keys = keys, .limit = line_.track_limit});
        }
    }

    Result<void> start_outputs(const Plan& plan) {
        for (const outputs::Report& report : reports_) {
            if (auto ready = prepare_report(report); !ready) return ready.error();
        }
        for (const std::string& text : line_.outputs) {
            if (outputs::parse_report(text)) continue;
            auto output = outputs::make_output(
                text, {.registry = registry_,
                       .submetrics = submetrics_,
                       .thresholds = plan.thresholds,
                       .logger = logger_,
                       .system_tags = plan.system_tags,
                       .environment = process_environment,
                       .environment_names = process_environment_names,
                       .native_histograms = native_histograms_,
                       .configuration = [this](std::string_view type) { return collector(type); }});
            if (!output) return output.error();
            outputs_.push_back(*std::move(output));
        }
        for (std::size_t i = 0; i < outputs_.size(); ++i) {
            auto started = outputs_[i]->start();
            if (started) continue;
            outputs_.resize(i);
            stop_outputs(outputs_, started.error(), logger_);
            return started.error();
        }
        return {};
    }

    int execute(const Plan& plan, Runner& runner, unsigned workers) {
        metrics::SampleFanOut samples(outputs_);
        SystemClock clock;
        Resolver resolver(dns_settings(plan));
        metrics::Timeline timeline;
        const metrics::WallTime started = clock.wall_time(clock.now());
        Run run({.plan = &plan,
                 .runner = &runner,
                 .registry = &registry_,
                 .submetrics = &submetrics_,
                 .thresholds = no_thresholds() ? nullptr : &thresholds_,
                 .samples = samples.sink(),
                 .logger = &logger_,
                 .clock = &clock,
                 .resolver = &resolver,
                 .workers = workers,
                 .on_tick = ticks(timeline),
                 .answers_after_end = lingers()});
        std::unique_ptr<control::ControlServer> api;
        if (const std::string address = line_.address.value_or(""); !address.empty()) {
            auto started = control::ControlServer::start(address, {.run = &run,
                                                                   .runner = &runner,
                                                                   .registry = &registry_,
                                                                   .submetrics = &submetrics_,
                                                                   .logger = &logger_});
            if (started) {
                api = *std::move(started);
            } else if (line_.address_by_flag) {
                stop_outputs(outputs_, started.error(), logger_);
                return report(started.error(), logger_);
            } else {
                logger_.warn("The REST API is not available", {{"error", started.error().message}});
            }
        }
        if (plan.paused && api == nullptr) {
            logger_.warn("the test starts paused, and without a REST API (--address) nothing can resume it");
        }
        std::atomic<bool> signalled = false;
        signals_.set_handler([&run, &signalled](int signal) {
            signalled = true;
            signalled.notify_all();
            // What has ended well stays so: then it is the lingering that is over.
            if (run.progress().phase == RunPhase::ended) return;
            run.stop({ErrorClass::external_abort,
                      "test run was aborted because k6 received a '" + std::string(signal_name(signal)) + "' signal"});
        });
        if (!line_.quiet) display_.start(run, max_duration(plan));
        RunResult result = run.execute();
        if (line_.smoke && !result.error) result.error = fault_of_smoke(result);
        display_.stop();
        if (!lingers()) signals_.set_handler({});
        stop_outputs(outputs_, result.error, logger_);
        std::vector<LostSamples> lost_samples;
        for (const auto& output : outputs_) {
            lost_samples.push_back({std::string(output->kind()), output->dropped_samples()});
        }
        const GeneratorHealth health = judge(result.metrics, submetrics_, lost_samples);
        warn_of_many_series(result.metrics);
        if (result.metrics.lost_tags > 0) {
            logger_.warn(
                std::to_string(result.metrics.lost_tags) +
                " samples lost a tag: too many different tag values; give URLs with ids in them a name, and keep such "
                "values out of tags");
        }
        if (result.worth_a_summary && line_.summary_mode != SummaryMode::disabled) {
            summarise({.line = line_,
                       .plan = plan,
                       .runner = runner,
                       .run = run,
                       .resolver = resolver,
                       .workers = workers,
                       .registry = registry_,
                       .submetrics = submetrics_,
                       .thresholds = thresholds_,
                       .logger = logger_},
                      result, health);
        }
        if (result.worth_a_summary && !result.thresholds.breached.empty()) warn_of_missing_data();
        if (!reports_.empty()) {
            timeline.add(result.metrics, result.duration, true);
            write_reports(record_of({.test = shown_name_,
                                     .plan = plan,
                                     .registry = registry_,
                                     .submetrics = submetrics_,
                                     .thresholds = thresholds_,
                                     .result = result,
                                     .health = health,
                                     .timeline = timeline,
                                     .started = started}));
        }
        if (result.worth_a_summary && result.complete_iterations == 0 && !result.error) {
            logger_.warn("No script iterations fully finished, consider making the test duration longer");
        }
        int code = 0;
        if (result.error) {
            code = report(*result.error, logger_);
        } else if (line_.fail_on_saturation && !health.findings.empty()) {
            code =
                report({ErrorClass::marked_as_failed, "the load generator was the limit: " + health.findings.front()},
                       logger_);
        }
        if (lingers()) {
            linger(signalled);
            signals_.set_handler({});
        }
        return code;
    }

    /// What reports draw over time, and what outputs have to keep; nothing if there are none.
    std::function<void(const metrics::RunSnapshot&, Duration)> ticks(metrics::Timeline& timeline) {
        if (reports_.empty() && outputs_.empty()) return {};
        return [this, &timeline](const metrics::RunSnapshot& seen, Duration elapsed) {
            if (!reports_.empty()) timeline.add(seen, elapsed);
            warn_of_many_series(seen);
        };
    }

    void warn_of_many_series(const metrics::RunSnapshot& seen) {
        if (const auto text = series_warning_.look(seen.series.estimate())) logger_.warn(*text);
    }

    void warn_of_missing_data() {
        std::string names;
        for (const std::string& name : thresholds_.names_without_data()) names += (names.empty() ? "" : ", ") + name;
        if (names.empty()) return;
        logger_.warn("thresholds on '" + names +
                     "' had no data to judge and fail; --thresholds-without-data=as-k6 counts nothing as 0");
    }

    void write_reports(const metrics::RunRecord& record) {
        for (const outputs::Report& report : reports_) {
            if (auto written = write_report(report, record); !written) {
                logger_.error("the report could not be written", {{"error", written.error().message}});
            }
        }
    }

    bool lingers() const { return line_.linger.value_or(false); }
    bool no_thresholds() const { return line_.no_thresholds.value_or(false); }

    /// The REST API goes on answering meanwhile.
    void linger(const std::atomic<bool>& signalled) {
        if (!line_.quiet && !signalled) {
            write_all(STDOUT_FILENO,
                      "The test is done, but --linger was set: waiting for Ctrl+C to end the process...\n");
        }
        signalled.wait(false);
    }

    const CommandLine& line_;
    std::string shown_name_;
    ProgressDisplay& display_;
    SignalGuard& signals_;
    Redactor& redactor_;
    Logger& logger_;
    Secrets secrets_{redactor_};
    std::unique_ptr<ConsoleFile> console_;
    metrics::Registry registry_;
    metrics::SubmetricSet submetrics_;
    metrics::ThresholdSet thresholds_;
    metrics::SeriesWarning series_warning_;
    Outputs outputs_;
    std::vector<outputs::Report> reports_;
    bool native_histograms_ = false;
};

}  // namespace

int report(const Error& error, Logger& logger) {
    if (error.hint.empty()) {
        logger.error(error.message);
    } else {
        logger.error(error.message, {{"hint", error.hint}});
    }
    return static_cast<int>(error.error_class);
}

int run_test(const CommandLine& given, const std::string& shown_name, const LoadFrontEnd& load) {
    ProgressDisplay display(STDOUT_FILENO,
                            {.terminal = ::isatty(STDOUT_FILENO) == 1, .colour = colours(given, STDOUT_FILENO)});
    auto log = LogOutput::open(given, [&display](const std::function<void()>& write) { display.around(write); });
    if (!log) {
        std::fprintf(stderr, "%s\n", log.error().message.c_str());
        return static_cast<int>(log.error().error_class);
    }
    Logger& logger = (*log)->logger();
    SignalGuard signals(logger);
    auto line = with_config_file(given, process_environment);
    if (!line) return report(line.error(), logger);
    if (line->bazel_test && !line->print_plan) {
        line = as_bazel_test(*std::move(line), process_environment);
        if (!line) return report(line.error(), logger);
    }
    for (const std::string& warning : line->warnings) logger.warn(warning);
    raise_descriptor_limit(logger);
    return TestRun(*line, shown_name, display, signals, **log).run(load);
}

}  // namespace k6::run
