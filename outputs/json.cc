#include "outputs/json.h"

#include <cmath>
#include <utility>

#include "base/duration.h"
#include "metrics/json_text.h"
#include "metrics/number_text.h"

namespace k6::outputs {

using metrics::append_json_string;

namespace {

constexpr std::chrono::milliseconds flush_period{200};

void append_threshold(metrics::JsonWriter& json, const metrics::ThresholdItem& item) {
    if (!item.abort_on_fail) {
        json.string(item.source);
        return;
    }
    json.begin_object().key("threshold").string(item.source).key("abortOnFail").boolean(true).key("delayAbortEval");
    if (item.delay_abort_eval) {
        json.string(format_go_duration(*item.delay_abort_eval));
    } else {
        json.null();
    }
    json.end_object();
}

}  // namespace

void JsonLines::append_metric(std::string& out, const metrics::Metric& metric) const {
    metrics::JsonWriter json;
    json.begin_object().key("type").string("Metric").key("data").begin_object();
    json.key("name").string(metric.name);
    json.key("type").string(to_string(metric.type));
    json.key("contains").string(to_string(metric.contains));
    json.key("thresholds").begin_array();
    for (const metrics::ThresholdDefinition& definition : context_.thresholds) {
        if (definition.metric != metric.name) continue;
        for (const metrics::ThresholdItem& item : definition.items) append_threshold(json, item);
    }
    json.end_array();
    json.key("submetrics");
    const auto submetrics = context_.submetrics.of(metric.id);
    if (submetrics.empty()) {
        json.null();
    } else {
        json.begin_array();
        for (const metrics::Submetric* submetric : submetrics) {
            json.begin_object().key("name").string(submetric->name);
            json.key("suffix").string(submetric->selector.suffix).key("tags").begin_object();
            for (const auto& [key, value] : submetric->selector.tags) json.key(key).string(value);
            json.end_object().end_object();
        }
        json.end_array();
    }
    json.end_object().key("metric").string(metric.name).end_object();
    out += json.text();
    out += '\n';
}

const std::string& JsonLines::announce(std::string& out, metrics::MetricId id) {
    if (id.index >= point_prefixes_.size()) point_prefixes_.resize(id.index + 1);
    const metrics::Metric& metric = context_.registry.at(id);
    append_metric(out, metric);
    std::string& prefix = point_prefixes_[id.index];
    prefix = "{\"metric\":";
    append_json_string(prefix, metric.name);
    prefix += ",\"type\":\"Point\",\"data\":{\"time\":\"";
    return prefix;
}

void JsonLines::append_tags(std::string& out, const metrics::TagSet& tags) {
    char separator = '{';
    for (const metrics::Tag& tag : tags) {
        out += separator;
        append_json_string(out, tag.key);
        out += ':';
        append_json_string(out, tag.value);
        separator = ',';
    }
    out += tags.empty() ? "{}" : "}";
}

void JsonLines::append(std::string& out, std::span<const metrics::Sample> samples) {
    // Other sets may have taken the last ones' addresses.
    last_tags_ = nullptr;
    last_metadata_ = nullptr;
    for (const metrics::Sample& sample : samples) {
        if (!std::isfinite(sample.value)) {
            ++not_finite_;
            continue;
        }
        if (sample.tags != last_tags_ || sample.metadata != last_metadata_) {
            last_tags_ = sample.tags;
            last_metadata_ = sample.metadata;
            last_end_ = ",\"tags\":";
            append_tags(last_end_, *sample.tags);
            if (!sample.metadata->empty()) {
                last_end_ += ",\"metadata\":";
                append_tags(last_end_, *sample.metadata);
            }
            last_end_ += "}}\n";
        }
        if (sample.time != last_time_) {
            last_time_ = sample.time;
            last_time_text_.clear();
            times_.append(last_time_text_, sample.time);
            last_time_text_ += "\",\"value\":";
        }
        const std::size_t metric = sample.metric.index;
        const bool is_known = metric < point_prefixes_.size() && !point_prefixes_[metric].empty();
        out += is_known ? point_prefixes_[metric] : announce(out, sample.metric);
        out += last_time_text_;
        metrics::append_number(out, sample.value);
        out += last_end_;
    }
}

JsonOutput::JsonOutput(std::string path, const OutputContext& context, std::size_t max_queued_samples)
    : QueuedOutput("json", context, flush_period, max_queued_samples), path_(std::move(path)), lines_(context) {}

std::string JsonOutput::description() const {
    return is_standard_output(path_) ? "json(stdout)" : "json (" + path_ + ")";
}

Result<void> JsonOutput::open() {
    auto sink = ByteSink::open(path_);
    if (!sink) return sink.error();
    sink_.emplace(*std::move(sink));
    return {};
}

void JsonOutput::write(const SampleQueue::Chunks& chunks) {
    Result<void> written;
    for_each_piece(chunks, [this, &written](std::span<const metrics::Sample> samples) {
        // After a failure the rest of this flush is not worth a second complaint.
        if (!written) return;
        lines_.append(text_, samples);
        written = sink_->write_blocks(text_);
    });
    if (written) written = sink_->write(text_);
    text_.clear();
    if (!written) log_error("Samples couldn't be written", written.error().message);
}

Result<void> JsonOutput::close() {
    if (const std::uint64_t count = lines_.not_finite(); count > 0) {
        context().logger.error("Sample(s) couldn't be marshalled to JSON",
                               {{"output", "json"}, {"count", std::to_string(count)}});
    }
    return sink_->close();
}

}  // namespace k6::outputs
