// What the reports of a run say in words and numbers, whatever their format.
//
//   measure_text(metric, 12.5);                                   // "12.5ms"
//   threshold_finding(threshold, metric, model.run_duration);     // "p(95) = 12.5ms"
//
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/duration.h"
#include "metrics/summary.h"

namespace k6::outputs {

/// A value in the unit of the metric, as short as possible.
std::string measure_text(const metrics::SummaryMetric& metric, double value);

/// What was measured where the threshold looked; "no data" where there was nothing.
std::string threshold_finding(const metrics::SummaryThreshold& threshold, const metrics::SummaryMetric& metric,
                              Duration run_duration);

/// "2026-11-21T18:48:28", UTC.
std::string utc_seconds_text(metrics::WallTime time);

/// With thin spaces between groups of three digits: "1 234 567".
std::string count_text(double value);

}  // namespace k6::outputs
