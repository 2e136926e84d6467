#include "outputs/native_histogram.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace k6::outputs {
namespace {

/// 0.5 * 2^(i/8), rounded as a double: a sum of logarithms would put a bound's own value into the next bucket.
constexpr std::array<double, 8> bounds = {0.5,
                                          0.5452538663326288,
                                          0.5946035575013605,
                                          0.6484197773255048,
                                          0.7071067811865475,
                                          0.7711054127039704,
                                          0.8408964152537144,
                                          0.9170040432046711};

}  // namespace

std::int32_t NativeHistogram::bucket_of(double magnitude) {
    if (std::isinf(magnitude)) return bucket_of(std::numeric_limits<double>::max()) + 1;
    int exponent = 0;
    const double fraction = std::frexp(magnitude, &exponent);
    const auto first = std::lower_bound(bounds.begin(), bounds.end(), fraction) - bounds.begin();
    return static_cast<std::int32_t>(first) + (exponent - 1) * 8;
}

void NativeHistogram::observe(double value) {
    ++count_;
    sum_ += value;
    if (value > zero_threshold) {
        ++positive_[bucket_of(value)];
    } else if (value < -zero_threshold) {
        ++negative_[bucket_of(-value)];
    } else {
        ++zeros_;
    }
}

}  // namespace k6::outputs
