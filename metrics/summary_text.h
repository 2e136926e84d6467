// The summary as text for the terminal, in the compact layout.
//
// The text is made of titled blocks (THRESHOLDS, TOTAL RESULTS); a block holds checks and sections of metric lines
// whose columns are aligned within the block.
//
//   write(STDOUT, "\n" + render_summary_text(model, {}) + "\n\n");
//
// A pure function; any thread.
#pragma once

#include <string>
#include <vector>

#include "metrics/summary.h"
#include "metrics/trend_stat.h"

namespace k6::metrics {

struct SummaryTextOptions {
    std::vector<TrendStat> trend_stats = TrendStat::defaults();
    TimeUnit time_unit = TimeUnit::automatic;
    bool colour = false;
};

std::string render_summary_text(const SummaryModel& model, const SummaryTextOptions& options);

}  // namespace k6::metrics
