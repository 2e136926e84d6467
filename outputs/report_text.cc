#include "outputs/report_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <optional>

#include "metrics/number_text.h"
#include "metrics/threshold.h"
#include "metrics/value_text.h"

namespace k6::outputs {

using metrics::Aggregation;
using metrics::MetricType;
using metrics::SummaryMetric;

std::string measure_text(const SummaryMetric& metric, double value) {
    if (metric.sink.type() == MetricType::rate) return metrics::percent_text(value);
    return metrics::value_text(value, metric.contains, metrics::TimeUnit::automatic);
}

std::string threshold_finding(const metrics::SummaryThreshold& threshold, const SummaryMetric& metric,
                              Duration run_duration) {
    if (threshold.no_data) return "no data";
    const std::string_view source = threshold.source;
    std::string what(source.substr(0, source.find_first_of("=<>!")));
    while (!what.empty() && what.back() == ' ') what.pop_back();
    const auto expression = metrics::ThresholdExpression::parse(source);
    if (!expression) return what;
    if (threshold.window > Duration()) {
        if (!threshold.worst) return what + ": no whole stretch";
        const bool by_second =
            metric.sink.type() == MetricType::counter && expression->aggregation == Aggregation::rate;
        return what + " = " + measure_text(metric, threshold.worst->value) + (by_second ? "/s" : "") + " until " +
               metrics::duration_text(to_milliseconds(threshold.worst->end), metrics::TimeUnit::automatic);
    }
    double value = 0;
    std::string unit;
    switch (expression->aggregation) {
        case Aggregation::count:
            value = metric.sink.counter().count();
            break;
        case Aggregation::rate:
            if (metric.sink.type() == MetricType::rate) {
                value = metric.sink.rate().rate();
            } else {
                value = per_second(metric.sink.counter(), run_duration);
                unit = "/s";
            }
            break;
        case Aggregation::value:
            value = metric.sink.gauge().value();
            break;
        case Aggregation::avg:
            value = metric.sink.trend().avg();
            break;
        case Aggregation::min:
            value = metric.sink.trend().min();
            break;
        case Aggregation::max:
            value = metric.sink.trend().max();
            break;
        case Aggregation::med:
            value = metric.sink.trend().med();
            break;
        case Aggregation::percentile:
            value = metric.sink.trend().quantile(expression->percentile / 100);
            break;
    }
    return what + " = " + measure_text(metric, value) + unit;
}

std::string utc_seconds_text(metrics::WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

std::string count_text(double value) {
    if (!(std::fabs(value) < 1e15)) return metrics::number_text(value);
    const bool whole = value == std::floor(value);
    std::string digits = whole ? metrics::to_fixed(std::fabs(value), 0)
                               : metrics::to_fixed(std::fabs(value), std::fabs(value) < 10    ? 2
                                                                     : std::fabs(value) < 100 ? 1
                                                                                              : 0);
    const std::size_t point = std::min(digits.find('.'), digits.size());
    for (std::size_t at = point; at > 3; at -= 3) digits.insert(at - 3, "\u202f");
    return (value < 0 ? "−" : "") + digits;
}

}  // namespace k6::outputs
