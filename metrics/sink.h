// Sinks: what is left of a series' samples. One kind per metric type; values that merge.
//
//   Sink sink(MetricType::trend);
//   sink.add(12.5, time);
//   sink.merge(other);
//   sink.trend().quantile(0.95);
//
// Merging does not depend on how samples were spread over the sinks that are merged, nor on the order of merging:
//   * counts, minima, maxima and histogram buckets merge exactly;
//   * sums carry their rounding error along (Neumaier's summation), so that they agree to the last bit or nearly so;
//   * a trend is exact if and only if all its parts together have at most TrendSink::exact_limit samples;
//   * of gauges the latest sample wins; of two at the same nanosecond in different sinks the greater one.
//
// A sink belongs to one thread at a time.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <variant>
#include <vector>

#include "metrics/histogram.h"
#include "metrics/metric.h"
#include "metrics/sample.h"

namespace k6::metrics {

/// A running sum with the error of its rounding beside it (A. Neumaier, "Rundungsfehleranalyse einiger Verfahren zur
/// Summation endlicher Summen", 1974).
class Sum {
public:
    void add(double value) {
        const double sum = sum_ + value;
        error_ += std::fabs(sum_) >= std::fabs(value) ? (sum_ - sum) + value : (value - sum) + sum_;
        sum_ = sum;
    }
    void merge(const Sum& other) {
        add(other.sum_);
        error_ += other.error_;
    }
    double value() const {
        // An infinite term makes the error a NaN: then the plain sum is right.
        const double corrected = sum_ + error_;
        return std::isfinite(corrected) ? corrected : sum_;
    }

private:
    double sum_ = 0;
    double error_ = 0;
};

class CounterSink {
public:
    void add(double value) {
        ++samples_;
        sum_.add(value);
    }
    void merge(const CounterSink& other) {
        samples_ += other.samples_;
        sum_.merge(other.sum_);
    }
    bool empty() const { return samples_ == 0; }
    /// The sum of the values.
    double count() const { return sum_.value(); }

private:
    std::uint64_t samples_ = 0;
    Sum sum_;
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

private:
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

private:
    std::uint64_t total_ = 0;
    std::uint64_t passes_ = 0;
};

class TrendSink {
public:
    /// Up to so many samples all values are kept and quantiles are exact; beyond, they move into a Histogram and
    /// quantiles are off by less than 0.2 %. Count, average, minimum and maximum are always exact.
    static constexpr std::size_t exact_limit = 4096;

    void add(double value) {
        if (value < min_) min_ = value;
        if (value > max_) max_ = value;
        sum_.add(value);
        ++count_;
        if (count_ > exact_limit) {
            if (!values_.empty()) spill();
            histogram_.record(value);
        } else {
            values_.push_back(value);
        }
    }
    void merge(const TrendSink& other);

    bool empty() const { return count_ == 0; }
    bool exact() const { return count_ <= exact_limit; }
    std::uint64_t count() const { return count_; }
    double sum() const { return sum_.value(); }
    /// These are 0 when empty.
    double avg() const { return count_ == 0 ? 0 : sum() / static_cast<double>(count_); }
    double min() const { return count_ == 0 ? 0 : min_; }
    double max() const { return count_ == 0 ? 0 : max_; }
    double med() const { return quantile(0.5); }
    /// `p` in [0, 1]: with i = p (n - 1) over the n sorted values, the value at floor(i) moved towards the one at
    /// ceil(i) by i's fraction.
    double quantile(double p) const;

    const Histogram& histogram() const { return histogram_; }

private:
    /// Moves the exact values into the histogram.
    void spill();

    std::uint64_t count_ = 0;
    double min_ = std::numeric_limits<double>::infinity();
    double max_ = -std::numeric_limits<double>::infinity();
    Sum sum_;
    std::vector<double> values_;
    Histogram histogram_;
};

class Sink {
public:
    explicit Sink(MetricType type);

    MetricType type() const { return static_cast<MetricType>(state_.index()); }

    /// `value` must not be NaN.
    void add(double value, WallTime time) {
        if (TrendSink* trend = std::get_if<TrendSink>(&state_)) {
            trend->add(value);
        } else if (CounterSink* counter = std::get_if<CounterSink>(&state_)) {
            counter->add(value);
        } else if (RateSink* rate = std::get_if<RateSink>(&state_)) {
            rate->add(value);
        } else {
            std::get<GaugeSink>(state_).add(value, time);
        }
    }
    /// Both must be of one type (std::bad_variant_access otherwise).
    void merge(const Sink& other);
    bool empty() const;

    /// The sink of its kind; std::bad_variant_access if it is of another.
    const CounterSink& counter() const { return std::get<CounterSink>(state_); }
    const GaugeSink& gauge() const { return std::get<GaugeSink>(state_); }
    const RateSink& rate() const { return std::get<RateSink>(state_); }
    const TrendSink& trend() const { return std::get<TrendSink>(state_); }

private:
    // In the order of MetricType.
    std::variant<CounterSink, GaugeSink, RateSink, TrendSink> state_;
};

}  // namespace k6::metrics
