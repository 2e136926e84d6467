#include "metrics/summary_json.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <string_view>
#include <utility>

#include "metrics/group_tree.h"
#include "metrics/json_text.h"

namespace k6::metrics {
namespace {

/// The two old formats tell the same in slightly different ways.
enum class Format { summary_data, export_file };

void write_percentiles(const SummaryModel& model, JsonWriter& json) {
    json.key("percentiles").begin_object();
    json.key("exact_up_to").number(static_cast<double>(TrendSink::exact_limit));
    json.key("from_histogram").begin_array();
    for (const SummaryMetric& metric : model.metrics) {
        if (metric.sink.type() == MetricType::trend && !metric.sink.trend().exact()) json.string(metric.name);
    }
    json.end_array();
    json.key("error_at_most").number(0.002);
    json.end_object();
}

/// Seconds since 1970 as RFC 3339 in UTC, with nanoseconds.
std::string utc_text(WallTime time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%09dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
    return text.data();
}

class Writer {
public:
    Writer(Format format, const SummaryModel& model, const SummaryJsonOptions& options)
        : format_(format), model_(model), options_(options), json_(format == Format::export_file ? 4 : 0) {}

    std::string write() {
        json_.begin_object();
        json_.key("metrics").begin_object();
        for (const SummaryMetric& metric : model_.metrics) write_metric(metric);
        json_.end_object();
        json_.key("root_group");
        write_group(group_tree(model_.groups, model_.checks));
        if (format_ == Format::summary_data) write_options_and_state();
        write_percentiles(model_, json_);
        write_tracked();
        if (options_.setup_data) json_.key("setup_data").json(*options_.setup_data);
        json_.end_object();
        return json_.text();
    }

private:
    void write_metric(const SummaryMetric& metric) {
        json_.key(metric.name).begin_object();
        if (format_ == Format::summary_data) {
            json_.key("type").string(to_string(metric.sink.type()));
            json_.key("contains").string(to_string(metric.contains));
            json_.key("values").begin_object();
            write_values(metric);
            json_.end_object();
        } else {
            write_values(metric);
        }
        write_thresholds(metric);
        json_.end_object();
    }

    void write_tracked() {
        bool any = false;
        for (const SummaryBreakdown& breakdown : model_.breakdowns) {
            if (breakdown.keys == scenario_and_group) continue;
            if (!any) json_.key("tracked").begin_array();
            any = true;
            json_.begin_object().key("by").begin_array();
            for (const std::string& key : breakdown.keys) json_.string(key);
            json_.end_array().key("series").begin_array();
            for (const SummaryPart& part : breakdown.parts) write_part(breakdown, part);
            json_.end_array().end_object();
        }
        if (any) json_.end_array();
    }

    void write_part(const SummaryBreakdown& breakdown, const SummaryPart& part) {
        json_.begin_object();
        if (part.other) {
            json_.key("other").boolean(true);
        } else {
            json_.key("tags").begin_object();
            for (std::size_t i = 0; i < part.values.size(); ++i) json_.key(breakdown.keys[i]).string(part.values[i]);
            json_.end_object();
        }
        json_.key("metrics").begin_object();
        for (const SummaryMetric& metric : part.metrics) {
            json_.key(metric.name).begin_object();
            write_values(metric);
            json_.end_object();
        }
        json_.end_object().end_object();
    }

    void write_values(const SummaryMetric& metric) {
        switch (metric.sink.type()) {
            case MetricType::counter:
                json_.key("count").number(metric.sink.counter().count());
                json_.key("rate").number(per_second(metric.sink.counter(), model_.run_duration));
                break;
            case MetricType::gauge:
                json_.key("value").number(metric.sink.gauge().value());
                json_.key("min").number(metric.sink.gauge().min());
                json_.key("max").number(metric.sink.gauge().max());
                break;
            case MetricType::rate:
                json_.key(format_ == Format::summary_data ? "rate" : "value").number(metric.sink.rate().rate());
                json_.key("passes").number(static_cast<double>(metric.sink.rate().passes()));
                json_.key("fails").number(static_cast<double>(metric.sink.rate().fails()));
                break;
            case MetricType::trend:
                for (const TrendStat& stat : options_.trend_stats) {
                    json_.key(stat.text).number(stat.of(metric.sink.trend()));
                }
                break;
        }
    }

    void write_thresholds(const SummaryMetric& metric) {
        if (metric.thresholds.empty()) return;
        struct Verdict {
            bool ok = true;
            bool no_data = false;
        };
        std::map<std::string_view, Verdict> by_source;
        for (const SummaryThreshold& threshold : metric.thresholds) {
            Verdict& verdict = by_source[threshold.source];
            verdict.ok = verdict.ok && threshold.ok;
            verdict.no_data = verdict.no_data || threshold.no_data;
        }
        json_.key("thresholds").begin_object();
        for (const auto& [source, verdict] : by_source) {
            json_.key(source);
            if (format_ == Format::summary_data) {
                json_.begin_object().key("ok").boolean(verdict.ok);
                if (verdict.no_data) json_.key("noData").boolean(true);
                json_.end_object();
            } else {
                json_.boolean(!verdict.ok);
            }
        }
        json_.end_object();
    }

    void write_group(const GroupNode& group) {
        json_.begin_object();
        write_identity(group.name, group.path);
        begin_list("groups");
        for (const GroupNode& inner : group.groups) {
            begin_item(inner.name);
            write_group(inner);
        }
        end_list();
        begin_list("checks");
        for (const CheckCount* check : group.checks) {
            begin_item(check->name);
            json_.begin_object();
            write_identity(check->name, group.path + std::string(group_separator) + check->name);
            json_.key("passes").number(static_cast<double>(check->passes));
            json_.key("fails").number(static_cast<double>(check->fails));
            json_.end_object();
        }
        end_list();
        json_.end_object();
    }

    void write_identity(std::string_view name, std::string_view path) {
        json_.key("name").string(name).key("path").string(path).key("id").string(path_id(path));
    }

    // An array, or an object by name.
    void begin_list(std::string_view name) {
        json_.key(name);
        if (format_ == Format::summary_data) {
            json_.begin_array();
        } else {
            json_.begin_object();
        }
    }
    void begin_item(std::string_view name) {
        if (format_ == Format::export_file) json_.key(name);
    }
    void end_list() {
        if (format_ == Format::summary_data) {
            json_.end_array();
        } else {
            json_.end_object();
        }
    }

    void write_options_and_state() {
        json_.key("options").begin_object();
        json_.key("summaryTrendStats").begin_array();
        for (const TrendStat& stat : options_.trend_stats) json_.string(stat.text);
        json_.end_array();
        json_.key("summaryTimeUnit").string(to_string(options_.time_unit));
        json_.key("noColor").boolean(options_.no_colour);
        json_.end_object();
        json_.key("state").begin_object();
        json_.key("isStdOutTTY").boolean(options_.stdout_is_terminal);
        json_.key("isStdErrTTY").boolean(options_.stderr_is_terminal);
        json_.key("testRunDurationMs").number(to_milliseconds(model_.run_duration));
        json_.end_object();
    }

    Format format_;
    const SummaryModel& model_;
    const SummaryJsonOptions& options_;
    JsonWriter json_;
};

}  // namespace

std::string handle_summary_data(const SummaryModel& model, const SummaryJsonOptions& options) {
    return Writer(Format::summary_data, model, options).write();
}

std::string summary_export(const SummaryModel& model, const SummaryJsonOptions& options) {
    return Writer(Format::export_file, model, options).write();
}

std::string machine_readable_summary(const SummaryModel& model, const SummaryJsonOptions& options, int indent) {
    JsonWriter json(indent);
    const auto count = [&json](std::string_view name, double value) {
        json.begin_object().key("name").string(name).key("type").string("counter").key("contains").string("default");
        json.key("values").begin_object().key("count").number(value).end_object().end_object();
    };
    const auto share = [&json](std::string_view name, std::uint64_t matches, std::uint64_t total) {
        const double rate = total == 0 ? 0 : static_cast<double>(matches) / static_cast<double>(total);
        json.begin_object().key("name").string(name).key("type").string("rate").key("contains").string("default");
        json.key("values").begin_object();
        json.key("matches").number(static_cast<double>(matches)).key("total").number(static_cast<double>(total));
        json.key("rate").number(rate).end_object().end_object();
    };
    const auto has_stat = [&options](std::string_view text) {
        return std::ranges::find(options.trend_stats, text, &TrendStat::text) != options.trend_stats.end();
    };

    json.begin_object();
    json.key("version").string("1.0.0");
    json.key("config").begin_object();
    json.key("duration").number(std::chrono::duration<double>(model.run_duration).count());
    json.key("execution").string("local").key("script").string(options.script);
    json.end_object();
    json.key("metadata").begin_object();
    json.key("generated_at").string(utc_text(options.generated_at)).key("k6_version").string(options.version);
    json.end_object();
    json.key("results").begin_object();

    json.key("checks").begin_object();
    const SummaryMetric* checks = model.find("checks");
    json.key("metrics").begin_array();
    if (checks != nullptr && !checks->sink.empty()) {
        const RateSink& rate = checks->sink.rate();
        count("checks_total", static_cast<double>(rate.total()));
        share("checks_failed", rate.fails(), rate.total());
        share("checks_succeeded", rate.passes(), rate.total());
    }
    json.end_array().key("results").begin_array();
    const std::vector<CheckCount> by_name = checks_by_name(model.checks);
    for (const CheckCount& check : by_name) {
        json.begin_object().key("name").string(check.name);
        json.key("passes").number(static_cast<double>(check.passes));
        json.key("fails").number(static_cast<double>(check.fails)).end_object();
    }
    json.end_array().end_object();

    json.key("metrics").begin_array();
    for (const SummaryMetric& metric : model.metrics) {
        if (!shown_in(options.layout, metric.parent)) continue;
        json.begin_object().key("name").string(metric.name);
        json.key("type").string(to_string(metric.sink.type()));
        json.key("contains").string(to_string(metric.contains));
        json.key("values").begin_object();
        switch (metric.sink.type()) {
            case MetricType::counter:
                json.key("count").number(metric.sink.counter().count());
                break;
            case MetricType::gauge:
                json.key("value").number(metric.sink.gauge().value());
                json.key("min").number(metric.sink.gauge().min());
                json.key("max").number(metric.sink.gauge().max());
                break;
            case MetricType::rate:
                json.key("matches").number(static_cast<double>(metric.sink.rate().passes()));
                json.key("total").number(static_cast<double>(metric.sink.rate().total()));
                json.key("rate").number(metric.sink.rate().rate());
                break;
            case MetricType::trend: {
                const TrendSink& trend = metric.sink.trend();
                if (has_stat("avg")) json.key("avg").number(trend.avg());
                if (has_stat("max")) json.key("max").number(trend.max());
                if (has_stat("med")) json.key("med").number(trend.med());
                if (has_stat("min")) json.key("min").number(trend.min());
                if (has_stat("p(90)")) json.key("p90").number(trend.quantile(0.9));
                if (has_stat("p(95)")) json.key("p95").number(trend.quantile(0.95));
                break;
            }
        }
        json.end_object().end_object();
    }
    json.end_array();
    json.end_object();
    write_percentiles(model, json);
    json.end_object();
    return json.text();
}

}  // namespace k6::metrics
