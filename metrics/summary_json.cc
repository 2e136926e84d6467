#include "metrics/summary_json.h"

#include <map>
#include <string_view>
#include <utility>

#include "metrics/group_tree.h"
#include "metrics/json_text.h"

namespace k6::metrics {
namespace {

/// The two formats tell the same in slightly different ways.
enum class Format { summary_data, export_file };

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
        std::map<std::string_view, bool> ok_by_source;
        for (const SummaryThreshold& threshold : metric.thresholds) {
            const auto entry = ok_by_source.try_emplace(threshold.source, true).first;
            entry->second = entry->second && threshold.ok;
        }
        json_.key("thresholds").begin_object();
        for (const auto& [source, ok] : ok_by_source) {
            json_.key(source);
            if (format_ == Format::summary_data) {
                json_.begin_object().key("ok").boolean(ok).end_object();
            } else {
                json_.boolean(!ok);
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

}  // namespace k6::metrics
