// A run's progress as lines of text: what a terminal shows while the test runs, and what a CI log shows every second.
//
//   running (01.0s), 3/6 VUs, 5 complete and 0 interrupted iterations
//   default   [  50% ] 3 VUs  1.0s/2s
//
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/duration.h"
#include "engine/exec/run.h"

namespace k6::run {

struct ProgressStyle {
    /// Bars that are drawn; otherwise percentages only.
    bool bars = false;
    bool colour = false;
    /// Columns of the terminal.
    std::size_t width = 80;
};

/// The line of the run, then one for each scenario. `longest` is the plan's maximum duration.
std::vector<std::string> progress_lines(const RunProgress& progress, Duration longest, const ProgressStyle& style);

/// Tenths of a second, in a width that `longest` decides: "1.0s", "01.0s", "0m01.0s", …
std::string fixed_width_duration(Duration duration, Duration longest);

/// Columns that a text takes, escape sequences aside.
std::size_t display_width(std::string_view text);

}  // namespace k6::run
