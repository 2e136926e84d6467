// The `json` output: one JSON object a line, a Metric line before the first Point of each metric.
//
//   JsonOutput output("samples.json.gz", context);
//   output.start();
//   output.accept(chunk);
//   output.stop({});
//
// Lines look like this (keys in this order; `metadata` only where there is some):
//
//   {"type":"Metric","data":{"name":"checks","type":"rate","contains":"default","thresholds":[],"submetrics":null},
//    "metric":"checks"}
//   {"metric":"checks","type":"Point","data":{"time":"2026-11-21T18:48:28.9Z","value":1,"tags":{"group":""}}}
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "outputs/byte_sink.h"
#include "outputs/output_context.h"
#include "outputs/queued_output.h"
#include "outputs/rfc3339.h"

namespace k6::outputs {

/// Turns samples into lines. One thread.
class JsonLines {
public:
    explicit JsonLines(const OutputContext& context) : context_(context) {}

    void append(std::string& out, std::span<const metrics::Sample> samples);

    /// Samples whose value JSON cannot express; left out.
    std::uint64_t not_finite() const { return not_finite_; }

private:
    /// Writes the metric's line; the beginning of its Point lines.
    const std::string& announce(std::string& out, metrics::MetricId id);
    void append_metric(std::string& out, const metrics::Metric& metric) const;
    void append_tags(std::string& out, const metrics::TagSet& tags);

    OutputContext context_;
    /// By metric; empty if it was not announced yet.
    std::vector<std::string> point_prefixes_;
    Rfc3339Text times_;
    /// The sets written last in this append and the end of a line with them: the samples of one request share theirs.
    const metrics::TagSet* last_tags_ = nullptr;
    const metrics::TagSet* last_metadata_ = nullptr;
    std::string last_end_;
    metrics::WallTime last_time_ = metrics::WallTime::min();
    std::string last_time_text_;
    std::uint64_t not_finite_ = 0;
};

class JsonOutput final : public QueuedOutput {
public:
    /// `path` as ByteSink takes it.
    JsonOutput(std::string path, const OutputContext& context,
               std::size_t max_queued_samples = default_max_queued_samples);
    ~JsonOutput() override { end(); }

    std::string description() const override;

private:
    Result<void> open() override;
    void write(const SampleQueue::Chunks& chunks) override;
    Result<void> close() override;

    std::string path_;
    JsonLines lines_;
    std::optional<ByteSink> sink_;
    std::string text_;
};

}  // namespace k6::outputs
