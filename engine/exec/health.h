// Can the numbers of a run be trusted? What the engine measures of itself, and the verdict on it.
//
// While scenarios run, each worker looks ten times a second how late its timers are and, once a second, how much of a
// core it has used. Together with how late arrival-rate iterations started and what outputs had to drop this tells
// whether the generator, not the target, was the limit.
//
//   HealthProbe probe(worker, recorder, run_tags);     // its worker's thread
//   probe.start();  …  probe.stop();
//   GeneratorHealth health = judge(snapshot, submetrics, lost_samples);
//   for (const std::string& finding : health.findings) …   // "start lateness p99 38 ms: the load generator was …"
//
// judge(): any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/duration.h"
#include "engine/plan/plan.h"
#include "engine/runtime/timing_wheel.h"
#include "engine/runtime/worker.h"
#include "metrics/metric.h"
#include "metrics/recorder.h"
#include "metrics/snapshot.h"
#include "metrics/submetric.h"

namespace k6 {

class HealthProbe {
public:
    static constexpr Duration period = std::chrono::milliseconds(100);
    static constexpr Duration cpu_period = std::chrono::seconds(1);

    HealthProbe(Worker& worker, metrics::Recorder& recorder, metrics::TagSetId tags);

    void start();
    void stop();

private:
    void look();

    Worker& worker_;
    metrics::Recorder& recorder_;
    metrics::TagSetId tags_;
    TimingWheel::Timer timer_;
    TimePoint due_{};
    TimePoint cpu_since_{};
    Duration cpu_before_{};
};

/// When findings are made. Lateness and lag are 99th percentiles, the use of a core a median.
struct HealthLimits {
    double start_lateness_ms = 10;
    double loop_lag_ms = 20;
    double cpu = 0.95;
};

/// Samples that an output was given and that did not reach its backend.
struct LostSamples {
    /// What `--out` calls it.
    std::string output;
    std::uint64_t count = 0;
};

struct GeneratorHealth {
    struct Lateness {
        /// Empty: over all of them.
        std::string scenario;
        std::uint64_t starts = 0;
        double p99_ms = 0;
        double max_ms = 0;
    };
    /// Of arrival-rate scenarios: over all, then by scenario where that is known.
    std::vector<Lateness> start_lateness;
    double loop_lag_p99_ms = 0;
    /// Median part of a core that a worker used, 0 to 1.
    double cpu = 0;
    /// Of all outputs.
    std::uint64_t dropped_samples = 0;
    /// Why the generator was the limit, in plain words; empty: it was not.
    std::vector<std::string> findings;
};

/// Before the run: lets judge() tell the scenarios apart where several have arrival rates.
void watch_start_lateness(const Plan& plan, const metrics::Registry& registry, metrics::SubmetricSet& submetrics);

GeneratorHealth judge(const metrics::RunSnapshot& snapshot, const metrics::SubmetricSet& submetrics,
                      std::span<const LostSamples> lost_samples = {}, const HealthLimits& limits = {});

}  // namespace k6
