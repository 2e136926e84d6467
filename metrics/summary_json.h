// The summary as JSON: the object that a script's handleSummary() receives, and the file of --summary-export.
//
//   std::string data = handle_summary_data(model, {.setup_data = setup_json});
//   std::string file = summary_export(model, {});
//
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/summary.h"
#include "metrics/trend_stat.h"

namespace k6::metrics {

struct SummaryJsonOptions {
    std::vector<TrendStat> trend_stats = TrendStat::defaults();
    TimeUnit time_unit = TimeUnit::automatic;
    bool no_colour = false;
    bool stdout_is_terminal = false;
    bool stderr_is_terminal = false;
    /// What setup() returned, as JSON text; nullopt if there is none.
    std::optional<std::string> setup_data = std::nullopt;
};

/// One line of JSON: metrics, root_group, options, state, setup_data.
std::string handle_summary_data(const SummaryModel& model, const SummaryJsonOptions& options);

/// Indented by four blanks. `thresholds` maps an expression to true if it FAILED, as the format has always done.
std::string summary_export(const SummaryModel& model, const SummaryJsonOptions& options);

}  // namespace k6::metrics
