// When the iterations of an arrival-rate scenario are due: exact offsets, one after the other.
//
//   ArrivalSchedule schedule(ConstantArrivalRatePlan{.rate = 5, .time_unit = 1s, .duration = 2s, ...});
//   while (std::optional<Arrival> arrival = schedule.next()) …       // 0 s, 0.2 s, … 1.8 s
//
// At a constant rate the arrival with the number n (from 0, over the whole test) is due at trunc(n timeUnit / rate). At
// a rate that follows stages it is due when the integral of the rate reaches n + 1, so at a steady 2/s the first one
// comes after half a second. What is due at the end or after it does not belong to the schedule. Sums are whole numbers
// of 128 bits, so the arrivals of all instances are those of the undivided test to the nanosecond.
//
// A value; each of its users has its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/duration.h"
#include "base/int128.h"
#include "engine/plan/plan.h"
#include "engine/plan/stripe.h"

namespace k6 {

struct Arrival {
    /// After the scenario's start.
    Duration due;
    /// Over the whole test, from 0.
    std::int64_t number;
    friend bool operator==(const Arrival&, const Arrival&) = default;
};

class ArrivalSchedule {
public:
    /// `stripe` is that of the iterations (iteration_stripe). Of the instance's arrivals, takes every `step`-th, from
    /// the `first` on: how workers share them.
    explicit ArrivalSchedule(const ConstantArrivalRatePlan& plan, Stripe stripe = {}, std::int64_t first = 0,
                             std::int64_t step = 1);
    explicit ArrivalSchedule(const RampingArrivalRatePlan& plan, Stripe stripe = {}, std::int64_t first = 0,
                             std::int64_t step = 1);

    /// Nothing once all have been told.
    std::optional<Arrival> next();

private:
    /// Part of the time in which the rate is a straight line. Rates are per time unit; areas, in arrivals, are counted
    /// in halves of nanoseconds times arrivals per time unit, in which they are whole.
    struct Section {
        Duration begin;
        Duration length;
        std::int64_t from;
        std::int64_t to;
        Int128 area_before;
        Int128 area_after;
    };

    std::optional<Duration> due(std::int64_t number);

    std::vector<Section> sections_;  // empty: the rate is constant
    std::size_t section_ = 0;
    std::int64_t rate_ = 0;
    Duration time_unit_;
    Duration end_;
    Stripe stripe_;
    std::int64_t index_;
    std::int64_t step_;
    bool nothing_;
};

/// The rate that the schedule has at an offset, in arrivals a second, over the whole test.
double arrivals_per_second(const ConstantArrivalRatePlan& plan, Duration offset);
double arrivals_per_second(const RampingArrivalRatePlan& plan, Duration offset);

}  // namespace k6
