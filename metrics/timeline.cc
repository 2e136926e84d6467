#include "metrics/timeline.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "metrics/sink_codec.h"

namespace k6::metrics {
namespace {

std::string encode_sink(const Sink& sink) {
    ByteWriter writer;
    SinkCodec::encode(sink, writer);
    return std::move(writer).bytes();
}

Sink decode_sink(const std::string& bytes) {
    ByteReader reader(bytes);
    return SinkCodec::decode(reader).value();
}

}  // namespace

void SinkSlots::add(std::size_t slot, const Sink& sink) {
    if (sink.empty()) return;
    if (slot >= slots_.size()) slots_.resize(slot + 1);
    if (slots_[slot].empty()) {
        slots_[slot] = encode_sink(sink);
        return;
    }
    Sink both = decode_sink(slots_[slot]);
    both.merge(sink);
    // Of a gauge only the latest value counts.
    slots_[slot] = encode_sink(type_ == MetricType::gauge ? both.since(Sink(type_)) : both);
}

Sink SinkSlots::range(std::size_t first, std::size_t last) const {
    Sink all(type_);
    for (std::size_t i = first; i < std::min(last, slots_.size()); ++i) {
        if (!slots_[i].empty()) all.merge(decode_sink(slots_[i]));
    }
    return all;
}

void SinkSlots::halve() {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        if (i % 2 == 0) {
            std::string slot = std::move(slots_[i]);
            slots_[i] = {};
            slots_[i / 2] = std::move(slot);
        } else if (!slots_[i].empty()) {
            add(i / 2, decode_sink(slots_[i]));
        }
    }
    slots_.resize((slots_.size() + 1) / 2);
}

void SinkSlots::merge(const SinkSlots& other) {
    for (std::size_t i = 0; i < other.slots_.size(); ++i) {
        if (!other.slots_[i].empty()) add(i, decode_sink(other.slots_[i]));
    }
}

std::size_t slot_of(Duration elapsed, Duration period, bool at_end) {
    const double slots = static_cast<double>(elapsed.count()) / static_cast<double>(period.count());
    const double number = at_end ? std::ceil(slots) : std::round(slots);
    return number < 1 ? 0 : static_cast<std::size_t>(number) - 1;
}

void Timeline::halve() {
    for (SinkSlots& metric : metrics_) metric.halve();
    period_ *= 2;
}

void Timeline::add(const RunSnapshot& cumulative, Duration elapsed, bool at_end) {
    std::size_t slot = slot_of(elapsed, period_, at_end);
    while (slot >= most_slots) {
        halve();
        slot = slot_of(elapsed, period_, at_end);
    }
    // A last look soon after a regular one belongs to where that one was.
    if (slot + 1 < size()) slot = size() - 1;
    end_ = std::max(end_, elapsed);
    while (metrics_.size() < cumulative.totals.size()) metrics_.emplace_back(cumulative.totals[metrics_.size()].type());
    for (std::size_t i = 0; i < cumulative.totals.size(); ++i) {
        const Sink& now = cumulative.totals[i];
        if (now.empty()) continue;
        metrics_[i].add(slot, now.since(i < before_.size() ? before_[i] : Sink(now.type())));
    }
    before_ = cumulative.totals;
}

void Timeline::merge(const Timeline& other) {
    Timeline theirs = other;
    while (period_ < theirs.period_) halve();
    while (theirs.period_ < period_) theirs.halve();
    end_ = std::max(end_, theirs.end_);
    while (metrics_.size() < theirs.metrics_.size()) metrics_.emplace_back(theirs.metrics_[metrics_.size()].type());
    for (std::size_t i = 0; i < theirs.metrics_.size(); ++i) metrics_[i].merge(theirs.metrics_[i]);
}

std::size_t Timeline::size() const {
    std::size_t size = 0;
    for (const SinkSlots& metric : metrics_) size = std::max(size, metric.size());
    return size;
}

Timeline Timeline::of_parts(Duration period, Duration end, std::vector<SinkSlots> by_metric) {
    Timeline timeline;
    timeline.period_ = period;
    timeline.end_ = end;
    timeline.metrics_ = std::move(by_metric);
    return timeline;
}

}  // namespace k6::metrics
