// Metrics by name: what is measured, how samples of it aggregate, and in which unit.
//
// A Registry belongs to one process and is filled before the run: the built-in metrics stand in it from the start,
// under the fixed ids of `Builtin`, and scripts declare theirs while their init code runs. Ids are small and dense, so
// that a recorder keeps its sinks in a vector.
//
//   Registry registry;
//   MetricId duration = Builtin::http_req_duration;
//   Result<MetricId> errors = registry.declare("my_errors", MetricType::rate);
//   registry.at(*errors).name == "my_errors";
//
// Any thread: VUs declare concurrently (all of them run the same init code). A Metric never changes or moves once it is
// declared, so a pointer to it stays good as long as the registry.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "base/error.h"

namespace k6::metrics {

enum class MetricType : std::uint8_t { counter, gauge, rate, trend };

/// What a value is: a plain number, milliseconds, or bytes.
enum class ValueKind : std::uint8_t { default_, time, data };

/// "counter", "gauge", "rate", "trend".
std::string_view to_string(MetricType type);
/// "default", "time", "data".
std::string_view to_string(ValueKind kind);

/// The metrics that exist in every run. Those of a module that a script may never import (gRPC streams, the browser)
/// are declared when it is.
enum class Builtin : std::uint32_t {
    vus,
    vus_max,
    iterations,
    iteration_duration,
    dropped_iterations,
    checks,
    group_duration,
    http_reqs,
    http_req_failed,
    http_req_duration,
    http_req_blocked,
    http_req_connecting,
    http_req_tls_handshaking,
    http_req_sending,
    http_req_waiting,
    http_req_receiving,
    ws_sessions,
    ws_connecting,
    ws_session_duration,
    ws_msgs_sent,
    ws_msgs_received,
    ws_ping,
    grpc_req_duration,
    data_sent,
    data_received,
    iteration_response_time,
    generator_start_lateness,
    generator_loop_lag,
    generator_cpu,
    generator_dropped_samples,
};

/// Which metric, as an index: the ids of a registry run from 0 without gaps, the built-in ones first.
struct MetricId {
    std::uint32_t index;

    constexpr explicit MetricId(std::uint32_t index_in_registry) : index(index_in_registry) {}
    // NOLINTNEXTLINE(google-explicit-constructor): a Builtin is a metric id.
    constexpr MetricId(Builtin builtin) : index(static_cast<std::uint32_t>(builtin)) {}
    friend constexpr auto operator<=>(const MetricId&, const MetricId&) = default;
};

struct BuiltinMetric {
    Builtin id;
    std::string_view name;
    MetricType type;
    ValueKind contains;
};

/// One row per Builtin, in its order.
inline constexpr std::array builtin_metrics = {
    BuiltinMetric{Builtin::vus, "vus", MetricType::gauge, ValueKind::default_},
    BuiltinMetric{Builtin::vus_max, "vus_max", MetricType::gauge, ValueKind::default_},
    BuiltinMetric{Builtin::iterations, "iterations", MetricType::counter, ValueKind::default_},
    BuiltinMetric{Builtin::iteration_duration, "iteration_duration", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::dropped_iterations, "dropped_iterations", MetricType::counter, ValueKind::default_},
    BuiltinMetric{Builtin::checks, "checks", MetricType::rate, ValueKind::default_},
    BuiltinMetric{Builtin::group_duration, "group_duration", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::http_reqs, "http_reqs", MetricType::counter, ValueKind::default_},
    BuiltinMetric{Builtin::http_req_failed, "http_req_failed", MetricType::rate, ValueKind::default_},
    BuiltinMetric{Builtin::http_req_duration, "http_req_duration", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::http_req_blocked, "http_req_blocked", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::http_req_connecting, "http_req_connecting", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::http_req_tls_handshaking, "http_req_tls_handshaking", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::http_req_sending, "http_req_sending", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::http_req_waiting, "http_req_waiting", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::http_req_receiving, "http_req_receiving", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::ws_sessions, "ws_sessions", MetricType::counter, ValueKind::default_},
    BuiltinMetric{Builtin::ws_connecting, "ws_connecting", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::ws_session_duration, "ws_session_duration", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::ws_msgs_sent, "ws_msgs_sent", MetricType::counter, ValueKind::default_},
    BuiltinMetric{Builtin::ws_msgs_received, "ws_msgs_received", MetricType::counter, ValueKind::default_},
    BuiltinMetric{Builtin::ws_ping, "ws_ping", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::grpc_req_duration, "grpc_req_duration", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::data_sent, "data_sent", MetricType::counter, ValueKind::data},
    BuiltinMetric{Builtin::data_received, "data_received", MetricType::counter, ValueKind::data},
    // Of arrival-rate scenarios: from when an iteration was due to its end, however late it started.
    BuiltinMetric{Builtin::iteration_response_time, "iteration_response_time", MetricType::trend, ValueKind::time},
    // About this program rather than its target: how late iterations start against their schedule, how late a
    // worker's timers are, the part of a core that a worker uses, samples that outputs had to drop.
    BuiltinMetric{Builtin::generator_start_lateness, "generator_start_lateness", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::generator_loop_lag, "generator_loop_lag", MetricType::trend, ValueKind::time},
    BuiltinMetric{Builtin::generator_cpu, "generator_cpu", MetricType::trend, ValueKind::default_},
    BuiltinMetric{Builtin::generator_dropped_samples, "generator_dropped_samples", MetricType::counter,
                  ValueKind::default_},
};

/// Whether a metric describes the generator's own health: summaries show those in a place of their own.
constexpr bool describes_generator(MetricId metric) {
    return metric >= MetricId(Builtin::generator_start_lateness) &&
           metric <= MetricId(Builtin::generator_dropped_samples);
}

struct Metric {
    MetricId id;
    std::string name;
    MetricType type;
    ValueKind contains;
};

class Registry {
public:
    Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    /// The metric of that name, made if there is none. Errors (ErrorClass::script_exception): a name outside
    /// `[a-zA-Z_][a-zA-Z0-9_]{1,128}`, or a metric of that name with another type or kind of value.
    Result<MetricId> declare(std::string_view name, MetricType type, ValueKind contains = ValueKind::default_);

    /// nullptr if there is no such metric.
    const Metric* find(std::string_view name) const;

    /// The metric of an id given out by this registry (std::out_of_range otherwise).
    const Metric& at(MetricId id) const;

    std::size_t size() const;

private:
    const Metric& insert(std::string_view name, MetricType type, ValueKind contains);

    mutable std::shared_mutex mutex_;
    std::deque<Metric> metrics_;
    std::map<std::string_view, const Metric*, std::less<>> by_name_;
};

}  // namespace k6::metrics
