#include "engine/plan/plan.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/int128.h"
#include "engine/plan/option_codec.h"
#include "engine/plan/option_table.h"
#include "metrics/trend_stat.h"

namespace k6 {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Duration default_graceful_stop = seconds(30);
constexpr Duration default_max_duration = minutes(10);
constexpr Duration default_time_unit = seconds(1);
constexpr Duration shortest_duration = seconds(1);
constexpr std::int64_t most_vus = 100'000'000;

/// What is wrong with one scenario, item by item.
using Problems = std::vector<std::string>;

std::string joined(const Problems& problems) {
    std::string text;
    for (const std::string& problem : problems) {
        if (!text.empty()) text += ", ";
        text += problem;
    }
    return text;
}

void check_vus(std::int64_t vus, Problems& problems) {
    if (vus <= 0) problems.push_back("the number of VUs must be more than 0");
    if (vus > most_vus) problems.push_back("the number of VUs can't be more than " + std::to_string(most_vus));
}

void check_max_duration(Duration duration, Problems& problems) {
    if (duration < shortest_duration) {
        problems.push_back("the maxDuration must be at least 1s, but is " + format_go_duration(duration));
    }
}

void check_duration(const std::optional<Duration>& duration, Problems& problems) {
    if (!duration) {
        problems.push_back("the duration is unspecified");
    } else if (*duration < shortest_duration) {
        problems.push_back("the duration must be at least 1s, but is " + format_go_duration(*duration));
    }
}

std::vector<Ramp> plan_stages(const Setting<std::vector<Stage>>& options, Problems& problems) {
    std::vector<Ramp> stages;
    if (!options || options->empty()) {
        problems.push_back("at least one stage has to be specified");
        return stages;
    }
    for (const Stage& stage : *options) {
        const std::string number = std::to_string(stages.size() + 1);
        stages.push_back({.duration = stage.duration.value_or(Duration(0)), .target = stage.target.value_or(0)});
        if (!stage.duration) {
            problems.push_back("stage " + number + " doesn't have a duration");
        } else if (*stage.duration < Duration(0)) {
            problems.push_back("the duration for stage " + number + " can't be negative");
        }
        if (!stage.target) {
            problems.push_back("stage " + number + " doesn't have a target");
        } else if (*stage.target < 0) {
            problems.push_back("the target for stage " + number + " can't be negative");
        } else if (*stage.target > most_vus) {
            problems.push_back("the target for stage " + number + " can't be more than " + std::to_string(most_vus));
        }
    }
    return stages;
}

ConstantVusPlan plan_executor(const ConstantVus& options, Problems& problems) {
    const ConstantVusPlan plan{.vus = options.vus.value_or(1), .duration = options.duration.value_or(Duration(0))};
    check_vus(plan.vus, problems);
    check_duration(options.duration, problems);
    return plan;
}

RampingVusPlan plan_executor(const RampingVus& options, Problems& problems) {
    RampingVusPlan plan{.start_vus = options.start_vus.value_or(1),
                        .graceful_ramp_down = options.graceful_ramp_down.value_or(default_graceful_stop)};
    if (plan.start_vus < 0) problems.push_back("the number of start VUs can't be negative");
    if (plan.start_vus > most_vus) {
        problems.push_back("the number of start VUs can't be more than " + std::to_string(most_vus));
    }
    if (plan.graceful_ramp_down < Duration(0)) problems.push_back("the gracefulRampDown timeout can't be negative");
    plan.stages = plan_stages(options.stages, problems);
    if (plan.stages.empty()) return plan;
    const bool any_vus = plan.start_vus > 0 || std::any_of(plan.stages.begin(), plan.stages.end(),
                                                           [](const Ramp& stage) { return stage.target > 0; });
    if (!any_vus) problems.push_back("either startVUs or one of the stages' target values must be greater than 0");
    return plan;
}

SharedIterationsPlan plan_executor(const SharedIterations& options, Problems& problems) {
    const SharedIterationsPlan plan{.vus = options.vus.value_or(1),
                                    .iterations = options.iterations.value_or(1),
                                    .max_duration = options.max_duration.value_or(default_max_duration)};
    check_vus(plan.vus, problems);
    if (plan.iterations < plan.vus) {
        problems.push_back("the number of iterations (" + std::to_string(plan.iterations) +
                           ") can't be less than the number of VUs (" + std::to_string(plan.vus) + ")");
    }
    check_max_duration(plan.max_duration, problems);
    return plan;
}

PerVuIterationsPlan plan_executor(const PerVuIterations& options, Problems& problems) {
    const PerVuIterationsPlan plan{.vus = options.vus.value_or(1),
                                   .iterations = options.iterations.value_or(1),
                                   .max_duration = options.max_duration.value_or(default_max_duration)};
    check_vus(plan.vus, problems);
    if (plan.iterations <= 0) problems.push_back("the number of iterations must be more than 0");
    check_max_duration(plan.max_duration, problems);
    return plan;
}

void check_arrival_vus(const std::optional<std::int64_t>& pre_allocated, std::int64_t max_vus, Problems& problems) {
    if (!pre_allocated) {
        problems.push_back("the number of preAllocatedVUs isn't specified");
    } else if (*pre_allocated < 0) {
        problems.push_back("the number of preAllocatedVUs can't be negative");
    }
    if (max_vus < pre_allocated.value_or(0)) problems.push_back("maxVUs can't be less than preAllocatedVUs");
    if (max_vus > most_vus) problems.push_back("maxVUs can't be more than " + std::to_string(most_vus));
}

ConstantArrivalRatePlan plan_executor(const ConstantArrivalRate& options, Problems& problems) {
    const ConstantArrivalRatePlan plan{
        .rate = options.rate.value_or(0),
        .time_unit = options.time_unit.value_or(default_time_unit),
        .duration = options.duration.value_or(Duration(0)),
        .pre_allocated_vus = options.pre_allocated_vus.value_or(0),
        .max_vus = options.max_vus ? *options.max_vus : options.pre_allocated_vus.value_or(0)};
    if (!options.rate) {
        problems.push_back("the iteration rate isn't specified");
    } else if (plan.rate <= 0) {
        problems.push_back("the iteration rate must be more than 0");
    }
    if (plan.time_unit <= Duration(0)) problems.push_back("the timeUnit must be more than 0");
    check_duration(options.duration, problems);
    check_arrival_vus(options.pre_allocated_vus, plan.max_vus, problems);
    return plan;
}

RampingArrivalRatePlan plan_executor(const RampingArrivalRate& options, Problems& problems) {
    RampingArrivalRatePlan plan{.start_rate = options.start_rate.value_or(0),
                                .time_unit = options.time_unit.value_or(default_time_unit),
                                .stages = plan_stages(options.stages, problems),
                                .pre_allocated_vus = options.pre_allocated_vus.value_or(0),
                                .max_vus = options.max_vus ? *options.max_vus : options.pre_allocated_vus.value_or(0)};
    if (plan.start_rate < 0) problems.push_back("the startRate value can't be negative");
    if (plan.start_rate > most_vus) {
        problems.push_back("the startRate value can't be more than " + std::to_string(most_vus));
    }
    if (plan.time_unit <= Duration(0)) problems.push_back("the timeUnit must be more than 0");
    check_arrival_vus(options.pre_allocated_vus, plan.max_vus, problems);
    return plan;
}

ExternallyControlledPlan plan_executor(const ExternallyControlled& options, Problems& problems) {
    const ExternallyControlledPlan plan{.vus = options.vus.value_or(0),
                                        .duration = options.duration.value_or(Duration(0)),
                                        .max_vus = options.max_vus ? *options.max_vus : options.vus.value_or(0)};
    if (plan.vus < 0) problems.push_back("the number of VUs can't be negative");
    if (plan.vus > plan.max_vus) {
        problems.push_back("the number of active VUs (" + std::to_string(plan.vus) +
                           ") must be less than or equal to the number of maxVUs (" + std::to_string(plan.max_vus) +
                           ")");
    }
    if (plan.max_vus > most_vus) problems.push_back("maxVUs can't be more than " + std::to_string(most_vus));
    if (!options.duration) {
        problems.push_back("the duration must be specified, for infinite duration use 0");
    } else if (plan.duration < Duration(0)) {
        problems.push_back("the duration can't be negative");
    }
    return plan;
}

/// All times that can follow each other in a scenario must fit into a Duration together.
Int128 longest_time(const Scenario& scenario) {
    Int128 time = Int128{scenario.start_time.count()} + scenario.graceful_stop.count();
    std::visit(
        [&time](const auto& executor) {
            if constexpr (requires { executor.graceful_ramp_down; }) time += executor.graceful_ramp_down.count();
            if constexpr (requires { executor.stages; }) {
                for (const Ramp& stage : executor.stages) time += stage.duration.count();
            } else if constexpr (requires { executor.duration; }) {
                time += executor.duration.count();
            } else {
                time += executor.max_duration.count();
            }
        },
        scenario.executor);
    return time;
}

bool is_scenario_name(const std::string& name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
    });
}

Scenario plan_scenario(const std::string& name, const ScenarioOptions& options, Problems& problems) {
    Scenario scenario{.name = name,
                      .executor = PerVuIterationsPlan{},
                      .start_time = options.start_time.value_or(Duration(0)),
                      .graceful_stop = options.graceful_stop.value_or(default_graceful_stop),
                      .env = options.env ? *options.env : StringMap{},
                      .exec = options.exec.value_or("default"),
                      .exec_given = options.exec.has_value(),
                      .tags = options.tags ? *options.tags : StringMap{},
                      .options = options.options};
    if (!is_scenario_name(name)) {
        problems.push_back(
            "the scenario name should contain only numbers, latin letters, underscores, and dashes (0-9A-Za-z_-)");
    }
    if (scenario.exec.empty()) problems.push_back("exec value cannot be empty");
    if (scenario.start_time < Duration(0)) problems.push_back("the startTime can't be negative");
    if (scenario.graceful_stop < Duration(0)) problems.push_back("the gracefulStop timeout can't be negative");
    if (std::holds_alternative<ExternallyControlled>(options.executor)) {
        if (options.graceful_stop) {
            problems.push_back("gracefulStop is not supported by the externally controlled executor");
        }
        scenario.graceful_stop = Duration(0);
    }
    std::visit(
        [&]<class Executor>(const Executor& executor) {
            if constexpr (!std::is_same_v<Executor, std::monostate>) {
                scenario.executor = plan_executor(executor, problems);
            }
        },
        options.executor);
    if (problems.empty() && longest_time(scenario) > std::numeric_limits<std::int64_t>::max()) {
        problems.push_back("its times add up to more than 292 years");
    }
    return scenario;
}

DnsPlan plan_dns(const std::optional<DnsOptions>& options) {
    return {.ttl = options && options->ttl ? *parse_dns_ttl(*options->ttl) : minutes(5),
            .select = options && options->select ? *options->select : "random",
            .policy = options && options->policy ? *options->policy : "preferIPv4"};
}

Error invalid(std::string message) { return {ErrorClass::invalid_config, std::move(message)}; }

std::vector<Stage> stage_options(const std::vector<Ramp>& ramps) {
    std::vector<Stage> stages;
    for (const Ramp& stage : ramps) stages.push_back({stage.duration, stage.target});
    return stages;
}

ExecutorOptions executor_options(const ConstantVusPlan& plan) {
    return ConstantVus{.vus = plan.vus, .duration = plan.duration};
}
ExecutorOptions executor_options(const RampingVusPlan& plan) {
    return RampingVus{.start_vus = plan.start_vus,
                      .stages = stage_options(plan.stages),
                      .graceful_ramp_down = plan.graceful_ramp_down};
}
ExecutorOptions executor_options(const SharedIterationsPlan& plan) {
    return SharedIterations{.vus = plan.vus, .iterations = plan.iterations, .max_duration = plan.max_duration};
}
ExecutorOptions executor_options(const PerVuIterationsPlan& plan) {
    return PerVuIterations{.vus = plan.vus, .iterations = plan.iterations, .max_duration = plan.max_duration};
}
ExecutorOptions executor_options(const ConstantArrivalRatePlan& plan) {
    return ConstantArrivalRate{.rate = plan.rate,
                               .time_unit = plan.time_unit,
                               .duration = plan.duration,
                               .pre_allocated_vus = plan.pre_allocated_vus,
                               .max_vus = plan.max_vus};
}
ExecutorOptions executor_options(const RampingArrivalRatePlan& plan) {
    return RampingArrivalRate{.start_rate = plan.start_rate,
                              .time_unit = plan.time_unit,
                              .stages = stage_options(plan.stages),
                              .pre_allocated_vus = plan.pre_allocated_vus,
                              .max_vus = plan.max_vus};
}
ExecutorOptions executor_options(const ExternallyControlledPlan& plan) {
    return ExternallyControlled{.vus = plan.vus, .duration = plan.duration, .max_vus = plan.max_vus};
}

/// The options that say everything the plan says.
Options complete_options(const Plan& plan) {
    ScenarioMap scenarios;
    for (const Scenario& scenario : plan.scenarios) {
        ScenarioOptions& options = scenarios[scenario.name];
        options = {.start_time = scenario.start_time,
                   .graceful_stop = scenario.graceful_stop,
                   .env = scenario.env,
                   .exec = scenario.exec,
                   .tags = scenario.tags,
                   .options = scenario.options};
        options.executor =
            std::visit([](const auto& executor) { return executor_options(executor); }, scenario.executor);
        // It has none to set.
        if (std::holds_alternative<ExternallyControlledPlan>(scenario.executor)) options.graceful_stop.reset();
    }
    ThresholdMap thresholds;
    for (const metrics::ThresholdDefinition& definition : plan.thresholds) {
        thresholds[definition.metric] = ThresholdList(definition.items);
    }
    std::vector<std::string> system_tags = plan.system_tags.names();
    std::sort(system_tags.begin(), system_tags.end());
    const std::string ttl = plan.dns.ttl == Duration::max() ? "inf" : format_go_duration(plan.dns.ttl);

    Options options;
    options.paused = plan.paused;
    options.scenarios = std::move(scenarios);
    options.execution_segment = plan.segment;
    options.execution_segment_sequence = plan.segment_sequence;
    options.no_setup = plan.no_setup;
    options.setup_timeout = plan.setup_timeout;
    options.no_teardown = plan.no_teardown;
    options.teardown_timeout = plan.teardown_timeout;
    options.handle_summary_timeout = plan.handle_summary_timeout;
    options.rps = plan.rps;
    options.dns = DnsOptions{.ttl = ttl, .select = plan.dns.select, .policy = plan.dns.policy};
    options.max_redirects = plan.max_redirects;
    options.user_agent = plan.user_agent;
    options.batch = plan.batch;
    options.batch_per_host = plan.batch_per_host;
    options.http_debug = plan.http_debug;
    options.insecure_skip_tls_verify = plan.insecure_skip_tls_verify;
    options.tls_cipher_suites = plan.tls_cipher_suites;
    options.tls_version = plan.tls_version;
    options.tls_auth = plan.tls_auth;
    options.throw_errors = plan.throw_errors;
    options.thresholds = std::move(thresholds);
    options.blacklist_ips = plan.blacklist_ips;
    options.block_hostnames = plan.block_hostnames;
    options.hosts = plan.hosts;
    options.no_connection_reuse = plan.no_connection_reuse;
    options.no_vu_connection_reuse = plan.no_vu_connection_reuse;
    options.min_iteration_duration = plan.min_iteration_duration;
    options.cloud = plan.options.cloud;
    options.ext = plan.options.ext;
    options.summary_trend_stats = plan.summary_trend_stats;
    options.summary_time_unit = plan.summary_time_unit;
    options.system_tags = std::move(system_tags);
    options.tags = plan.tags;
    options.metric_samples_buffer_size = plan.options.metric_samples_buffer_size.value_or(1000);
    options.no_cookies_reset = plan.no_cookies_reset;
    options.discard_response_bodies = plan.discard_response_bodies;
    return options;
}

}  // namespace

std::string_view executor_name(const ExecutorPlan& executor) {
    struct Names {
        std::string_view operator()(const ConstantVusPlan&) const { return "constant-vus"; }
        std::string_view operator()(const RampingVusPlan&) const { return "ramping-vus"; }
        std::string_view operator()(const SharedIterationsPlan&) const { return "shared-iterations"; }
        std::string_view operator()(const PerVuIterationsPlan&) const { return "per-vu-iterations"; }
        std::string_view operator()(const ConstantArrivalRatePlan&) const { return "constant-arrival-rate"; }
        std::string_view operator()(const RampingArrivalRatePlan&) const { return "ramping-arrival-rate"; }
        std::string_view operator()(const ExternallyControlledPlan&) const { return "externally-controlled"; }
    };
    return std::visit(Names{}, executor);
}

Result<PlannedRun> plan_run(const Options& consolidated, const EntryFunctions& has_entry_function) {
    auto checked = canonical(consolidated);
    if (!checked) return checked.error();
    auto derived = derive_scenarios(std::move(*checked));
    if (!derived) return derived.error();
    Options& options = derived->options;

    for (const auto& [name, scenario] : *options.scenarios) {
        if (std::holds_alternative<std::monostate>(scenario.executor)) {
            return invalid("scenario '" + name + "' doesn't have a specified executor type");
        }
    }
    PlannedRun planned{{}, std::move(derived->warnings)};
    Plan& plan = planned.plan;
    std::vector<std::string> problems;

    plan.segment = options.execution_segment.value_or(Segment{});
    plan.segment_sequence = options.execution_segment_sequence.value_or(SegmentSequence{});
    if (auto stripe = Stripe::of(plan.segment, plan.segment_sequence)) {
        plan.stripe = std::move(*stripe);
    } else {
        problems.push_back(stripe.error().message);
    }

    for (const auto& [name, scenario] : *options.scenarios) {
        Problems found;
        plan.scenarios.push_back(plan_scenario(name, scenario, found));
        if (!found.empty()) {
            problems.push_back("scenario " + name + " has configuration errors: " + joined(found));
        }
    }
    std::stable_sort(plan.scenarios.begin(), plan.scenarios.end(),
                     [](const Scenario& a, const Scenario& b) { return a.start_time < b.start_time; });

    plan.setup_timeout = options.setup_timeout.value_or(seconds(60));
    plan.teardown_timeout = options.teardown_timeout.value_or(seconds(60));
    if (plan.setup_timeout <= Duration(0)) problems.push_back("setupTimeout must be positive");
    if (plan.teardown_timeout <= Duration(0)) problems.push_back("teardownTimeout must be positive");

    if (has_entry_function) {
        for (const auto& [name, scenario] : *options.scenarios) {
            const std::string exec = scenario.exec.value_or("default");
            if (!exec.empty() && !has_entry_function(exec)) {
                problems.push_back("executor " + name + ": function '" + exec + "' not found in exports");
            }
        }
    }
    if (!problems.empty()) {
        std::string message = "There were problems with the specified script configuration:";
        for (const std::string& problem : problems) message += "\n\t- " + problem;
        return invalid(std::move(message));
    }

    if (options.summary_trend_stats) {
        if (auto stats = metrics::TrendStat::parse_all(*options.summary_trend_stats); !stats) return stats.error();
        plan.summary_trend_stats = *options.summary_trend_stats;
    } else {
        for (const metrics::TrendStat& stat : metrics::TrendStat::defaults()) {
            plan.summary_trend_stats.push_back(stat.text);
        }
    }
    if (options.thresholds) {
        for (const auto& [metric, items] : *options.thresholds) plan.thresholds.push_back({metric, items});
    }

    plan.paused = options.paused.value_or(false);
    plan.no_setup = options.no_setup.value_or(false);
    plan.no_teardown = options.no_teardown.value_or(false);
    plan.handle_summary_timeout = options.handle_summary_timeout.value_or(seconds(120));
    plan.min_iteration_duration = options.min_iteration_duration.value_or(Duration(0));
    plan.rps = options.rps.value_or(0);
    plan.dns = plan_dns(options.dns);
    plan.max_redirects = options.max_redirects.value_or(10);
    plan.user_agent = options.user_agent;
    plan.batch = options.batch.value_or(20);
    plan.batch_per_host = options.batch_per_host.value_or(6);
    plan.http_debug = options.http_debug.value_or("");
    plan.throw_errors = options.throw_errors.value_or(false);
    plan.no_connection_reuse = options.no_connection_reuse.value_or(false);
    plan.no_vu_connection_reuse = options.no_vu_connection_reuse.value_or(false);
    plan.no_cookies_reset = options.no_cookies_reset.value_or(false);
    plan.discard_response_bodies = options.discard_response_bodies.value_or(false);
    plan.insecure_skip_tls_verify = options.insecure_skip_tls_verify.value_or(false);
    plan.tls_version = options.tls_version.value_or(TlsVersions{});
    plan.tls_cipher_suites = options.tls_cipher_suites.value_or(StringList{});
    plan.tls_auth = options.tls_auth.value_or(std::vector<TlsAuth>{});
    plan.blacklist_ips = options.blacklist_ips.value_or(StringList{});
    plan.block_hostnames = options.block_hostnames.value_or(StringList{});
    plan.hosts = options.hosts.value_or(StringMap{});
    plan.local_ips = options.local_ips.value_or("");
    plan.tags = options.tags.value_or(StringMap{});
    plan.system_tags =
        options.system_tags ? metrics::SystemTagSet::of(*options.system_tags) : metrics::SystemTagSet::defaults();
    plan.summary_time_unit = options.summary_time_unit.value_or("");
    plan.console_output = options.console_output.value_or("");
    plan.options = std::move(options);
    return planned;
}

Result<Plan> make_plan(const Options& options, const EntryFunctions& has_entry_function) {
    auto planned = plan_run(options, has_entry_function);
    if (!planned) return planned.error();
    return std::move(planned->plan);
}

std::string plan_to_json(const Plan& plan, JsonStyle style) { return options_to_json(complete_options(plan), style); }

}  // namespace k6
