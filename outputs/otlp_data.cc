#include "outputs/otlp_data.h"

#include <algorithm>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "metrics/json_text.h"

namespace k6::outputs {
namespace {

using protozero::pbf_tag_type;
using protozero::pbf_writer;
using Kind = OtlpMetric::Kind;

constexpr int cumulative = 2;

// Field numbers of opentelemetry/proto/{common,resource,metrics}/v1 and collector/metrics/v1.
constexpr pbf_tag_type request_resource_metrics = 1;
constexpr pbf_tag_type resource_metrics_resource = 1;
constexpr pbf_tag_type resource_metrics_scope_metrics = 2;
constexpr pbf_tag_type resource_attributes = 1;
constexpr pbf_tag_type scope_metrics_scope = 1;
constexpr pbf_tag_type scope_metrics_metrics = 2;
constexpr pbf_tag_type scope_name = 1;
constexpr pbf_tag_type metric_name = 1;
constexpr pbf_tag_type metric_unit = 3;
constexpr pbf_tag_type metric_gauge = 5;
constexpr pbf_tag_type metric_sum = 7;
constexpr pbf_tag_type metric_histogram = 9;
constexpr pbf_tag_type data_points = 1;
constexpr pbf_tag_type aggregation_temporality = 2;
constexpr pbf_tag_type is_monotonic = 3;
namespace number_point {
constexpr pbf_tag_type start_time = 2;
constexpr pbf_tag_type time = 3;
constexpr pbf_tag_type as_double = 4;
constexpr pbf_tag_type as_int = 6;
constexpr pbf_tag_type attributes = 7;
}  // namespace number_point
namespace histogram_point {
constexpr pbf_tag_type start_time = 2;
constexpr pbf_tag_type time = 3;
constexpr pbf_tag_type count = 4;
constexpr pbf_tag_type sum = 5;
constexpr pbf_tag_type bucket_counts = 6;
constexpr pbf_tag_type explicit_bounds = 7;
constexpr pbf_tag_type attributes = 9;
constexpr pbf_tag_type min = 11;
constexpr pbf_tag_type max = 12;
}  // namespace histogram_point
constexpr pbf_tag_type key_value_key = 1;
constexpr pbf_tag_type key_value_value = 2;
constexpr pbf_tag_type any_value_string = 1;
constexpr pbf_tag_type response_partial_success = 1;
constexpr pbf_tag_type partial_rejected = 1;
constexpr pbf_tag_type partial_message = 2;

void add_attributes(pbf_writer& owner, pbf_tag_type field, const OtlpAttributes& attributes) {
    for (const auto& [key, value] : attributes) {
        pbf_writer pair(owner, field);
        pair.add_string(key_value_key, key);
        pbf_writer any(pair, key_value_value);
        any.add_string(any_value_string, value);
    }
}

void add_number(pbf_writer& data, const OtlpRequest& request, Kind kind, const OtlpPoint& point) {
    pbf_writer writer(data, data_points);
    writer.add_fixed64(number_point::start_time, request.start_time);
    writer.add_fixed64(number_point::time, request.time);
    if (kind == Kind::whole_sum) {
        writer.add_sfixed64(number_point::as_int, point.whole);
    } else {
        writer.add_double(number_point::as_double, point.value);
    }
    add_attributes(writer, number_point::attributes, point.attributes);
}

void add_histogram(pbf_writer& data, const OtlpRequest& request, const OtlpPoint& point) {
    const OtlpHistogram& histogram = point.histogram;
    pbf_writer writer(data, data_points);
    writer.add_fixed64(histogram_point::start_time, request.start_time);
    writer.add_fixed64(histogram_point::time, request.time);
    writer.add_fixed64(histogram_point::count, histogram.count);
    writer.add_double(histogram_point::sum, histogram.sum);
    writer.add_packed_fixed<std::uint64_t>(histogram_point::bucket_counts, histogram.counts.begin(),
                                           histogram.counts.end());
    writer.add_packed_fixed<double>(histogram_point::explicit_bounds, OtlpHistogram::bounds.begin(),
                                    OtlpHistogram::bounds.end());
    add_attributes(writer, histogram_point::attributes, point.attributes);
    writer.add_double(histogram_point::min, histogram.min);
    writer.add_double(histogram_point::max, histogram.max);
}

void add_metric(pbf_writer& owner, const OtlpRequest& request, const OtlpMetric& metric) {
    pbf_writer writer(owner, scope_metrics_metrics);
    writer.add_string(metric_name, metric.name);
    if (!metric.unit.empty()) writer.add_string(metric_unit, metric.unit);
    const pbf_tag_type kind = metric.kind == Kind::gauge       ? metric_gauge
                              : metric.kind == Kind::histogram ? metric_histogram
                                                               : metric_sum;
    pbf_writer data(writer, kind);
    for (const OtlpPoint& point : metric.points) {
        if (metric.kind == Kind::histogram) {
            add_histogram(data, request, point);
        } else {
            add_number(data, request, metric.kind, point);
        }
    }
    if (metric.kind != Kind::gauge) data.add_enum(aggregation_temporality, cumulative);
    if (kind == metric_sum) data.add_bool(is_monotonic, true);
}

void write_attributes(metrics::JsonWriter& json, const OtlpAttributes& attributes) {
    json.key("attributes").begin_array();
    for (const auto& [key, value] : attributes) {
        json.begin_object().key("key").string(key);
        json.key("value").begin_object().key("stringValue").string(value).end_object().end_object();
    }
    json.end_array();
}

// 64-bit integers are strings in protobuf's JSON.
void write_point(metrics::JsonWriter& json, const OtlpRequest& request, Kind kind, const OtlpPoint& point) {
    json.begin_object();
    write_attributes(json, point.attributes);
    json.key("startTimeUnixNano").string(std::to_string(request.start_time));
    json.key("timeUnixNano").string(std::to_string(request.time));
    if (kind == Kind::histogram) {
        json.key("count").string(std::to_string(point.histogram.count));
        json.key("sum").number(point.histogram.sum);
        json.key("bucketCounts").begin_array();
        for (const std::uint64_t count : point.histogram.counts) json.string(std::to_string(count));
        json.end_array().key("explicitBounds").begin_array();
        for (const double bound : OtlpHistogram::bounds) json.number(bound);
        json.end_array().key("min").number(point.histogram.min).key("max").number(point.histogram.max);
    } else if (kind == Kind::whole_sum) {
        json.key("asInt").string(std::to_string(point.whole));
    } else {
        json.key("asDouble").number(point.value);
    }
    json.end_object();
}

}  // namespace

void OtlpHistogram::add(double value) {
    min = count == 0 ? value : std::min(min, value);
    max = count == 0 ? value : std::max(max, value);
    ++count;
    sum += value;
    ++counts[static_cast<std::size_t>(std::ranges::lower_bound(bounds, value) - bounds.begin())];
}

std::string to_protobuf(const OtlpRequest& request) {
    std::string bytes;
    pbf_writer writer(bytes);
    pbf_writer resource_metrics(writer, request_resource_metrics);
    {
        pbf_writer resource(resource_metrics, resource_metrics_resource);
        add_attributes(resource, resource_attributes, request.resource);
    }
    pbf_writer scope_metrics(resource_metrics, resource_metrics_scope_metrics);
    {
        pbf_writer scope(scope_metrics, scope_metrics_scope);
        scope.add_string(scope_name, request.scope);
    }
    for (const OtlpMetric& metric : request.metrics) add_metric(scope_metrics, request, metric);
    scope_metrics.commit();
    resource_metrics.commit();
    return bytes;
}

std::string to_json(const OtlpRequest& request) {
    metrics::JsonWriter json;
    json.begin_object().key("resourceMetrics").begin_array().begin_object();
    json.key("resource").begin_object();
    write_attributes(json, request.resource);
    json.end_object().key("scopeMetrics").begin_array().begin_object();
    json.key("scope").begin_object().key("name").string(request.scope).end_object();
    json.key("metrics").begin_array();
    for (const OtlpMetric& metric : request.metrics) {
        json.begin_object().key("name").string(metric.name);
        if (!metric.unit.empty()) json.key("unit").string(metric.unit);
        json.key(metric.kind == Kind::gauge ? "gauge" : metric.kind == Kind::histogram ? "histogram" : "sum");
        json.begin_object().key("dataPoints").begin_array();
        for (const OtlpPoint& point : metric.points) write_point(json, request, metric.kind, point);
        json.end_array();
        if (metric.kind != Kind::gauge) json.key("aggregationTemporality").number(cumulative);
        if (metric.kind == Kind::sum || metric.kind == Kind::whole_sum) json.key("isMonotonic").boolean(true);
        json.end_object().end_object();
    }
    json.end_array().end_object().end_array().end_object().end_array().end_object();
    return json.text();
}

OtlpPartialSuccess partial_success_of(std::string_view protobuf) {
    OtlpPartialSuccess result;
    try {
        protozero::pbf_reader response(protobuf.data(), protobuf.size());
        while (response.next(response_partial_success)) {
            protozero::pbf_reader partial = response.get_message();
            while (partial.next()) {
                if (partial.tag() == partial_rejected) {
                    result.rejected_points = partial.get_int64();
                } else if (partial.tag() == partial_message) {
                    result.message = partial.get_string();
                } else {
                    partial.skip();
                }
            }
        }
    } catch (const protozero::exception&) {
        return {};
    }
    return result;
}

}  // namespace k6::outputs
