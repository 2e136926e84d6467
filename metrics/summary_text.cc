#include "metrics/summary_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "metrics/number_text.h"
#include "metrics/value_text.h"

namespace k6::metrics {
namespace {

struct SectionRule {
    std::string_view prefix;
    std::string_view section;
};

/// By the beginning of a metric's name; the first rule that matches wins.
constexpr std::array section_rules = {
    SectionRule{"http_reqs", "HTTP"},
    SectionRule{"http_req_failed", "HTTP"},
    SectionRule{"http_req_duration", "HTTP"},
    SectionRule{"http_req_blocked", "HTTP"},
    SectionRule{"http_req_connecting", "HTTP"},
    SectionRule{"http_req_tls_handshaking", "HTTP"},
    SectionRule{"http_req_sending", "HTTP"},
    SectionRule{"http_req_waiting", "HTTP"},
    SectionRule{"http_req_receiving", "HTTP"},
    SectionRule{"vus", "EXECUTION"},
    SectionRule{"iterations", "EXECUTION"},
    SectionRule{"iteration_duration", "EXECUTION"},
    SectionRule{"iteration_response_time", "EXECUTION"},
    SectionRule{"dropped_iterations", "EXECUTION"},
    SectionRule{"data_sent", "NETWORK"},
    SectionRule{"data_received", "NETWORK"},
    SectionRule{"browser_web_vital_", "WEB_VITALS"},
    SectionRule{"browser_", "BROWSER"},
    SectionRule{"grpc_", "GRPC"},
    SectionRule{"ws_", "WEBSOCKET"},
    SectionRule{"", "CUSTOM"},
};

constexpr std::array<std::string_view, 8> sections_in_order_of_printing = {
    "CUSTOM", "HTTP", "EXECUTION", "NETWORK", "BROWSER", "WEB_VITALS", "GRPC", "WEBSOCKET"};

/// Checks have lines of their own and group durations none; the phases of a request are for the full layout.
constexpr std::array<std::string_view, 8> left_out_of_compact = {"checks",
                                                                 "group_duration",
                                                                 "http_req_blocked",
                                                                 "http_req_connecting",
                                                                 "http_req_receiving",
                                                                 "http_req_tls_handshaking",
                                                                 "http_req_sending",
                                                                 "http_req_waiting"};

std::string_view section_of(std::string_view metric) {
    return std::ranges::find_if(section_rules,
                                [metric](const SectionRule& rule) { return metric.starts_with(rule.prefix); })
        ->section;
}

bool comes_before(const SummaryMetric* a, const SummaryMetric* b) {
    if (a->parent != b->parent) return name_less(a->parent, b->parent);
    if (a->suffix.has_value() != b->suffix.has_value()) return b->suffix.has_value();
    return a->suffix && name_less(*a->suffix, *b->suffix);
}

enum class Style { bold, faint, green, red, cyan, faint_cyan, white };

constexpr std::string_view code_of(Style style) {
    switch (style) {
        case Style::bold:
            return "1";
        case Style::faint:
            return "2;37";
        case Style::green:
            return "32";
        case Style::red:
            return "31";
        case Style::cyan:
            return "36";
        case Style::faint_cyan:
            return "2;36";
        case Style::white:
            return "37";
    }
    return "";
}

/// A metric's line before it is aligned with the others of its block.
struct Line {
    std::string name;
    /// Of a trend: one value per column. Otherwise the main value and what follows it.
    bool is_trend = false;
    std::vector<std::string> values;
};

/// The widest value of each column, over lines of one kind.
std::vector<std::size_t> column_widths(std::span<const Line> lines, bool of_trends) {
    std::vector<std::size_t> widths;
    for (const Line& line : lines) {
        if (line.is_trend != of_trends) continue;
        widths.resize(std::max(widths.size(), line.values.size()));
        for (std::size_t i = 0; i < line.values.size(); ++i) {
            widths[i] = std::max(widths[i], display_width(line.values[i]));
        }
    }
    return widths;
}

class Renderer {
public:
    Renderer(const SummaryModel& model, const SummaryTextOptions& options) : model_(model), options_(options) {}

    std::string render() {
        add("");
        add_thresholds();
        add_totals();
        return std::move(text_);
    }

private:
    static constexpr std::size_t title_indent = 2;
    static constexpr std::size_t content_indent = 4;

    void add(std::string_view line) {
        if (started_) text_ += '\n';
        started_ = true;
        text_ += line;
    }

    std::string paint(Style style, std::string_view text) const {
        if (!options_.colour) return std::string(text);
        return "\x1b[" + std::string(code_of(style)) + "m" + std::string(text) + "\x1b[0m";
    }

    std::string mark(bool ok) const { return ok ? paint(Style::green, "✓") : paint(Style::red, "✗"); }

    void add_title(std::string_view title) {
        add(std::string(title_indent, ' ') + "█ " + paint(Style::bold, title) + " ");
        add("");
    }

    std::string value(double value, const SummaryMetric& metric) const {
        return value_text(value, metric.contains, options_.time_unit);
    }

    std::string stat_value(const TrendStat& stat, const SummaryMetric& metric) const {
        const double measured = stat.of(metric.sink.trend());
        return stat.kind == TrendStat::Kind::count ? plain_text(measured) : value(measured, metric);
    }

    // THRESHOLDS

    void add_thresholds() {
        std::vector<const SummaryMetric*> judged;
        for (const SummaryMetric& metric : model_.metrics) {
            if (!metric.thresholds.empty()) judged.push_back(&metric);
        }
        if (judged.empty()) return;
        std::ranges::sort(judged, comes_before);

        add_title("THRESHOLDS");
        for (const SummaryMetric* metric : judged) {
            const bool under_parent =
                metric->suffix && std::ranges::any_of(judged, [metric](const SummaryMetric* other) {
                    return !other->suffix && other->name == metric->parent;
                });
            const std::string indent(under_parent ? content_indent + 2 : content_indent, ' ');
            add(indent + (under_parent ? "{" + *metric->suffix + "}" : metric->name));
            for (const SummaryThreshold& threshold : metric->thresholds) {
                const auto [aggregation, measured] = measured_for(threshold.source, *metric);
                add(indent + mark(threshold.ok) + " " + paint(Style::white, "'" + trimmed(threshold.source) + "'") +
                    " " + paint(Style::white, aggregation) + "=" + paint(Style::cyan, measured));
            }
            add("");
        }
        add("");
    }

    static std::string trimmed(std::string_view text) {
        constexpr std::string_view blanks = " \t\n\v\f\r";
        const auto first = text.find_first_not_of(blanks);
        if (first == std::string_view::npos) return "";
        return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
    }

    /// What the threshold is about, as it is written, and the value. A trend's statistic that is neither a column of
    /// the summary nor a percentile has none.
    std::pair<std::string, std::string> measured_for(std::string_view source, const SummaryMetric& metric) const {
        std::string aggregation = trimmed(source.substr(0, source.find_first_of("=<>")));
        switch (metric.sink.type()) {
            case MetricType::counter:
                return {aggregation, aggregation == "count" ? main_value(metric) : rate_value(metric)};
            case MetricType::gauge:
            case MetricType::rate:
                return {aggregation, main_value(metric)};
            case MetricType::trend:
                break;
        }
        const auto stat = std::ranges::find(options_.trend_stats, aggregation, &TrendStat::text);
        if (stat != options_.trend_stats.end()) return {aggregation, stat_value(*stat, metric)};
        const auto percentile = TrendStat::parse(aggregation);
        if (percentile && percentile->kind == TrendStat::Kind::percentile) {
            return {aggregation, stat_value(*percentile, metric)};
        }
        return {aggregation, ""};
    }

    std::string main_value(const SummaryMetric& metric) const {
        switch (metric.sink.type()) {
            case MetricType::counter:
                return value(metric.sink.counter().count(), metric);
            case MetricType::gauge:
                return value(metric.sink.gauge().value(), metric);
            case MetricType::rate:
                return percent_text(metric.sink.rate().rate());
            case MetricType::trend:
                break;
        }
        return "";
    }

    std::string rate_value(const SummaryMetric& metric) const {
        return value(per_second(metric.sink.counter(), model_.run_duration), metric) + "/s";
    }

    // TOTAL RESULTS

    void add_totals() {
        add_title("TOTAL RESULTS");
        add_checks(content_indent);
        std::vector<const SummaryMetric*> shown;
        for (const SummaryMetric& metric : model_.metrics) {
            if (std::ranges::find(left_out_of_compact, metric.parent) == left_out_of_compact.end()) {
                shown.push_back(&metric);
            }
        }
        add_sections(std::move(shown), content_indent);
        add("");
    }

    void add_checks(std::size_t indent) {
        const SummaryMetric* checks = model_.find("checks");
        if (checks == nullptr || checks->sink.empty()) return;
        const RateSink& rate = checks->sink.rate();
        const auto total = static_cast<double>(rate.total());
        const auto of_total = [total](std::uint64_t part) {
            return number_text(static_cast<double>(part)) + " out of " + number_text(total);
        };
        CounterSink counter;
        counter.add(total);
        const std::vector<Line> lines = {
            {"checks_total", false, {plain_text(total), plain_text(per_second(counter, model_.run_duration)) + "/s"}},
            {"checks_succeeded", false, {percent_text(rate.rate()), of_total(rate.passes())}},
            {"checks_failed", false, {percent_text(static_cast<double>(rate.fails()) / total), of_total(rate.fails())}},
        };
        add_lines(lines, indent);
        add("");

        std::vector<CheckCount> by_name;
        for (const CheckCount& check : model_.checks) {
            const auto same = std::ranges::find(by_name, check.name, &CheckCount::name);
            if (same == by_name.end()) {
                by_name.push_back(check);
            } else {
                same->passes += check.passes;
                same->fails += check.fails;
            }
        }
        if (by_name.empty()) return;
        const std::string blanks(indent, ' ');
        for (const CheckCount& check : by_name) {
            if (check.fails == 0) {
                add(blanks + paint(Style::green, "✓ " + check.name));
                continue;
            }
            const double percent =
                std::floor(100 * static_cast<double>(check.passes) / static_cast<double>(check.passes + check.fails));
            add(blanks + paint(Style::red, "✗ " + check.name));
            add(blanks + "  " +
                paint(Style::red, "↳  " + number_text(percent) + "% — ✓ " + std::to_string(check.passes) + " / ✗ " +
                                      std::to_string(check.fails)));
        }
        add("");
    }

    /// All sections of a block share their columns.
    void add_sections(std::vector<const SummaryMetric*> metrics, std::size_t indent) {
        std::ranges::sort(metrics, comes_before);
        std::vector<Line> lines;
        for (const SummaryMetric* metric : metrics) lines.push_back(line_of(*metric));
        const std::vector<std::string> aligned = align(lines, indent);
        for (std::string_view title : sections_in_order_of_printing) {
            bool titled = false;
            for (std::size_t i = 0; i < metrics.size(); ++i) {
                if (section_of(metrics[i]->parent) != title) continue;
                if (!titled) add(std::string(indent, ' ') + paint(Style::bold, title));
                titled = true;
                add(aligned[i]);
            }
            if (titled) add("");
        }
    }

    Line line_of(const SummaryMetric& metric) const {
        Line line;
        line.name = metric.suffix ? "  { " + *metric.suffix + " }" : metric.name;
        switch (metric.sink.type()) {
            case MetricType::trend:
                line.is_trend = true;
                for (const TrendStat& stat : options_.trend_stats) line.values.push_back(stat_value(stat, metric));
                break;
            case MetricType::counter:
                line.values = {main_value(metric), rate_value(metric)};
                break;
            case MetricType::gauge:
                line.values = {main_value(metric), "min=" + value(metric.sink.gauge().min(), metric),
                               "max=" + value(metric.sink.gauge().max(), metric)};
                break;
            case MetricType::rate: {
                const RateSink& rate = metric.sink.rate();
                line.values = {main_value(metric),
                               std::to_string(rate.passes()) + " out of " + std::to_string(rate.total())};
                break;
            }
        }
        return line;
    }

    void add_lines(std::span<const Line> lines, std::size_t indent) {
        for (const std::string& line : align(lines, indent)) add(line);
    }

    std::vector<std::string> align(std::span<const Line> lines, std::size_t indent) const {
        std::size_t name_width = 0;
        for (const Line& line : lines) name_width = std::max(name_width, display_width(line.name));
        const std::vector<std::size_t> trend_widths = column_widths(lines, true);
        const std::vector<std::size_t> other_widths = column_widths(lines, false);

        std::vector<std::string> aligned;
        for (const Line& line : lines) {
            const std::string dots(name_width + 3 - display_width(line.name), '.');
            std::string text = std::string(indent, ' ') + line.name + paint(Style::faint, dots + ":");
            for (std::size_t i = 0; i < line.values.size(); ++i) {
                const std::string& cell = line.values[i];
                text += ' ';
                if (line.is_trend) text += options_.trend_stats[i].text + "=";
                text += paint(line.is_trend || i == 0 ? Style::cyan : Style::faint_cyan, cell);
                const std::size_t width = (line.is_trend ? trend_widths : other_widths)[i];
                // A line's only extra stands as it is.
                const bool padded = line.is_trend || i == 0 || line.values.size() > 2;
                if (padded) text.append(width - display_width(cell), ' ');
            }
            aligned.push_back(std::move(text));
        }
        return aligned;
    }

    const SummaryModel& model_;
    const SummaryTextOptions& options_;
    std::string text_;
    bool started_ = false;
};

}  // namespace

std::string render_summary_text(const SummaryModel& model, const SummaryTextOptions& options) {
    return Renderer(model, options).render();
}

}  // namespace k6::metrics
