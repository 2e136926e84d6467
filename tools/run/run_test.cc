#include "tools/run/run_test.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>
#include <vector>

#include "engine/exec/health.h"
#include "engine/exec/resolver_settings.h"
#include "engine/exec/run.h"
#include "engine/plan/describe.h"
#include "engine/plan/plan.h"
#include "engine/plan/schedule.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/resolver.h"
#include "engine/runtime/timing_wheel.h"
#include "engine/runtime/worker.h"
#include "metrics/output.h"
#include "metrics/recorder.h"
#include "metrics/summary.h"
#include "metrics/summary_json.h"
#include "metrics/summary_text.h"
#include "metrics/trend_stat.h"
#include "outputs/factory.h"
#include "tools/control/server.h"
#include "tools/run/progress_display.h"
#include "tools/run/signals.h"

extern char** environ;  // NOLINT: POSIX gives the environment no other way

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

std::optional<std::string> environment_variable(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return {};
    return value;
}

}  // namespace

StringMap script_variables(const CommandLine& line) {
    StringMap variables;
    if (line.include_system_environment) {
        for (char** entry = environ; *entry != nullptr; ++entry) {
            const std::string_view text = *entry;
            const std::size_t equals = text.find('=');
            if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    for (const auto& [name, value] : line.environment) variables[name] = value;
    return variables;
}

namespace {

bool colours(const CommandLine& line, int fd) {
    const auto k6_setting = environment_variable("K6_NO_COLOR");
    return ::isatty(fd) == 1 && !line.no_colour && !environment_variable("NO_COLOR") &&
           (!k6_setting || k6_setting->empty());
}

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

Result<Options> config_file_options(const CommandLine& line) {
    std::string path;
    bool required = true;
    if (line.config_file) {
        path = *line.config_file;
    } else if (const auto from_environment = environment_variable("K6_CONFIG");
               from_environment && !from_environment->empty()) {
        path = *from_environment;
    } else {
        required = false;
        const auto xdg = environment_variable("XDG_CONFIG_HOME");
        const auto home = environment_variable("HOME");
        if (xdg && !xdg->empty()) {
            path = *xdg + "/k6/config.json";
        } else if (home) {
            path = *home + "/.config/k6/config.json";
        }
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        if (!required) return Options{};
        return Error{ErrorClass::invalid_config, "could not read the configuration file " + path};
    }
    std::ostringstream text;
    text << file.rdbuf();
    auto parsed = parse_options_json(text.str());
    if (!parsed) return with_context(parsed.error(), path);
    return parsed->options;
}

/// A file that scripts print to instead of the log; records are appended.
class ConsoleFile {
public:
    static Result<std::unique_ptr<ConsoleFile>> open(const std::string& path, const CommandLine& line) {
        const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        if (fd < 0) return Error{ErrorClass::generic, "could not open the console output file " + path};
        return std::unique_ptr<ConsoleFile>(new ConsoleFile(fd, line));
    }
    ~ConsoleFile() { ::close(fd_); }
    ConsoleFile(const ConsoleFile&) = delete;
    ConsoleFile& operator=(const ConsoleFile&) = delete;
    Logger& logger() { return logger_; }

private:
    ConsoleFile(int fd, const CommandLine& line)
        : fd_(fd), logger_(fd, line.log_format, false, line.verbose ? LogLevel::debug : LogLevel::info) {}
    int fd_;
    StreamLogger logger_;
};

// Whether everything works at all: each scenario once, right away.
void reduce_to_smoke(Plan& plan) {
    for (Scenario& scenario : plan.scenarios) {
        scenario.executor = PerVuIterationsPlan{.vus = 1, .iterations = 1, .max_duration = std::chrono::minutes(10)};
        scenario.start_time = {};
    }
    plan.thresholds.clear();
}

Result<Plan> make_run_plan(const CommandLine& line, const FrontEnd& front, Logger& logger) {
    auto options = consolidated_options(line, front.options, logger);
    if (!options) return options.error();
    auto planned = plan_run(*options, front.has_function);
    if (!planned) return planned.error();
    for (const std::string& warning : planned->warnings) logger.warn(warning);
    if (planned->plan.paused) {
        return Error{ErrorClass::invalid_config,
                     "a paused start needs the control API, which this version does not have"};
    }
    if (line.smoke) reduce_to_smoke(planned->plan);
    return std::move(planned->plan);
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

std::string description(const std::string& shown_name, const Outputs& outputs, const Plan& plan, bool colour) {
    const auto value = [&](const std::string& text) { return colour ? "\x1b[36m" + text + "\x1b[0m" : text; };
    std::string listed;
    for (const auto& output : outputs) listed += (listed.empty() ? "" : ", ") + output->description();
    std::string out = "     execution: " + value("local") + "\n        script: " + value(shown_name) +
                      "\n        output: " + value(listed.empty() ? "-" : listed) +
                      "\n\n     scenarios: " + value(segment_share(plan) + " " + describe(plan)) + ":\n";
    for (const Scenario& scenario : plan.scenarios)
        out += "              * " + scenario.name + ": " + describe(scenario, plan.stripe) + "\n";
    return out + "\n";
}

void export_summary(const CommandLine& line, const metrics::SummaryModel& model,
                    const metrics::SummaryJsonOptions& options, Logger& logger) {
    if (line.summary_export.empty()) return;
    std::ofstream file(line.summary_export, std::ios::binary | std::ios::trunc);
    file << metrics::summary_export(model, options);
    file.close();
    if (!file) {
        logger.error(
            "failed to handle the end-of-test summary",
            {{"error", "Could not save some summary information:\n\t- could not open '" + line.summary_export + "'"}});
    }
}

int report(const Error& error, Logger& logger) {
    if (error.hint.empty()) {
        logger.error(error.message);
    } else {
        logger.error(error.message, {{"hint", error.hint}});
    }
    return static_cast<int>(error.error_class);
}

/// One test: what its steps share.
class TestRun {
public:
    TestRun(const CommandLine& line, std::string shown_name, ProgressDisplay& display, SignalGuard& signals,
            Logger& logger)
        : line_(line), shown_name_(std::move(shown_name)), display_(display), signals_(signals), logger_(logger) {}

    int run(const LoadFrontEnd& load) {
        const unsigned workers = line_.workers.value_or(std::max(1U, std::thread::hardware_concurrency()));
        const StringMap variables = script_variables(line_);
        if (auto opened = open_console(); !opened) return report(opened.error(), logger_);
        auto front = load({.line = line_,
                           .variables = variables,
                           .registry = registry_,
                           .logger = logger_,
                           .console = console_ ? &console_->logger() : nullptr,
                           .workers = workers});
        if (!front) return report(front.error(), logger_);
        auto plan = make_run_plan(line_, *front, logger_);
        if (!plan) return report(plan.error(), logger_);
        if (line_.print_plan) {
            write_all(STDOUT_FILENO, plan_to_json(*plan, JsonStyle::indented) + "\n");
            return 0;
        }
        if (auto ready = prepare_thresholds(*plan); !ready) return report(ready.error(), logger_);
        if (auto started = start_outputs(*plan); !started) return report(started.error(), logger_);
        if (!line_.quiet) {
            write_all(STDOUT_FILENO,
                      std::string(banner) + description(shown_name_, outputs_, *plan, colours(line_, STDOUT_FILENO)));
        }
        warn_of_descriptor_limit(*plan, logger_);
        return execute(*plan, *front->runner, workers);
    }

private:
    Result<void> open_console() {
        auto environment = options_from_environment(environment_variable);
        if (!environment) return environment.error();
        const std::string path = line_.options.console_output.value_or(environment->console_output.value_or(""));
        if (path.empty()) return {};
        auto file = ConsoleFile::open(path, line_);
        if (!file) return file.error();
        console_ = *std::move(file);
        return {};
    }

    Result<void> prepare_thresholds(const Plan& plan) {
        if (line_.no_thresholds) {
            for (const std::string& name :
                 metrics::ThresholdSet::add_submetrics(plan.thresholds, registry_, submetrics_)) {
                logger_.warn("Invalid metric '" + name + "' in threshold definitions");
            }
        } else {
            auto thresholds = metrics::ThresholdSet::create(plan.thresholds, registry_, submetrics_);
            if (!thresholds) return thresholds.error();
            thresholds_ = *std::move(thresholds);
            for (const std::string& warning : thresholds_.warnings()) logger_.warn(warning);
        }
        submetrics_.add_defaults(registry_, plan.system_tags);
        watch_start_lateness(plan, registry_, submetrics_);
        return {};
    }

    Result<void> start_outputs(const Plan& plan) {
        std::vector<std::string> wanted = line_.outputs;
        if (wanted.empty()) {
            std::istringstream list(environment_variable("K6_OUT").value_or(""));
            for (std::string item; std::getline(list, item, ',');) {
                if (!item.empty()) wanted.push_back(item);
            }
        }
        for (const std::string& text : wanted) {
            auto output = outputs::make_output(
                text, {.registry = registry_,
                       .submetrics = submetrics_,
                       .thresholds = plan.thresholds,
                       .logger = logger_,
                       .system_tags = plan.system_tags,
                       .environment = [](std::string_view name) { return environment_variable(name); }});
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
        Run run({.plan = &plan,
                 .runner = &runner,
                 .registry = &registry_,
                 .submetrics = &submetrics_,
                 .thresholds = line_.no_thresholds ? nullptr : &thresholds_,
                 .samples = samples.sink(),
                 .logger = &logger_,
                 .clock = &clock,
                 .resolver = &resolver,
                 .workers = workers});
        std::unique_ptr<control::ControlServer> api;
        if (const std::string address = line_.address.value_or(environment_variable("K6_ADDRESS").value_or(""));
            !address.empty()) {
            auto started = control::ControlServer::start(address, {.run = &run,
                                                                   .runner = &runner,
                                                                   .registry = &registry_,
                                                                   .submetrics = &submetrics_,
                                                                   .logger = &logger_});
            if (started) {
                api = *std::move(started);
            } else if (line_.address) {
                stop_outputs(outputs_, started.error(), logger_);
                return report(started.error(), logger_);
            } else {
                logger_.warn("The REST API is not available", {{"error", started.error().message}});
            }
        }
        signals_.set_handler([&run](int signal) {
            run.stop({ErrorClass::external_abort,
                      "test run was aborted because k6 received a '" + std::string(signal_name(signal)) + "' signal"});
        });
        if (!line_.quiet) display_.start(run, max_duration(plan));
        const RunResult result = run.execute();
        display_.stop();
        signals_.set_handler({});
        stop_outputs(outputs_, result.error, logger_);
        std::uint64_t dropped_samples = 0;
        for (const auto& output : outputs_) dropped_samples += output->dropped_samples();
        const GeneratorHealth health = judge(result.metrics, submetrics_, dropped_samples);
        if (result.metrics.lost_tags > 0) {
            logger_.warn(
                std::to_string(result.metrics.lost_tags) +
                " samples lost a tag: too many different tag values; give URLs with ids in them a name, and keep such "
                "values out of tags");
        }
        if (result.worth_a_summary && line_.summary_mode != SummaryMode::disabled) {
            summarise(plan, runner, run, resolver, workers, result, health);
        }
        if (result.worth_a_summary && result.complete_iterations + result.interrupted_iterations == 0 &&
            !result.error) {
            logger_.warn("No script iterations fully finished, consider making the test duration longer");
        }
        if (result.error) return report(*result.error, logger_);
        if (line_.fail_on_saturation && !health.findings.empty()) {
            return report(
                {ErrorClass::marked_as_failed, "the load generator was the limit: " + health.findings.front()},
                logger_);
        }
        return 0;
    }

    void summarise(const Plan& plan, Runner& runner, Run& run, Resolver& resolver, unsigned workers,
                   const RunResult& result, const GeneratorHealth& health) {
        const auto model =
            metrics::SummaryModel::build(result.metrics, registry_, submetrics_, thresholds_, result.duration);
        // Only the command line's unit is checked, and earlier; an unknown one means automatic.
        const auto unit = metrics::parse_time_unit(plan.summary_time_unit);
        const metrics::TimeUnit time_unit = unit ? *unit : metrics::TimeUnit::automatic;
        const auto trend_stats =
            metrics::TrendStat::parse_all(plan.summary_trend_stats).value();  // plan_run has checked them
        const metrics::SummaryJsonOptions json_options{.trend_stats = trend_stats,
                                                       .time_unit = time_unit,
                                                       .no_colour = line_.no_colour,
                                                       .stdout_is_terminal = ::isatty(STDOUT_FILENO) == 1,
                                                       .stderr_is_terminal = ::isatty(STDERR_FILENO) == 1,
                                                       .setup_data = runner.setup_data_json()};
        bool handled = false;
        if (runner.has_handle_summary()) {
            handled = hand_over_summary(plan, runner, run, resolver, workers,
                                        metrics::handle_summary_data(model, json_options));
        }
        if (!handled) {
            const std::string text = metrics::render_summary_text(
                model, {.trend_stats = trend_stats, .time_unit = time_unit, .colour = colours(line_, STDOUT_FILENO)});
            write_all(STDOUT_FILENO, "\n" + text + "\n\n");
        }
        if (!health.findings.empty()) {
            std::string verdict = "    LOAD GENERATOR\n";
            for (const std::string& finding : health.findings) verdict += "    ! " + finding + "\n";
            write_all(STDOUT_FILENO, verdict + "\n");
        }
        export_summary(line_, model, json_options, logger_);
    }

    /// Gives the summary to the test's own code; true if that has taken care of it.
    bool hand_over_summary(const Plan& plan, Runner& runner, Run& run, Resolver& resolver, unsigned workers,
                           const std::string& data) {
        std::optional<Result<std::optional<Runner::SummaryParts>>> parts;
        SystemClock clock;
        Worker worker({.index = workers, .clock = &clock, .resolver = &resolver});
        metrics::Recorder recorder(registry_, submetrics_);
        worker.spawn([&] {
            TimingWheel::Timer limit([](void* fiber) { static_cast<Fiber*>(fiber)->interrupt(); }, Fiber::current());
            const TimePoint deadline = clock.now() + plan.handle_summary_timeout;
            worker.wheel().arm(limit, deadline);
            Vu vu({.worker = &worker, .recorder = &recorder, .plan = &plan, .control = &run, .logger = &logger_});
            vu.set_deadline(deadline);
            try {
                parts = runner.handle_summary(vu, data);
            } catch (const Interrupted&) {
                parts = Error{ErrorClass::script_exception, "handleSummary() execution timed out after " +
                                                                format_go_duration(plan.handle_summary_timeout)};
            }
        });
        worker.request_stop();
        worker.run();
        if (!*parts) {
            const Error& error = parts->error();
            logger_.error("failed to handle the end-of-test summary", {{"error", error.message}});
            return error.error_class != ErrorClass::script_exception;
        }
        if (!**parts) return false;
        write_summary_parts(***parts);
        return true;
    }

    void write_summary_parts(const Runner::SummaryParts& parts) {
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
        logger_.error("failed to handle the end-of-test summary",
                      {{"error", "Could not save some summary information:" + failures}});
    }

    const CommandLine& line_;
    std::string shown_name_;
    ProgressDisplay& display_;
    SignalGuard& signals_;
    Logger& logger_;
    std::unique_ptr<ConsoleFile> console_;
    metrics::Registry registry_;
    metrics::SubmetricSet submetrics_;
    metrics::ThresholdSet thresholds_;
    Outputs outputs_;
};

}  // namespace

Result<Options> consolidated_options(const CommandLine& line, const Options& own, Logger& logger) {
    auto config = config_file_options(line);
    if (!config) return config.error();
    auto environment = options_from_environment(environment_variable);
    if (!environment) return environment.error();
    ConsolidatedOptions all =
        consolidate({{"config", *config}, {"script", own}, {"env", *environment}, {"cli", line.options}});
    for (const std::string& warning : all.warnings) logger.warn(warning);
    return std::move(all.options);
}

int run_test(const CommandLine& line, const std::string& shown_name, const LoadFrontEnd& load) {
    const bool terminal = ::isatty(STDOUT_FILENO) == 1;
    ProgressDisplay display(STDOUT_FILENO, {.terminal = terminal, .colour = colours(line, STDOUT_FILENO)});
    const bool log_to_terminal = ::isatty(STDERR_FILENO) == 1;
    const LogFormat format =
        line.log_format == LogFormat::text && log_to_terminal ? LogFormat::terminal : line.log_format;
    StreamLogger logger(STDERR_FILENO, format, colours(line, STDERR_FILENO),
                        line.verbose ? LogLevel::debug : LogLevel::info,
                        [&display](const std::function<void()>& write) { display.around(write); });
    SignalGuard signals(logger);
    raise_descriptor_limit(logger);
    return TestRun(line, shown_name, display, signals, logger).run(load);
}

}  // namespace k6::run
