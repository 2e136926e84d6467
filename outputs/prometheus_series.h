// The series of the Prometheus output and their wire form: prometheus.WriteRequest (prompb/remote.proto, types.proto of
// remote write 1.0), not yet compressed.
//
//   PrometheusSeries series({.trend_stats = *parse_prometheus_stats({"p(99)"})}, registry);
//   series.merge(chunk);
//   const std::string request = series.encode_due();   // empty: nothing is new
//   series.mark_sent();                                 // the backend took it
//
// One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "metrics/metric.h"
#include "metrics/sink.h"
#include "outputs/native_histogram.h"
#include "outputs/series_table.h"

namespace k6::outputs {

/// A statistic of a trend: what the metric's name ends in, and its value.
struct PrometheusStat {
    std::string suffix;
    /// Counts have no unit.
    bool is_count = false;
    std::function<double(const metrics::TrendSink&)> of;
};

/// avg, min, med, max, count, sum, p(N).
Result<std::vector<PrometheusStat>> parse_prometheus_stats(const std::vector<std::string>& texts);

class PrometheusSeries {
public:
    struct Shape {
        std::vector<PrometheusStat> trend_stats;
        bool native_histograms = false;
        std::size_t most_series = 250'000;
    };

    PrometheusSeries(Shape shape, const metrics::Registry& registry)
        : shape_(std::move(shape)), registry_(registry), table_(shape_.most_series) {}

    void merge(const metrics::SampleChunk& chunk);
    /// Samples that are in a series, and those of series that are too many.
    std::uint64_t merged() const { return merged_; }
    std::uint64_t refused() const { return refused_; }

    /// Series with a sample at a later millisecond than the last that was sent. `at_end`: those, too, to which another
    /// worker added since then without a later time; a millisecond later, as the backend takes one value for each.
    std::string encode_due(bool at_end = false);
    /// What encode_due() gave last has arrived.
    void mark_sent();
    /// Every series that was ever sent, with the value that says that it is no more.
    std::string encode_stale(std::int64_t unix_milliseconds) const;

private:
    struct State {
        const metrics::Metric* metric;
        SeriesTags tags;
        metrics::Sink sink;
        NativeHistogram histogram;
        std::int64_t latest = 0;
        std::int64_t encoded = -1;
        std::int64_t sent = -1;
        /// Samples: in the sinks, in what was encoded, in what was sent.
        std::uint64_t merged = 0;
        std::uint64_t merged_when_encoded = 0;
        std::uint64_t merged_when_sent = 0;
    };

    bool is_native(const State& state) const {
        return shape_.native_histograms && state.metric->type == metrics::MetricType::trend;
    }

    Shape shape_;
    const metrics::Registry& registry_;
    SeriesTable<State> table_;
    std::uint64_t merged_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace k6::outputs
