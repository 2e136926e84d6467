// Prometheus's native histogram with buckets of a constant ratio: 2^(1/8) (schema 3), the finest whose ratio is at most
// 1.1. Bucket i of one sign holds the magnitudes in (2^((i-1)/8), 2^(i/8)]; what is nearer to zero than 2^-128 is zero.
//
//   NativeHistogram histogram;
//   histogram.observe(0.25);
//   for (const auto& [bucket, count] : histogram.positive()) …
//
// One thread.
#pragma once

#include <cstdint>
#include <map>

namespace k6::outputs {

class NativeHistogram {
public:
    static constexpr int schema = 3;
    static constexpr double zero_threshold = 0x1p-128;
    using Buckets = std::map<std::int32_t, std::uint64_t>;

    void observe(double value);

    std::uint64_t count() const { return count_; }
    double sum() const { return sum_; }
    std::uint64_t zeros() const { return zeros_; }
    const Buckets& positive() const { return positive_; }
    const Buckets& negative() const { return negative_; }

    /// The bucket of a magnitude above zero_threshold.
    static std::int32_t bucket_of(double magnitude);

private:
    std::uint64_t count_ = 0;
    double sum_ = 0;
    std::uint64_t zeros_ = 0;
    Buckets positive_;
    Buckets negative_;
};

}  // namespace k6::outputs
