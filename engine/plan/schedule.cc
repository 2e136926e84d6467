#include "engine/plan/schedule.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <limits>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/int128.h"

namespace k6 {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // Clang 14 does not deduce aggregates

/// trunc(duration * part / whole), exact.
Duration share(Duration duration, std::int64_t part, std::int64_t whole) {
    return Duration(static_cast<std::int64_t>(Int128{duration.count()} * part / whole));
}

/// The raw steps without the closing 0. VUs are numbered over the whole test: an instance's count changes when one of
/// its own starts or stops.
std::vector<VuStep> ramp_steps(const RampingVusPlan& plan, const Stripe& stripe) {
    std::vector<VuStep> steps{{Duration(0), stripe.scale(plan.start_vus)}};
    const auto add = [&steps](Duration offset, std::int64_t vus) {
        if (steps.back().vus != vus) steps.push_back({offset, vus});
    };
    Duration end{};
    std::int64_t from = plan.start_vus;
    for (const Ramp& stage : plan.stages) {
        const std::int64_t to = stage.target;
        end += stage.duration;
        if (stage.duration == Duration(0)) {
            add(end, stripe.scale(to));
        } else if (to > from) {
            for (std::int64_t own = stripe.scale(from); own < stripe.scale(to); ++own) {
                add(end - share(stage.duration, to - 1 - stripe.member(own), to - from), own + 1);
            }
        } else {
            for (std::int64_t own = stripe.scale(from) - 1; own >= stripe.scale(to); --own) {
                add(end - share(stage.duration, stripe.member(own) - to, from - to), own);
            }
        }
        from = to;
    }
    return steps;
}

}  // namespace

Duration total_duration(const std::vector<Ramp>& stages) {
    Duration total{};
    for (const Ramp& stage : stages) total += stage.duration;
    return total;
}

std::vector<VuStep> raw_steps(const RampingVusPlan& plan, const Stripe& stripe) {
    std::vector<VuStep> steps = ramp_steps(plan, stripe);
    if (steps.back().vus != 0) steps.push_back({total_duration(plan.stages), 0});
    return steps;
}

std::vector<VuStep> graceful_steps(const RampingVusPlan& plan, Duration graceful_stop, const Stripe& stripe) {
    const Duration end = total_duration(plan.stages) + graceful_stop;
    std::vector<VuStep> raw;
    for (const VuStep& step : ramp_steps(plan, stripe)) {
        // Of several steps at one time only the last is ever seen.
        if (!raw.empty() && raw.back().offset == step.offset) raw.pop_back();
        raw.push_back(step);
    }

    // A VU that stops at s stays reserved until s + grace, so what is reserved at t is the greatest count within
    // [t - grace, t]: a sliding maximum. `candidates` are the counts that are or may still become that maximum,
    // falling, with the times at which they leave the window.
    struct Candidate {
        std::int64_t vus;
        Duration leaves;
    };
    std::deque<Candidate> candidates;
    std::vector<VuStep> steps;
    const auto emit = [&steps](Duration offset, std::int64_t vus) {
        if (!steps.empty() && steps.back().offset == offset) steps.pop_back();
        if (steps.empty() || steps.back().vus != vus) steps.push_back({offset, vus});
    };
    const auto leave_until = [&](Duration time) {
        while (candidates.size() > 1 && candidates.front().leaves <= time && candidates.front().leaves < end) {
            const Duration left = candidates.front().leaves;
            candidates.pop_front();
            emit(left, candidates.front().vus);
        }
    };
    for (std::size_t i = 0; i < raw.size(); ++i) {
        leave_until(raw[i].offset);
        const Duration stops = i + 1 < raw.size() ? raw[i + 1].offset : end;
        while (!candidates.empty() && candidates.back().vus <= raw[i].vus) candidates.pop_back();
        candidates.push_back({raw[i].vus, stops + plan.graceful_ramp_down});
        emit(raw[i].offset, candidates.front().vus);
    }
    leave_until(end);
    if (steps.back().vus != 0) emit(end, 0);
    return steps;
}

ExecutorPlan share_of(const ExecutorPlan& executor, const Stripe& stripe) {
    ExecutorPlan share = executor;
    std::visit(
        [&]<class Executor>(Executor& own) {
            if constexpr (std::is_same_v<Executor, SharedIterationsPlan>) {
                own.iterations = iteration_stripe(executor, stripe).scale(own.iterations);
            }
            if constexpr (requires { own.vus; }) own.vus = stripe.scale(own.vus);
            if constexpr (requires { own.start_vus; }) own.start_vus = stripe.scale(own.start_vus);
            if constexpr (requires { own.pre_allocated_vus; }) {
                own.pre_allocated_vus = stripe.scale(own.pre_allocated_vus);
            }
            if constexpr (requires { own.max_vus; }) own.max_vus = stripe.scale(own.max_vus);
        },
        share);
    return share;
}

Stripe iteration_stripe(const ExecutorPlan& executor, const Stripe& stripe) {
    return std::visit(Overloaded{[&](const SharedIterationsPlan& plan) { return stripe.resegmented(plan.vus); },
                                 [&](const ConstantArrivalRatePlan& plan) { return stripe.resegmented(plan.max_vus); },
                                 [&](const RampingArrivalRatePlan& plan) { return stripe.resegmented(plan.max_vus); },
                                 [&](const auto&) { return stripe; }},
                      executor);
}

bool without_work(const ExecutorPlan& executor, const Stripe& stripe) {
    return std::visit(
        [&stripe](const auto& plan) {
            if constexpr (requires { plan.max_vus; }) {
                return stripe.scale(plan.max_vus) == 0;
            } else if constexpr (requires { plan.stages; }) {
                std::int64_t most = plan.start_vus;
                for (const Ramp& stage : plan.stages) most = std::max(most, stage.target);
                return stripe.scale(most) == 0;
            } else {
                return stripe.scale(plan.vus) == 0;
            }
        },
        executor);
}

Duration regular_duration(const ExecutorPlan& executor) {
    return std::visit(
        []<class Executor>(const Executor& plan) {
            if constexpr (std::is_same_v<Executor, ExternallyControlledPlan>) {
                return plan.duration == Duration(0) ? Duration::max() : plan.duration;
            } else if constexpr (requires { plan.stages; }) {
                return total_duration(plan.stages);
            } else if constexpr (requires { plan.duration; }) {
                return plan.duration;
            } else {
                return plan.max_duration;
            }
        },
        executor);
}

std::vector<VuStep> reserved_vus(const Scenario& scenario, const Stripe& stripe) {
    const ExecutorPlan share = share_of(scenario.executor, stripe);
    const auto until_end = [&scenario](std::int64_t vus, std::int64_t unplanned) {
        std::vector<VuStep> steps{{Duration(0), vus, unplanned}};
        const Duration regular = regular_duration(scenario.executor);
        if (regular != Duration::max()) steps.push_back({regular + scenario.graceful_stop, 0});
        return steps;
    };
    return std::visit(
        [&]<class Executor>(const Executor& plan) {
            if constexpr (std::is_same_v<Executor, RampingVusPlan>) {
                return graceful_steps(std::get<RampingVusPlan>(scenario.executor), scenario.graceful_stop, stripe);
            } else if constexpr (requires { plan.pre_allocated_vus; }) {
                return until_end(plan.pre_allocated_vus, plan.max_vus - plan.pre_allocated_vus);
            } else if constexpr (std::is_same_v<Executor, ExternallyControlledPlan>) {
                return until_end(plan.max_vus, 0);
            } else {
                return until_end(plan.vus, 0);
            }
        },
        share);
}

std::vector<VuStep> reserved_vus(const Plan& plan) {
    struct Change {
        Duration offset;
        std::size_t scenario;
        VuStep step;
    };
    std::vector<Change> changes;
    for (std::size_t i = 0; i < plan.scenarios.size(); ++i) {
        const Scenario& scenario = plan.scenarios[i];
        if (without_work(scenario.executor, plan.stripe)) continue;
        for (const VuStep& step : reserved_vus(scenario, plan.stripe)) {
            changes.push_back({scenario.start_time + step.offset, i, step});
        }
    }
    std::stable_sort(changes.begin(), changes.end(),
                     [](const Change& a, const Change& b) { return a.offset < b.offset; });

    std::vector<VuStep> current(plan.scenarios.size(), VuStep{Duration(0), 0});
    VuStep sum{Duration(0), 0};
    std::vector<VuStep> steps;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const Change& change = changes[i];
        const VuStep before = std::exchange(current[change.scenario], change.step);
        sum = {change.offset, sum.vus + change.step.vus - before.vus,
               sum.unplanned + change.step.unplanned - before.unplanned};
        if (i + 1 < changes.size() && changes[i + 1].offset == change.offset) continue;
        const bool same = !steps.empty() && steps.back().vus == sum.vus && steps.back().unplanned == sum.unplanned;
        if (!same) steps.push_back(sum);
    }
    return steps;
}

std::int64_t max_vus(const Plan& plan) {
    std::int64_t most = 0;
    for (const VuStep& step : reserved_vus(plan)) most = std::max(most, step.vus);
    return most;
}

std::int64_t max_possible_vus(const Plan& plan) {
    std::int64_t most = 0;
    for (const VuStep& step : reserved_vus(plan)) most = std::max(most, step.vus + step.unplanned);
    return most;
}

Duration max_duration(const Plan& plan) {
    Duration last{};
    for (const Scenario& scenario : plan.scenarios) {
        if (without_work(scenario.executor, plan.stripe)) continue;
        last = std::max(last, scenario.start_time + reserved_vus(scenario, plan.stripe).back().offset);
    }
    return last;
}

}  // namespace k6
