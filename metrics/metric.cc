#include "metrics/metric.h"

#include <algorithm>
#include <mutex>

namespace k6::metrics {
namespace {

constexpr bool table_is_in_order() {
    for (std::size_t i = 0; i < builtin_metrics.size(); ++i) {
        if (static_cast<std::size_t>(builtin_metrics[i].id) != i) return false;
    }
    return static_cast<std::size_t>(Builtin::generator_dropped_samples) + 1 == builtin_metrics.size();
}
static_assert(table_is_in_order(), "builtin_metrics has one row per Builtin, in its order");

constexpr bool is_letter_or_underscore(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

constexpr bool is_name(std::string_view name) {
    return name.size() >= 2 && name.size() <= 129 && is_letter_or_underscore(name.front()) &&
           std::all_of(name.begin(), name.end(),
                       [](char c) { return is_letter_or_underscore(c) || (c >= '0' && c <= '9'); });
}

}  // namespace

std::string_view to_string(MetricType type) {
    switch (type) {
        case MetricType::counter:
            return "counter";
        case MetricType::gauge:
            return "gauge";
        case MetricType::rate:
            return "rate";
        case MetricType::trend:
            return "trend";
    }
    return "";
}

std::string_view to_string(ValueKind kind) {
    switch (kind) {
        case ValueKind::default_:
            return "default";
        case ValueKind::time:
            return "time";
        case ValueKind::data:
            return "data";
    }
    return "";
}

Registry::Registry() {
    for (const BuiltinMetric& row : builtin_metrics) insert(row.name, row.type, row.contains);
}

const Metric& Registry::insert(std::string_view name, MetricType type, ValueKind contains) {
    const MetricId id{static_cast<std::uint32_t>(metrics_.size())};
    const Metric& metric = metrics_.emplace_back(Metric{id, std::string(name), type, contains});
    by_name_.emplace(metric.name, &metric);
    return metric;
}

Result<MetricId> Registry::declare(std::string_view name, MetricType type, ValueKind contains) {
    if (!is_name(name)) {
        return Error{ErrorClass::script_exception,
                     "Invalid metric name: '" + std::string(name) +
                         "'. Metric names must only include up to 128 ASCII letters, numbers, or underscores and start "
                         "with a letter or an underscore."};
    }
    const std::unique_lock lock(mutex_);
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return insert(name, type, contains).id;

    const Metric& metric = *found->second;
    if (metric.type != type) {
        return Error{ErrorClass::script_exception, "metric '" + metric.name + "' already exists but with type " +
                                                       std::string(to_string(metric.type)) + ", instead of " +
                                                       std::string(to_string(type))};
    }
    if (metric.contains != contains) {
        return Error{ErrorClass::script_exception,
                     "metric '" + metric.name + "' already exists but with a value type " +
                         std::string(to_string(metric.contains)) + ", instead of " + std::string(to_string(contains))};
    }
    return metric.id;
}

const Metric* Registry::find(std::string_view name) const {
    const std::shared_lock lock(mutex_);
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : found->second;
}

const Metric& Registry::at(MetricId id) const {
    const std::shared_lock lock(mutex_);
    return metrics_.at(id.index);
}

std::size_t Registry::size() const {
    const std::shared_lock lock(mutex_);
    return metrics_.size();
}

}  // namespace k6::metrics
