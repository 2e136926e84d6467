// Sinks: what is left of a series' samples. One kind per metric type; values that merge.
//
//   Sink sink(MetricType::trend);
//   sink.add(12.5, time);
//   sink.merge(other);
//   sink.trend().quantile(0.95);
//   Sink last_minute = sink.since(as_it_was_a_minute_ago);
//
// Merging does not depend on how samples were spread over the sinks that are merged, nor on the order of merging:
//   * counts, sums (exact_sum.h), minima, maxima and histogram buckets merge exactly;
//   * a trend is exact if and only if all its parts together have at most TrendSink::exact_limit samples;
//   * of gauges the latest sample wins; of two at the same nanosecond in different sinks the greater one.
//
// A sink belongs to one thread at a time.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>
#include <variant>

#include "metrics/exact_sum.h"
#include "metrics/histogram.h"
#include "metrics/metric.h"
#include "metrics/sample.h"

namespace k6::metrics {

class CounterSink {
public:
    void add(double value) {
        ++samples_;
        // Most count things: whole numbers.
        const auto whole = static_cast<std::int32_t>(value);
        if (static_cast<double>(whole) == value && !__builtin_add_overflow(whole_, whole, &whole_)) [[likely]]
            return;
        sum_.add(value);
    }
    void merge(const CounterSink& other) {
        samples_ += other.samples_;
        sum_.merge(other.whole_sum());
    }
    bool empty() const { return samples_ == 0; }
    /// The sum of the values.
    double count() const { return whole_sum().value(); }
    CounterSink since(const CounterSink& earlier) const;

private:
    friend class SinkCodec;
    ExactSum whole_sum() const;

    std::uint64_t samples_ = 0;
    std::int64_t whole_ = 0;
    ExactSum sum_;
};

class GaugeSink {
public:
    void add(double value, WallTime time);
    void merge(const GaugeSink& other);
    bool empty() const { return empty_; }
    /// The latest value, the least and the greatest; 0 when empty.
    double value() const { return value_; }
    double min() const { return min_; }
    double max() const { return max_; }
    /// Of what came since, only the latest value is known: it is the minimum and the maximum, too.
    GaugeSink since(const GaugeSink& earlier) const;

private:
    friend class SinkCodec;
    bool empty_ = true;
    double value_ = 0;
    double min_ = 0;
    double max_ = 0;
    WallTime time_{};
};

class RateSink {
public:
    void add(double value) {
        ++total_;
        if (value != 0) ++passes_;
    }
    void merge(const RateSink& other) {
        total_ += other.total_;
        passes_ += other.passes_;
    }
    bool empty() const { return total_ == 0; }
    std::uint64_t total() const { return total_; }
    /// Samples that are not zero; subset of total().
    std::uint64_t passes() const { return passes_; }
    std::uint64_t fails() const { return total_ - passes_; }
    /// passes / total; 0 when empty.
    double rate() const { return total_ == 0 ? 0 : static_cast<double>(passes_) / static_cast<double>(total_); }
    RateSink since(const RateSink& earlier) const;

private:
    friend class SinkCodec;
    std::uint64_t total_ = 0;
    std::uint64_t passes_ = 0;
};

/// Doubles in a row, as a vector has them, but leaner: adding one is a comparison and a store.
class ValueBuffer {
public:
    ValueBuffer() = default;
    explicit ValueBuffer(std::size_t capacity)
        : values_(capacity > 0 ? std::make_unique<double[]>(capacity) : nullptr), capacity_(capacity) {}
    ValueBuffer(const ValueBuffer& other) : ValueBuffer(other.size_) {
        std::copy(other.begin(), other.end(), values_.get());
        size_ = other.size_;
    }
    ValueBuffer& operator=(const ValueBuffer& other) {
        if (this != &other) *this = ValueBuffer(other);
        return *this;
    }
    ValueBuffer(ValueBuffer&& other) noexcept { swap(other); }
    ValueBuffer& operator=(ValueBuffer&& other) noexcept {
        swap(other);
        return *this;
    }
    ~ValueBuffer() = default;

    bool full() const { return size_ == capacity_; }
    /// Not when it is full.
    void add(double value) { values_[size_++] = value; }
    void clear() { size_ = 0; }
    std::size_t size() const { return size_; }
    std::size_t capacity() const { return capacity_; }
    const double* begin() const { return values_.get(); }
    const double* end() const { return values_.get() + size_; }

private:
    void swap(ValueBuffer& other) noexcept {
        std::swap(values_, other.values_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

    std::unique_ptr<double[]> values_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

class TrendSink {
public:
    /// Up to so many samples all values are kept and quantiles are exact; beyond, they move into a Histogram and
    /// quantiles are off by less than 0.2 %. Count, average, minimum and maximum are always exact.
    static constexpr std::size_t exact_limit = 4096;

    void add(double value) {
        // Phases that did not happen take no time: of these there are many, and they are in no sum.
        if (value == 0 && spilled_) return add_zero();
        if (values_.full()) [[unlikely]]
            make_room();
        values_.add(value);
    }
    void merge(const TrendSink& other);

    bool empty() const { return count() == 0; }
    bool exact() const { return !spilled_; }
    std::uint64_t count() const { return histogram_.count() + values_.size(); }
    double sum() const { return settled().sum_.value(); }
    /// These are 0 when empty.
    double avg() const { return empty() ? 0 : sum() / static_cast<double>(count()); }
    double min() const { return empty() ? 0 : settled().min_; }
    double max() const { return empty() ? 0 : settled().max_; }
    double med() const { return quantile(0.5); }
    /// `p` in [0, 1]: with i = p (n - 1) over the n sorted values, the value at floor(i) moved towards the one at
    /// ceil(i) by i's fraction.
    double quantile(double p) const;

    const Histogram& histogram() const { return settled().histogram_; }
    /// In buckets, minimum and maximum included: so parts of parts add up, however samples were spread.
    TrendSink since(const TrendSink& earlier) const;

    /// Works in what was added last, which is cheapest done for many at once. Every reader does it when it must.
    void settle() const;

private:
    friend class SinkCodec;
    static constexpr std::size_t buffer_size = 256;

    const TrendSink& settled() const {
        settle();
        return *this;
    }
    void add_zero() {
        histogram_.record(0);
        if (min_ > 0) min_ = 0;
        if (max_ < 0) max_ = 0;
    }
    void make_room();
    void grow(std::size_t capacity);
    /// Moves the exact values into the histogram.
    void spill();

    bool spilled_ = false;
    /// All of them while exact; afterwards those that are not in the histogram yet.
    mutable ValueBuffer values_;
    /// So many of values_ are in the minimum, the maximum and the sum.
    mutable std::size_t settled_ = 0;
    mutable double min_ = std::numeric_limits<double>::infinity();
    mutable double max_ = -std::numeric_limits<double>::infinity();
    mutable ExactSum sum_;
    mutable Histogram histogram_;
};

class Sink {
public:
    explicit Sink(MetricType type);

    MetricType type() const { return static_cast<MetricType>(state_.index()); }

    /// `value` must not be NaN.
    void add(double value, WallTime time) {
        if (TrendSink* trend = std::get_if<TrendSink>(&state_)) [[likely]] {
            trend->add(value);
        } else {
            add_to_another(value, time);
        }
    }
    /// Both must be of one type (std::bad_variant_access otherwise).
    void merge(const Sink& other);
    /// What was added after `earlier`, a former state of this sink, was copied (or merged from the same parts).
    Sink since(const Sink& earlier) const;
    bool empty() const;
    /// See TrendSink::settle: afterwards, reading changes nothing.
    void settle() const {
        if (const TrendSink* trend = std::get_if<TrendSink>(&state_)) trend->settle();
    }

    /// The sink of its kind; std::bad_variant_access if it is of another.
    const CounterSink& counter() const { return std::get<CounterSink>(state_); }
    const GaugeSink& gauge() const { return std::get<GaugeSink>(state_); }
    const RateSink& rate() const { return std::get<RateSink>(state_); }
    const TrendSink& trend() const { return std::get<TrendSink>(state_); }

private:
    friend class SinkCodec;
    void add_to_another(double value, WallTime time);

    // In the order of MetricType.
    std::variant<CounterSink, GaugeSink, RateSink, TrendSink> state_;
};

}  // namespace k6::metrics
