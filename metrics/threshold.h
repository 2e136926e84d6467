// Thresholds: pass or fail by what was measured.
//
//   expression := method op number
//   method     := count | rate | value | avg | min | max | med | p(N)
//   op         := <= < >= > === == !=
//
//   SubmetricSet submetrics;
//   Result<ThresholdSet> thresholds = ThresholdSet::create(plan.thresholds, registry, submetrics);
//   ThresholdSet::Verdict verdict = thresholds->evaluate(snapshot, elapsed, ThresholdSet::Moment::during_run);
//   if (verdict.abort) …   // the breached metrics: verdict.breached
//
// Made after the init code ran (custom metrics are declared then) and before recorders are. Owned and used by the
// coordinator's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "base/error.h"
#include "metrics/metric.h"
#include "metrics/snapshot.h"
#include "metrics/submetric.h"
#include "metrics/threshold_definition.h"

namespace k6::metrics {

enum class Aggregation : std::uint8_t { count, rate, value, avg, min, max, med, percentile };
enum class Comparison : std::uint8_t { less_equal, less, greater_equal, greater, equal, not_equal };

struct ThresholdExpression {
    Aggregation aggregation;
    /// 0 to 100, for Aggregation::percentile.
    double percentile = 0;
    Comparison comparison;
    /// In the metric's own unit (milliseconds, bytes).
    double limit = 0;

    /// Errors (ErrorClass::invalid_config) quote the text.
    static Result<ThresholdExpression> parse(std::string_view text);
    /// IEEE comparison: with NaN only `!=` holds.
    bool holds(double measured) const;
};

struct Threshold {
    ThresholdItem item;
    ThresholdExpression expression;
    /// By the last evaluation; true before the first.
    bool ok = true;
};

/// All thresholds on one metric or sub-metric.
struct MetricThresholds {
    /// As it was written: "http_reqs" or "http_reqs{a:b}".
    std::string name;
    MetricId metric;
    MetricType type;
    std::optional<SubmetricId> submetric;
    std::vector<Threshold> thresholds;
    /// Some threshold failed with abort_on_fail, after its delay; stays.
    bool aborts = false;
};

class ThresholdSet {
public:
    enum class Moment { during_run, at_end };

    struct Verdict {
        /// Names of the metrics with a failing threshold, sorted bytewise.
        std::vector<std::string> breached;
        bool abort = false;
        /// "a, b".
        std::string breached_text() const;
    };

    ThresholdSet() = default;

    /// Parses and checks all definitions against the registry, and adds their sub-metrics. Errors are of
    /// ErrorClass::invalid_config; the first one found is reported.
    static Result<ThresholdSet> create(std::span<const ThresholdDefinition> definitions, const Registry& registry,
                                       SubmetricSet& submetrics);

    /// For --no-thresholds: expressions are not even parsed, but the definitions' sub-metrics are made, as the summary
    /// shows them. Returns the names that are no metric's.
    static std::vector<std::string> add_submetrics(std::span<const ThresholdDefinition> definitions,
                                                   const Registry& registry, SubmetricSet& submetrics);

    /// Judges every threshold. During the run metrics without samples are left as they were; at the end they count as 0
    /// (a rate, and what has to be divided by a duration of 0, passes).
    Verdict evaluate(const RunSnapshot& snapshot, Duration run_duration, Moment moment);

    const std::vector<MetricThresholds>& all() const { return metrics_; }
    bool empty() const { return metrics_.empty(); }
    /// Warnings about definitions that can never match (selectors on `vu` or `iter`), one line each.
    const std::vector<std::string>& warnings() const { return warnings_; }

private:
    std::vector<MetricThresholds> metrics_;
    std::vector<std::string> warnings_;
};

}  // namespace k6::metrics
