#include "tools/control/documents.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <vector>

#include "metrics/group_tree.h"
#include "metrics/json_text.h"
#include "metrics/trend_stat.h"

namespace k6::control {
namespace {

namespace json = boost::json;
using metrics::GroupNode;
using metrics::JsonWriter;
using metrics::MetricType;
using metrics::SummaryMetric;
using metrics::SummaryModel;

int status_number(const RunProgress& progress) {
    switch (progress.phase) {
        case RunPhase::created:
            return 0;
        case RunPhase::init_vus:
            return 1;
        case RunPhase::paused:
            return 4;
        case RunPhase::setup:
            return 6;
        case RunPhase::running:
            return progress.stopped ? 10 : 7;
        case RunPhase::teardown:
            return 8;
        case RunPhase::ended:
            return progress.stopped ? 10 : 9;
    }
    return 0;
}

bool is_running(RunPhase phase) {
    return phase == RunPhase::setup || phase == RunPhase::running || phase == RunPhase::teardown;
}

void write_metric(JsonWriter& out, const SummaryModel& model, const SummaryMetric& metric) {
    out.begin_object().key("type").string("metrics").key("id").string(metric.name).key("attributes").begin_object();
    out.key("type").string(to_string(metric.sink.type())).key("contains").string(to_string(metric.contains));
    out.key("tainted");
    if (metric.thresholds.empty()) {
        out.null();
    } else {
        bool tainted = false;
        for (const metrics::SummaryThreshold& threshold : metric.thresholds) tainted = tainted || !threshold.ok;
        out.boolean(tainted);
    }
    out.key("sample").begin_object();
    switch (metric.sink.type()) {
        case MetricType::counter:
            out.key("count").number(metric.sink.counter().count());
            out.key("rate").number(per_second(metric.sink.counter(), model.run_duration));
            break;
        case MetricType::gauge:
            out.key("value").number(metric.sink.gauge().value());
            break;
        case MetricType::rate:
            out.key("rate").number(metric.sink.rate().rate());
            break;
        case MetricType::trend:
            for (const metrics::TrendStat& stat : metrics::TrendStat::defaults()) {
                out.key(stat.text).number(stat.of(metric.sink.trend()));
            }
            break;
    }
    out.end_object().end_object().end_object();
}

void write_group_reference(JsonWriter& out, std::string_view path) {
    out.begin_object().key("type").string("groups").key("id").string(metrics::path_id(path)).end_object();
}

/// `parent` is null for the root.
void write_group(JsonWriter& out, const GroupNode& group, const GroupNode* parent) {
    out.begin_object().key("type").string("groups").key("id").string(metrics::path_id(group.path));
    out.key("attributes").begin_object();
    out.key("path").string(group.path).key("name").string(group.name).key("checks");
    if (group.checks.empty()) {
        out.null();
    } else {
        out.begin_array();
        for (const metrics::CheckCount* check : group.checks) {
            const std::string path = group.path + std::string(metrics::group_separator) + check->name;
            out.begin_object().key("id").string(metrics::path_id(path)).key("path").string(path);
            out.key("name").string(check->name).key("passes").number(static_cast<double>(check->passes));
            out.key("fails").number(static_cast<double>(check->fails)).end_object();
        }
        out.end_array();
    }
    out.end_object();
    out.key("relationships").begin_object().key("groups").begin_object().key("data").begin_array();
    for (const GroupNode& inner : group.groups) write_group_reference(out, inner.path);
    out.end_array().end_object().key("parent").begin_object().key("data");
    if (parent == nullptr) {
        out.null();
    } else {
        write_group_reference(out, parent->path);
    }
    out.end_object().end_object().end_object();
}

struct GroupEntry {
    const GroupNode* group;
    const GroupNode* parent;
};

void list_groups(const GroupNode& group, const GroupNode* parent, std::vector<GroupEntry>& list) {
    list.push_back({&group, parent});
    for (const GroupNode& inner : group.groups) list_groups(inner, &group, list);
}

Error invalid(std::string message) { return {ErrorClass::generic, std::move(message)}; }

template <class T>
Result<void> read(const json::object& attributes, std::string_view key, std::optional<T>& field) {
    const json::value* value = attributes.if_contains(key);
    if (value == nullptr || value->is_null()) return {};
    if constexpr (std::is_same_v<T, bool>) {
        if (!value->is_bool()) return invalid("\"" + std::string(key) + "\" must be true or false");
        field = value->get_bool();
    } else {
        const std::int64_t* number = value->if_int64();
        if (number == nullptr) return invalid("\"" + std::string(key) + "\" must be a whole number");
        field = *number;
    }
    return {};
}

}  // namespace

std::string status_document(const RunProgress& progress) {
    JsonWriter out;
    out.begin_object().key("data").begin_object();
    out.key("type").string("status").key("id").string("default").key("attributes").begin_object();
    out.key("status").number(status_number(progress));
    out.key("paused").boolean(progress.paused);
    out.key("vus").number(static_cast<double>(progress.active_vus));
    out.key("vus-max").number(static_cast<double>(progress.initialized_vus));
    out.key("stopped").boolean(progress.stopped);
    out.key("running").boolean(is_running(progress.phase));
    out.key("tainted").boolean(progress.tainted);
    out.end_object().end_object().end_object();
    return out.text();
}

std::string metrics_document(const SummaryModel& model) {
    JsonWriter out;
    out.begin_object().key("data").begin_array();
    for (const SummaryMetric& metric : model.metrics) write_metric(out, model, metric);
    out.end_array().end_object();
    return out.text();
}

std::optional<std::string> metric_document(const SummaryModel& model, std::string_view name) {
    const SummaryMetric* metric = model.find(name);
    if (metric == nullptr) return std::nullopt;
    JsonWriter out;
    out.begin_object().key("data");
    write_metric(out, model, *metric);
    out.end_object();
    return out.text();
}

std::string groups_document(const SummaryModel& model) {
    const GroupNode root = metrics::group_tree(model.groups, model.checks);
    std::vector<GroupEntry> list;
    list_groups(root, nullptr, list);
    JsonWriter out;
    out.begin_object().key("data").begin_array();
    for (const GroupEntry& entry : list) write_group(out, *entry.group, entry.parent);
    out.end_array().end_object();
    return out.text();
}

std::optional<std::string> group_document(const SummaryModel& model, std::string_view id) {
    const GroupNode root = metrics::group_tree(model.groups, model.checks);
    std::vector<GroupEntry> list;
    list_groups(root, nullptr, list);
    for (const GroupEntry& entry : list) {
        if (metrics::path_id(entry.group->path) != id) continue;
        JsonWriter out;
        out.begin_object().key("data");
        write_group(out, *entry.group, entry.parent);
        out.end_object();
        return out.text();
    }
    return std::nullopt;
}

std::string setup_document(const std::optional<std::string>& data) {
    JsonWriter out;
    out.begin_object().key("data");
    if (data == "null") {
        out.null();
    } else {
        out.begin_object().key("type").string("setupData").key("id").string("default").key("attributes").begin_object();
        if (data) out.key("data").json(*data);
        out.end_object().end_object();
    }
    out.end_object();
    return out.text();
}

std::string error_document(int status, std::string_view title, std::string_view detail) {
    JsonWriter out;
    out.begin_object().key("errors").begin_array().begin_object();
    out.key("status").string(std::to_string(status)).key("title").string(title).key("detail").string(detail);
    out.end_object().end_array().end_object();
    return out.text();
}

Result<StatusPatch> parse_status_patch(std::string_view text) {
    json::error_code error;
    const json::value document = json::parse(text, error);
    if (error) return invalid(error.message());
    const json::object* attributes = nullptr;
    if (const json::object* object = document.if_object()) {
        if (const json::value* data = object->if_contains("data"); data != nullptr && data->is_object()) {
            const json::value* inner = data->get_object().if_contains("attributes");
            if (inner != nullptr) attributes = inner->if_object();
        }
    }
    if (attributes == nullptr) return invalid("the body has no data.attributes");
    StatusPatch patch;
    if (auto done = read(*attributes, "paused", patch.paused); !done) return done.error();
    if (auto done = read(*attributes, "stopped", patch.stopped); !done) return done.error();
    if (auto done = read(*attributes, "vus", patch.vus); !done) return done.error();
    if (auto done = read(*attributes, "vus-max", patch.max_vus); !done) return done.error();
    return patch;
}

Result<std::optional<std::string>> parse_setup_data(std::string_view text) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return std::optional<std::string>();
    json::error_code error;
    const json::value value = json::parse(text, error);
    if (error) return invalid(error.message());
    return std::optional(json::serialize(value));
}

}  // namespace k6::control
