// Which fraction of a plan this instance runs, in exact arithmetic.
//
//   Segment half = parse_segment("50%").value();      // 0:1/2
//   half.length() == Rational(1, 2);
//   to_string(half) == "0:1/2";
//
// Values; any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/int128.h"

namespace k6 {

/// A fraction in lowest terms with a positive denominator.
class Rational {
public:
    /// Bounds of segments have no greater terms, so that the difference of two of them fits 64 bits.
    static constexpr std::int64_t max_parsed_term = 1'000'000'000;

    constexpr Rational(std::int64_t whole = 0) : numerator_(whole) {}
    /// `denominator` is positive.
    Rational(std::int64_t numerator, std::int64_t denominator);

    constexpr std::int64_t numerator() const noexcept { return numerator_; }
    constexpr std::int64_t denominator() const noexcept { return denominator_; }
    double to_double() const noexcept { return static_cast<double>(numerator_) / static_cast<double>(denominator_); }

    friend Rational operator-(const Rational& a, const Rational& b);
    friend constexpr bool operator==(const Rational&, const Rational&) = default;
    friend constexpr std::strong_ordering operator<=>(const Rational& a, const Rational& b) {
        const Int128 left = Int128{a.numerator_} * b.denominator_;
        const Int128 right = Int128{b.numerator_} * a.denominator_;
        return left < right ? std::strong_ordering::less
                            : (left > right ? std::strong_ordering::greater : std::strong_ordering::equal);
    }

private:
    std::int64_t numerator_;
    std::int64_t denominator_ = 1;
};

/// "1/3", "2".
std::string to_string(const Rational& value);

/// The part (from, to] of a plan; the whole of it by default.
struct Segment {
    Rational from = 0;
    Rational to = 1;

    Rational length() const { return to - from; }
    bool full() const { return from == Rational(0) && to == Rational(1); }
    friend bool operator==(const Segment&, const Segment&) = default;
};

/// Increasing bounds; each pair of neighbours is one instance's segment.
using SegmentSequence = std::vector<Rational>;

/// "FROM:TO" or "TO" (from 0); bounds are "1/3", "0.25" or "25%". Empty text is the whole plan.
Result<Segment> parse_segment(std::string_view text);
/// "0,1/3,2/3,1": at least two bounds, each above the one before. Empty text is no sequence.
Result<SegmentSequence> parse_segment_sequence(std::string_view text);

/// "0:1/3", reduced.
std::string to_string(const Segment& segment);
/// "0,1/3,2/3,1".
std::string to_string(const SegmentSequence& sequence);

}  // namespace k6
