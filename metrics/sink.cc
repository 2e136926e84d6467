#include "metrics/sink.h"

#include <algorithm>

namespace k6::metrics {

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

void TrendSink::spill() {
    for (double value : values_) histogram_.record(value);
    // Gives the memory back, which clear() does not.
    values_ = {};
}

void TrendSink::merge(const TrendSink& other) {
    if (other.count_ == 0) return;
    if (count_ == 0) {
        *this = other;
        return;
    }
    min_ = std::min(min_, other.min_);
    max_ = std::max(max_, other.max_);
    sum_.merge(other.sum_);
    count_ += other.count_;
    if (count_ <= exact_limit) {
        values_.insert(values_.end(), other.values_.begin(), other.values_.end());
        return;
    }
    spill();
    for (double value : other.values_) histogram_.record(value);
    histogram_.merge(other.histogram_);
}

double TrendSink::quantile(double p) const {
    if (count_ == 0) return 0;
    // The ends are known exactly in any case.
    if (p <= 0) return min_;
    if (p >= 1) return max_;
    if (!exact()) return std::clamp(histogram_.quantile(p), min_, max_);
    std::vector<double> sorted = values_;
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

void Sink::merge(const Sink& other) {
    std::visit([&other](auto& sink) { sink.merge(std::get<std::decay_t<decltype(sink)>>(other.state_)); }, state_);
}

bool Sink::empty() const {
    return std::visit([](const auto& sink) { return sink.empty(); }, state_);
}

}  // namespace k6::metrics
