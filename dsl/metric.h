// Metrics by type: the built-in ones as constants, and those of a scenario.
//
//   constexpr Rate login_ok{"login_ok"};              // at namespace scope
//   test.metrics = {login_ok};                         // declared once
//   login_ok.add(vu, response.status() == 200);        // in an iteration
//   rate(login_ok) > 95_pct;                           // in thresholds, like rate(http_req_failed)
//
// Constants without state; a Vu's methods on its worker's thread.
#pragma once

#include <chrono>
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "dsl/fields.h"
#include "dsl/literals.h"
#include "metrics/metric.h"
#include "metrics/tags.h"

namespace k6::dsl {

class Vu;

using Tag = metrics::Tag;
using Tags = std::initializer_list<Tag>;

/// A metric, restricted to samples with certain tags: for thresholds.
template <class Metric>
struct Tagged {
    /// "http_req_duration{kind:slow}".
    std::string selector;
};

namespace detail {
void add_sample(Vu& vu, std::string_view metric, double value, Tags tags);

inline std::string select(std::string_view metric, Tags tags) {
    std::string selector(metric);
    char separator = '{';
    for (const Tag& tag : tags) {
        selector += separator;
        selector += tag.key;
        selector += ':';
        selector += tag.value;
        separator = ',';
    }
    return selector + '}';
}
}  // namespace detail

/// Sums what is added.
struct Counter {
    static constexpr metrics::MetricType type = metrics::MetricType::counter;
    std::string_view name;
    metrics::ValueKind contains = metrics::ValueKind::default_;

    void add(Vu& vu, double value = 1, Tags tags = {}) const { detail::add_sample(vu, name, value, tags); }
    Tagged<Counter> tagged(Tags tags) const { return {detail::select(name, tags)}; }
};

/// Sums bytes.
struct DataCounter {
    static constexpr metrics::MetricType type = metrics::MetricType::counter;
    std::string_view name;
    static constexpr metrics::ValueKind contains = metrics::ValueKind::data;

    void add(Vu& vu, Bytes value, Tags tags = {}) const {
        detail::add_sample(vu, name, static_cast<double>(value.count), tags);
    }
    Tagged<DataCounter> tagged(Tags tags) const { return {detail::select(name, tags)}; }
};

/// Keeps the last value.
struct Gauge {
    static constexpr metrics::MetricType type = metrics::MetricType::gauge;
    std::string_view name;
    metrics::ValueKind contains = metrics::ValueKind::default_;

    void add(Vu& vu, double value, Tags tags = {}) const { detail::add_sample(vu, name, value, tags); }
    Tagged<Gauge> tagged(Tags tags) const { return {detail::select(name, tags)}; }
};

/// The share of true values.
struct Rate {
    static constexpr metrics::MetricType type = metrics::MetricType::rate;
    std::string_view name;
    metrics::ValueKind contains = metrics::ValueKind::default_;

    template <class Value>
    void add(Vu& vu, const Value& value, Tags tags = {}) const {
        static_assert(std::same_as<Value, bool>, "Rate::add: a rate counts true and false; give it a bool");
        if constexpr (std::same_as<Value, bool>) detail::add_sample(vu, name, value ? 1 : 0, tags);
    }
    Tagged<Rate> tagged(Tags tags) const { return {detail::select(name, tags)}; }
};

/// The distribution of plain numbers.
struct Trend {
    static constexpr metrics::MetricType type = metrics::MetricType::trend;
    std::string_view name;
    static constexpr metrics::ValueKind contains = metrics::ValueKind::default_;

    void add(Vu& vu, double value, Tags tags = {}) const { detail::add_sample(vu, name, value, tags); }
    Tagged<Trend> tagged(Tags tags) const { return {detail::select(name, tags)}; }
};

/// The distribution of durations.
struct TimeTrend {
    static constexpr metrics::MetricType type = metrics::MetricType::trend;
    std::string_view name;
    static constexpr metrics::ValueKind contains = metrics::ValueKind::time;

    template <class Value>
    void add(Vu& vu, const Value& value, Tags tags = {}) const {
        static_assert(std::convertible_to<const Value&, Duration>,
                      "TimeTrend::add: a time is a duration such as 300ms, not a bare number");
        if constexpr (std::convertible_to<const Value&, Duration>) {
            detail::add_sample(vu, name, to_milliseconds(value), tags);
        }
    }
    Tagged<TimeTrend> tagged(Tags tags) const { return {detail::select(name, tags)}; }
};

/// A metric that a test brings along.
struct MetricDeclaration {
    std::string_view name;
    metrics::MetricType type;
    metrics::ValueKind contains;

    template <class Metric>
    constexpr MetricDeclaration(const Metric& metric)
        : name(metric.name), type(Metric::type), contains(metric.contains) {}
};

/// What a test lists: metrics, and things that bring several along.
class MetricList : public std::vector<MetricDeclaration> {
public:
    /// One entry of the list.
    struct Item {
        std::vector<MetricDeclaration> metrics;

        template <class Metric>
        requires requires { Metric::type; }
        Item(const Metric& metric) : metrics{metric} {}
        /// Calls (call.h).
        template <class Several>
        requires requires { Several::reqs; }
        Item(const Several&) : metrics{Several::reqs, Several::duration, Several::failed} {}
    };

    MetricList() = default;
    MetricList(std::initializer_list<Item> items) {
        for (const Item& item : items) insert(end(), item.metrics.begin(), item.metrics.end());
    }
};

inline constexpr Gauge vus{"vus"};
inline constexpr Gauge vus_max{"vus_max"};
inline constexpr Counter iterations{"iterations"};
inline constexpr TimeTrend iteration_duration{"iteration_duration"};
/// Of arrival rates: from when the iteration was due.
inline constexpr TimeTrend iteration_response_time{"iteration_response_time"};
inline constexpr Counter dropped_iterations{"dropped_iterations"};
inline constexpr Rate checks{"checks"};
inline constexpr TimeTrend group_duration{"group_duration"};
inline constexpr Counter http_reqs{"http_reqs"};
inline constexpr Rate http_req_failed{"http_req_failed"};
inline constexpr TimeTrend http_req_duration{"http_req_duration"};
inline constexpr TimeTrend http_req_blocked{"http_req_blocked"};
inline constexpr TimeTrend http_req_connecting{"http_req_connecting"};
inline constexpr TimeTrend http_req_tls_handshaking{"http_req_tls_handshaking"};
inline constexpr TimeTrend http_req_sending{"http_req_sending"};
inline constexpr TimeTrend http_req_waiting{"http_req_waiting"};
inline constexpr TimeTrend http_req_receiving{"http_req_receiving"};
inline constexpr Counter ws_sessions{"ws_sessions"};
inline constexpr TimeTrend ws_connecting{"ws_connecting"};
inline constexpr TimeTrend ws_session_duration{"ws_session_duration"};
inline constexpr Counter ws_msgs_sent{"ws_msgs_sent"};
inline constexpr Counter ws_msgs_received{"ws_msgs_received"};
inline constexpr TimeTrend ws_ping{"ws_ping"};
inline constexpr DataCounter data_sent{"data_sent"};
inline constexpr DataCounter data_received{"data_received"};

}  // namespace k6::dsl
