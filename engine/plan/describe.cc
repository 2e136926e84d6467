#include "engine/plan/describe.h"

#include <algorithm>
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

Description describe_executor(const ConstantVusPlan& plan) { return {looping(plan.vus, plan.duration), {}}; }

Description describe_executor(const RampingVusPlan& plan) {
    std::int64_t most = plan.start_vus;
    for (const Ramp& stage : plan.stages) most = std::max(most, stage.target);
    return {"Up to " + looping(most, total_duration(plan)) + " over " + std::to_string(plan.stages.size()) + " stages",
            {"gracefulRampDown: " + format_go_duration(plan.graceful_ramp_down)}};
}

Description describe_executor(const SharedIterationsPlan& plan) {
    return {std::to_string(plan.iterations) + " iterations shared among " + std::to_string(plan.vus) + " VUs",
            {"maxDuration: " + format_go_duration(plan.max_duration)}};
}

Description describe_executor(const PerVuIterationsPlan& plan) {
    return {std::to_string(plan.iterations) + " iterations for each of " + std::to_string(plan.vus) + " VUs",
            {"maxDuration: " + format_go_duration(plan.max_duration)}};
}

/// Half away from zero, like Go's Duration.Round.
Duration round_to_tenths(Duration duration) {
    constexpr std::int64_t tenth = 100'000'000;
    return Duration((duration.count() + tenth / 2) / tenth * tenth);
}

}  // namespace

std::string describe(const Scenario& scenario) {
    Description description =
        std::visit([](const auto& executor) { return describe_executor(executor); }, scenario.executor);
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
    return std::to_string(count) + (count == 1 ? " scenario, " : " scenarios, ") + std::to_string(max_vus(plan)) +
           " max VUs, " + format_go_duration(round_to_tenths(max_duration(plan))) +
           " max duration (incl. graceful stop)";
}

}  // namespace k6
