// The sum of doubles without rounding: the same to the last bit in whatever order, and however spread, they were added.
//
// A fixed-point number wide enough for every finite double, in 32-bit digits that are kept in 64-bit places so that
// carries wait (R. M. Neal, "Fast exact summation using small and large superaccumulators", 2015). Adding is two
// integer additions; reading rounds once.
//
//   ExactSum sum;
//   sum.add(0.1);
//   sum.merge(other);
//   sum.value();
//
// A value; one thread at a time.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace k6::metrics {

class ExactSum {
public:
    /// `value` must not be NaN.
    void add(double value) {
        const auto bits = std::bit_cast<std::uint64_t>(value);
        unsigned exponent = static_cast<unsigned>(bits >> 52) & 0x7ff;
        std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52) - 1);
        if (exponent == 0x7ff) [[unlikely]] {
            ++(value > 0 ? positive_infinities_ : negative_infinities_);
            return;
        }
        if (exponent == 0) {
            exponent = 1;  // zero and subnormal numbers
        } else {
            mantissa |= std::uint64_t{1} << 52;
        }
        if (room_ == 0) [[unlikely]]
            normalise();
        --room_;
        const unsigned shift = exponent % 32;
        std::int64_t* const place = &digits_[exponent / 32];
        const auto low = static_cast<std::int64_t>(mantissa << shift & 0xffffffff);
        const auto high = static_cast<std::int64_t>(mantissa >> (32 - shift));
        if ((bits >> 63) != 0) {
            place[0] -= low;
            place[1] -= high;
        } else {
            place[0] += low;
            place[1] += high;
        }
    }
    /// Many at once, faster than one by one. None may be NaN.
    void add(std::span<const double> values);
    void merge(const ExactSum& other);
    /// Takes away what `earlier`, a former state of this sum, had.
    void subtract(const ExactSum& earlier);

    /// Rounded to nearest; NaN for infinities of both signs.
    double value() const;

    friend bool operator==(const ExactSum& a, const ExactSum& b);

private:
    friend class SinkCodec;

    // Bit b of digit i weighs 2^(32 i + b - 1075). The greatest double reaches into digit 64; two more hold carries.
    static constexpr std::size_t digit_count = 67;
    // High halves are below 2^52: so many of them fit a place.
    static constexpr std::uint32_t additions_between_carries = 2000;

    __extension__ using Wide = unsigned __int128;
    void add_wide(Wide sum);
    /// All digits but the last to [0, 2^32): one form for each number.
    void normalise();
    bool normal_and_negative() const { return digits_.back() < 0; }

    std::array<std::int64_t, digit_count> digits_{};
    std::uint32_t room_ = additions_between_carries;
    std::uint64_t positive_infinities_ = 0;
    std::uint64_t negative_infinities_ = 0;
};

}  // namespace k6::metrics
