// When executors start and stop VUs, as pure arithmetic on whole nanoseconds: nothing here waits.
//
// A *step* says how many VUs there are from an offset on. Raw steps are when VUs become active and stop; graceful steps
// are until when they are reserved, running iterations included.
//
//   RampingVusPlan ramp{.start_vus = 1, .stages = {{3s, 4}, {3s, 1}}, .graceful_ramp_down = 30s};
//   raw_steps(ramp);                    // 1@0 2@1s 3@2s 4@3s 3@4s 2@5s 1@6s
//   graceful_steps(ramp, 30s);          // 1@0 2@1s 3@2s 4@3s 3@34s 2@35s 0@36s
//
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "base/duration.h"
#include "engine/plan/plan.h"

namespace k6 {

struct VuStep {
    Duration offset;
    std::int64_t vus;
    friend bool operator==(const VuStep&, const VuStep&) = default;
};

/// Sum of the stages.
Duration total_duration(const RampingVusPlan& plan);

/// Active VUs over time, ending with 0 at the sum of the stages; several steps may share an offset, then the last of
/// them holds. The count of a ramp from F to T that ends at E changes, upwards, to u at E - trunc(D (T - u) / (T - F)),
/// and downwards to u - 1 at E - trunc(D (u - 1 - T) / (F - T)).
std::vector<VuStep> raw_steps(const RampingVusPlan& plan);

/// VUs reserved over time, ending with 0: a VU that the ramp has stopped may finish its iteration for
/// `plan.graceful_ramp_down`, and all of them for `graceful_stop` after the last stage.
std::vector<VuStep> graceful_steps(const RampingVusPlan& plan, Duration graceful_stop);

/// When no new iteration starts any more, after the scenario's own start.
Duration regular_duration(const ExecutorPlan& executor);

/// VUs that a scenario reserves over time, after its own start.
std::vector<VuStep> reserved_vus(const Scenario& scenario);

/// VUs that the whole plan reserves over time: the sum over the scenarios at each offset where it changes.
std::vector<VuStep> reserved_vus(const Plan& plan);

/// VUs to be made before the run.
std::int64_t max_vus(const Plan& plan);

/// From the begin of the scenarios until the last of them has ended for certain, graceful stops included.
Duration max_duration(const Plan& plan);

}  // namespace k6
