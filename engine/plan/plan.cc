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

ConstantVusPlan plan_executor(const ConstantVus& options, Problems& problems) {
    const ConstantVusPlan plan{.vus = options.vus.value_or(1), .duration = options.duration.value_or(Duration(0))};
    check_vus(plan.vus, problems);
    if (!options.duration) {
        problems.push_back("the duration is unspecified");
    } else if (plan.duration < shortest_duration) {
        problems.push_back("the duration must be at least 1s, but is " + format_go_duration(plan.duration));
    }
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
    if (!options.stages || options.stages->empty()) {
        problems.push_back("at least one stage has to be specified");
        return plan;
    }
    bool any_vus = plan.start_vus > 0;
    for (const Stage& stage : *options.stages) {
        const std::string number = std::to_string(plan.stages.size() + 1);
        plan.stages.push_back({.duration = stage.duration.value_or(Duration(0)), .target = stage.target.value_or(0)});
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
        any_vus = any_vus || plan.stages.back().target > 0;
    }
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

/// All times that can follow each other in a scenario must fit into a Duration together.
Int128 longest_time(const Scenario& scenario) {
    Int128 time = Int128{scenario.start_time.count()} + scenario.graceful_stop.count();
    if (const auto* ramp = std::get_if<RampingVusPlan>(&scenario.executor)) {
        time += ramp->graceful_ramp_down.count();
        for (const Ramp& stage : ramp->stages) time += stage.duration.count();
    } else if (const auto* constant = std::get_if<ConstantVusPlan>(&scenario.executor)) {
        time += constant->duration.count();
    } else if (const auto* shared = std::get_if<SharedIterationsPlan>(&scenario.executor)) {
        time += shared->max_duration.count();
    } else {
        time += std::get<PerVuIterationsPlan>(scenario.executor).max_duration.count();
    }
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

/// Checks that the segment is one of the sequence's.
std::optional<std::string> check_segment(const Segment& segment, const SegmentSequence& sequence) {
    if (sequence.empty()) return std::nullopt;
    // A sequence may leave out the ends.
    SegmentSequence bounds = sequence;
    if (bounds.front() != Rational(0)) bounds.insert(bounds.begin(), Rational(0));
    if (bounds.back() != Rational(1)) bounds.push_back(Rational(1));
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
        if (segment == Segment{bounds[i], bounds[i + 1]}) return std::nullopt;
    }
    return "provided segment " + to_string(segment) + " can't be found in sequence " + to_string(sequence);
}

Error invalid(std::string message) { return {ErrorClass::invalid_config, std::move(message)}; }

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
        if (const auto* constant = std::get_if<ConstantVusPlan>(&scenario.executor)) {
            options.executor = ConstantVus{.vus = constant->vus, .duration = constant->duration};
        } else if (const auto* ramp = std::get_if<RampingVusPlan>(&scenario.executor)) {
            std::vector<Stage> stages;
            for (const Ramp& stage : ramp->stages) stages.push_back({stage.duration, stage.target});
            options.executor = RampingVus{.start_vus = ramp->start_vus,
                                          .stages = std::move(stages),
                                          .graceful_ramp_down = ramp->graceful_ramp_down};
        } else if (const auto* shared = std::get_if<SharedIterationsPlan>(&scenario.executor)) {
            options.executor = SharedIterations{
                .vus = shared->vus, .iterations = shared->iterations, .max_duration = shared->max_duration};
        } else {
            const auto& each = std::get<PerVuIterationsPlan>(scenario.executor);
            options.executor =
                PerVuIterations{.vus = each.vus, .iterations = each.iterations, .max_duration = each.max_duration};
        }
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
    if (auto problem = check_segment(plan.segment, plan.segment_sequence)) problems.push_back(std::move(*problem));

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
    if (!plan.segment.full()) {
        return invalid("execution segments other than the whole test are not available yet in this version, but " +
                       to_string(plan.segment) + " was asked for");
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
