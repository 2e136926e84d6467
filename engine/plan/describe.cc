#include "engine/plan/describe.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <type_traits>
#include <variant>
#include <vector>

#include "engine/plan/schedule.h"

namespace k6 {
namespace {

struct Description {
    std::string text;
    std::vector<std::string> facts;
};

std::string looping(std::int64_t vus, Duration duration) {
    return std::to_string(vus) + " looping VUs for " + format_go_duration(duration);
}

Description describe_executor(const ConstantVusPlan& plan, const Stripe&) {
    return {looping(plan.vus, plan.duration), {}};
}

Description describe_executor(const RampingVusPlan& plan, const Stripe& stripe) {
    std::int64_t most = plan.start_vus;
    for (const Ramp& stage : plan.stages) most = std::max(most, stage.target);
    return {"Up to " + looping(stripe.scale(most), total_duration(plan.stages)) + " over " +
                std::to_string(plan.stages.size()) + " stages",
            {"gracefulRampDown: " + format_go_duration(plan.graceful_ramp_down)}};
}

Description describe_executor(const SharedIterationsPlan& plan, const Stripe&) {
    return {std::to_string(plan.iterations) + " iterations shared among " + std::to_string(plan.vus) + " VUs",
            {"maxDuration: " + format_go_duration(plan.max_duration)}};
}

Description describe_executor(const PerVuIterationsPlan& plan, const Stripe&) {
    return {std::to_string(plan.iterations) + " iterations for each of " + std::to_string(plan.vus) + " VUs",
            {"maxDuration: " + format_go_duration(plan.max_duration)}};
}

std::string rate_text(std::int64_t rate, Duration time_unit, const Stripe& iterations) {
    std::array<char, 64> text{};
    const double per_second = 1000 * static_cast<double>(rate) / to_milliseconds(time_unit) * iterations.fraction();
    std::snprintf(text.data(), text.size(), "%.2f iterations/s", per_second);
    return text.data();
}

std::string max_vus_fact(std::int64_t pre_allocated, std::int64_t most) {
    std::string fact = "maxVUs: " + std::to_string(pre_allocated);
    if (most != pre_allocated) fact += "-" + std::to_string(most);
    return fact;
}

Description describe_executor(const ConstantArrivalRatePlan& plan, const Stripe& stripe) {
    return {rate_text(plan.rate, plan.time_unit, stripe) + " for " + format_go_duration(plan.duration),
            {max_vus_fact(plan.pre_allocated_vus, plan.max_vus)}};
}

Description describe_executor(const RampingArrivalRatePlan& plan, const Stripe& stripe) {
    std::int64_t most = plan.start_rate;
    for (const Ramp& stage : plan.stages) most = std::max(most, stage.target);
    return {"Up to " + rate_text(most, plan.time_unit, stripe) + " for " +
                format_go_duration(total_duration(plan.stages)) + " over " + std::to_string(plan.stages.size()) +
                " stages",
            {max_vus_fact(plan.pre_allocated_vus, plan.max_vus)}};
}

Description describe_executor(const ExternallyControlledPlan& plan, const Stripe&) {
    const std::string duration =
        plan.duration == Duration(0) ? "infinite duration" : format_go_duration(plan.duration) + " duration";
    return {"Externally controlled execution with " + std::to_string(plan.vus) + " VUs, " +
                std::to_string(plan.max_vus) + " max VUs, " + duration,
            {}};
}

/// Half away from zero, like Go's Duration.Round.
Duration round_to_tenths(Duration duration) {
    constexpr std::int64_t tenth = 100'000'000;
    return Duration((duration.count() + tenth / 2) / tenth * tenth);
}

}  // namespace

std::string describe(const Scenario& scenario, const Stripe& stripe) {
    const Stripe iterations = iteration_stripe(scenario.executor, stripe);
    Description description = std::visit(
        [&]<class Executor>(const Executor& executor) {
            constexpr bool ramps_vus = std::is_same_v<Executor, RampingVusPlan>;
            return describe_executor(ramps_vus ? std::get<Executor>(scenario.executor) : executor,
                                     ramps_vus ? stripe : iterations);
        },
        share_of(scenario.executor, stripe));
    if (scenario.exec_given) description.facts.push_back("exec: " + scenario.exec);
    if (scenario.start_time > Duration(0)) {
        description.facts.push_back("startTime: " + format_go_duration(scenario.start_time));
    }
    if (scenario.graceful_stop > Duration(0)) {
        description.facts.push_back("gracefulStop: " + format_go_duration(scenario.graceful_stop));
    }
    std::string text = std::move(description.text);
    const char* separator = " (";
    for (const std::string& fact : description.facts) {
        text += separator + fact;
        separator = ", ";
    }
    return description.facts.empty() ? text : text + ")";
}

std::string describe(const Plan& plan) {
    const std::size_t count = plan.scenarios.size();
    return std::to_string(count) + (count == 1 ? " scenario, " : " scenarios, ") +
           std::to_string(max_possible_vus(plan)) + " max VUs, " +
           format_go_duration(round_to_tenths(max_duration(plan))) + " max duration (incl. graceful stop)";
}

}  // namespace k6
