// The inside of a Run: what run.cc (its life from the first VU to the last sample) and run_scenarios.cc (who works
// when) share.
//
// The coordinator is plain sequential code on a fiber of worker 0; each scenario has such a fiber, too, its conductor.
// Other workers are told things by posts, and tell worker 0 by posts.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_set>
#include <vector>

#include "engine/exec/arrivals.h"
#include "engine/exec/fiber_event.h"
#include "engine/exec/health.h"
#include "engine/exec/pooled_vu.h"
#include "engine/exec/run.h"
#include "engine/exec/scenario_run.h"
#include "engine/exec/vu_pool.h"
#include "engine/runtime/worker.h"
#include "metrics/recorder.h"

namespace k6 {

struct WorkerSide {
    WorkerSide(const Worker::Config& worker_config, const RunConfig& config)
        : worker(worker_config), recorder(*config.registry, *config.submetrics, config.samples) {
        for (const auto& [key, value] : config.plan->tags) run_tags = recorder.tags().with(run_tags, key, value);
        probe.emplace(worker, recorder, run_tags);
    }

    Worker worker;
    metrics::Recorder recorder;
    metrics::TagSetId run_tags = metrics::no_tags;
    std::vector<PooledVu*> vus;
    std::optional<HealthProbe> probe;
};

/// setup() or teardown(), as a run calls them.
struct LifecycleFunction {
    const char* name;  // "setup"
    ErrorClass timeout_class;
    Duration timeout;
    Result<void> (Runner::*call)(VuBody&);
    const std::atomic<bool>* stopped;
};

class Run::Impl final : public VuOwner {
public:
    Impl(const RunConfig& config, RunControl& control);

    RunResult execute();
    void stop(StopReason reason);
    void abort_now(StopReason reason);
    void mark_failed(std::string message);
    Result<void> pause();
    Result<void> resume();
    Result<void> update_external(const ExternalUpdate& update);
    Result<RunMeasurement> measure();
    Result<void> call_setup();
    Result<void> call_teardown();
    RunProgress progress() const;
    RunFacts facts() const;
    ScenarioFacts facts(const Scenario& scenario) const;

    void initialized(PooledVu& vu, std::optional<Error> error) override;
    void added(PooledVu& vu, bool idle);
    void returned(PooledVu& vu, ScenarioRun& scenario) override;
    void gone(PooledVu& vu) override;
    bool initialization_called_off() const override { return no_more_vus_.load(std::memory_order_relaxed); }
    bool stopped_by(const Fiber* fiber) const override { return stop_caller_.load(std::memory_order_relaxed) == fiber; }

private:
    /// A fiber of worker 0 that repeats something until the run no longer wants it.
    struct Repeater {
        Fiber* fiber = nullptr;
        FiberEvent ended;
    };
    struct Conductor {
        Conductor(ScenarioRun& scenario, std::size_t workers) : run(&scenario), sent(workers) {}
        ScenarioRun* run;
        Fiber* fiber = nullptr;
        std::int64_t outstanding = 0;
        /// Per worker, how many VUs have been given work.
        std::vector<std::size_t> sent;
        /// VUs that are being made for it.
        std::unordered_set<const PooledVu*> adding;
        FiberEvent changed;
        /// Of externally-controlled scenarios: what is wanted now, and who works.
        ExternalUpdate external;
        std::vector<PooledVu*> external_vus;
        /// Of arrival-rate scenarios.
        std::unique_ptr<Arrivals> arrivals;
        std::size_t lanes_ready = 0;
        std::size_t lanes_open = 0;
    };

    Worker& worker() { return sides_.front()->worker; }
    TimePoint now() const { return config_.clock->now(); }

    void coordinate();
    bool initialize_vus();
    void wait_while_paused();
    LifecycleFunction setup_function(const std::atomic<bool>& stopped) const;
    LifecycleFunction teardown_function(const std::atomic<bool>& stopped) const;
    Result<void> call(const LifecycleFunction& function);
    bool succeeds(Result<void> result);
    void run_scenarios();
    void conduct(Conductor& conductor);
    void assign_vus(Conductor& conductor);
    void assign(Conductor& conductor, PooledVu& vu, const VuPeriod& period);
    void prepare_arrivals(Conductor& conductor);
    void conduct_arrivals(Conductor& conductor);
    void add_vu(Conductor& conductor);
    void conduct_external(Conductor& conductor);
    PooledVu* take_vu(Conductor& conductor);
    void make_vus_for(Conductor& conductor, std::int64_t count);
    void spawn_added(Conductor& conductor, PooledVu& vu);
    enum class AfterEnd { refuse, answer };
    Result<void> call_on_worker_0(AfterEnd after, const std::function<Result<void>()>& action);
    /// The time without pauses.
    TimePoint test_now() const;
    PooledVu& make_vu();
    void dismiss_vus();
    void finish();

    void start_repeating(Repeater& repeater, Duration period, std::function<void()> action);
    void stop_repeating(Repeater& repeater);
    void record_gauges();
    void check_thresholds();
    void flush_samples();
    metrics::RunSnapshot snapshot(metrics::Recorder::Extent extent = metrics::Recorder::Extent::everything);
    void on_every_worker(const std::function<void(WorkerSide&)>& action);

    void fail(Error error);
    void end_early();
    void interrupt_vus();
    bool stopped() const { return stopped_.load(std::memory_order_relaxed); }
    bool aborted() const { return aborted_.load(std::memory_order_relaxed); }
    void enter(RunPhase phase) { phase_.store(phase, std::memory_order_relaxed); }

    RunConfig config_;
    RunControl& control_;
    std::vector<std::unique_ptr<WorkerSide>> sides_;
    std::vector<std::unique_ptr<ScenarioRun>> scenarios_;
    std::vector<std::unique_ptr<PooledVu>> vus_;
    std::int64_t planned_vus_;
    std::int64_t possible_vus_;

    // Any thread.
    std::atomic<RunPhase> phase_{RunPhase::created};
    std::atomic<std::int64_t> initialized_vus_{0};
    std::atomic<Duration::rep> begin_{0};  // of the test, just before setup
    std::atomic<bool> begun_{false};
    std::atomic<Duration::rep> scenarios_begin_{0};
    std::atomic<bool> scenarios_begun_{false};
    std::atomic<Duration::rep> end_{0};
    std::atomic<bool> no_more_vus_{false};
    std::atomic<bool> stopped_{false};
    std::atomic<bool> aborted_{false};
    std::atomic<const Fiber*> stop_caller_{nullptr};
    std::atomic<bool> paused_{false};
    std::atomic<bool> tainted_{false};
    /// Pauses of the scenarios: when the one that lasts began, and the length of those before it.
    std::atomic<Duration::rep> paused_since_{0};
    std::atomic<Duration::rep> paused_before_{0};
    std::mutex calls_mutex_;
    /// Worker 0 takes no more calls; and nobody runs it any more.
    bool calls_closed_ = false;
    bool over_ = false;
    std::condition_variable over_changed_;
    metrics::RunSnapshot final_metrics_;
    mutable std::mutex errors_mutex_;
    std::optional<Error> error_;
    std::optional<Error> failed_mark_;

    // Worker 0.
    VuPool pool_;
    std::vector<std::unique_ptr<Conductor>> conductors_;
    std::int64_t uninitialized_ = 0;
    FiberEvent all_initialized_;
    std::int64_t alive_ = 0;
    FiberEvent all_gone_;
    std::int64_t conducting_ = 0;
    FiberEvent all_conducted_;
    FiberEvent resume_or_stop_;
    Fiber* function_fiber_ = nullptr;
    Repeater gauges_;
    Repeater threshold_checks_;
    Repeater ticks_;
    Repeater flushes_;
    RunResult result_;
};

}  // namespace k6
