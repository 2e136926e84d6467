// When executors start and stop VUs, as pure arithmetic on whole nanoseconds: nothing here waits.
//
// A *step* says how many VUs there are from an offset on. Raw steps are when VUs become active and stop; graceful steps
// are until when they are reserved, running iterations included.
//
//   RampingVusPlan ramp{.start_vus = 1, .stages = {{3s, 4}, {3s, 1}}, .graceful_ramp_down = 30s};
//   raw_steps(ramp);                    // 1@0 2@1s 3@2s 4@3s 3@4s 2@5s 1@6s
//   graceful_steps(ramp, 30s);          // 1@0 2@1s 3@2s 4@3s 3@34s 2@35s 0@36s
//
// Plans speak of the whole test; with a stripe the results are those of its instance, and over all instances they add
// up to those of the whole. When iterations arrive is in arrival_schedule.h.
//
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/duration.h"
#include "engine/plan/plan.h"
#include "engine/plan/stripe.h"

namespace k6 {

struct VuStep {
    Duration offset;
    std::int64_t vus;
    /// How many more may be added while the run goes on, if it needs them.
    std::int64_t unplanned = 0;
    friend bool operator==(const VuStep&, const VuStep&) = default;
};

/// Sum of the stages.
Duration total_duration(const std::vector<Ramp>& stages);

/// Active VUs over time, ending with 0 at the sum of the stages; several steps may share an offset, then the last of
/// them holds. The count of a ramp from F to T that ends at E changes, upwards, to u at E - trunc(D (T - u) / (T - F)),
/// and downwards to u - 1 at E - trunc(D (u - 1 - T) / (F - T)).
std::vector<VuStep> raw_steps(const RampingVusPlan& plan, const Stripe& stripe = {});

/// VUs reserved over time, ending with 0: a VU that the ramp has stopped may finish its iteration for
/// `plan.graceful_ramp_down`, and all of them for `graceful_stop` after the last stage.
std::vector<VuStep> graceful_steps(const RampingVusPlan& plan, Duration graceful_stop, const Stripe& stripe = {});

/// The executor with the counts of VUs and shared iterations that are the instance's; rates and targets of stages stay
/// those of the whole test.
ExecutorPlan share_of(const ExecutorPlan& executor, const Stripe& stripe);

/// How the iterations of a scenario are dealt out to instances, and so numbered: by the shares of VUs where VUs do not
/// loop for themselves.
Stripe iteration_stripe(const ExecutorPlan& executor, const Stripe& stripe);

/// Whether an instance has nothing to do for an executor.
bool without_work(const ExecutorPlan& executor, const Stripe& stripe);

/// When no new iteration starts any more, after the scenario's own start; Duration::max() for never.
Duration regular_duration(const ExecutorPlan& executor);

/// VUs that a scenario reserves over time, after its own start. The last step is 0 unless it has no end.
std::vector<VuStep> reserved_vus(const Scenario& scenario, const Stripe& stripe = {});

/// VUs that the whole plan reserves over time: the sum over the scenarios at each offset where it changes.
std::vector<VuStep> reserved_vus(const Plan& plan);

/// VUs to be made before the run.
std::int64_t max_vus(const Plan& plan);

/// VUs that there may be in the end.
std::int64_t max_possible_vus(const Plan& plan);

/// From the begin of the scenarios until the last of them has ended for certain, graceful stops included. A scenario
/// without an end counts with its start.
Duration max_duration(const Plan& plan);

}  // namespace k6
