// Everything a user may set, as a value: what a script exports as `options`, a C++ scenario writes down, flags and the
// environment say. A field that nobody set is empty; defaults come later (make_plan in plan.h).
//
//   Options options{
//       .vus = 5,
//       .duration = 30s,
//       .scenarios = {{"browse", {.executor = RampingVus{.stages = {{10s, 20}, {30s, 20}}}, .exec = "browse"}}},
//       .thresholds = {{"http_req_duration", {"p(95)<500"}}},
//   };
//
// The fields stand in the order of the keys in `k6 inspect` (designated initialisers must follow it too).
// Values; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/duration.h"
#include "base/error.h"
#include "engine/plan/segment.h"
#include "engine/plan/settings.h"
#include "metrics/threshold_definition.h"

namespace k6 {

/// A ramp: within `duration` the number of VUs moves evenly to `target`.
struct Stage {
    std::optional<Duration> duration = {};
    std::optional<std::int64_t> target = {};
    friend bool operator==(const Stage&, const Stage&) = default;
};

/// A fixed number of VUs that loop for a fixed time.
struct ConstantVus {
    std::optional<std::int64_t> vus = {};
    std::optional<Duration> duration = {};
    friend bool operator==(const ConstantVus&, const ConstantVus&) = default;
};

/// Looping VUs whose number follows stages.
struct RampingVus {
    std::optional<std::int64_t> start_vus = {};
    Setting<std::vector<Stage>> stages = {};
    std::optional<Duration> graceful_ramp_down = {};
    friend bool operator==(const RampingVus&, const RampingVus&) = default;
};

/// A total of iterations that the VUs take from one counter.
struct SharedIterations {
    std::optional<std::int64_t> vus = {};
    std::optional<std::int64_t> iterations = {};
    std::optional<Duration> max_duration = {};
    friend bool operator==(const SharedIterations&, const SharedIterations&) = default;
};

/// The same number of iterations for each VU.
struct PerVuIterations {
    std::optional<std::int64_t> vus = {};
    std::optional<std::int64_t> iterations = {};
    std::optional<Duration> max_duration = {};
    friend bool operator==(const PerVuIterations&, const PerVuIterations&) = default;
};

/// Iterations start at a fixed rate, `rate` in each `time_unit`, whoever is free to run them (an open model).
struct ConstantArrivalRate {
    std::optional<std::int64_t> rate = {};
    std::optional<Duration> time_unit = {};
    std::optional<Duration> duration = {};
    std::optional<std::int64_t> pre_allocated_vus = {};
    std::optional<std::int64_t> max_vus = {};
    friend bool operator==(const ConstantArrivalRate&, const ConstantArrivalRate&) = default;
};

/// Iterations start at a rate that follows stages, whose targets are iterations in each `time_unit`.
struct RampingArrivalRate {
    std::optional<std::int64_t> start_rate = {};
    std::optional<Duration> time_unit = {};
    Setting<std::vector<Stage>> stages = {};
    std::optional<std::int64_t> pre_allocated_vus = {};
    std::optional<std::int64_t> max_vus = {};
    friend bool operator==(const RampingArrivalRate&, const RampingArrivalRate&) = default;
};

/// Looping VUs whose number is changed from outside while they run.
struct ExternallyControlled {
    std::optional<std::int64_t> vus = {};
    /// Zero: until somebody stops the run.
    std::optional<Duration> duration = {};
    std::optional<std::int64_t> max_vus = {};
    friend bool operator==(const ExternallyControlled&, const ExternallyControlled&) = default;
};

/// How a scenario's iterations are started; std::monostate is a scenario that does not say.
using ExecutorOptions = std::variant<std::monostate, ConstantVus, RampingVus, SharedIterations, PerVuIterations,
                                     ConstantArrivalRate, RampingArrivalRate, ExternallyControlled>;

using StringMap = std::map<std::string, std::string>;

struct ScenarioOptions {
    ExecutorOptions executor = {};
    std::optional<Duration> start_time = {};
    std::optional<Duration> graceful_stop = {};
    Setting<StringMap> env = {};
    std::optional<std::string> exec = {};
    Setting<StringMap> tags = {};
    /// The `options` object, meant for the browser module.
    std::optional<RawJson> options = {};
    friend bool operator==(const ScenarioOptions&, const ScenarioOptions&) = default;
};

using ScenarioMap = std::map<std::string, ScenarioOptions>;

/// The thresholds of one metric: `{"p(95)<500", metrics::ThresholdItem{.source = "max<9000", .abort_on_fail = true}}`.
class ThresholdList : public std::vector<metrics::ThresholdItem> {
    using Base = std::vector<metrics::ThresholdItem>;

public:
    /// One of them, mostly just its expression.
    struct Entry {
        metrics::ThresholdItem item;
        Entry(const char* source) : item{.source = source} {}
        Entry(std::string source) : item{.source = std::move(source)} {}
        Entry(metrics::ThresholdItem threshold) : item(std::move(threshold)) {}
    };

    ThresholdList() = default;
    ThresholdList(Base items) : Base(std::move(items)) {}
    ThresholdList(std::initializer_list<Entry> entries) {
        for (const Entry& entry : entries) push_back(entry.item);
    }
};

/// By metric or sub-metric ("http_req_duration{kind:slow}").
using ThresholdMap = std::map<std::string, ThresholdList>;

struct DnsOptions {
    /// "0", "inf" or a duration; kept as it was written.
    std::optional<std::string> ttl = {};
    std::optional<std::string> select = {};
    std::optional<std::string> policy = {};
    friend bool operator==(const DnsOptions&, const DnsOptions&) = default;
};

/// "tls1.0" … "tls1.3"; empty is no bound.
struct TlsVersions {
    std::string min = {};
    std::string max = {};
    friend bool operator==(const TlsVersions&, const TlsVersions&) = default;
};

/// A client certificate, PEM text, offered to servers whose name matches one of `domains` (all if there are none).
struct TlsAuth {
    std::string cert = {};
    std::string key = {};
    std::optional<std::string> password = {};
    Setting<std::vector<std::string>> domains = {};
    friend bool operator==(const TlsAuth&, const TlsAuth&) = default;
};

// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): few are made, and they are in the order of their purposes
struct Options {
    std::optional<bool> paused = {};
    std::optional<std::int64_t> vus = {};
    std::optional<Duration> duration = {};
    std::optional<std::int64_t> iterations = {};
    Setting<std::vector<Stage>> stages = {};
    Setting<ScenarioMap> scenarios = {};
    std::optional<Segment> execution_segment = {};
    std::optional<SegmentSequence> execution_segment_sequence = {};
    std::optional<bool> no_setup = {};
    std::optional<Duration> setup_timeout = {};
    std::optional<bool> no_teardown = {};
    std::optional<Duration> teardown_timeout = {};
    std::optional<Duration> handle_summary_timeout = {};
    /// Requests a second over all VUs; 0 is no limit.
    std::optional<std::int64_t> rps = {};
    std::optional<DnsOptions> dns = {};
    std::optional<std::int64_t> max_redirects = {};
    std::optional<std::string> user_agent = {};
    std::optional<std::int64_t> batch = {};
    std::optional<std::int64_t> batch_per_host = {};
    std::optional<std::string> http_debug = {};
    std::optional<bool> insecure_skip_tls_verify = {};
    Setting<std::vector<std::string>> tls_cipher_suites = {};
    std::optional<TlsVersions> tls_version = {};
    Setting<std::vector<TlsAuth>> tls_auth = {};
    std::optional<bool> throw_errors = {};  // `throw`
    Setting<ThresholdMap> thresholds = {};
    Setting<std::vector<std::string>> blacklist_ips = {};
    Setting<std::vector<std::string>> block_hostnames = {};
    Setting<StringMap> hosts = {};
    std::optional<bool> no_connection_reuse = {};
    std::optional<bool> no_vu_connection_reuse = {};
    std::optional<Duration> min_iteration_duration = {};
    std::optional<RawJson> cloud = {};
    std::optional<RawJson> ext = {};
    Setting<std::vector<std::string>> summary_trend_stats = {};
    std::optional<std::string> summary_time_unit = {};
    Setting<std::vector<std::string>> system_tags = {};
    Setting<StringMap> tags = {};
    std::optional<std::int64_t> metric_samples_buffer_size = {};
    std::optional<bool> no_cookies_reset = {};
    std::optional<bool> discard_response_bodies = {};
    /// These two come from flags and the environment only.
    std::optional<std::string> console_output = {};
    std::optional<std::string> local_ips = {};
    /// Old: as many VUs as there may be when they are changed while the test runs. Read, never written.
    std::optional<std::int64_t> vus_max = {};

    friend bool operator==(const Options&, const Options&) = default;
};

struct ParsedOptions {
    Options options;
    /// Top-level keys that are no options, in their order: worth a warning for scripts, ignored in configuration files.
    std::vector<std::string> unknown_keys;
};

/// Reads options from JSON text: a script's exported `options` or a configuration file. `null` counts as unset. All
/// errors are ErrorClass::invalid_config and name the field.
Result<ParsedOptions> parse_options_json(std::string_view json);

/// The value of an environment variable, or nothing.
using EnvironmentLookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Reads the K6_… variables that are options. Empty ones count as unset.
Result<Options> options_from_environment(const EnvironmentLookup& lookup);

/// Compact, or two spaces of indentation.
enum class JsonStyle { compact, indented };

/// All keys in their order, unset ones null (`k6 inspect`, archives).
std::string options_to_json(const Options& options, JsonStyle style = JsonStyle::compact);

/// What `exec.test.options` shows: derived options without the shortcuts, with consoleOutput and localIPs.
std::string test_options_to_json(const Options& options, JsonStyle style = JsonStyle::compact);

/// One source of options.
struct OptionsLayer {
    std::string name = {};  // "config", "script", "env", "cli"
    Options options;
};

struct ConsolidatedOptions {
    Options options;
    std::vector<std::string> warnings;
};

/// Lays the layers over each other, lowest first. A field set in a higher layer replaces the lower value whole (`dns`
/// merges by field; empty `tags` replace nothing); a layer that says how to execute (duration, iterations, stages,
/// scenarios) discards what lower layers said about that. Stages without a duration are dropped.
enum class RunTags { replace, merge };
ConsolidatedOptions consolidate(const std::vector<OptionsLayer>& layers, RunTags tags = RunTags::replace);

/// Turns the shortcuts (vus, iterations, duration, stages) into the scenario `default`; afterwards `scenarios` is
/// filled; the old forms of runs that are controlled from outside (`duration` 0, `vusMax`) become that executor.
/// make_plan does this itself. Fails with ErrorClass::invalid_config when shortcuts contradict.
Result<ConsolidatedOptions> derive_scenarios(Options options);

}  // namespace k6
