// Sub-metrics: the part of a metric's samples that carries certain tags, written `metric{key:value,…}`.
//
// They are made before the run, from the keys of the thresholds and for the summary, and do not change afterwards.
//
//   SubmetricSet submetrics;
//   submetrics.add_defaults(registry, system_tags);
//   Result<MetricExpression> parsed = parse_metric_expression("http_reqs{status:200}");
//   SubmetricId id = submetrics.add(*registry.find(parsed->metric), *parsed->selector);
//
// Filled by one thread; afterwards read by any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "metrics/breakdown.h"
#include "metrics/metric.h"
#include "metrics/system_tags.h"
#include "metrics/tags.h"

namespace k6::metrics {

/// What stands between the braces.
struct Selector {
    /// As written, trimmed of blanks: part of the displayed name.
    std::string suffix;
    /// Sorted by key; a sample must have all of them, with exactly these values.
    std::vector<std::pair<std::string, std::string>> tags;
};

struct MetricExpression {
    std::string metric;
    std::optional<Selector> selector;
};

/// Errors (ErrorClass::invalid_config) name the expression.
Result<MetricExpression> parse_metric_expression(std::string_view text);

enum class SubmetricId : std::uint32_t {};

struct Submetric {
    SubmetricId id;
    MetricId parent;
    /// "metric{suffix}".
    std::string name;
    Selector selector;

    bool matches(const TagSet& tags) const;
};

class SubmetricSet {
public:
    /// The sub-metric of `parent` with these tags: the one that exists already, under its first name, or a new one.
    SubmetricId add(const Metric& parent, Selector selector);

    /// What every run has: `http_req_duration{expected_response:true}`, if that system tag is on.
    void add_defaults(const Registry& registry, const SystemTagSet& system_tags);

    /// Keeps all metrics by these tags as well. A breakdown by the same keys exists once, with the greater limit; the
    /// index of it.
    std::size_t add_breakdown(Breakdown breakdown);
    const std::vector<Breakdown>& breakdowns() const { return breakdowns_; }

    /// By id: all()[i].id == SubmetricId{i}.
    const std::vector<Submetric>& all() const { return submetrics_; }
    const Submetric& at(SubmetricId id) const { return submetrics_.at(static_cast<std::size_t>(id)); }
    std::vector<const Submetric*> of(MetricId parent) const;

    /// The tags that a run without outputs must keep: those selected here, and those that the summary counts by.
    ObservedTags observed_tags() const;

private:
    std::vector<Submetric> submetrics_;
    std::vector<Breakdown> breakdowns_;
};

}  // namespace k6::metrics
