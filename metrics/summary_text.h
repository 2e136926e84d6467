// The summary as text for the terminal.
//
// The text is made of titled blocks (THRESHOLDS, TOTAL RESULTS; in full also GROUP, SCENARIO and the breakdowns that
// the user asked for); a block holds checks and sections of metric lines whose columns are aligned within the block.
// The legacy layout is that of older versions: the tree of groups, then one list of all metrics.
//
//   write(STDOUT, "\n" + render_summary_text(model, {}) + "\n\n");
//
// A pure function; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "metrics/summary.h"
#include "metrics/trend_stat.h"

namespace k6::metrics {

enum class SummaryLayout { compact, full, legacy };

struct SummaryTextOptions {
    std::vector<TrendStat> trend_stats = TrendStat::defaults();
    TimeUnit time_unit = TimeUnit::automatic;
    bool colour = false;
    SummaryLayout layout = SummaryLayout::compact;
};

/// Whether the layout has a line for the metric, as opposed to lines of its own (checks) or none.
bool shown_in(SummaryLayout layout, std::string_view metric);

std::string render_summary_text(const SummaryModel& model, const SummaryTextOptions& options);

}  // namespace k6::metrics
