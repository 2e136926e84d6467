// The execution plan: what a run does, as an immutable and valid value. Both front ends produce it, from Options.
//
//   Result<Plan> plan = make_plan({.vus = 2, .iterations = 10});
//   plan->scenarios.at(0).exec == "default";
//   std::get<SharedIterationsPlan>(plan->scenarios.at(0).executor).iterations == 10;
//   std::cout << plan_to_json(*plan, JsonStyle::indented);
//
// Made before the run by one thread; afterwards read by any.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/duration.h"
#include "base/error.h"
#include "engine/plan/options.h"
#include "engine/plan/segment.h"
#include "engine/plan/stripe.h"
#include "metrics/system_tags.h"
#include "metrics/threshold_definition.h"

namespace k6 {

/// A stage whose both halves are known.
struct Ramp {
    Duration duration;
    std::int64_t target;
    friend bool operator==(const Ramp&, const Ramp&) = default;
};

// The executors of options.h with every field known.

struct ConstantVusPlan {
    std::int64_t vus;
    Duration duration;
    friend bool operator==(const ConstantVusPlan&, const ConstantVusPlan&) = default;
};

struct RampingVusPlan {
    std::int64_t start_vus;
    std::vector<Ramp> stages;
    Duration graceful_ramp_down;
    friend bool operator==(const RampingVusPlan&, const RampingVusPlan&) = default;
};

struct SharedIterationsPlan {
    std::int64_t vus;
    std::int64_t iterations;
    Duration max_duration;
    friend bool operator==(const SharedIterationsPlan&, const SharedIterationsPlan&) = default;
};

struct PerVuIterationsPlan {
    std::int64_t vus;
    /// Of each VU.
    std::int64_t iterations;
    Duration max_duration;
    friend bool operator==(const PerVuIterationsPlan&, const PerVuIterationsPlan&) = default;
};

struct ConstantArrivalRatePlan {
    std::int64_t rate;
    Duration time_unit;
    Duration duration;
    std::int64_t pre_allocated_vus;
    std::int64_t max_vus;
    friend bool operator==(const ConstantArrivalRatePlan&, const ConstantArrivalRatePlan&) = default;
};

struct RampingArrivalRatePlan {
    std::int64_t start_rate;
    Duration time_unit;
    std::vector<Ramp> stages;
    std::int64_t pre_allocated_vus;
    std::int64_t max_vus;
    friend bool operator==(const RampingArrivalRatePlan&, const RampingArrivalRatePlan&) = default;
};

struct ExternallyControlledPlan {
    std::int64_t vus;
    /// Zero: no end.
    Duration duration;
    std::int64_t max_vus;
    friend bool operator==(const ExternallyControlledPlan&, const ExternallyControlledPlan&) = default;
};

using ExecutorPlan = std::variant<ConstantVusPlan, RampingVusPlan, SharedIterationsPlan, PerVuIterationsPlan,
                                  ConstantArrivalRatePlan, RampingArrivalRatePlan, ExternallyControlledPlan>;

/// The spelling of options: "constant-vus", "ramping-vus", …
std::string_view executor_name(const ExecutorPlan& executor);

/// A named workload.
struct Scenario {
    std::string name;
    ExecutorPlan executor;
    /// After the run's begin.
    Duration start_time{};
    /// How long running iterations may still take when the regular time is over.
    Duration graceful_stop{};
    /// Added to the script's environment.
    StringMap env;
    /// The entry function.
    std::string exec;
    /// Whether somebody named the entry function, for descriptions.
    bool exec_given = false;
    /// Of all its samples.
    StringMap tags;
    /// For the browser module.
    std::optional<RawJson> options;

    friend bool operator==(const Scenario&, const Scenario&) = default;
};

struct DnsPlan {
    /// Of a cached answer: zero is no cache, Duration::max() for ever.
    Duration ttl;
    std::string select;  // "first", "random", "roundRobin"
    std::string policy;  // "preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any"
    friend bool operator==(const DnsPlan&, const DnsPlan&) = default;
};

struct Plan {
    /// By start time, then name. Never empty.
    std::vector<Scenario> scenarios;
    /// By metric, bytewise. Expressions are not yet parsed: metrics of the script are not known here.
    std::vector<metrics::ThresholdDefinition> thresholds;

    Segment segment;
    /// Empty: completed around the segment.
    SegmentSequence segment_sequence;
    /// This instance's share by these two. The numbers of `scenarios` are those of the whole test.
    Stripe stripe;

    bool paused = false;
    bool no_setup = false;
    bool no_teardown = false;
    Duration setup_timeout{};
    Duration teardown_timeout{};
    Duration handle_summary_timeout{};
    /// Complete iterations that took less are followed by a pause.
    Duration min_iteration_duration{};

    // Requests.
    /// A second, over all VUs; 0 is no limit.
    std::int64_t rps = 0;
    DnsPlan dns;
    std::int64_t max_redirects = 0;
    /// Nothing: the product's own; empty: none is sent.
    std::optional<std::string> user_agent;
    std::int64_t batch = 0;
    std::int64_t batch_per_host = 0;
    /// "": off; "full": with bodies; anything else: heads only.
    std::string http_debug;
    bool throw_errors = false;
    bool no_connection_reuse = false;
    bool no_vu_connection_reuse = false;
    bool no_cookies_reset = false;
    bool discard_response_bodies = false;
    bool insecure_skip_tls_verify = false;
    TlsVersions tls_version;
    std::vector<std::string> tls_cipher_suites;
    std::vector<TlsAuth> tls_auth;
    std::vector<std::string> blacklist_ips;
    std::vector<std::string> block_hostnames;
    StringMap hosts;
    std::string local_ips;

    // Metrics.
    StringMap tags;
    metrics::SystemTagSet system_tags;
    /// Columns of trends; known to be readable by metrics::TrendStat.
    std::vector<std::string> summary_trend_stats;
    /// "s", "ms", "us"; anything else chooses by value.
    std::string summary_time_unit;

    /// A file for what scripts print; empty: the log.
    std::string console_output;

    /// What the plan was made of, with the scenarios derived but defaults left out.
    Options options;
};

/// Tells whether the front end has an entry function of that name.
using EntryFunctions = std::function<bool(std::string_view name)>;

struct PlannedRun {
    Plan plan;
    std::vector<std::string> warnings;
};

/// Derives scenarios, applies defaults and validates. `has_entry_function` may be empty: then no name is checked.
/// Errors are ErrorClass::invalid_config (trend statistics: generic) and list everything wrong with the scenarios at
/// once.
Result<PlannedRun> plan_run(const Options& consolidated, const EntryFunctions& has_entry_function = {});

/// plan_run without the warnings, for C++ scenarios and tests.
Result<Plan> make_plan(const Options& options, const EntryFunctions& has_entry_function = {});

/// The plan in the form and key order of options, with every default filled in and `scenarios` derived.
std::string plan_to_json(const Plan& plan, JsonStyle style = JsonStyle::compact);

}  // namespace k6
