#include "metrics/exact_sum.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace k6::metrics {

void ExactSum::normalise() {
    std::int64_t carry = 0;
    for (std::size_t i = 0; i + 1 < digit_count; ++i) {
        const std::int64_t digit = digits_[i] + carry;
        digits_[i] = digit & 0xffffffff;
        carry = digit >> 32;  // arithmetic: rounds down
    }
    digits_.back() += carry;
    room_ = additions_between_carries;
}

// Values from 2^-20 to 2^43, which is nearly all that is ever measured: the mantissas of each exponent are added up
// first, and what that comes to fits one wide integer.
void ExactSum::add(std::span<const double> values) {
    constexpr std::uint64_t least_exponent = 1023 - 20;
    constexpr std::size_t exponents = 63;
    // So many mantissas of 53 bits fit 64.
    constexpr std::size_t at_once = 2048;
    constexpr std::uint64_t implicit_bit = std::uint64_t{1} << 52;
    while (!values.empty()) {
        const auto some = values.first(std::min(values.size(), at_once));
        values = values.subspan(some.size());
        std::array<std::uint64_t, exponents> mantissas{};
        for (const double value : some) {
            const auto bits = std::bit_cast<std::uint64_t>(value);
            // The sign makes it too large.
            const std::uint64_t exponent = (bits >> 52) - least_exponent;
            if (exponent < exponents) [[likely]] {
                mantissas[exponent] += (bits & (implicit_bit - 1)) | implicit_bit;
            } else if (value != 0) {
                add(value);
            }
        }
        Wide sum = 0;
        for (std::size_t exponent = 0; exponent < exponents; ++exponent) {
            if (mantissas[exponent] != 0) sum += static_cast<Wide>(mantissas[exponent]) << exponent;
        }
        add_wide(sum);
    }
}

void ExactSum::add_wide(Wide sum) {
    constexpr std::size_t first_digit = (1023 - 20) / 32;
    constexpr unsigned shift = (1023 - 20) % 32;
    if (room_ == 0) normalise();
    --room_;
    // Shifted, it may be a little wider than its type: the low digit first.
    digits_[first_digit] += static_cast<std::int64_t>(static_cast<std::uint64_t>(sum << shift) & 0xffffffff);
    sum >>= 32 - shift;
    for (std::size_t i = 1; i <= 4; ++i) {
        digits_[first_digit + i] += static_cast<std::int64_t>(static_cast<std::uint64_t>(sum) & 0xffffffff);
        sum >>= 32;
    }
}

void ExactSum::merge(const ExactSum& other) {
    ExactSum addend = other;
    addend.normalise();
    normalise();
    for (std::size_t i = 0; i < digit_count; ++i) digits_[i] += addend.digits_[i];
    normalise();
    positive_infinities_ += other.positive_infinities_;
    negative_infinities_ += other.negative_infinities_;
}

void ExactSum::subtract(const ExactSum& earlier) {
    ExactSum taken = earlier;
    taken.normalise();
    normalise();
    for (std::size_t i = 0; i < digit_count; ++i) digits_[i] -= taken.digits_[i];
    normalise();
    positive_infinities_ -= earlier.positive_infinities_;
    negative_infinities_ -= earlier.negative_infinities_;
}

double ExactSum::value() const {
    if (positive_infinities_ > 0 || negative_infinities_ > 0) {
        if (positive_infinities_ > 0 && negative_infinities_ > 0) return std::numeric_limits<double>::quiet_NaN();
        return positive_infinities_ > 0 ? std::numeric_limits<double>::infinity()
                                        : -std::numeric_limits<double>::infinity();
    }
    ExactSum magnitude = *this;
    magnitude.normalise();
    const bool negative = magnitude.normal_and_negative();
    if (negative) {
        for (std::int64_t& digit : magnitude.digits_) digit = -digit;
        magnitude.normalise();
    }
    std::size_t top = digit_count;
    while (top > 0 && magnitude.digits_[top - 1] == 0) --top;
    if (top == 0) return 0;
    --top;

    // The top three digits hold more than a mantissa; of the rest only whether it is zero matters.
    Wide leading = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        leading = leading << 32 | (top >= i ? static_cast<std::uint64_t>(magnitude.digits_[top - i]) : 0);
    }
    bool rest = false;
    for (std::size_t i = 0; top >= 3 && i <= top - 3; ++i) rest = rest || magnitude.digits_[i] != 0;
    const auto upper = static_cast<std::uint64_t>(leading >> 64);
    const int highest =
        127 - (upper != 0 ? std::countl_zero(upper) : 64 + std::countl_zero(static_cast<std::uint64_t>(leading)));
    const int dropped = highest - 52;
    auto mantissa = static_cast<std::uint64_t>(leading >> dropped);
    const Wide remainder = leading & ((Wide{1} << dropped) - 1);
    const Wide half = Wide{1} << (dropped - 1);
    // Half to even.
    if (remainder > half || (remainder == half && (rest || (mantissa & 1) != 0))) ++mantissa;
    const double value = std::ldexp(static_cast<double>(mantissa), dropped + 32 * (static_cast<int>(top) - 2) - 1075);
    return negative ? -value : value;
}

bool operator==(const ExactSum& a, const ExactSum& b) {
    ExactSum left = a;
    ExactSum right = b;
    left.normalise();
    right.normalise();
    return left.digits_ == right.digits_ && left.positive_infinities_ == right.positive_infinities_ &&
           left.negative_infinities_ == right.negative_infinities_;
}

}  // namespace k6::metrics
