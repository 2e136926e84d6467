#include "outputs/report_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "metrics/json_text.h"
#include "metrics/number_text.h"
#include "metrics/value_text.h"
#include "outputs/markup.h"

namespace k6::outputs {
namespace {

constexpr double width = 720;
constexpr double height = 220;
constexpr double left = 62;
constexpr double right = 14;
constexpr double top = 12;
constexpr double bottom = 26;

std::string coordinate(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

std::string point(double x, double y) { return coordinate(x) + "," + coordinate(y); }

double greatest(const Chart& chart) {
    double most = 0;
    for (const ChartLine& line : chart.lines) {
        for (const auto& value : line.values) {
            if (value && std::isfinite(*value)) most = std::max(most, *value);
        }
    }
    return most;
}

/// Seconds between labels of the time axis.
double time_step(double end) {
    for (const double step : {1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0,
                              10800.0, 21600.0, 43200.0, 86400.0}) {
        if (end / step <= 8) return step;
    }
    return std::ceil(end / 86400 / 8) * 86400;
}

}  // namespace

double nice_step(double most, int parts) {
    if (!(most > 0)) return 1;
    const double raw = most / parts;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (raw <= factor * power * 1.0000001) return factor * power;
    }
    return 10 * power;
}

std::string clock_text(double seconds) {
    const auto whole = static_cast<long long>(std::llround(seconds));
    std::string text;
    if (whole >= 3600) text += std::to_string(whole / 3600) + "h";
    if (whole >= 60 && whole / 60 % 60 != 0) text += std::to_string(whole / 60 % 60) + "m";
    if (whole % 60 != 0 || text.empty()) text += std::to_string(whole % 60) + "s";
    return text;
}

std::string axis_text(double value, ChartUnit unit) {
    const auto shortened = [](double number) {
        const auto text = [](double part, const char* suffix) {
            return metrics::plain_text(std::round(part * 100) / 100) + suffix;
        };
        if (number >= 1e9) return text(number / 1e9, "G");
        if (number >= 1e6) return text(number / 1e6, "M");
        if (number >= 1e3) return text(number / 1e3, "k");
        return metrics::plain_text(std::round(number * 1e4) / 1e4);
    };
    switch (unit) {
        case ChartUnit::number:
            return shortened(value);
        case ChartUnit::per_second:
            return shortened(value) + "/s";
        case ChartUnit::milliseconds:
            return metrics::duration_text(value, metrics::TimeUnit::automatic);
        case ChartUnit::percent:
            return metrics::plain_text(std::round(value * 1e4) / 100) + " %";
        case ChartUnit::bytes_per_second:
            return metrics::data_text(value) + "/s";
    }
    return "";
}

bool has_values(const Chart& chart) {
    return std::ranges::any_of(chart.lines, [](const ChartLine& line) {
        return std::ranges::any_of(line.values, [](const auto& value) { return value.has_value(); });
    });
}

std::string chart_svg(const Chart& chart) {
    const double end = std::max(chart.end, chart.period);
    const double most = greatest(chart);
    // Percentages are of a hundred, unless they are all small.
    const double step = nice_step(most > 0 ? most : 1, 4);
    const double ceiling = std::max(step, std::ceil(most / step - 1e-9) * step);
    const auto x_of = [end](double seconds) { return left + (width - left - right) * std::min(1.0, seconds / end); };
    const auto y_of = [ceiling](double value) {
        return height - bottom - (height - top - bottom) * std::clamp(value / ceiling, 0.0, 1.0);
    };
    // A slot's value stands in its middle.
    const auto x_of_slot = [&](std::size_t slot) {
        const double begin = chart.period * static_cast<double>(slot);
        return x_of((begin + std::min(begin + chart.period, end)) / 2);
    };

    std::string out = "<figure class=\"chart\"><figcaption>" + markup_text(chart.title) + "<span class=\"legend\">";
    for (const ChartLine& line : chart.lines) {
        out += "<span class=\"" + line.style + "\"><i></i>" + markup_text(line.name) + "</span>";
    }
    out += "</span></figcaption><div class=\"plot\"><svg viewBox=\"0 0 720 220\" role=\"img\" aria-label=\"" +
           markup_text(chart.title) + "\">";
    for (double value = 0; value <= ceiling * 1.0001; value += step) {
        const std::string y = coordinate(y_of(value));
        out += "<line class=\"grid\" x1=\"" + coordinate(left) + "\" x2=\"" + coordinate(width - right) + "\" y1=\"" +
               y + "\" y2=\"" + y + "\"/><text class=\"tick\" text-anchor=\"end\" x=\"" + coordinate(left - 8) +
               "\" y=\"" + coordinate(y_of(value) + 4) + "\">" + markup_text(axis_text(value, chart.unit)) + "</text>";
    }
    const double label_step = time_step(end);
    for (double seconds = 0; seconds <= end * 1.0001; seconds += label_step) {
        out += "<text class=\"tick\" text-anchor=\"middle\" x=\"" + coordinate(x_of(seconds)) + "\" y=\"" +
               coordinate(height - 6) + "\">" + clock_text(seconds) + "</text>";
    }
    for (const ChartLine& line : chart.lines) {
        // Each run of values without a gap is a line of its own; a lone value, a dot.
        for (std::size_t first = 0; first < line.values.size();) {
            if (!line.values[first]) {
                ++first;
                continue;
            }
            std::size_t last = first;
            std::string points;
            for (; last < line.values.size() && line.values[last]; ++last) {
                points += (points.empty() ? "" : " ") + point(x_of_slot(last), y_of(*line.values[last]));
            }
            if (last - first == 1) {
                out += "<circle class=\"" + line.style + " dot\" r=\"3\" cx=\"" + coordinate(x_of_slot(first)) +
                       "\" cy=\"" + coordinate(y_of(*line.values[first])) + "\"/>";
            } else {
                if (line.filled) {
                    out += "<polygon class=\"" + line.style + " area\" points=\"" + point(x_of_slot(first), y_of(0)) +
                           " " + points + " " + point(x_of_slot(last - 1), y_of(0)) + "\"/>";
                }
                out += "<polyline class=\"" + line.style + " line\" points=\"" + points + "\"/>";
            }
            first = last;
        }
    }
    out += "<line class=\"cursor\" x1=\"0\" x2=\"0\" y1=\"" + coordinate(top) + "\" y2=\"" +
           coordinate(height - bottom) + "\"/></svg><div class=\"tip\"></div></div>";

    metrics::JsonWriter json;
    json.begin_object();
    json.key("left").number(left / width).key("right").number(1 - right / width);
    json.key("period").number(chart.period).key("end").number(end);
    json.key("lines").begin_array();
    for (const ChartLine& line : chart.lines) {
        json.begin_object().key("name").string(line.name).key("style").string(line.style).key("values").begin_array();
        for (const auto& value : line.values) json.string(value ? axis_text(*value, chart.unit) : "");
        json.end_array().end_object();
    }
    json.end_array().end_object();
    // "</" must not end the script element early.
    std::string values = json.text();
    for (std::size_t at = values.find("</"); at != std::string::npos; at = values.find("</", at + 3)) {
        values.replace(at, 2, "<\\/");
    }
    return out + "<script type=\"application/json\">" + values + "</script></figure>\n";
}

}  // namespace k6::outputs
