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
    /// Of the complete ones: those whose code threw.
    Tally threw;
    Tally interrupted;
};

class Arrivals;

class ScenarioRun {
public:
    /// The instance's share of `scenario`.
    ScenarioRun(const Scenario& scenario, const Stripe& stripe, std::size_t index, std::size_t workers);

    const Scenario& scenario() const noexcept { return scenario_; }
    /// With this instance's counts (share_of).
    const ExecutorPlan& executor() const noexcept { return executor_; }
    const Stripe& iteration_stripe() const noexcept { return iteration_stripe_; }
    /// Its place among the scenarios of the run.
    std::size_t index() const noexcept { return index_; }
    const std::vector<VuPeriod>& periods() const noexcept { return periods_; }
    /// That of a VU which is added while the scenario runs.
    const VuPeriod& added_period() const noexcept { return added_period_; }
    std::int64_t max_vus() const noexcept { return max_vus_.load(std::memory_order_relaxed); }
    void set_max_vus(std::int64_t vus) noexcept { max_vus_.store(vus, std::memory_order_relaxed); }
    /// VUs that have been given to it and not come back.
    void note_assigned(std::int64_t change) noexcept { assigned_vus_.fetch_add(change, std::memory_order_relaxed); }
    /// While it is paused no iteration begins.
    void set_paused(bool paused) noexcept { paused_.store(paused, std::memory_order_relaxed); }
    Duration regular() const noexcept { return regular_; }
    /// Once it has begun.
    TimePoint start() const noexcept { return TimePoint(Duration(start_.load(std::memory_order_relaxed))); }

    /// The number of the iteration that a VU is about to start, if it may: the total or its own share may be used up.
    std::optional<std::uint64_t> take_iteration(std::uint64_t made_by_vu) noexcept {
        if (paused_.load(std::memory_order_relaxed)) return std::nullopt;
        if (per_vu_ && made_by_vu >= *per_vu_) return std::nullopt;
        const std::uint64_t number = next_iteration_.fetch_add(1, std::memory_order_relaxed);
        if (shared_ && number >= *shared_) return std::nullopt;
        return number;
    }
    /// The number that an iteration has over all instances.
    std::uint64_t number_in_test(std::uint64_t number) const {
        if (iteration_stripe_.whole()) return number;
        return static_cast<std::uint64_t>(iteration_stripe_.member(static_cast<std::int64_t>(number)));
    }
    /// Of per-vu-iterations: what a VU that has made so many never started.
    std::uint64_t dropped_by_vu(std::uint64_t made_by_vu) const noexcept { return per_vu_ ? *per_vu_ - made_by_vu : 0; }
    /// Of shared-iterations, when all VUs have ended: what nobody took.
    std::uint64_t dropped_in_total() const noexcept;

    ScenarioTally& tally(std::size_t worker) noexcept { return tallies_[worker]; }
    std::int64_t active_vus() const noexcept;

    /// Of arrival-rate scenarios, from before the first VU works for them: where iterations come from.
    Arrivals* arrivals() const noexcept { return arrivals_; }
    void set_arrivals(Arrivals* arrivals) noexcept { arrivals_ = arrivals; }

    /// A scenario of arrivals begins twice: once to get its VUs, and again when they are ready.
    void begin(TimePoint start) noexcept;
    void end(TimePoint now) noexcept;
    /// `run_begin` is when scenarios began, if they have.
    ScenarioProgress progress(TimePoint now, std::optional<TimePoint> run_begin, bool run_stopped) const;

private:
    bool endless() const noexcept { return regular_ == Duration::max(); }

    const Scenario& scenario_;
    ExecutorPlan executor_;
    Stripe iteration_stripe_;
    std::size_t index_;
    std::vector<VuPeriod> periods_;
    VuPeriod added_period_;
    Arrivals* arrivals_ = nullptr;
    std::vector<VuStep> steps_;  // VUs that the schedule wants active
    std::atomic<std::int64_t> max_vus_{0};
    std::atomic<std::int64_t> assigned_vus_{0};
    std::atomic<bool> paused_{false};
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
