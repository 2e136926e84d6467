#include "outputs/prometheus_series.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <protozero/pbf_writer.hpp>
#include <string_view>

namespace k6::outputs {

using metrics::MetricType;
using metrics::TrendSink;
using metrics::ValueKind;

namespace {

// Field numbers of prompb/remote.proto and types.proto.
namespace write_request {
constexpr protozero::pbf_tag_type timeseries = 1;
}
namespace time_series {
constexpr protozero::pbf_tag_type labels = 1;
constexpr protozero::pbf_tag_type samples = 2;
constexpr protozero::pbf_tag_type histograms = 4;
}  // namespace time_series
namespace label {
constexpr protozero::pbf_tag_type name = 1;
constexpr protozero::pbf_tag_type value = 2;
}  // namespace label
namespace sample {
constexpr protozero::pbf_tag_type value = 1;
constexpr protozero::pbf_tag_type timestamp = 2;
}  // namespace sample
namespace histogram {
constexpr protozero::pbf_tag_type count_int = 1;
constexpr protozero::pbf_tag_type sum = 3;
constexpr protozero::pbf_tag_type schema = 4;
constexpr protozero::pbf_tag_type zero_threshold = 5;
constexpr protozero::pbf_tag_type zero_count_int = 6;
constexpr protozero::pbf_tag_type negative_spans = 8;
constexpr protozero::pbf_tag_type negative_deltas = 9;
constexpr protozero::pbf_tag_type positive_spans = 11;
constexpr protozero::pbf_tag_type positive_deltas = 12;
constexpr protozero::pbf_tag_type timestamp = 15;
}  // namespace histogram
namespace bucket_span {
constexpr protozero::pbf_tag_type offset = 1;
constexpr protozero::pbf_tag_type length = 2;
}  // namespace bucket_span

/// The NaN that ends a series (prometheus/model/value.StaleNaN).
const double stale = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});

void add_label(protozero::pbf_writer& series, std::string_view name, std::string_view value) {
    protozero::pbf_writer writer(series, time_series::labels);
    writer.add_string(label::name, name.data(), name.size());
    writer.add_string(label::value, value.data(), value.size());
}

/// Labels sorted by name, as the protocol wants them.
void add_labels(protozero::pbf_writer& series, const SeriesTags& tags, std::string_view metric_name) {
    constexpr std::string_view name_label = "__name__";
    bool named = false;
    for (const auto& [key, value] : tags) {
        if (!named && key >= name_label) {
            add_label(series, name_label, metric_name);
            named = true;
        }
        if (key != name_label) add_label(series, key, value);
    }
    if (!named) add_label(series, name_label, metric_name);
}

void add_value(protozero::pbf_writer& request, const SeriesTags& tags, std::string_view name, double value,
               std::int64_t time) {
    protozero::pbf_writer series(request, write_request::timeseries);
    add_labels(series, tags, name);
    protozero::pbf_writer one(series, time_series::samples);
    one.add_double(sample::value, value);
    one.add_int64(sample::timestamp, time);
}

/// Spans of neighbouring buckets, and each count as its difference to the one before. A gap of one or two empty buckets
/// is cheaper than a new span.
void add_buckets(protozero::pbf_writer& writer, const NativeHistogram::Buckets& buckets, protozero::pbf_tag_type spans,
                 protozero::pbf_tag_type deltas) {
    struct Span {
        std::int32_t offset;
        std::uint32_t length;
    };
    constexpr std::int32_t widest_filled_gap = 2;
    std::vector<Span> made;
    std::vector<std::int64_t> differences;
    std::int64_t last_count = 0;
    std::int32_t next = 0;
    for (const auto& [bucket, count] : buckets) {
        const std::int32_t gap = bucket - next;
        if (made.empty() || gap > widest_filled_gap) {
            made.push_back({made.empty() ? bucket : gap, 0});
        } else {
            for (std::int32_t i = 0; i < gap; ++i) {
                differences.push_back(-last_count);
                last_count = 0;
                ++made.back().length;
            }
        }
        differences.push_back(static_cast<std::int64_t>(count) - last_count);
        last_count = static_cast<std::int64_t>(count);
        ++made.back().length;
        next = bucket + 1;
    }
    for (const Span& span : made) {
        protozero::pbf_writer one(writer, spans);
        one.add_sint32(bucket_span::offset, span.offset);
        one.add_uint32(bucket_span::length, span.length);
    }
    writer.add_packed_sint64(deltas, differences.begin(), differences.end());
}

void add_histogram(protozero::pbf_writer& request, const SeriesTags& tags, std::string_view name,
                   const NativeHistogram& histogram, std::int64_t time, bool is_stale) {
    protozero::pbf_writer series(request, write_request::timeseries);
    add_labels(series, tags, name);
    protozero::pbf_writer one(series, time_series::histograms);
    one.add_uint64(histogram::count_int, is_stale ? 0 : histogram.count());
    one.add_double(histogram::sum, is_stale ? stale : histogram.sum());
    one.add_sint32(histogram::schema, NativeHistogram::schema);
    one.add_double(histogram::zero_threshold, NativeHistogram::zero_threshold);
    one.add_uint64(histogram::zero_count_int, is_stale ? 0 : histogram.zeros());
    if (!is_stale) {
        add_buckets(one, histogram.negative(), histogram::negative_spans, histogram::negative_deltas);
        add_buckets(one, histogram.positive(), histogram::positive_spans, histogram::positive_deltas);
    }
    one.add_int64(histogram::timestamp, time);
}

std::string histogram_name(const metrics::Metric& metric) {
    const std::string_view unit = metric.contains == ValueKind::time   ? "_seconds"
                                  : metric.contains == ValueKind::data ? "_bytes"
                                                                       : "";
    return "k6_" + metric.name + std::string(unit);
}

double in_base_unit(const metrics::Metric& metric, double value) {
    return metric.contains == ValueKind::time ? value / 1000 : value;
}

}  // namespace

Result<std::vector<PrometheusStat>> parse_prometheus_stats(const std::vector<std::string>& texts) {
    std::vector<PrometheusStat> stats;
    for (const std::string& text : texts) {
        if (text == "avg") {
            stats.push_back({text, false, [](const TrendSink& trend) { return trend.avg(); }});
        } else if (text == "min") {
            stats.push_back({text, false, [](const TrendSink& trend) { return trend.min(); }});
        } else if (text == "med") {
            stats.push_back({text, false, [](const TrendSink& trend) { return trend.med(); }});
        } else if (text == "max") {
            stats.push_back({text, false, [](const TrendSink& trend) { return trend.max(); }});
        } else if (text == "sum") {
            stats.push_back({text, false, [](const TrendSink& trend) { return trend.sum(); }});
        } else if (text == "count") {
            stats.push_back({text, true, [](const TrendSink& trend) { return static_cast<double>(trend.count()); }});
        } else {
            double percent = -1;
            bool read = false;
            if (text.starts_with("p(") && text.ends_with(')')) {
                const char* const end = text.data() + text.size() - 1;
                const auto parsed = std::from_chars(text.data() + 2, end, percent);
                read = parsed.ec == std::errc{} && parsed.ptr == end;
            }
            if (!read || !(percent >= 0 && percent <= 100)) {
                return Error{ErrorClass::generic,
                             "invalid trend statistic '" + text + "', use avg, min, med, max, count, sum or p(N)"};
            }
            std::string suffix = "p";
            for (const char c : text.substr(2, text.size() - 3)) {
                if (c >= '0' && c <= '9') suffix += c;
            }
            stats.push_back(
                {suffix, false, [percent](const TrendSink& trend) { return trend.quantile(percent / 100); }});
        }
    }
    return stats;
}

void PrometheusSeries::merge(const metrics::SampleChunk& chunk) {
    table_.begin_chunk();
    for (const metrics::Sample& sample : chunk.samples()) {
        State* state = table_.find(sample, [this](metrics::MetricId id, const SeriesTags& tags) {
            const metrics::Metric& metric = registry_.at(id);
            return State{.metric = &metric, .tags = tags, .sink = metrics::Sink(metric.type)};
        });
        if (state == nullptr) {
            ++refused_;
            continue;
        }
        ++merged_;
        ++state->merged;
        if (is_native(*state)) {
            state->histogram.observe(in_base_unit(*state->metric, sample.value));
        } else {
            state->sink.add(sample.value, sample.time);
        }
        const auto time = std::chrono::floor<std::chrono::milliseconds>(sample.time).time_since_epoch().count();
        state->latest = std::max(state->latest, time);
    }
}

std::string PrometheusSeries::encode_due(bool at_end) {
    std::string bytes;
    protozero::pbf_writer request(bytes);
    for (State& state : table_.all()) {
        state.encoded = state.sent;
        state.merged_when_encoded = state.merged_when_sent;
        if (at_end && state.merged > state.merged_when_sent) state.latest = std::max(state.latest, state.sent + 1);
        if (state.latest <= state.sent) continue;
        state.encoded = state.latest;
        state.merged_when_encoded = state.merged;
        const metrics::Metric& metric = *state.metric;
        const std::string name = "k6_" + metric.name;
        switch (metric.type) {
            case MetricType::counter:
                add_value(request, state.tags, name + "_total", state.sink.counter().count(), state.latest);
                break;
            case MetricType::gauge:
                add_value(request, state.tags, name, state.sink.gauge().value(), state.latest);
                break;
            case MetricType::rate:
                add_value(request, state.tags, name + "_rate", state.sink.rate().rate(), state.latest);
                break;
            case MetricType::trend:
                if (is_native(state)) {
                    add_histogram(request, state.tags, histogram_name(metric), state.histogram, state.latest, false);
                    break;
                }
                for (const PrometheusStat& stat : shape_.trend_stats) {
                    const double value = stat.of(state.sink.trend());
                    add_value(request, state.tags, name + "_" + stat.suffix,
                              stat.is_count ? value : in_base_unit(metric, value), state.latest);
                }
                break;
        }
    }
    return bytes;
}

void PrometheusSeries::mark_sent() {
    for (State& state : table_.all()) {
        state.sent = std::max(state.sent, state.encoded);
        state.merged_when_sent = std::max(state.merged_when_sent, state.merged_when_encoded);
    }
}

std::string PrometheusSeries::encode_stale(std::int64_t time) const {
    std::string bytes;
    protozero::pbf_writer request(bytes);
    for (const State& state : table_.all()) {
        if (state.sent < 0) continue;
        const std::string name = "k6_" + state.metric->name;
        switch (state.metric->type) {
            case MetricType::counter:
                add_value(request, state.tags, name + "_total", stale, time);
                break;
            case MetricType::gauge:
                add_value(request, state.tags, name, stale, time);
                break;
            case MetricType::rate:
                add_value(request, state.tags, name + "_rate", stale, time);
                break;
            case MetricType::trend:
                if (is_native(state)) {
                    add_histogram(request, state.tags, histogram_name(*state.metric), state.histogram, time, true);
                    break;
                }
                for (const PrometheusStat& stat : shape_.trend_stats) {
                    add_value(request, state.tags, name + "_" + stat.suffix, stale, time);
                }
                break;
        }
    }
    return bytes;
}

}  // namespace k6::outputs
