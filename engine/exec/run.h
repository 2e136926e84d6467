// One run of a plan: makes the workers and their VUs, calls setup, runs the scenarios, calls teardown, and hands back
// what was measured and how it ended.
//
//   Run run({.plan = &plan, .runner = &runner, .registry = &registry, .submetrics = &submetrics,
//            .thresholds = &thresholds, .samples = fan_out.sink(), .logger = &logger, .clock = &clock});
//   // Another thread may call run.progress() and, on Ctrl+C, run.stop({ErrorClass::external_abort, "…"}).
//   RunResult result = run.execute();
//   return exit_code(result);
//
// `execute` once; the calling thread becomes worker 0. Everything else from any thread while the Run exists; what
// returns a Result waits for worker 0, so not from threads that worker 0 waits for. With a simulated clock there is one
// worker, and time runs as fast as the iterations allow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/duration.h"
#include "base/error.h"
#include "base/log.h"
#include "engine/exec/runner.h"
#include "engine/plan/plan.h"
#include "engine/runtime/clock.h"
#include "metrics/metric.h"
#include "metrics/sample.h"
#include "metrics/snapshot.h"
#include "metrics/submetric.h"
#include "metrics/threshold.h"

namespace k6 {

class Resolver;

/// All that is pointed to outlives the Run. What a runner keeps per worker must not refer to the worker after `execute`
/// has returned; VuBody objects are destroyed before that, on their fibers.
struct RunConfig {
    static constexpr Duration tick_period = std::chrono::seconds(1);

    const Plan* plan = nullptr;
    Runner* runner = nullptr;
    const metrics::Registry* registry = nullptr;
    const metrics::SubmetricSet* submetrics = nullptr;
    /// Null: no thresholds.
    metrics::ThresholdSet* thresholds = nullptr;
    /// Null: nobody wants samples.
    metrics::SampleSink* samples = nullptr;
    Logger* logger = nullptr;
    Clock* clock = nullptr;
    /// Null: VUs cannot resolve names.
    Resolver* resolver = nullptr;
    /// Threads; 0: as many as there are processors. A simulated clock has one.
    unsigned workers = 0;
    /// Address space of a VU's stack.
    std::size_t stack_size = std::size_t{1} << 20;
    /// Called every tick_period of the test, on the thread that executes the run, with what was measured until then
    /// (without breakdowns) and RunProgress::elapsed. Empty: nobody wants that.
    std::function<void(const metrics::RunSnapshot&, Duration elapsed)> on_tick = {};
    /// measure, call_setup and call_teardown answer after `execute` has returned, too.
    bool answers_after_end = false;
};

/// Where a run stands. Phases only move forward, but may be left out:
///
///   created → init_vus → [paused →] [setup →] running → [teardown →] ended
enum class RunPhase { created, init_vus, paused, setup, running, teardown, ended };

/// Where a scenario stands:
///
///   waiting → running → [stopping →] done | interrupted
///
/// `stopping`: the regular time is over, iterations may still finish. `interrupted`: it ended short of its goal.
enum class ScenarioStatus { waiting, running, stopping, done, interrupted };

struct ScenarioProgress {
    const Scenario* scenario = nullptr;
    /// With the counts of this instance.
    const ExecutorPlan* executor = nullptr;
    ScenarioStatus status = ScenarioStatus::waiting;
    /// VUs that work for it now, and that its schedule wants now; at arrival rates: that run an iteration, and that are
    /// kept for it.
    std::int64_t active_vus = 0;
    std::int64_t planned_vus = 0;
    /// Of arrival-rate scenarios: iterations a second that are due now.
    double rate = 0;
    /// Most VUs that its schedule ever wants.
    std::int64_t max_vus = 0;
    std::uint64_t complete_iterations = 0;
    std::uint64_t interrupted_iterations = 0;
    /// Of executors with a fixed number of iterations: that number over all VUs; else 0.
    std::uint64_t total_iterations = 0;
    /// Since its start, at most `total`; until its start while waiting.
    Duration elapsed{};
    Duration starts_in{};
    /// The regular time.
    Duration total{};
    /// 0 to 1: of the iterations where they are fixed, else of the time.
    double fraction = 0;
};

struct RunProgress {
    RunPhase phase = RunPhase::created;
    /// Waiting to be resumed, before its start or in the middle of it.
    bool paused = false;
    /// Some threshold failed when they were last looked at.
    bool tainted = false;
    /// Asked to end before its time.
    bool stopped = false;
    /// Of the test, since just before setup, without pauses.
    Duration elapsed{};
    std::int64_t active_vus = 0;
    std::int64_t initialized_vus = 0;
    std::int64_t planned_vus = 0;
    std::uint64_t complete_iterations = 0;
    std::uint64_t interrupted_iterations = 0;
    /// In the plan's order.
    std::vector<ScenarioProgress> scenarios;
};

/// What was measured until some moment of the run.
struct RunMeasurement {
    metrics::RunSnapshot metrics;
    /// As RunProgress::elapsed.
    Duration elapsed{};
    /// As they were judged last; nothing if there are none.
    std::optional<metrics::ThresholdSet> thresholds;
};

/// Numbers of the whole test, as in the options of the scenario.
struct ExternalUpdate {
    std::optional<std::int64_t> vus = {};
    /// Not below what the scenario began with.
    std::optional<std::int64_t> max_vus = {};
};

struct RunResult {
    /// Why the run failed: the first of what ended it, else what marked it as failed, else crossed thresholds.
    std::optional<Error> error;
    /// Everything measured, over all workers.
    metrics::RunSnapshot metrics;
    /// From just before setup to the end.
    Duration duration{};
    /// The last evaluation.
    metrics::ThresholdSet::Verdict thresholds;
    std::uint64_t complete_iterations = 0;
    std::uint64_t interrupted_iterations = 0;
    /// Of the complete ones: those whose code threw.
    std::uint64_t thrown_iterations = 0;
    /// False if the run did not get as far as setup, or was aborted at once: then there is nothing to summarise.
    bool worth_a_summary = false;
};

/// 0, or the number of the error's class.
int exit_code(const RunResult& result);

class Run final : public RunControl {
public:
    explicit Run(const RunConfig& config);
    ~Run() override;
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    RunResult execute();

    /// Interrupts all iterations, and setup; teardown still follows if setup has ended well. The first reason is kept.
    void stop(StopReason reason) override;
    void mark_failed(std::string message) override;
    /// As stop, but interrupts teardown, too, or leaves it out.
    void abort_now(StopReason reason);
    /// Before the start: the run waits before setup until it is resumed. Later only if all scenarios are externally
    /// controlled: running iterations finish and no further ones begin, and the test's clock stands still. Errors are
    /// ErrorClass::generic and change nothing.
    Result<void> pause();
    Result<void> resume();

    /// Changes the VUs of the externally-controlled scenario; what is not given stays. Errors: ErrorClass::generic if
    /// there is no such scenario, invalid_config for numbers that it cannot have.
    Result<void> update_external(const ExternalUpdate& update);

    /// Runs the front end's setup() or teardown() now, once more or instead of the run itself (options noSetup and
    /// noTeardown). Their errors are not the run's.
    Result<void> call_setup();
    Result<void> call_teardown();

    Result<RunMeasurement> measure();

    RunProgress progress() const;
    RunFacts facts() const override;
    ScenarioFacts facts(const Scenario& scenario) const override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace k6
