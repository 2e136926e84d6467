// Thresholds: pass or fail by what was measured.
//
//   expression := method op number [" over " duration]
//   method     := count | rate | value | avg | min | max | med | p(N)
//   op         := <= < >= > === == !=
//
// Without a duration the whole run counts, and the last evaluation decides. With one ("p(95)<300 over 30s", which k6
// does not have) every stretch of that length must pass, looked at every two seconds; in a shorter run, the whole of
// it.
//
// Where nothing was measured there is nothing to judge: such a threshold fails at the end with `no_data`, unless
// WithoutData::as_k6 asks for k6's zeros, which let most of them pass. Counters are never without data: nothing counted
// is 0.
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
#include "metrics/timeline.h"

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
    /// Zero: the whole run.
    Duration window{};

    /// Errors (ErrorClass::invalid_config) quote the text.
    static Result<ThresholdExpression> parse(std::string_view text);
    /// IEEE comparison: with NaN only `!=` holds.
    bool holds(double measured) const;
};

/// A stretch of a run that a windowed threshold was held against.
struct WindowMeasure {
    double value = 0;
    /// After the start of the test.
    Duration end{};
};

struct Threshold {
    ThresholdItem item;
    ThresholdExpression expression;
    /// By the last evaluation; true before the first. With a window: false once a stretch has failed.
    bool ok = true;
    /// Not ok, as there was nothing to judge.
    bool no_data = false;
    /// With a window: the stretch that is nearest to failing, or the worst that did; nothing without data.
    std::optional<WindowMeasure> worst = std::nullopt;
};

/// What a threshold without samples means.
enum class WithoutData : std::uint8_t { fails, as_k6 };

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
    /// If some threshold has a window: the samples by ThresholdSet::period, and all of them when last looked at.
    std::optional<SinkSlots> slots = std::nullopt;
    std::optional<Sink> seen = std::nullopt;
};

class ThresholdSet {
public:
    enum class Moment { during_run, at_end };

    /// Between two evaluations during the run.
    static constexpr Duration period = std::chrono::seconds(2);

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
                                       SubmetricSet& submetrics, WithoutData without_data = WithoutData::fails);

    /// For --no-thresholds: expressions are not even parsed, but the metrics and sub-metrics that they were defined on
    /// are in the set, as the summary shows them. Names that are no metric's are in warnings().
    static ThresholdSet of_metrics_alone(std::span<const ThresholdDefinition> definitions, const Registry& registry,
                                         SubmetricSet& submetrics);

    /// Judges every threshold. During the run metrics without samples are left as they were; at the end they count as 0
    /// (a rate, and what has to be divided by a duration of 0, passes).
    Verdict evaluate(const RunSnapshot& snapshot, Duration run_duration, Moment moment);

    /// For records of runs: puts the slots of the metric thresholds at `index` in their place and judges all stretches
    /// of them; evaluate() with Moment::at_end then adds nothing to them.
    void restore_slots(std::size_t index, SinkSlots slots, Duration run_duration);

    WithoutData without_data() const { return without_data_; }
    /// Names of metrics with a threshold that had no data, in their order.
    std::vector<std::string> names_without_data() const;

    const std::vector<MetricThresholds>& all() const { return metrics_; }
    bool empty() const { return metrics_.empty(); }
    /// Warnings about definitions that can never match (selectors on `vu` or `iter`, unknown names where these are no
    /// errors), one line each.
    const std::vector<std::string>& warnings() const { return warnings_; }

private:
    std::vector<MetricThresholds> metrics_;
    WithoutData without_data_ = WithoutData::fails;
    std::vector<std::string> warnings_;
};

}  // namespace k6::metrics
