#include "engine/exec/vu_periods.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

#include "engine/plan/schedule.h"

namespace k6 {
namespace {

/// For each handle, by number, the intervals in which the count exceeds it. `steps` end with 0.
std::vector<std::vector<Interval>> intervals_by_handle(const std::vector<VuStep>& steps) {
    std::vector<std::vector<Interval>> handles;
    std::size_t current = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        // Of several steps at one time the last holds.
        if (i + 1 < steps.size() && steps[i + 1].offset == steps[i].offset) continue;
        const auto wanted = static_cast<std::size_t>(steps[i].vus);
        if (wanted > handles.size()) handles.resize(wanted);
        for (; current < wanted; ++current) handles[current].push_back({steps[i].offset, Duration::max()});
        while (current > wanted) handles[--current].back().end = steps[i].offset;
    }
    return handles;
}

}  // namespace

std::vector<VuPeriod> vu_periods(const Scenario& scenario, const Stripe& stripe) {
    std::vector<VuPeriod> periods;
    if (std::holds_alternative<ExternallyControlledPlan>(scenario.executor)) return periods;
    if (const auto* ramp = std::get_if<RampingVusPlan>(&scenario.executor)) {
        const auto active = intervals_by_handle(raw_steps(*ramp, stripe));
        const auto reserved = intervals_by_handle(graceful_steps(*ramp, scenario.graceful_stop, stripe));
        for (std::size_t handle = 0; handle < active.size(); ++handle) {
            auto next = active[handle].begin();
            for (const Interval& period : reserved[handle]) {
                VuPeriod made{static_cast<std::int64_t>(handle), period, {}};
                for (; next != active[handle].end() && next->begin < period.end; ++next) made.active.push_back(*next);
                if (!made.active.empty()) periods.push_back(std::move(made));
            }
        }
        std::stable_sort(periods.begin(), periods.end(), [](const VuPeriod& a, const VuPeriod& b) {
            return std::pair(a.reserved.begin, a.handle) < std::pair(b.reserved.begin, b.handle);
        });
    } else {
        const Duration regular = regular_duration(scenario.executor);
        const Interval reserved{Duration(0), regular + scenario.graceful_stop};
        const std::int64_t vus = reserved_vus(scenario, stripe).front().vus;
        for (std::int64_t handle = 0; handle < vus; ++handle) {
            periods.push_back({handle, reserved, {{Duration(0), regular}}});
        }
    }
    return periods;
}

}  // namespace k6
