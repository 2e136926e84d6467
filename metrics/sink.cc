#include "metrics/sink.h"

#include <algorithm>
#include <span>
#include <vector>

namespace k6::metrics {

CounterSink CounterSink::since(const CounterSink& earlier) const {
    CounterSink part;
    part.samples_ = samples_ - earlier.samples_;
    part.sum_ = whole_sum();
    part.sum_.subtract(earlier.whole_sum());
    return part;
}

ExactSum CounterSink::whole_sum() const {
    ExactSum all = sum_;
    // In halves that a double holds exactly.
    const std::int64_t low = whole_ & 0xffffffff;
    all.add(static_cast<double>(whole_ - low));
    all.add(static_cast<double>(low));
    return all;
}

void GaugeSink::add(double value, WallTime time) {
    min_ = empty_ ? value : std::min(min_, value);
    max_ = empty_ ? value : std::max(max_, value);
    if (empty_ || time >= time_) {
        value_ = value;
        time_ = time;
    }
    empty_ = false;
}

void GaugeSink::merge(const GaugeSink& other) {
    if (other.empty_) return;
    if (empty_) {
        *this = other;
        return;
    }
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
    if (other.time_ > time_ || (other.time_ == time_ && other.value_ > value_)) {
        value_ = other.value_;
        time_ = other.time_;
    }
}

GaugeSink GaugeSink::since(const GaugeSink& earlier) const {
    GaugeSink part;
    if (!empty_ && (earlier.empty_ || time_ > earlier.time_)) part.add(value_, time_);
    return part;
}

RateSink RateSink::since(const RateSink& earlier) const {
    RateSink part;
    part.total_ = total_ - earlier.total_;
    part.passes_ = passes_ - earlier.passes_;
    return part;
}

void TrendSink::settle() const {
    if (settled_ == values_.size()) return;
    const std::span<const double> fresh(values_.begin() + settled_, values_.end());
    double least = min_;
    double most = max_;
    for (const double value : fresh) {
        least = std::min(value, least);
        most = std::max(value, most);
    }
    min_ = least;
    max_ = most;
    sum_.add(fresh);
    if (spilled_) {
        for (const double value : fresh) histogram_.record(value);
        values_.clear();
    }
    settled_ = values_.size();
}

void TrendSink::make_room() {
    if (!spilled_ && values_.size() < exact_limit) return grow(std::max<std::size_t>(values_.size() * 2, 16));
    settle();
    if (!spilled_) spill();
    // A copy of a sink has no room at first.
    if (values_.full()) grow(buffer_size);
}

void TrendSink::grow(std::size_t capacity) {
    ValueBuffer larger(capacity);
    for (double value : values_) larger.add(value);
    values_ = std::move(larger);
}

void TrendSink::spill() {
    settle();
    spilled_ = true;
    for (double value : values_) histogram_.record(value);
    values_ = ValueBuffer();
    settled_ = 0;
}

TrendSink TrendSink::since(const TrendSink& earlier) const {
    settle();
    earlier.settle();
    TrendSink part;
    if (count() == earlier.count()) return part;
    const auto in_buckets = [](const TrendSink& trend) {
        Histogram all = trend.histogram_;
        for (double value : trend.values_) all.record(value);
        return all;
    };
    part.spill();
    part.histogram_ = in_buckets(*this);
    part.histogram_.subtract(in_buckets(earlier));
    part.sum_ = sum_;
    part.sum_.subtract(earlier.sum_);
    part.min_ = part.histogram_.least();
    part.max_ = part.histogram_.greatest();
    return part;
}

void TrendSink::merge(const TrendSink& other) {
    other.settle();
    if (other.empty()) return;
    settle();
    if (empty()) {
        *this = other;
        return;
    }
    const std::uint64_t both = count() + other.count();
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
    sum_.merge(other.sum_);
    if (!spilled_ && !other.spilled_ && both <= exact_limit) {
        if (both > values_.capacity()) grow(both);
        for (double value : other.values_) values_.add(value);
        settled_ = values_.size();
        return;
    }
    if (!spilled_) spill();
    for (double value : other.values_) histogram_.record(value);
    histogram_.merge(other.histogram_);
}

double TrendSink::quantile(double p) const {
    if (empty()) return 0;
    settle();
    // The ends are known exactly in any case.
    if (p <= 0) return min_;
    if (p >= 1) return max_;
    if (!exact()) return std::clamp(histogram_.quantile(p), min_, max_);
    std::vector<double> sorted(values_.begin(), values_.end());
    const double position = p * static_cast<double>(sorted.size() - 1);
    const double below = std::floor(position);
    const auto lower = sorted.begin() + static_cast<std::ptrdiff_t>(below);
    std::ranges::nth_element(sorted, lower);
    if (below == position) return *lower;
    const double upper = *std::min_element(lower + 1, sorted.end());
    // Not by subtraction where both are the same infinity.
    return *lower == upper ? upper : *lower + (upper - *lower) * (position - below);
}

Sink::Sink(MetricType type) {
    switch (type) {
        case MetricType::counter:
            state_.emplace<CounterSink>();
            break;
        case MetricType::gauge:
            state_.emplace<GaugeSink>();
            break;
        case MetricType::rate:
            state_.emplace<RateSink>();
            break;
        case MetricType::trend:
            state_.emplace<TrendSink>();
            break;
    }
}

void Sink::add_to_another(double value, WallTime time) {
    if (CounterSink* counter = std::get_if<CounterSink>(&state_)) {
        counter->add(value);
    } else if (RateSink* rate = std::get_if<RateSink>(&state_)) {
        rate->add(value);
    } else {
        std::get<GaugeSink>(state_).add(value, time);
    }
}

void Sink::merge(const Sink& other) {
    std::visit([&other](auto& sink) { sink.merge(std::get<std::decay_t<decltype(sink)>>(other.state_)); }, state_);
}

Sink Sink::since(const Sink& earlier) const {
    Sink part(type());
    std::visit(
        [&](const auto& sink) { part.state_ = sink.since(std::get<std::decay_t<decltype(sink)>>(earlier.state_)); },
        state_);
    return part;
}

bool Sink::empty() const {
    return std::visit([](const auto& sink) { return sink.empty(); }, state_);
}

}  // namespace k6::metrics
