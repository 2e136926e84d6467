// The summary as JSON: the object that a script's handleSummary() receives, and the file of --summary-export; both in
// the old shape and in the new one (--new-machine-readable-summary).
//
//   std::string data = handle_summary_data(model, {.setup_data = setup_json});
//   std::string file = summary_export(model, {});
//   std::string both = machine_readable_summary(model, {.layout = SummaryLayout::full, …});
//
// All of them say how percentiles were found:
//
//   "percentiles": {"exact_up_to": 4096, "from_histogram": ["http_req_duration"], "error_at_most": 0.002}
//
// and have the breakdowns that the user asked for:
//
//   "tracked": [{"by": ["name"], "series": [{"tags": {"name": "/cart"}, "metrics": {"http_reqs": {"count": 3, …}}}]}]
//
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "metrics/summary.h"
#include "metrics/summary_text.h"
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

    // For the new shape.
    /// Which metrics it has.
    SummaryLayout layout = SummaryLayout::compact;
    std::string script = {};
    WallTime generated_at{};
    std::string version = {};
};

/// One line of JSON: metrics, root_group, options, state, setup_data.
std::string handle_summary_data(const SummaryModel& model, const SummaryJsonOptions& options);

/// Indented by four blanks. `thresholds` maps an expression to true if it FAILED, as the format has always done.
std::string summary_export(const SummaryModel& model, const SummaryJsonOptions& options);

/// The new shape, indented by `indent` blanks; 0: one line.
std::string machine_readable_summary(const SummaryModel& model, const SummaryJsonOptions& options, int indent);

}  // namespace k6::metrics
