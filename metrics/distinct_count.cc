#include "metrics/distinct_count.h"

#include <algorithm>
#include <cmath>

namespace k6::metrics {

void DistinctCount::merge(const DistinctCount& other) {
    if (other.registers_.empty()) return;
    if (registers_.empty()) registers_.resize(register_count);
    std::ranges::transform(registers_, other.registers_, registers_.begin(),
                           [](std::uint8_t a, std::uint8_t b) { return std::max(a, b); });
}

std::uint64_t DistinctCount::estimate() const {
    if (registers_.empty()) return 0;
    constexpr auto count = static_cast<double>(register_count);
    double inverse = 0;
    for (const std::uint8_t rank : registers_) inverse += std::ldexp(1.0, -rank);
    const double bias = 0.7213 / (1 + 1.079 / count);
    const double raw = bias * count * count / inverse;
    const auto empty = static_cast<double>(std::ranges::count(registers_, std::uint8_t{0}));
    if (raw <= 2.5 * count && empty > 0)
        return static_cast<std::uint64_t>(std::llround(count * std::log(count / empty)));
    return static_cast<std::uint64_t>(std::llround(raw));
}

}  // namespace k6::metrics
