// The end-of-test summary as data: made once from the merged snapshot, then rendered as text or JSON.
//
//   SummaryModel model = SummaryModel::build(snapshot, registry, submetrics, thresholds, run_duration);
//   std::string text = render_summary_text(model, {.colour = true});           // summary_text.h
//   std::string data = handle_summary_data(model, {});                         // summary_json.h
//
// A value; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "base/error.h"
#include "metrics/metric.h"
#include "metrics/sink.h"
#include "metrics/snapshot.h"
#include "metrics/submetric.h"
#include "metrics/threshold.h"
#include "metrics/trend_stat.h"

namespace k6::metrics {

/// Option `summaryTimeUnit`.
enum class TimeUnit { automatic, seconds, milliseconds, microseconds };

/// "s", "ms", "us", "" for automatic. Errors (ErrorClass::generic) are for the command line; from a script or the
/// environment an unknown unit means automatic.
Result<TimeUnit> parse_time_unit(std::string_view text);
std::string_view to_string(TimeUnit unit);

struct SummaryThreshold {
    std::string source;
    bool ok = true;
    /// Not ok, as there was nothing to judge.
    bool no_data = false;
    /// With a window: what it was held against that came nearest to failing, or failed most.
    std::optional<WindowMeasure> worst = std::nullopt;
    /// Zero: the whole run.
    Duration window{};
};

/// A metric or sub-metric that has samples or a threshold.
struct SummaryMetric {
    /// "http_reqs", or "http_reqs{status:200}".
    std::string name;
    /// "http_reqs".
    std::string parent;
    /// "status:200"; nullopt for a metric.
    std::optional<std::string> suffix;
    ValueKind contains = ValueKind::default_;
    Sink sink;
    std::vector<SummaryThreshold> thresholds;
};

/// One part of a breakdown (breakdown.h).
struct SummaryPart {
    std::vector<std::string> values;
    bool other = false;
    /// Without sub-metrics, in the registry's order.
    std::vector<SummaryMetric> metrics;

    const SummaryMetric* find(std::string_view name) const;
};

struct SummaryBreakdown {
    std::vector<std::string> keys;
    /// In the order of first occurrence, "other" last.
    std::vector<SummaryPart> parts;
};

/// The breakdown that the full layout is made of; the others are those that the user asked for.
inline const std::vector<std::string> scenario_and_group = {"scenario", "group"};

struct SummaryModel {
    Duration run_duration{};
    /// Metrics in the registry's order, each followed by its sub-metrics.
    std::vector<SummaryMetric> metrics;
    /// In the order of first occurrence, over all scenarios.
    std::vector<CheckCount> checks;
    /// The same by scenario.
    std::vector<CheckCount> scenario_checks;
    /// Paths in the order of first occurrence; a group's ancestors may be missing.
    std::vector<std::string> groups;
    std::vector<SummaryBreakdown> breakdowns;

    static SummaryModel build(const RunSnapshot& snapshot, const Registry& registry, const SubmetricSet& submetrics,
                              const ThresholdSet& thresholds, Duration run_duration);

    const SummaryMetric* find(std::string_view name) const;
    const SummaryBreakdown* breakdown_by(const std::vector<std::string>& keys) const;
};

/// Checks of one name, in whatever group and scenario, as one; in the order of first occurrence.
std::vector<CheckCount> checks_by_name(std::span<const CheckCount> checks);

/// A counter's sum by the second; 0 for a duration of 0.
double per_second(const CounterSink& counter, Duration run_duration);

}  // namespace k6::metrics
