#include "engine/plan/schedule.h"

#include <algorithm>
#include <cstddef>
#include <deque>
#include <limits>
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

/// The raw steps without the closing 0.
std::vector<VuStep> ramp_steps(const RampingVusPlan& plan) {
    std::vector<VuStep> steps{{Duration(0), plan.start_vus}};
    const auto add = [&steps](Duration offset, std::int64_t vus) {
        if (steps.back().vus != vus) steps.push_back({offset, vus});
    };
    Duration end{};
    std::int64_t from = plan.start_vus;
    for (const Ramp& stage : plan.stages) {
        const std::int64_t to = stage.target;
        end += stage.duration;
        if (stage.duration == Duration(0)) {
            add(end, to);
        } else if (to > from) {
            for (std::int64_t vu = from + 1; vu <= to; ++vu) add(end - share(stage.duration, to - vu, to - from), vu);
        } else {
            for (std::int64_t vu = from; vu > to; --vu) {
                add(end - share(stage.duration, vu - 1 - to, from - to), vu - 1);
            }
        }
        from = to;
    }
    return steps;
}

}  // namespace

Duration total_duration(const RampingVusPlan& plan) {
    Duration total{};
    for (const Ramp& stage : plan.stages) total += stage.duration;
    return total;
}

std::vector<VuStep> raw_steps(const RampingVusPlan& plan) {
    std::vector<VuStep> steps = ramp_steps(plan);
    if (steps.back().vus != 0) steps.push_back({total_duration(plan), 0});
    return steps;
}

std::vector<VuStep> graceful_steps(const RampingVusPlan& plan, Duration graceful_stop) {
    const Duration end = total_duration(plan) + graceful_stop;
    std::vector<VuStep> raw;
    for (const VuStep& step : ramp_steps(plan)) {
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

Duration regular_duration(const ExecutorPlan& executor) {
    return std::visit(Overloaded{[](const ConstantVusPlan& plan) { return plan.duration; },
                                 [](const RampingVusPlan& plan) { return total_duration(plan); },
                                 [](const auto& plan) { return plan.max_duration; }},
                      executor);
}

std::vector<VuStep> reserved_vus(const Scenario& scenario) {
    return std::visit(
        Overloaded{[&scenario](const RampingVusPlan& plan) { return graceful_steps(plan, scenario.graceful_stop); },
                   [&scenario](const auto& plan) {
                       return std::vector<VuStep>{{Duration(0), plan.vus},
                                                  {regular_duration(scenario.executor) + scenario.graceful_stop, 0}};
                   }},
        scenario.executor);
}

std::vector<VuStep> reserved_vus(const Plan& plan) {
    struct Change {
        Duration offset;
        std::size_t scenario;
        std::int64_t vus;
    };
    std::vector<Change> changes;
    for (std::size_t i = 0; i < plan.scenarios.size(); ++i) {
        const Scenario& scenario = plan.scenarios[i];
        for (const VuStep& step : reserved_vus(scenario)) {
            changes.push_back({scenario.start_time + step.offset, i, step.vus});
        }
    }
    std::stable_sort(changes.begin(), changes.end(),
                     [](const Change& a, const Change& b) { return a.offset < b.offset; });

    std::vector<std::int64_t> current(plan.scenarios.size(), 0);
    std::int64_t sum = 0;
    std::vector<VuStep> steps;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const Change& change = changes[i];
        sum += change.vus - std::exchange(current[change.scenario], change.vus);
        const bool last_at_offset = i + 1 == changes.size() || changes[i + 1].offset != change.offset;
        if (last_at_offset && (steps.empty() || steps.back().vus != sum)) steps.push_back({change.offset, sum});
    }
    return steps;
}

std::int64_t max_vus(const Plan& plan) {
    std::int64_t most = 0;
    for (const VuStep& step : reserved_vus(plan)) most = std::max(most, step.vus);
    return most;
}

Duration max_duration(const Plan& plan) {
    Duration last{};
    for (const Scenario& scenario : plan.scenarios) {
        last = std::max(last, scenario.start_time + reserved_vus(scenario).back().offset);
    }
    return last;
}

}  // namespace k6
