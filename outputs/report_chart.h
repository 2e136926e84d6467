// Line charts over time as inline SVG, drawn here so that they show without any script; the page's script only adds the
// values under the pointer.
//
//   Chart chart{.title = "Response time", .unit = ChartUnit::milliseconds, .period = 1, .end = 12.5};
//   chart.lines.push_back({"p95", "c1", {12.5, 13, std::nullopt}});
//   std::string svg = chart_svg(chart);
//
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace k6::outputs {

enum class ChartUnit { number, per_second, milliseconds, percent, bytes_per_second };

struct ChartLine {
    std::string name;
    /// Of the page's style sheet: colour.
    std::string style;
    /// One per slot of time; gaps where nothing was measured.
    std::vector<std::optional<double>> values;
    bool filled = false;
};

struct Chart {
    std::string title;
    ChartUnit unit = ChartUnit::number;
    /// Of a slot, and of the run; in seconds.
    double period = 1;
    double end = 0;
    std::vector<ChartLine> lines = {};
};

/// True if some line has a value.
bool has_values(const Chart& chart);

/// A <figure> with title, legend, the drawing, and its values as JSON for the script.
std::string chart_svg(const Chart& chart);

/// "1.2k/s", "340 ms", "12 %": for axes.
std::string axis_text(double value, ChartUnit unit);
/// "1m30s"
std::string clock_text(double seconds);

/// The step between axis labels, 1, 2 or 5 times a power of ten, such that `most` are about `parts` steps.
double nice_step(double most, int parts);

}  // namespace k6::outputs
