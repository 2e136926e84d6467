// A scenario while it runs: what its VUs share, and what tells how far it is.
//
// Each worker counts into fields of its own, which anybody may read; the only thing that workers write together is the
// number of the next iteration.
//
//   ScenarioRun run(scenario, workers);
//   run.begin(now);
//   if (std::optional<std::uint64_t> number = run.take_iteration(made_by_this_vu)) …
//   run.tally(worker).complete.add(1);
//
// Owned by the Run. `begin` and `end` on worker 0; counting on each worker; reading from any thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/exec/run.h"
#include "engine/exec/vu_periods.h"
#include "engine/plan/plan.h"
#include "engine/plan/schedule.h"
#include "engine/runtime/clock.h"

namespace k6 {

/// Written by one thread, read by any: no locked instruction.
class Tally {
public:
    void add(std::int64_t count) noexcept {
        value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
    }
    std::int64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

/// One worker's counts for one scenario.
struct alignas(64) ScenarioTally {
    Tally active_vus;
    Tally complete;
    Tally interrupted;
};

class ScenarioRun {
public:
    ScenarioRun(const Scenario& scenario, std::size_t index, std::size_t workers);

    const Scenario& scenario() const noexcept { return scenario_; }
    /// Its place in the plan.
    std::size_t index() const noexcept { return index_; }
    const std::vector<VuPeriod>& periods() const noexcept { return periods_; }
    Duration regular() const noexcept { return regular_; }
    /// Once it has begun.
    TimePoint start() const noexcept { return TimePoint(Duration(start_.load(std::memory_order_relaxed))); }

    /// The number of the iteration that a VU is about to start, if it may: the total or its own share may be used up.
    std::optional<std::uint64_t> take_iteration(std::uint64_t made_by_vu) noexcept {
        if (per_vu_ && made_by_vu >= *per_vu_) return std::nullopt;
        const std::uint64_t number = next_iteration_.fetch_add(1, std::memory_order_relaxed);
        if (shared_ && number >= *shared_) return std::nullopt;
        return number;
    }
    /// Of per-vu-iterations: what a VU that has made so many never started.
    std::uint64_t dropped_by_vu(std::uint64_t made_by_vu) const noexcept { return per_vu_ ? *per_vu_ - made_by_vu : 0; }
    /// Of shared-iterations, when all VUs have ended: what nobody took.
    std::uint64_t dropped_in_total() const noexcept;

    ScenarioTally& tally(std::size_t worker) noexcept { return tallies_[worker]; }
    std::int64_t active_vus() const noexcept;

    void begin(TimePoint start) noexcept;
    void end(TimePoint now) noexcept;
    /// `run_begin` is when scenarios began, if they have.
    ScenarioProgress progress(TimePoint now, std::optional<TimePoint> run_begin, bool run_stopped) const;

private:
    const Scenario& scenario_;
    std::size_t index_;
    std::vector<VuPeriod> periods_;
    std::vector<VuStep> steps_;  // VUs that the schedule wants active
    std::int64_t max_vus_ = 0;
    Duration regular_;
    std::optional<std::uint64_t> shared_;
    std::optional<std::uint64_t> per_vu_;
    std::uint64_t total_iterations_ = 0;
    std::vector<ScenarioTally> tallies_;

    enum class State : std::uint8_t { waiting, running, ended };
    std::atomic<State> state_{State::waiting};
    std::atomic<Duration::rep> start_{0};
    std::atomic<Duration::rep> end_{0};
    alignas(64) std::atomic<std::uint64_t> next_iteration_{0};
};

}  // namespace k6
