// The share of one execution segment in anything that is counted: VUs, iterations, arrivals.
//
// The segments of a sequence take the elements 0, 1, 2, … in a fixed pattern, the *stripes*, that repeats with the
// least common denominator of their lengths and spreads each segment's elements as evenly as whole numbers allow. The
// shares of all segments are disjoint and together everything, so the instances of a distributed run need not talk.
//
//   Stripe second = Stripe::of(parse_segment("1/3:2/3").value(),
//   parse_segment_sequence("0,1/3,2/3,1").value()).value(); second.scale(5);       // 2: of the elements 0 … 4 it has 1
//   and 4 second.member(1);      // 4
//
// Immutable values, cheap to copy; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/error.h"
#include "engine/plan/segment.h"

namespace k6 {

class Stripe {
public:
    /// Everything.
    Stripe() = default;

    /// The share of `segment` in `sequence`, whose ends and, if it is empty, other members are completed around the
    /// segment. Fails with ErrorClass::invalid_config when the pattern has too many elements to be worked with.
    static Result<Stripe> of(const Segment& segment, const SegmentSequence& sequence);

    bool whole() const noexcept { return table_ == nullptr; }
    /// How many of the elements 0 … count - 1 are members.
    std::int64_t scale(std::int64_t count) const;
    /// Its part of everything in the long run, 0 to 1.
    double fraction() const;
    /// The `index`-th member, from 0. There is none of a stripe that is empty (scale() is always 0).
    std::int64_t member(std::int64_t index) const;

    /// The stripe of the sequence whose segments are as long as their shares of `count`, so that work is dealt out in
    /// proportion to VUs: shares of 0 vanish. Unchanged if the pattern divides `count`.
    Stripe resegmented(std::int64_t count) const;

private:
    struct Table;
    static Stripe make(const std::vector<std::int64_t>& numerators, std::int64_t period, std::size_t own);

    /// Null: everything.
    std::shared_ptr<const Table> table_;
};

}  // namespace k6
