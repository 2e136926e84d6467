// What a scenario asks of each of its VUs, worked out before it starts: a VU then follows its own times by its own
// worker's clock, and nobody has to tell it anything.
//
// A *period* is the time for which a VU is reserved; within it lie the intervals in which it may begin iterations. At
// the end of the period whatever still runs is interrupted. Handles number the VUs of a scenario from 0: the lowest
// idle one starts first, the highest active one stops first.
//
//   ramp 0 → 2 within 2 s, → 0 within 2 s, gracefulRampDown 30 s, gracefulStop 5 s
//   handle 0: reserved 1 s … 9 s, active 1 s … 4 s
//   handle 1: reserved 2 s … 9 s, active 2 s … 3 s
//
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/duration.h"
#include "engine/plan/plan.h"

namespace k6 {

/// From `begin` to just before `end`, after the scenario's start.
struct Interval {
    Duration begin;
    Duration end;
    friend bool operator==(const Interval&, const Interval&) = default;
};

struct VuPeriod {
    std::int64_t handle;
    Interval reserved;
    /// In order, each with time between it and the next. Never empty.
    std::vector<Interval> active;
    friend bool operator==(const VuPeriod&, const VuPeriod&) = default;
};

/// By begin, then handle.
/// Of the instance with this stripe. An arrival-rate scenario has those that are planned, an
/// externally-controlled one none: nobody knows them before.
std::vector<VuPeriod> vu_periods(const Scenario& scenario, const Stripe& stripe = {});

}  // namespace k6
