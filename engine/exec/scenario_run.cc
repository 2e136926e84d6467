#include "engine/exec/scenario_run.h"

#include <algorithm>
#include <type_traits>
#include <variant>

#include "engine/plan/arrival_schedule.h"

namespace k6 {
namespace {

double ratio(double part, double whole) { return whole <= 0 ? 1 : std::clamp(part / whole, 0.0, 1.0); }

}  // namespace

ScenarioRun::ScenarioRun(const Scenario& scenario, const Stripe& stripe, std::size_t index, std::size_t workers)
    : scenario_(scenario),
      executor_(share_of(scenario.executor, stripe)),
      iteration_stripe_(k6::iteration_stripe(scenario.executor, stripe)),
      index_(index),
      periods_(vu_periods(scenario, stripe)),
      regular_(regular_duration(scenario.executor)),
      tallies_(workers) {
    // Somebody else ends what is controlled from outside; times added to this one must not pass 64 bits.
    const bool external = std::holds_alternative<ExternallyControlledPlan>(scenario.executor);
    const Duration last = external ? Duration::max() / 4 : regular_;
    added_period_ = {0, {Duration(0), last + scenario.graceful_stop}, {{Duration(0), last}}};
    if (const auto* ramp = std::get_if<RampingVusPlan>(&scenario.executor)) {
        steps_ = raw_steps(*ramp, stripe);
    } else {
        const VuStep reserved = reserved_vus(scenario, stripe).front();
        steps_ = {{Duration(0), reserved.vus}};
        max_vus_ = reserved.vus + reserved.unplanned;
    }
    for (const VuStep& step : steps_) max_vus_ = std::max(max_vus(), step.vus);
    if (const auto* shared = std::get_if<SharedIterationsPlan>(&executor_)) {
        shared_ = total_iterations_ = static_cast<std::uint64_t>(shared->iterations);
    } else if (const auto* each = std::get_if<PerVuIterationsPlan>(&executor_)) {
        per_vu_ = static_cast<std::uint64_t>(each->iterations);
        total_iterations_ = *per_vu_ * static_cast<std::uint64_t>(each->vus);
    }
}

std::uint64_t ScenarioRun::dropped_in_total() const noexcept {
    const std::uint64_t taken = next_iteration_.load(std::memory_order_relaxed);
    return shared_ && taken < *shared_ ? *shared_ - taken : 0;
}

std::int64_t ScenarioRun::active_vus() const noexcept {
    std::int64_t sum = 0;
    for (const ScenarioTally& tally : tallies_) sum += tally.active_vus.get();
    return sum;
}

void ScenarioRun::begin(TimePoint start) noexcept {
    start_.store(start.time_since_epoch().count(), std::memory_order_relaxed);
    state_.store(State::running, std::memory_order_release);
}

void ScenarioRun::end(TimePoint now) noexcept {
    // A scenario that was stopped while it waited has no start.
    if (state_.load(std::memory_order_relaxed) == State::waiting) begin(now);
    end_.store(now.time_since_epoch().count(), std::memory_order_relaxed);
    state_.store(State::ended, std::memory_order_release);
}

ScenarioProgress ScenarioRun::progress(TimePoint now, std::optional<TimePoint> run_begin, bool run_stopped) const {
    const State state = state_.load(std::memory_order_acquire);
    ScenarioProgress progress{.scenario = &scenario_,
                              .executor = &executor_,
                              .max_vus = max_vus(),
                              .total_iterations = total_iterations_,
                              .total = endless() ? Duration(0) : regular_};
    for (const ScenarioTally& tally : tallies_) {
        progress.complete_iterations += static_cast<std::uint64_t>(tally.complete.get());
        progress.interrupted_iterations += static_cast<std::uint64_t>(tally.interrupted.get());
    }
    if (state == State::waiting) {
        const TimePoint due = run_begin.value_or(now) + scenario_.start_time;
        progress.starts_in = std::max(Duration(0), Duration(due - now));
        return progress;
    }
    const TimePoint until = state == State::ended ? TimePoint(Duration(end_.load(std::memory_order_relaxed))) : now;
    progress.elapsed = std::clamp(Duration(until - start()), Duration(0), regular_);
    progress.fraction =
        total_iterations_ > 0
            ? ratio(static_cast<double>(progress.complete_iterations), static_cast<double>(total_iterations_))
        : endless() ? 0
                    : ratio(static_cast<double>(progress.elapsed.count()), static_cast<double>(regular_.count()));
    const bool over = state == State::ended || progress.elapsed >= regular_;
    if (!over) {
        const auto next = std::upper_bound(steps_.begin(), steps_.end(), progress.elapsed,
                                           [](Duration time, const VuStep& step) { return time < step.offset; });
        if (next != steps_.begin()) progress.planned_vus = std::prev(next)->vus;
    }
    // What arrivals were at the end stays in view.
    std::visit(
        [&]<class Executor>(const Executor& executor) {
            if constexpr (requires { executor.pre_allocated_vus; }) {
                progress.planned_vus = assigned_vus_.load(std::memory_order_relaxed);
                progress.rate = arrivals_per_second(executor, progress.elapsed) * iteration_stripe_.fraction();
            } else if constexpr (std::is_same_v<Executor, ExternallyControlledPlan>) {
                progress.planned_vus = assigned_vus_.load(std::memory_order_relaxed);
            }
        },
        executor_);
    if (state == State::ended) {
        progress.status = run_stopped || progress.fraction < 1 ? ScenarioStatus::interrupted : ScenarioStatus::done;
        return progress;
    }
    progress.active_vus = active_vus();
    progress.status = over ? ScenarioStatus::stopping : ScenarioStatus::running;
    return progress;
}

}  // namespace k6
