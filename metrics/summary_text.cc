#include "metrics/summary_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "metrics/group_tree.h"
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

/// Checks have lines of their own, and group durations none. By the whole name, unlike k6, where a custom metric
/// `checks2` is missing too.
constexpr std::array<std::string_view, 2> left_out = {"checks", "group_duration"};
/// The phases of a request.
constexpr std::array<std::string_view, 6> left_out_of_compact = {"http_req_blocked",         "http_req_connecting",
                                                                 "http_req_receiving",       "http_req_sending",
                                                                 "http_req_tls_handshaking", "http_req_waiting"};

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

/// A legacy line's colours are the same but for the dots'.
constexpr std::string_view legacy_dots = "2";

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

/// Metrics of one block, with what columns and colours its lines have.
class Lines {
public:
    explicit Lines(const SummaryTextOptions& options, Duration run_duration)
        : options_(options), run_duration_(run_duration) {}

    std::string paint(Style style, std::string_view text) const { return paint(code_of(style), text); }
    std::string paint(std::string_view code, std::string_view text) const {
        if (!options_.colour) return std::string(text);
        return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
    }
    std::string mark(bool ok) const { return ok ? paint(Style::green, "✓") : paint(Style::red, "✗"); }

    std::string value(double value, const SummaryMetric& metric) const {
        return value_text(value, metric.contains, options_.time_unit);
    }

    std::string stat_value(const TrendStat& stat, const SummaryMetric& metric) const {
        const double measured = stat.of(metric.sink.trend());
        return stat.kind == TrendStat::Kind::count ? plain_text(measured) : value(measured, metric);
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
        return value(per_second(metric.sink.counter(), run_duration_), metric) + "/s";
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

    /// Lines without their indentation; all columns are as wide as their widest value.
    std::vector<std::string> align(std::span<const Line> lines) const {
        std::size_t name_width = 0;
        for (const Line& line : lines) name_width = std::max(name_width, display_width(line.name));
        const std::vector<std::size_t> trend_widths = column_widths(lines, true);
        const std::vector<std::size_t> other_widths = column_widths(lines, false);
        const std::string_view dots_code =
            options_.layout == SummaryLayout::legacy ? legacy_dots : code_of(Style::faint);

        std::vector<std::string> aligned;
        for (const Line& line : lines) {
            const std::string dots(name_width + 3 - display_width(line.name), '.');
            std::string text = line.name + paint(dots_code, dots + ":");
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

private:
    const SummaryTextOptions& options_;
    Duration run_duration_;
};

std::string trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\v\f\r";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return "";
    return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

std::string share_text(std::uint64_t passes, std::uint64_t fails) {
    const double percent = std::floor(100 * static_cast<double>(passes) / static_cast<double>(passes + fails));
    return "↳  " + number_text(percent) + "% — ✓ " + std::to_string(passes) + " / ✗ " + std::to_string(fails);
}

/// The samples of one group, or of all groups of a scenario.
struct Block {
    std::vector<SummaryMetric> metrics;
    std::vector<CheckCount> checks;
    /// In the order of first occurrence.
    std::vector<std::pair<std::string, Block>> groups;
};

void add_metrics(Block& block, const std::vector<SummaryMetric>& metrics) {
    for (const SummaryMetric& metric : metrics) {
        const auto same = std::ranges::find(block.metrics, metric.name, &SummaryMetric::name);
        if (same == block.metrics.end()) {
            block.metrics.push_back(metric);
        } else {
            same->sink.merge(metric.sink);
        }
    }
}

/// The block of a path "::a::b" below, made if missing.
Block& block_of(Block& root, std::string_view path) {
    Block* block = &root;
    while (path.starts_with(group_separator)) {
        path.remove_prefix(group_separator.size());
        const auto end = path.find(group_separator);
        const std::string name(path.substr(0, end));
        const auto known = std::ranges::find(block->groups, name, &std::pair<std::string, Block>::first);
        block = known != block->groups.end() ? &known->second : &block->groups.emplace_back(name, Block{}).second;
        path.remove_prefix(std::min(end, path.size()));
    }
    return *block;
}

/// What the full layout shows besides the totals: groups of the default scenario, and scenarios with theirs.
struct Parts {
    Block groups;
    std::map<std::string, Block> scenarios;
};

Parts parts_of(const SummaryModel& model) {
    Parts parts;
    const auto is_lifecycle = [](std::string_view group) { return group == "::setup" || group == "::teardown"; };
    const auto in_scenario = [](std::string_view scenario) { return !scenario.empty() && scenario != "default"; };
    if (const SummaryBreakdown* breakdown = model.breakdown_by(scenario_and_group)) {
        for (const SummaryPart& part : breakdown->parts) {
            if (part.other) continue;
            const std::string& scenario = part.values[0];
            const std::string& group = part.values[1];
            if (is_lifecycle(group)) continue;
            Block* root = &parts.groups;
            if (in_scenario(scenario)) {
                root = &parts.scenarios[scenario];
                add_metrics(*root, part.metrics);
            }
            if (!group.empty()) add_metrics(block_of(*root, group), part.metrics);
        }
    }
    for (const CheckCount& check : model.scenario_checks) {
        if (is_lifecycle(check.group)) continue;
        Block* root = &parts.groups;
        if (in_scenario(check.scenario)) {
            root = &parts.scenarios[check.scenario];
            root->checks.push_back(check);
        }
        if (!check.group.empty()) block_of(*root, check.group).checks.push_back(check);
    }
    return parts;
}

class Renderer {
public:
    Renderer(const SummaryModel& model, const SummaryTextOptions& options)
        : model_(model), options_(options), lines_(options, model.run_duration) {}

    std::string render() {
        add("");
        add_thresholds();
        add_title(title_indent, "█ ", "TOTAL RESULTS");
        add_block(model_.metrics, model_.checks, 0);
        add("");
        if (options_.layout == SummaryLayout::full) {
            const Parts parts = parts_of(model_);
            for (const auto& [name, block] : parts.groups.groups) add_group(name, block, 0);
            for (const auto& [name, block] : parts.scenarios) {
                add_title(title_indent, "█ ", "SCENARIO: " + name);
                add_block(block.metrics, block.checks, 0);
                for (const auto& [group, inner] : block.groups) add_group(group, inner, 1);
                add("");
            }
            for (const SummaryBreakdown& breakdown : model_.breakdowns) {
                if (breakdown.keys != scenario_and_group) add_breakdown(breakdown);
            }
        }
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

    std::string paint(Style style, std::string_view text) const { return lines_.paint(style, text); }

    void add_title(std::size_t indent, std::string_view ornament, std::string_view title) {
        add(std::string(indent, ' ') + std::string(ornament) + paint(Style::bold, title) + " ");
        add("");
    }

    // THRESHOLDS

    void add_thresholds() {
        std::vector<const SummaryMetric*> judged;
        for (const SummaryMetric& metric : model_.metrics) {
            if (!metric.thresholds.empty()) judged.push_back(&metric);
        }
        if (judged.empty()) return;
        std::ranges::sort(judged, comes_before);

        add_title(title_indent, "█ ", "THRESHOLDS");
        for (const SummaryMetric* metric : judged) {
            const bool under_parent =
                metric->suffix && std::ranges::any_of(judged, [metric](const SummaryMetric* other) {
                    return !other->suffix && other->name == metric->parent;
                });
            const std::string indent(under_parent ? content_indent + 2 : content_indent, ' ');
            add(indent + (under_parent ? "{" + *metric->suffix + "}" : metric->name));
            for (const SummaryThreshold& threshold : metric->thresholds) {
                add(indent + lines_.mark(threshold.ok) + " " +
                    paint(Style::white, "'" + trimmed(threshold.source) + "'") + " " + finding(threshold, *metric));
            }
            add("");
        }
        add("");
    }

    std::string finding(const SummaryThreshold& threshold, const SummaryMetric& metric) const {
        if (threshold.no_data) return paint(Style::red, "no data");
        const auto [aggregation, measured] = measured_for(threshold.source, metric);
        if (threshold.window == Duration())
            return paint(Style::white, aggregation) + "=" + paint(Style::cyan, measured);
        if (!threshold.worst) return paint(Style::white, aggregation) + "=";
        // Of all stretches, the one that says most; and when it was.
        const bool a_rate = metric.sink.type() == MetricType::counter && aggregation != "count";
        const std::string worst = metric.sink.type() == MetricType::rate
                                      ? percent_text(threshold.worst->value)
                                      : lines_.value(threshold.worst->value, metric) + (a_rate ? "/s" : "");
        return paint(Style::white, aggregation) + "=" + paint(Style::cyan, worst) + " " +
               paint(Style::faint_cyan,
                     "worst, until " + duration_text(to_milliseconds(threshold.worst->end), TimeUnit::automatic));
    }

    /// What the threshold is about, as it is written, and the value. A trend's statistic that is neither a column of
    /// the summary nor a percentile has none.
    std::pair<std::string, std::string> measured_for(std::string_view source, const SummaryMetric& metric) const {
        std::string aggregation = trimmed(source.substr(0, source.find_first_of("=<>")));
        switch (metric.sink.type()) {
            case MetricType::counter:
                return {aggregation, aggregation == "count" ? lines_.main_value(metric) : lines_.rate_value(metric)};
            case MetricType::gauge:
            case MetricType::rate:
                return {aggregation, lines_.main_value(metric)};
            case MetricType::trend:
                break;
        }
        const auto stat = std::ranges::find(options_.trend_stats, aggregation, &TrendStat::text);
        if (stat != options_.trend_stats.end()) return {aggregation, lines_.stat_value(*stat, metric)};
        const auto percentile = TrendStat::parse(aggregation);
        if (percentile && percentile->kind == TrendStat::Kind::percentile) {
            return {aggregation, lines_.stat_value(*percentile, metric)};
        }
        return {aggregation, ""};
    }

    // Blocks

    /// At depth 0 a block of its own, below one inside another.
    void add_group(std::string_view name, const Block& block, std::size_t depth) {
        if (depth == 0) {
            add_title(title_indent, "█ ", "GROUP: " + std::string(name));
        } else {
            add_title(content_indent + 2 * (depth - 1), "↳ ", "GROUP: " + std::string(name));
        }
        add_block(block.metrics, block.checks, depth);
        for (const auto& [inner_name, inner] : block.groups) add_group(inner_name, inner, depth + 1);
        add("");
    }

    void add_block(const std::vector<SummaryMetric>& metrics, const std::vector<CheckCount>& checks,
                   std::size_t depth) {
        const std::size_t indent = content_indent + 2 * depth;
        add_checks(metrics, checks, indent, 6 + 4 * depth);
        std::vector<const SummaryMetric*> shown;
        for (const SummaryMetric& metric : metrics) {
            if (shown_in(options_.layout, metric.parent)) shown.push_back(&metric);
        }
        add_sections(std::move(shown), indent);
    }

    void add_checks(const std::vector<SummaryMetric>& metrics, const std::vector<CheckCount>& checks,
                    std::size_t indent, std::size_t detail_indent) {
        const auto metric = std::ranges::find(metrics, "checks", &SummaryMetric::name);
        if (metric == metrics.end() || metric->sink.empty()) return;
        const RateSink& rate = metric->sink.rate();
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
        for (const std::string& line : lines_.align(lines)) add(std::string(indent, ' ') + line);
        add("");

        const std::vector<CheckCount> by_name = checks_by_name(checks);
        if (by_name.empty()) return;
        const std::string blanks(indent, ' ');
        for (const CheckCount& check : by_name) {
            if (check.fails == 0) {
                add(blanks + paint(Style::green, "✓ " + check.name));
                continue;
            }
            add(blanks + paint(Style::red, "✗ " + check.name));
            add(std::string(detail_indent, ' ') + paint(Style::red, share_text(check.passes, check.fails)));
        }
        add("");
    }

    /// All sections of a block share their columns.
    void add_sections(std::vector<const SummaryMetric*> metrics, std::size_t indent) {
        std::ranges::sort(metrics, comes_before);
        std::vector<Line> lines;
        for (const SummaryMetric* metric : metrics) lines.push_back(lines_.line_of(*metric));
        const std::vector<std::string> aligned = lines_.align(lines);
        for (std::string_view title : sections_in_order_of_printing) {
            bool titled = false;
            for (std::size_t i = 0; i < metrics.size(); ++i) {
                if (section_of(metrics[i]->parent) != title) continue;
                if (!titled) add(std::string(indent, ' ') + paint(Style::bold, title));
                titled = true;
                add(std::string(indent, ' ') + aligned[i]);
            }
            if (titled) add("");
        }
    }

    // What the user asked to track: a part per combination of values, all parts with the same columns.
    void add_breakdown(const SummaryBreakdown& breakdown) {
        std::string title = "BY";
        for (const std::string& key : breakdown.keys) title += " " + key;
        add_title(title_indent, "█ ", title);
        std::vector<std::vector<const SummaryMetric*>> shown;
        std::vector<Line> lines;
        for (const SummaryPart& part : breakdown.parts) {
            std::vector<const SummaryMetric*>& of_part = shown.emplace_back();
            for (const SummaryMetric& metric : part.metrics) {
                if (shown_in(SummaryLayout::compact, metric.parent)) of_part.push_back(&metric);
            }
            std::ranges::sort(of_part, comes_before);
            for (const SummaryMetric* metric : of_part) lines.push_back(lines_.line_of(*metric));
        }
        const std::vector<std::string> aligned = lines_.align(lines);
        std::size_t next = 0;
        for (std::size_t i = 0; i < breakdown.parts.size(); ++i) {
            const SummaryPart& part = breakdown.parts[i];
            const std::size_t begin = next;
            next += shown[i].size();
            // Samples without any of the tags are in the totals.
            const bool untagged = !part.other && std::ranges::all_of(part.values, &std::string::empty);
            if (untagged || shown[i].empty()) continue;
            std::string name;
            for (std::size_t k = 0; k < part.values.size(); ++k) {
                if (part.values[k].empty()) continue;
                name += (name.empty() ? "" : ", ") + breakdown.keys[k] + ": " + part.values[k];
            }
            add(std::string(content_indent, ' ') + paint(Style::bold, part.other ? "(all others)" : name));
            for (std::size_t k = begin; k < next; ++k) add(std::string(content_indent, ' ') + aligned[k]);
            add("");
        }
        add("");
    }

    const SummaryModel& model_;
    const SummaryTextOptions& options_;
    Lines lines_;
    std::string text_;
    bool started_ = false;
};

/// The layout of older versions.
class LegacyRenderer {
public:
    LegacyRenderer(const SummaryModel& model, const SummaryTextOptions& options)
        : model_(model), lines_(options, model.run_duration) {}

    std::string render() {
        add_group(group_tree(model_.groups, model_.checks), 5);
        std::vector<const SummaryMetric*> metrics;
        for (const SummaryMetric& metric : model_.metrics) metrics.push_back(&metric);
        std::ranges::sort(metrics, comes_before);
        std::vector<Line> lines;
        for (const SummaryMetric* metric : metrics) lines.push_back(lines_.line_of(*metric));
        const std::vector<std::string> aligned = lines_.align(lines);
        for (std::size_t i = 0; i < metrics.size(); ++i) {
            // The mark stands before the name: of a sub-metric, inside its indentation.
            const bool inner = metrics[i]->suffix.has_value();
            add("   " + std::string(inner ? 2 : 0, ' ') + mark(*metrics[i]) + " " + aligned[i].substr(inner ? 2 : 0));
        }
        return std::move(text_);
    }

private:
    void add(std::string_view line) {
        if (started_) text_ += '\n';
        started_ = true;
        text_ += line;
    }

    std::string mark(const SummaryMetric& metric) const {
        if (metric.thresholds.empty()) return " ";
        return lines_.mark(std::ranges::all_of(metric.thresholds, &SummaryThreshold::ok));
    }

    void add_group(const GroupNode& group, std::size_t indent) {
        const std::string blanks(indent, ' ');
        for (const CheckCount* check : group.checks) {
            if (check->fails == 0) {
                add(blanks + lines_.paint(Style::green, "✓ " + check->name));
            } else {
                add(blanks + lines_.paint(Style::red, "✗ " + check->name));
                add(blanks + " " + lines_.paint(Style::red, share_text(check->passes, check->fails)));
            }
        }
        if (!group.checks.empty()) add("");
        for (const GroupNode& inner : group.groups) {
            add(blanks + "█ " + inner.name);
            add("");
            add_group(inner, indent + 2);
        }
    }

    const SummaryModel& model_;
    Lines lines_;
    std::string text_;
    bool started_ = false;
};

}  // namespace

bool shown_in(SummaryLayout layout, std::string_view metric) {
    if (layout == SummaryLayout::legacy) return true;
    const auto among = [metric](const auto& names) { return std::ranges::find(names, metric) != names.end(); };
    return !among(left_out) && (layout == SummaryLayout::full || !among(left_out_of_compact));
}

std::string render_summary_text(const SummaryModel& model, const SummaryTextOptions& options) {
    if (options.layout == SummaryLayout::legacy) return LegacyRenderer(model, options).render();
    return Renderer(model, options).render();
}

}  // namespace k6::metrics
