// What happened when: a metric's samples apart by slots of time, and all metrics of a run so.
//
// Slots are the differences of cumulative snapshots, kept as encoded sinks (sink_codec.h): a few hundred bytes for a
// trend, which is in buckets there (within 0.2 %); of a gauge, the latest value. A Timeline has at most `most_slots` of
// them; when they are full, it joins neighbours and doubles its period, so that its size does not depend on the length
// of the run.
//
//   Timeline timeline;
//   timeline.add(snapshot, elapsed);                       // once a period, and at the end
//   timeline.period();                                     // 1 s, 2 s, 4 s, …
//   const SinkSlots* durations = timeline.of(Builtin::http_req_duration);
//   durations->range(0, 1).trend().quantile(0.95);         // of the first slot
//
// Values; one thread each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/duration.h"
#include "metrics/metric.h"
#include "metrics/sink.h"
#include "metrics/snapshot.h"

namespace k6::metrics {

class SinkSlots {
public:
    explicit SinkSlots(MetricType type) : type_(type) {}
    /// From encoded sinks; empty texts are empty slots. They must decode to sinks of that type (decode_slots checks).
    SinkSlots(MetricType type, std::vector<std::string> encoded) : type_(type), slots_(std::move(encoded)) {}

    MetricType type() const { return type_; }
    std::size_t size() const { return slots_.size(); }
    bool empty(std::size_t slot) const { return slot >= slots_.size() || slots_[slot].empty(); }
    const std::vector<std::string>& encoded() const { return slots_; }

    /// Adds to a slot; those before it that do not exist yet are empty.
    void add(std::size_t slot, const Sink& sink);
    /// The samples of slots [first, last) together; what does not exist is empty.
    Sink range(std::size_t first, std::size_t last) const;
    /// Joins slots 0 and 1, 2 and 3, ….
    void halve();
    void merge(const SinkSlots& other);

private:
    MetricType type_;
    std::vector<std::string> slots_;
};

/// The slot of a moment: slot i holds ((i) period, (i + 1) period]. Regular looks are off by a little: to the nearest;
/// the last look of a run: up.
std::size_t slot_of(Duration elapsed, Duration period, bool at_end);

class Timeline {
public:
    static constexpr std::size_t most_slots = 480;
    static constexpr Duration shortest_period = std::chrono::seconds(1);

    /// `elapsed` since the start of the test, not decreasing.
    void add(const RunSnapshot& cumulative, Duration elapsed, bool at_end = false);
    void merge(const Timeline& other);

    Duration period() const { return period_; }
    /// Slots in use, over all metrics.
    std::size_t size() const;
    /// Until when the last slot reaches; the end of the run.
    Duration end() const { return end_; }
    /// nullptr if the metric has none.
    const SinkSlots* of(MetricId metric) const {
        return metric.index < metrics_.size() && metrics_[metric.index].size() > 0 ? &metrics_[metric.index] : nullptr;
    }
    const std::vector<SinkSlots>& by_metric() const { return metrics_; }

    /// For decoding.
    static Timeline of_parts(Duration period, Duration end, std::vector<SinkSlots> by_metric);

private:
    void halve();

    Duration period_ = shortest_period;
    Duration end_{};
    std::vector<SinkSlots> metrics_;
    /// What was seen last.
    std::vector<Sink> before_;
};

}  // namespace k6::metrics
