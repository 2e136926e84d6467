#include "engine/exec/health.h"

#include <time.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>
#include <variant>

namespace k6 {
namespace {

using metrics::Builtin;

/// CPU time of the calling thread.
Duration thread_cpu_time() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::string milliseconds(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), value < 10 ? "%.1f ms" : "%.0f ms", value);
    return text.data();
}

GeneratorHealth::Lateness lateness_of(std::string scenario, const metrics::Sink& sink) {
    const metrics::TrendSink& trend = sink.trend();
    return {std::move(scenario), trend.count(), trend.quantile(0.99), trend.max()};
}

}  // namespace

HealthProbe::HealthProbe(Worker& worker, metrics::Recorder& recorder, metrics::TagSetId tags)
    : worker_(worker),
      recorder_(recorder),
      tags_(tags),
      timer_([](void* self) { static_cast<HealthProbe*>(self)->look(); }, this) {}

void HealthProbe::start() {
    // Simulated time is never late, and would have to stop ten times a second for nothing.
    if (worker_.clock().simulated()) return;
    cpu_since_ = worker_.now();
    cpu_before_ = thread_cpu_time();
    due_ = cpu_since_ + period;
    worker_.wheel().arm(timer_, due_, TimingWheel::Precision::exact);
}

void HealthProbe::stop() { timer_.cancel(); }

void HealthProbe::look() {
    const TimePoint now = worker_.now();
    const metrics::WallTime time = worker_.clock().wall_time(now);
    recorder_.add(Builtin::generator_loop_lag, tags_, to_milliseconds(now - due_), time);
    if (now - cpu_since_ >= cpu_period) {
        const Duration cpu = thread_cpu_time();
        recorder_.add(
            Builtin::generator_cpu, tags_,
            static_cast<double>((cpu - cpu_before_).count()) / static_cast<double>((now - cpu_since_).count()), time);
        cpu_before_ = cpu;
        cpu_since_ = now;
    }
    due_ = now + period;
    worker_.wheel().arm(timer_, due_, TimingWheel::Precision::exact);
}

void watch_start_lateness(const Plan& plan, const metrics::Registry& registry, metrics::SubmetricSet& submetrics) {
    std::vector<std::string> scenarios;
    for (const Scenario& scenario : plan.scenarios) {
        std::visit(
            [&](const auto& executor) {
                if constexpr (requires { executor.pre_allocated_vus; }) scenarios.push_back(scenario.name);
            },
            scenario.executor);
    }
    if (scenarios.size() < 2 || !plan.system_tags.has(metrics::SystemTag::scenario)) return;
    for (const std::string& name : scenarios) {
        submetrics.add(registry.at(Builtin::generator_start_lateness),
                       metrics::Selector{"scenario:" + name, {{"scenario", name}}});
    }
}

GeneratorHealth judge(const metrics::RunSnapshot& snapshot, const metrics::SubmetricSet& submetrics,
                      std::span<const LostSamples> lost_samples, const HealthLimits& limits) {
    GeneratorHealth health;
    if (const metrics::Sink* all = snapshot.total(Builtin::generator_start_lateness)) {
        health.start_lateness.push_back(lateness_of("", *all));
    }
    for (const metrics::Submetric* part : submetrics.of(metrics::MetricId(Builtin::generator_start_lateness))) {
        const auto& tags = part->selector.tags;
        const metrics::Sink* sink = snapshot.submetric(part->id);
        if (sink == nullptr || tags.size() != 1 || tags.front().first != "scenario") continue;
        health.start_lateness.push_back(lateness_of(tags.front().second, *sink));
    }
    if (const metrics::Sink* lag = snapshot.total(Builtin::generator_loop_lag)) {
        health.loop_lag_p99_ms = lag->trend().quantile(0.99);
    }
    if (const metrics::Sink* cpu = snapshot.total(Builtin::generator_cpu)) health.cpu = cpu->trend().quantile(0.5);

    const bool by_scenario = health.start_lateness.size() > 1;
    for (std::size_t i = by_scenario ? 1 : 0; i < health.start_lateness.size(); ++i) {
        const GeneratorHealth::Lateness& late = health.start_lateness[i];
        if (late.p99_ms <= limits.start_lateness_ms) continue;
        health.findings.push_back("start lateness p99 " + milliseconds(late.p99_ms) +
                                  (late.scenario.empty() ? "" : " in scenario " + late.scenario) +
                                  ": the load generator was saturated");
    }
    if (health.loop_lag_p99_ms > limits.loop_lag_ms) {
        health.findings.push_back("timers p99 " + milliseconds(health.loop_lag_p99_ms) +
                                  " late: response times include waits in the load generator");
    }
    if (health.cpu >= limits.cpu) {
        health.findings.push_back("workers used " + std::to_string(std::lround(health.cpu * 100)) +
                                  "% of their cores: the load generator may have been the limit");
    }
    std::string by_output;
    for (const LostSamples& lost : lost_samples) {
        if (lost.count == 0) continue;
        health.dropped_samples += lost.count;
        by_output += (by_output.empty() ? "" : ", ") + lost.output + " " + std::to_string(lost.count);
    }
    if (health.dropped_samples > 0) {
        health.findings.push_back(
            "outputs did not keep up, or their backends failed: " + std::to_string(health.dropped_samples) +
            " samples are lost to them (" + by_output + "); the summary has all of them");
    }
    return health;
}

}  // namespace k6
