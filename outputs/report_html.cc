#include "outputs/report_html.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <span>
#include <string_view>
#include <utility>

#include "base/version.h"
#include "metrics/number_text.h"
#include "metrics/value_text.h"
#include "outputs/markup.h"
#include "outputs/report_chart.h"
#include "outputs/report_page.h"
#include "outputs/report_text.h"

namespace k6::outputs {
namespace {

using metrics::Builtin;
using metrics::CheckCount;
using metrics::MetricId;
using metrics::MetricType;
using metrics::Sink;
using metrics::SinkSlots;
using metrics::SummaryBreakdown;
using metrics::SummaryMetric;
using metrics::SummaryModel;
using metrics::SummaryPart;
using metrics::SummaryThreshold;
using metrics::ValueKind;

std::string time_text(double milliseconds) {
    return metrics::duration_text(milliseconds, metrics::TimeUnit::automatic);
}

/// A cell of a table: what is shown, by what it is sorted (numbers), and how it looks.
std::string cell(const std::string& shown, double value, std::string_view style = "") {
    return "<td" + (style.empty() ? "" : " class=\"" + std::string(style) + "\"") + " data-value=\"" +
           metrics::number_text(value) + "\">" + shown + "</td>";
}

std::string text_cell(const std::string& markup, std::string_view style = "text") {
    return "<td class=\"" + std::string(style) + "\">" + markup + "</td>";
}

struct Column {
    std::string_view title;
    bool is_text = false;
};

class Table {
public:
    explicit Table(std::span<const Column> columns) {
        text_ = "<div class=\"card\"><table><thead><tr>";
        for (const Column& column : columns) {
            text_ += (column.is_text ? "<th class=\"text\">" : "<th>") + std::string(column.title) + "</th>";
        }
        text_ += "</tr></thead><tbody>";
    }
    void row(const std::string& cells) { text_ += "\n<tr>" + cells + "</tr>"; }
    std::string text() && { return std::move(text_) + "</tbody></table></div>\n"; }

private:
    std::string text_;
};

std::string section(std::string_view title, const std::string& content, std::string_view id) {
    return "<section id=\"" + std::string(id) + "\"><h2>" + std::string(title) + "</h2>\n" + content + "</section>\n";
}

std::string share_cell(double share, bool bad_if_any) {
    return cell(metrics::percent_text(share), share, share == 0 ? "zero" : bad_if_any ? "hot" : "");
}

// Charts

class Charts {
public:
    explicit Charts(const metrics::RunRecord& record) : record_(record), slots_(record.timeline.size()) {}

    std::string text() const {
        if (slots_ == 0) return "";
        std::string out;
        const auto add = [&out](const Chart& chart) {
            if (has_values(chart)) out += chart_svg(chart);
        };
        add(chart("Requests", ChartUnit::per_second,
                  {{"requests", "c1", rate_of(Builtin::http_reqs), true}, {"failed", "c3", failed_rate()}}));
        add(chart("Response time", ChartUnit::milliseconds, percentiles(Builtin::http_req_duration)));
        add(chart("Virtual users", ChartUnit::number, {{"active", "c4", gauge(Builtin::vus), true}}));
        add(chart("Failed requests", ChartUnit::percent, {{"failed", "c3", share(Builtin::http_req_failed), true}}));
        add(chart("Iterations", ChartUnit::per_second,
                  {{"completed", "c5", rate_of(Builtin::iterations), true},
                   {"dropped", "c3", rate_of(Builtin::dropped_iterations)}}));
        add(chart("Iteration duration", ChartUnit::milliseconds, percentiles(Builtin::iteration_duration)));
        add(chart("Response time of iterations since they were due", ChartUnit::milliseconds,
                  percentiles(Builtin::iteration_response_time)));
        add(chart("Checks passed", ChartUnit::percent, {{"passed", "c4", share(Builtin::checks), true}}));
        add(chart(
            "Data", ChartUnit::bytes_per_second,
            {{"received", "c1", rate_of(Builtin::data_received), true}, {"sent", "c2", rate_of(Builtin::data_sent)}}));
        add(chart(
            "WebSocket messages", ChartUnit::per_second,
            {{"received", "c1", rate_of(Builtin::ws_msgs_received)}, {"sent", "c2", rate_of(Builtin::ws_msgs_sent)}}));
        add(chart("gRPC response time", ChartUnit::milliseconds, percentiles(Builtin::grpc_req_duration)));
        for (std::uint32_t i = static_cast<std::uint32_t>(metrics::builtin_metrics.size());
             i < record_.registry->size(); ++i) {
            add(of_custom_metric(record_.registry->at(MetricId{i})));
        }
        return out.empty() ? "" : section("Over time", "<div class=\"charts\">" + out + "</div>", "charts");
    }

private:
    using Values = std::vector<std::optional<double>>;

    Chart chart(std::string title, ChartUnit unit, std::vector<ChartLine> lines) const {
        std::erase_if(lines, [](const ChartLine& line) {
            return std::ranges::none_of(line.values, [](const auto& value) { return value.has_value(); });
        });
        return {.title = std::move(title),
                .unit = unit,
                .period = period(),
                .end = std::chrono::duration<double>(record_.timeline.end()).count(),
                .lines = std::move(lines)};
    }

    double period() const { return std::chrono::duration<double>(record_.timeline.period()).count(); }

    /// The last slot is as long as the run lasted.
    double length_of(std::size_t slot) const {
        const double begin = period() * static_cast<double>(slot);
        const double end = std::chrono::duration<double>(record_.timeline.end()).count();
        return std::clamp(end - begin, period() / 20, period());
    }

    Values values(MetricId metric, const std::function<std::optional<double>(const Sink&, std::size_t)>& of) const {
        Values all(slots_);
        const SinkSlots* slots = record_.timeline.of(metric);
        if (slots == nullptr) return all;
        for (std::size_t i = 0; i < slots_; ++i) {
            if (!slots->empty(i)) all[i] = of(slots->range(i, i + 1), i);
        }
        return all;
    }

    Values rate_of(MetricId metric) const {
        Values all = values(
            metric, [this](const Sink& sink, std::size_t slot) { return sink.counter().count() / length_of(slot); });
        // Nothing counted is a rate of zero, if anything was counted at all.
        if (record_.timeline.of(metric) == nullptr) return all;
        for (auto& value : all) value = value.value_or(0);
        return all;
    }
    Values failed_rate() const {
        Values all = values(Builtin::http_req_failed, [this](const Sink& sink, std::size_t slot) {
            return static_cast<double>(sink.rate().passes()) / length_of(slot);
        });
        const Sink* failed = record_.snapshot.total(Builtin::http_req_failed);
        if (failed == nullptr || failed->rate().passes() == 0) return Values(slots_);
        return all;
    }
    Values share(MetricId metric) const {
        return values(metric, [](const Sink& sink, std::size_t) { return sink.rate().rate(); });
    }
    Values gauge(MetricId metric) const {
        return values(metric, [](const Sink& sink, std::size_t) { return sink.gauge().value(); });
    }
    std::vector<ChartLine> percentiles(MetricId metric) const {
        const auto line = [&](double p) {
            return values(metric, [p](const Sink& sink, std::size_t) { return sink.trend().quantile(p); });
        };
        return {{"median", "c1", line(0.5)}, {"p95", "c2", line(0.95)}, {"p99", "c3", line(0.99)}};
    }
    Chart of_custom_metric(const metrics::Metric& metric) const {
        switch (metric.type) {
            case MetricType::counter:
                return chart(metric.name,
                             metric.contains == ValueKind::data ? ChartUnit::bytes_per_second : ChartUnit::per_second,
                             {{"rate", "c1", rate_of(metric.id), true}});
            case MetricType::gauge:
                return chart(metric.name,
                             metric.contains == ValueKind::time ? ChartUnit::milliseconds : ChartUnit::number,
                             {{"value", "c4", gauge(metric.id)}});
            case MetricType::rate:
                return chart(metric.name, ChartUnit::percent, {{"rate", "c5", share(metric.id), true}});
            case MetricType::trend:
                return chart(metric.name,
                             metric.contains == ValueKind::time ? ChartUnit::milliseconds : ChartUnit::number,
                             percentiles(metric.id));
        }
        return {};
    }

    const metrics::RunRecord& record_;
    std::size_t slots_;
};

// Tables

class Page {
public:
    explicit Page(const metrics::RunRecord& record) : record_(record), model_(summary_of(record)) {}

    std::string text() const {
        const bool passed = !record_.failure.has_value();
        std::string out =
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
            markup_text(record_.test) + (passed ? " – passed" : " – failed") + "</title>\n<style>" +
            std::string(report_style) + "</style>\n</head>\n<body>\n<main>\n";
        out += header();
        out += notes();
        out += tiles();
        out += thresholds();
        out += Charts(record_).text();
        out += checks();
        out += requests();
        out += groups();
        out += tracked();
        out += all_metrics();
        out += "<footer>k6 " + std::string(product_version) + " · Percentiles are exact up to " +
               std::to_string(metrics::TrendSink::exact_limit) +
               " samples of a series, and within 0.2 % beyond. Times are UTC.</footer>\n";
        return out + "</main>\n<script>" + std::string(report_script) + "</script>\n</body>\n</html>\n";
    }

private:
    const SummaryMetric* metric(std::string_view name) const {
        const SummaryMetric* found = model_.find(name);
        return found != nullptr && !found->sink.empty() ? found : nullptr;
    }

    std::string header() const {
        const bool passed = !record_.failure.has_value();
        std::string facts = utc_seconds_text(record_.started).replace(10, 1, " ") + " · " +
                            time_text(to_milliseconds(record_.duration)) + " · " +
                            count_text(static_cast<double>(record_.complete_iterations)) + " iterations";
        if (record_.interrupted_iterations > 0) {
            facts += ", " + count_text(static_cast<double>(record_.interrupted_iterations)) + " interrupted";
        }
        if (record_.segments != std::vector{metrics::SegmentPart{}}) {
            facts += " · segment";
            for (const metrics::SegmentPart& segment : record_.segments) facts += " " + to_string(segment);
        }
        return "<header><div><h1>" + markup_text(record_.test) + "</h1><p class=\"facts\">" + markup_text(facts) +
               "</p></div><span id=\"verdict\" class=\"verdict " + (passed ? "pass\">passed" : "fail\">failed") +
               "</span><button class=\"theme\" hidden>light / dark</button></header>\n";
    }

    std::string notes() const {
        std::string out;
        if (record_.failure) out += "<p class=\"note bad\">" + markup_text(record_.failure->message) + "</p>\n";
        for (const std::string& finding : record_.findings) {
            out += "<p class=\"note warn\">The load generator: " + markup_text(finding) + "</p>\n";
        }
        return out;
    }

    std::string tiles() const {
        std::string out;
        const auto tile = [&out](std::string_view name, const std::string& value, bool bad = false) {
            out += "<div class=\"tile" + std::string(bad ? " bad" : "") + "\"><b>" + markup_text(value) + "</b><span>" +
                   std::string(name) + "</span></div>";
        };
        if (const SummaryMetric* requests = metric("http_reqs")) {
            tile("requests", count_text(requests->sink.counter().count()));
            tile("requests a second", count_text(per_second(requests->sink.counter(), model_.run_duration)));
        }
        if (const SummaryMetric* durations = metric("http_req_duration")) {
            tile("median response time", time_text(durations->sink.trend().med()));
            tile("95th percentile", time_text(durations->sink.trend().quantile(0.95)));
        }
        if (const SummaryMetric* failed = metric("http_req_failed")) {
            tile("requests failed", metrics::percent_text(failed->sink.rate().rate()),
                 failed->sink.rate().passes() > 0);
        }
        if (const SummaryMetric* checks = metric("checks")) {
            tile("checks passed", metrics::percent_text(checks->sink.rate().rate()), checks->sink.rate().fails() > 0);
        }
        if (metric("http_reqs") == nullptr) {
            if (const SummaryMetric* iterations = metric("iterations")) {
                tile("iterations a second", count_text(per_second(iterations->sink.counter(), model_.run_duration)));
            }
            if (const SummaryMetric* durations = metric("iteration_duration")) {
                tile("median iteration", time_text(durations->sink.trend().med()));
            }
        }
        if (const SummaryMetric* dropped = metric("dropped_iterations")) {
            tile("iterations dropped", count_text(dropped->sink.counter().count()), true);
        }
        if (const SummaryMetric* vus = metric("vus_max")) tile("virtual users", count_text(vus->sink.gauge().max()));
        if (const SummaryMetric* received = metric("data_received")) {
            tile("received", metrics::data_text(received->sink.counter().count()));
        }
        return out.empty() ? "" : "<div class=\"tiles\" id=\"tiles\">" + out + "</div>\n";
    }

    std::string thresholds() const {
        static constexpr Column columns[] = {{"metric", true}, {"threshold", true}, {"measured", true}, {"verdict"}};
        Table table(columns);
        bool any = false;
        for (const SummaryMetric& metric : model_.metrics) {
            for (const SummaryThreshold& threshold : metric.thresholds) {
                any = true;
                const std::string verdict = threshold.ok        ? "<span class=\"badge pass\">passed</span>"
                                            : threshold.no_data ? "<span class=\"badge fail\">no data</span>"
                                                                : "<span class=\"badge fail\">failed</span>";
                table.row(text_cell(markup_text(metric.name)) +
                          text_cell("<code>" + markup_text(threshold.source) + "</code>") +
                          text_cell(markup_text(threshold_finding(threshold, metric, model_.run_duration))) +
                          cell(verdict, threshold.ok ? 1 : 0));
            }
        }
        return any ? section("Thresholds", std::move(table).text(), "thresholds") : "";
    }

    std::string checks() const {
        if (model_.checks.empty()) return "";
        static constexpr Column columns[] = {{"check", true}, {"group", true}, {"passed"}, {"of"}, {"share"}};
        Table table(columns);
        for (const CheckCount& check : model_.checks) {
            const double total = static_cast<double>(check.passes + check.fails);
            const double share = static_cast<double>(check.passes) / total;
            const std::string percent = metrics::to_fixed(100 * share, 1);
            table.row(text_cell((check.fails == 0 ? "✓ " : "✗ ") + markup_text(check.name)) +
                      text_cell("<span class=\"soft\">" + markup_text(group_text(check.group)) + "</span>") +
                      cell(count_text(static_cast<double>(check.passes)), static_cast<double>(check.passes)) +
                      cell(count_text(total), total) +
                      cell("<span class=\"bar\"><i style=\"width:" + percent + "%\"></i></span>" +
                               metrics::percent_text(share),
                           share, check.fails == 0 ? "" : "hot"));
        }
        return section("Checks", std::move(table).text(), "checks");
    }

    static std::string group_text(std::string_view path) {
        if (path.empty()) return "";
        std::string text(path.substr(2));
        for (std::size_t at = text.find("::"); at != std::string::npos; at = text.find("::", at))
            text.replace(at, 2, " › ");
        return text;
    }

    static std::string trend_cells(const SummaryMetric* metric) {
        std::string cells;
        for (const double p : {0.5, 0.95, 0.99, 1.0}) {
            if (metric == nullptr) {
                cells += cell("–", -1, "zero");
            } else {
                const double value = metric->sink.trend().quantile(p);
                cells += cell(measure_text(*metric, value), value);
            }
        }
        return cells;
    }

    std::string counter_cells(const SummaryMetric* metric) const {
        if (metric == nullptr) return cell("–", -1, "zero") + cell("–", -1, "zero");
        const double count = metric->sink.counter().count();
        const double rate = per_second(metric->sink.counter(), model_.run_duration);
        return cell(count_text(count), count) + cell(count_text(rate), rate);
    }

    std::string requests() const {
        const SummaryBreakdown* breakdown = model_.breakdown_by(name_and_method);
        if (breakdown == nullptr) return "";
        static constexpr Column columns[] = {{"request", true}, {"method"}, {"count"}, {"a second"}, {"failed"},
                                             {"median"},        {"p95"},    {"p99"},   {"max"}};
        Table table(columns);
        bool any = false;
        for (const SummaryPart& part : breakdown->parts) {
            const SummaryMetric* count = part.find("http_reqs");
            if (count == nullptr) continue;
            any = true;
            const SummaryMetric* failed = part.find("http_req_failed");
            table.row(text_cell(part.other ? "(all others)" : markup_text(part.values[0])) +
                      cell(part.other ? "" : markup_text(part.values[1]), 0) + counter_cells(count) +
                      (failed == nullptr ? cell("–", -1, "zero") : share_cell(failed->sink.rate().rate(), true)) +
                      trend_cells(part.find("http_req_duration")));
        }
        return any ? section("Requests", std::move(table).text(), "requests") : "";
    }

    std::string groups() const {
        const SummaryBreakdown* breakdown = model_.breakdown_by(metrics::scenario_and_group);
        if (breakdown == nullptr) return "";
        static constexpr Column columns[] = {{"group", true},
                                             {"scenario", true},
                                             {"requests"},
                                             {"failed"},
                                             {"checks passed"},
                                             {"median"},
                                             {"p95"},
                                             {"p99"},
                                             {"max"}};
        Table table(columns);
        std::size_t rows = 0;
        for (const SummaryPart& part : breakdown->parts) {
            if (part.other) continue;
            const bool root = part.values[1].empty();
            // What has no group is of interest where there are scenarios to compare.
            if (root && breakdown->parts.size() < 3 && !has_groups(*breakdown)) continue;
            const SummaryMetric* requests = part.find("http_reqs");
            const SummaryMetric* checks = part.find("checks");
            const SummaryMetric* times = part.find("group_duration");
            if (requests == nullptr && checks == nullptr && times == nullptr) continue;
            const SummaryMetric* failed = part.find("http_req_failed");
            ++rows;
            const double count = requests == nullptr ? 0 : requests->sink.counter().count();
            table.row(
                text_cell(root ? "<span class=\"soft\">(no group)</span>" : markup_text(group_text(part.values[1]))) +
                text_cell("<span class=\"soft\">" + markup_text(part.values[0]) + "</span>") +
                cell(requests == nullptr ? "–" : count_text(count), count, requests == nullptr ? "zero" : "") +
                (failed == nullptr ? cell("–", -1, "zero") : share_cell(failed->sink.rate().rate(), true)) +
                (checks == nullptr ? cell("–", -1, "zero")
                                   : cell(metrics::percent_text(checks->sink.rate().rate()), checks->sink.rate().rate(),
                                          checks->sink.rate().fails() > 0 ? "hot" : "")) +
                trend_cells(times != nullptr ? times : part.find("iteration_duration")));
        }
        if (rows == 0) return "";
        return section("Groups",
                       std::move(table).text() +
                           "<p class=\"soft\">Times are those of the groups as a whole, from start to end; "
                           "without a group, of iterations.</p>\n",
                       "groups");
    }

    static bool has_groups(const SummaryBreakdown& breakdown) {
        return std::ranges::any_of(breakdown.parts,
                                   [](const SummaryPart& part) { return !part.other && !part.values[1].empty(); });
    }

    std::string tracked() const {
        std::string out;
        for (const SummaryBreakdown& breakdown : model_.breakdowns) {
            if (breakdown.keys == metrics::scenario_and_group || breakdown.keys == name_and_method) continue;
            std::vector<Column> columns;
            std::string title = "By";
            for (const std::string& key : breakdown.keys) title += (title == "By" ? " " : ", ") + markup_text(key);
            std::vector<std::string> names;
            for (const std::string& key : breakdown.keys) names.push_back(markup_text(key));
            for (const std::string& name : names) columns.push_back({name, true});
            for (const Column& column : {Column{"metric", true}, Column{"samples"}, Column{"value"}, Column{"median"},
                                         Column{"p95"}, Column{"p99"}, Column{"max"}}) {
                columns.push_back(column);
            }
            Table table(columns);
            for (const SummaryPart& part : breakdown.parts) {
                std::string tags;
                for (std::size_t i = 0; i < breakdown.keys.size(); ++i) {
                    tags += text_cell(part.other ? (i == 0 ? "(all others)" : "") : markup_text(part.values[i]));
                }
                for (const SummaryMetric& metric : part.metrics) table.row(tags + metric_cells(metric));
            }
            out += section(title, std::move(table).text(), "tracked");
        }
        return out;
    }

    std::string metric_cells(const SummaryMetric& metric) const {
        std::string cells =
            text_cell(metric.suffix ? "{ " + markup_text(*metric.suffix) + " }" : markup_text(metric.name),
                      metric.suffix ? "text sub" : "text");
        switch (metric.sink.type()) {
            case MetricType::counter: {
                const double count = metric.sink.counter().count();
                const double rate = per_second(metric.sink.counter(), model_.run_duration);
                const bool plain = metric.contains == ValueKind::default_;
                cells += cell("", 0) +
                         cell((plain ? count_text(count) : measure_text(metric, count)) + " <span class=\"soft\">" +
                                  (plain ? count_text(rate) : measure_text(metric, rate)) + "/s</span>",
                              count);
                break;
            }
            case MetricType::gauge:
                cells +=
                    cell("", 0) + cell(measure_text(metric, metric.sink.gauge().value()), metric.sink.gauge().value());
                return cells + cell("", -1) + cell("", -1) + cell("", -1) +
                       cell(measure_text(metric, metric.sink.gauge().max()), metric.sink.gauge().max());
            case MetricType::rate: {
                const auto total = static_cast<double>(metric.sink.rate().total());
                cells += cell(count_text(total), total) +
                         cell(metrics::percent_text(metric.sink.rate().rate()), metric.sink.rate().rate());
                break;
            }
            case MetricType::trend: {
                const auto count = static_cast<double>(metric.sink.trend().count());
                cells += cell(count_text(count), count) +
                         cell("<span class=\"soft\">avg</span> " + measure_text(metric, metric.sink.trend().avg()),
                              metric.sink.trend().avg());
                return cells + trend_cells(&metric);
            }
        }
        return cells + cell("", -1) + cell("", -1) + cell("", -1) + cell("", -1);
    }

    std::string all_metrics() const {
        static constexpr Column columns[] = {{"metric", true}, {"samples"}, {"value"}, {"median"},
                                             {"p95"},          {"p99"},     {"max"}};
        Table table(columns);
        std::vector<const SummaryMetric*> sorted;
        for (const SummaryMetric& metric : model_.metrics) sorted.push_back(&metric);
        std::ranges::stable_sort(sorted, [](const SummaryMetric* a, const SummaryMetric* b) {
            return metrics::name_less(a->parent, b->parent);
        });
        for (const SummaryMetric* metric : sorted) table.row(metric_cells(*metric));
        return section("All metrics", std::move(table).text(), "metrics");
    }

    const metrics::RunRecord& record_;
    SummaryModel model_;
};

}  // namespace

std::string html_report(const metrics::RunRecord& record) { return Page(record).text(); }

}  // namespace k6::outputs
