// A worker's own metrics: every sample of its VUs is added here, and nothing is shared or locked.
//
// Per metric there is one sink for all samples and one per sub-metric; which sub-metrics a tag set belongs to is worked
// out once and kept (its route), so that adding a sample is an index and an update. Checks are counted by group and
// name, and groups are collected, from the tags of `checks` and `group_duration`. Breakdowns (breakdown.h) add a sink
// per part and metric. If a SampleSink is attached, samples go to it as well, in chunks.
//
//   Recorder recorder(registry, submetrics, sample_sink);   // sample_sink may be nullptr
//   TagSetId tags = recorder.tags().with(no_tags, SystemTag::scenario, "default");
//   recorder.add(Builtin::iterations, tags, 1, now);
//   std::array values{MetricValue{Builtin::http_reqs, 1}, MetricValue{Builtin::http_req_duration, 12.5}};
//   recorder.add_batch(tags, values, now);
//   recorder.flush_samples();                               // every 50 ms or so, and at the end
//   RunSnapshot snapshot = recorder.snapshot();
//
// Owned by a worker (the coordinator has one more for `vus`, `vus_max` and `dropped_iterations`) and used on its thread
// only; ask for a snapshot by posting to it. In the steady state without a SampleSink nothing here allocates.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "metrics/breakdown.h"
#include "metrics/distinct_count.h"
#include "metrics/metric.h"
#include "metrics/sample.h"
#include "metrics/sink.h"
#include "metrics/snapshot.h"
#include "metrics/submetric.h"
#include "metrics/tags.h"

namespace k6::metrics {

struct MetricValue {
    MetricId metric;
    double value;
};

class Recorder {
public:
    /// All three outlive the recorder; `submetrics` is complete by now. Metrics may still be declared later.
    Recorder(const Registry& registry, const SubmetricSet& submetrics, SampleSink* sample_sink = nullptr);
    ~Recorder();
    Recorder(const Recorder&) = delete;
    Recorder& operator=(const Recorder&) = delete;

    TagTable& tags() { return tags_; }

    /// `metadata` is a tag set of `tags()` too (made with for_sample); it goes to outputs only. NaN is ignored.
    void add(MetricId metric, TagSetId tags, double value, WallTime time, TagSetId metadata = no_tags) {
        const MetricValue one{metric, value};
        add_batch(tags, {&one, 1}, time, metadata);
    }
    /// Samples that share time and tags, like those of one HTTP request.
    void add_batch(TagSetId tags, std::span<const MetricValue> values, WallTime time, TagSetId metadata = no_tags);

    /// True if somebody wants samples: then metadata is worth making.
    bool wants_samples() const { return sample_sink_ != nullptr; }
    /// Hands over what the unfinished chunk holds.
    void flush_samples();

    enum class Extent {
        everything,
        /// Without breakdowns, which are large: what thresholds and charts are made of.
        without_breakdowns,
    };
    RunSnapshot snapshot(Extent extent = Extent::everything) const;

private:
    /// One of a breakdown's parts; sinks by metric, made when first needed.
    struct Part {
        std::vector<std::string> values;
        FirstSeen first_seen;
        std::vector<std::unique_ptr<Sink>> sinks;
    };
    struct Parts {
        std::map<std::vector<std::string>, std::uint32_t> by_values;
        std::vector<std::unique_ptr<Part>> parts;
        std::unique_ptr<Part> other;
    };
    struct RouteEntry {
        std::uint32_t metric;
        std::uint32_t sink;
    };
    /// Where a tag set's samples go besides the totals.
    struct Route {
        std::uint32_t begin = 0;
        std::uint32_t count = 0;
        /// Bit i: some entry is of metric i modulo 64.
        std::uint64_t metrics = 0;
        /// In Routes::parts, one per breakdown.
        std::uint32_t parts = 0;
        bool known = false;
        bool group_noted = false;
        std::int32_t check = not_looked_up;
        /// Bit i: the series of metric i is in series_; later metrics are added again, which does no harm.
        std::uint64_t counted = 0;
    };
    static constexpr std::int32_t not_looked_up = -1;
    static constexpr std::int32_t no_check = -2;
    /// Routes of sets to keep, or of one generation of sample sets.
    struct Routes {
        std::uint32_t generation = ~std::uint32_t{0};
        std::vector<Route> by_set;
        std::vector<RouteEntry> entries;
        std::vector<Part*> parts;
    };

    Routes& routes_of(TagSetId tags, std::size_t& index);
    void build_route(Routes& routes, Route& route, TagSetId tags, WallTime time);
    Part& part_of(std::size_t breakdown, const TagSet& tags, WallTime time);
    Sink& sink_of(Part& part, MetricId metric) {
        if (metric.index < part.sinks.size() && part.sinks[metric.index]) [[likely]]
            return *part.sinks[metric.index];
        return add_sink(part, metric);
    }
    Sink& add_sink(Part& part, MetricId metric);
    FirstSeen seen(WallTime time);
    Sink& total(MetricId metric) {
        if (metric.index >= total_count_) [[unlikely]]
            add_totals(metric);
        return total_begin_[metric.index];
    }
    void add_totals(MetricId metric);
    void add_to_submetrics(const Routes& routes, const Route& route, const MetricValue& one, WallTime time);
    void note(Route& route, TagSetId tags, const MetricValue& one, WallTime time);
    void add_check(Route& route, TagSetId tags, double value, WallTime time);
    void note_group(Route& route, TagSetId tags, WallTime time);
    void count_series(Route& route, const TagSet& tags, std::span<const MetricValue> values);
    void push_samples(TagSetId tags, std::span<const MetricValue> values, WallTime time, TagSetId metadata);

    const Registry& registry_;
    const SubmetricSet& submetrics_;
    SampleSink* sample_sink_;
    TagTable tags_;
    std::vector<Sink> totals_;
    /// Where they stand: counting them each time would cost a division.
    Sink* total_begin_ = nullptr;
    std::size_t total_count_ = 0;
    std::vector<Sink> submetric_sinks_;
    Routes kept_routes_;
    std::array<Routes, 2> sample_routes_;
    std::vector<CheckCount> checks_;
    std::map<std::array<std::string, 3>, std::int32_t> check_by_name_;
    std::map<std::string, FirstSeen, std::less<>> groups_;
    WallTime last_seen_{};
    std::uint32_t next_order_ = 0;
    std::vector<Parts> breakdowns_;
    DistinctCount series_;
    std::shared_ptr<SampleChunk> chunk_;
    std::uint32_t chunk_generation_ = 0;
};

}  // namespace k6::metrics
