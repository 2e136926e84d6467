#include "engine/exec/run.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/exec/fiber_event.h"
#include "engine/exec/pooled_vu.h"
#include "engine/exec/scenario_run.h"
#include "engine/exec/vu_pool.h"
#include "engine/plan/schedule.h"
#include "engine/runtime/worker.h"
#include "metrics/recorder.h"

namespace k6 {
namespace {

using metrics::Builtin;
using metrics::SystemTag;
using metrics::ThresholdSet;

constexpr Duration gauge_period = std::chrono::seconds(1);
constexpr Duration threshold_period = std::chrono::seconds(2);
/// How long samples stay with a worker before outputs get them.
constexpr Duration flush_period = std::chrono::milliseconds(50);

unsigned worker_count(const RunConfig& config) {
    if (config.clock->simulated()) return 1;
    const unsigned wanted = config.workers != 0 ? config.workers : std::max(1U, std::thread::hardware_concurrency());
    return static_cast<unsigned>(std::clamp<std::int64_t>(max_vus(*config.plan), 1, wanted));
}

/// setup() or teardown(), as a run calls them.
struct Function {
    const char* name;  // "setup"
    RunPhase phase;
    ErrorClass timeout_class;
    Duration timeout;
    Result<void> (Runner::*call)(VuBody&);
    const std::atomic<bool>* stopped;
};

}  // namespace

/// What only one worker touches.
struct WorkerSide {
    WorkerSide(const Worker::Config& worker_config, const RunConfig& config)
        : worker(worker_config), recorder(*config.registry, *config.submetrics, config.samples) {
        for (const auto& [key, value] : config.plan->tags) run_tags = recorder.tags().with(run_tags, key, value);
    }

    Worker worker;
    metrics::Recorder recorder;
    metrics::TagSetId run_tags = metrics::no_tags;
    std::vector<PooledVu*> vus;
};

// The coordinator is plain sequential code on a fiber of worker 0; each scenario has such a fiber, too. Other workers
// are told things by posts, and tell worker 0 by posts.
class Run::Impl final : public VuOwner {
public:
    Impl(const RunConfig& config, RunControl& control);

    RunResult execute();
    void stop(StopReason reason);
    void abort_now(StopReason reason);
    void mark_failed(std::string message);
    void resume();
    RunProgress progress() const;
    RunFacts facts() const;
    ScenarioFacts facts(const Scenario& scenario) const;

    void initialized(PooledVu& vu, std::optional<Error> error) override;
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
        explicit Conductor(ScenarioRun& scenario) : run(&scenario) {}
        ScenarioRun* run;
        Fiber* fiber = nullptr;
        std::int64_t outstanding = 0;
        FiberEvent vu_returned;
    };

    Worker& worker() { return sides_.front()->worker; }
    TimePoint now() const { return config_.clock->now(); }

    void coordinate();
    bool initialize_vus();
    void wait_while_paused();
    bool call(const Function& function);
    void run_scenarios();
    void conduct(Conductor& conductor);
    void assign_vus(Conductor& conductor);
    void dismiss_vus();
    void finish();

    void start_repeating(Repeater& repeater, Duration period, std::function<void()> action);
    void stop_repeating(Repeater& repeater);
    void record_gauges();
    void check_thresholds();
    void flush_samples();
    metrics::RunSnapshot snapshot();
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
    bool resumed_ = false;
    FiberEvent resume_or_stop_;
    Fiber* function_fiber_ = nullptr;
    Repeater gauges_;
    Repeater threshold_checks_;
    Repeater flushes_;
    RunResult result_;
};

Run::Impl::Impl(const RunConfig& config, RunControl& control)
    : config_(config), control_(control), planned_vus_(max_vus(*config.plan)) {
    const unsigned workers = worker_count(config);
    for (unsigned i = 0; i < workers; ++i) {
        sides_.push_back(std::make_unique<WorkerSide>(
            Worker::Config{
                .index = i, .clock = config.clock, .stack_size = config.stack_size, .resolver = config.resolver},
            config));
    }
    for (const Scenario& scenario : config.plan->scenarios) {
        scenarios_.push_back(std::make_unique<ScenarioRun>(scenario, scenarios_.size(), workers));
    }
}

RunResult Run::Impl::execute() {
    vus_.reserve(static_cast<std::size_t>(planned_vus_));
    for (std::int64_t id = 1; id <= planned_vus_; ++id) {
        WorkerSide& side = *sides_[static_cast<std::size_t>(id - 1) % sides_.size()];
        const auto number = static_cast<std::uint64_t>(id);
        vus_.push_back(std::make_unique<PooledVu>(Vu::Config{.id_in_instance = number,
                                                             .id_in_test = number,
                                                             .worker = &side.worker,
                                                             .recorder = &side.recorder,
                                                             .plan = config_.plan,
                                                             .control = &control_,
                                                             .logger = config_.logger,
                                                             .run_tags = side.run_tags,
                                                             .stopped = &stopped_},
                                                  *config_.runner, *this));
        side.vus.push_back(vus_.back().get());
    }

    worker().spawn([this] { coordinate(); });
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < sides_.size(); ++i) threads.emplace_back([this, i] { sides_[i]->worker.run(); });
    worker().run();
    for (std::thread& thread : threads) thread.join();
    return std::move(result_);
}

void Run::Impl::coordinate() {
    start_repeating(gauges_, gauge_period, [this] { record_gauges(); });
    if (config_.samples != nullptr) start_repeating(flushes_, flush_period, [this] { flush_samples(); });

    const bool initialized = initialize_vus();
    if (initialized) wait_while_paused();
    if (initialized && !stopped()) {
        begin_.store(now().time_since_epoch().count(), std::memory_order_relaxed);
        begun_.store(true, std::memory_order_release);
        result_.worth_a_summary = true;
        if (config_.thresholds != nullptr && !config_.thresholds->empty()) {
            start_repeating(threshold_checks_, threshold_period, [this] { check_thresholds(); });
        }
        bool ready = true;
        if (config_.runner->has_setup() && !config_.plan->no_setup) {
            ready = call({"setup", RunPhase::setup, ErrorClass::setup_timeout, config_.plan->setup_timeout,
                          &Runner::setup, &stopped_});
        }
        if (ready) {
            if (!stopped()) run_scenarios();
            if (!aborted() && config_.runner->has_teardown() && !config_.plan->no_teardown) {
                call({"teardown", RunPhase::teardown, ErrorClass::teardown_timeout, config_.plan->teardown_timeout,
                      &Runner::teardown, &aborted_});
            }
        }
    }
    finish();
}

bool Run::Impl::initialize_vus() {
    enter(RunPhase::init_vus);
    uninitialized_ = alive_ = planned_vus_;
    for (const auto& side : sides_) {
        side->worker.post([vus = &side->vus] {
            for (PooledVu* vu : *vus) vu->spawn();
        });
    }
    while (uninitialized_ > 0) all_initialized_.wait_uninterruptibly();
    return !no_more_vus_.load(std::memory_order_relaxed);
}

void Run::Impl::initialized(PooledVu& vu, std::optional<Error> error) {
    if (error) {
        // The first one calls off the others, so it is the one to tell of.
        if (!no_more_vus_.exchange(true, std::memory_order_relaxed)) fail(std::move(*error));
    } else {
        initialized_vus_.fetch_add(1, std::memory_order_relaxed);
    }
    const bool idle = !error;
    worker().post([this, &vu, idle] {
        if (idle) pool_.give(vu);
        if (--uninitialized_ == 0) all_initialized_.notify();
    });
}

void Run::Impl::wait_while_paused() {
    if (!config_.plan->paused) return;
    enter(RunPhase::paused);
    while (!resumed_ && !stopped()) resume_or_stop_.wait_uninterruptibly();
}

// On a fiber of its own, with a VU of its own, which can be interrupted without interrupting the run.
bool Run::Impl::call(const Function& function) {
    enter(function.phase);
    std::optional<Error> error;
    bool timed_out = false;
    FiberEvent ended;
    worker().spawn([&] {
        Fiber* const fiber = function_fiber_ = Fiber::current();
        struct TimeLimit {
            Fiber* fiber;
            bool& passed;
        } limit{fiber, timed_out};
        TimingWheel::Timer timer(
            [](void* self) {
                auto* time_limit = static_cast<TimeLimit*>(self);
                time_limit->passed = true;
                time_limit->fiber->interrupt();
            },
            &limit);
        const TimePoint deadline = now() + function.timeout;
        worker().wheel().arm(timer, deadline);

        WorkerSide& side = *sides_.front();
        Vu vu({.worker = &side.worker,
               .recorder = &side.recorder,
               .plan = config_.plan,
               .control = &control_,
               .logger = config_.logger,
               .run_tags = side.run_tags,
               .stopped = function.stopped});
        vu.set_deadline(deadline);
        if (config_.plan->system_tags.has(SystemTag::group)) {
            vu.set_tags(vu.tag_table().with(vu.tags(), SystemTag::group, std::string("::") + function.name));
        }
        vu.group_path = std::string("::") + function.name;
        std::unique_ptr<VuBody> body;
        try {
            auto made = config_.runner->make_vu(vu);
            if (made) {
                body = std::move(*made);
                auto called = (config_.runner->*function.call)(*body);
                if (!called) error = std::move(called.error());
            } else {
                error = std::move(made.error());
            }
        } catch (const Interrupted&) {
            error = Error{ErrorClass::generic, std::string(function.name) + "() was interrupted"};
        }
        timer.cancel();
        if (now() >= deadline && error) timed_out = true;
        flush_data(vu, now());
        function_fiber_ = nullptr;
        fiber->clear_interrupt();
        body.reset();
        ended.notify();
    });
    ended.wait_uninterruptibly();

    if (timed_out) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(function.timeout).count();
        error = Error{function.timeout_class, std::string(function.name) + "() execution timed out after " +
                                                  std::to_string(seconds) + " seconds"};
    }
    if (!error) return true;
    fail(std::move(*error));
    return false;
}

void Run::Impl::run_scenarios() {
    enter(RunPhase::running);
    scenarios_begin_.store(now().time_since_epoch().count(), std::memory_order_relaxed);
    scenarios_begun_.store(true, std::memory_order_release);
    conducting_ = static_cast<std::int64_t>(scenarios_.size());
    for (const auto& scenario : scenarios_) {
        conductors_.push_back(std::make_unique<Conductor>(*scenario));
        Conductor& conductor = *conductors_.back();
        worker().spawn([this, &conductor] {
            conductor.fiber = Fiber::current();
            conduct(conductor);
            conductor.fiber = nullptr;
            if (--conducting_ == 0) all_conducted_.notify();
        });
    }
    while (conducting_ > 0) all_conducted_.wait_uninterruptibly();
}

void Run::Impl::conduct(Conductor& conductor) {
    ScenarioRun& run = *conductor.run;
    try {
        if (!stopped()) assign_vus(conductor);
    } catch (const Interrupted&) {
        // VUs that are at work have been interrupted, too.
    }
    while (conductor.outstanding > 0) conductor.vu_returned.wait_uninterruptibly();

    run.end(now());
    if (const std::uint64_t dropped = run.dropped_in_total(); dropped > 0) {
        metrics::Recorder& recorder = sides_.front()->recorder;
        metrics::TagSetId tags = sides_.front()->run_tags;
        for (const auto& [key, value] : run.scenario().tags) tags = recorder.tags().with(tags, key, value);
        if (config_.plan->system_tags.has(SystemTag::scenario)) {
            tags = recorder.tags().with(tags, SystemTag::scenario, run.scenario().name);
        }
        recorder.add(Builtin::dropped_iterations, tags, static_cast<double>(dropped), config_.clock->wall_time(now()));
    }
}

void Run::Impl::assign_vus(Conductor& conductor) {
    ScenarioRun& run = *conductor.run;
    const TimePoint start =
        TimePoint(Duration(scenarios_begin_.load(std::memory_order_relaxed))) + run.scenario().start_time;
    sleep_until(start);
    run.begin(start);
    for (const VuPeriod& period : run.periods()) {
        sleep_until(start + period.reserved.begin);
        PooledVu* const vu = pool_.take(*config_.logger);
        if (vu == nullptr) {
            fail({ErrorClass::generic, "scenario " + run.scenario().name + ": could not get a VU from the buffer in " +
                                           format_go_duration(VuPool::tries * VuPool::wait_per_try)});
            end_early();
            return;
        }
        ++conductor.outstanding;
        vu->worker().post([vu, &run, &period] { vu->assign(run, period); });
    }
}

void Run::Impl::returned(PooledVu& vu, ScenarioRun& scenario) {
    worker().post([this, &vu, index = scenario.index()] {
        pool_.give(vu);
        Conductor& conductor = *conductors_[index];
        --conductor.outstanding;
        conductor.vu_returned.notify();
    });
}

void Run::Impl::dismiss_vus() {
    for (const auto& side : sides_) {
        side->worker.post([vus = &side->vus] {
            for (PooledVu* vu : *vus) vu->dismiss();
        });
    }
    while (alive_ > 0) all_gone_.wait_uninterruptibly();
}

void Run::Impl::gone(PooledVu&) {
    worker().post([this] {
        if (--alive_ == 0) all_gone_.notify();
    });
}

void Run::Impl::finish() {
    stop_repeating(gauges_);
    stop_repeating(threshold_checks_);
    const bool begun = begun_.load(std::memory_order_relaxed);
    end_.store(now().time_since_epoch().count(), std::memory_order_relaxed);
    enter(RunPhase::ended);
    if (begun) result_.duration = Duration(end_.load() - begin_.load());
    dismiss_vus();
    stop_repeating(flushes_);
    if (config_.samples != nullptr) flush_samples();

    result_.metrics = snapshot();
    if (aborted()) result_.worth_a_summary = false;
    for (const auto& scenario : scenarios_) {
        const ScenarioProgress at_end = scenario->progress(now(), std::nullopt, false);
        result_.complete_iterations += at_end.complete_iterations;
        result_.interrupted_iterations += at_end.interrupted_iterations;
    }
    {
        std::lock_guard lock(errors_mutex_);
        result_.error = error_ ? error_ : failed_mark_;
    }
    if (begun && config_.thresholds != nullptr) {
        result_.thresholds =
            config_.thresholds->evaluate(result_.metrics, result_.duration, ThresholdSet::Moment::at_end);
        if (!result_.thresholds.breached.empty()) {
            std::string message =
                "thresholds on metrics '" + result_.thresholds.breached_text() + "' have been crossed";
            if (result_.error) {
                config_.logger->debug(message);
            } else {
                result_.error = Error{ErrorClass::thresholds_failed, std::move(message)};
            }
        }
    }
    for (const auto& side : sides_) side->worker.request_stop();
}

void Run::Impl::start_repeating(Repeater& repeater, Duration period, std::function<void()> action) {
    const TimePoint begin = now();
    repeater.fiber = &worker().spawn([&repeater, period, begin, action = std::move(action)] {
        try {
            for (TimePoint next = begin + period;; next += period) {
                sleep_until(next);
                action();
            }
        } catch (const Interrupted&) {
            // The run no longer wants it.
        }
        repeater.fiber = nullptr;
        repeater.ended.notify();
    });
}

void Run::Impl::stop_repeating(Repeater& repeater) {
    if (repeater.fiber == nullptr) return;
    repeater.fiber->interrupt();
    while (repeater.fiber != nullptr) repeater.ended.wait_uninterruptibly();
}

void Run::Impl::record_gauges() {
    std::int64_t active = 0;
    for (const auto& scenario : scenarios_) active += scenario->active_vus();
    const auto initialized = static_cast<double>(initialized_vus_.load(std::memory_order_relaxed));
    WorkerSide& side = *sides_.front();
    const std::array values{metrics::MetricValue{Builtin::vus, static_cast<double>(active)},
                            metrics::MetricValue{Builtin::vus_max, initialized}};
    side.recorder.add_batch(side.run_tags, values, config_.clock->wall_time(now()));
}

void Run::Impl::check_thresholds() {
    if (stopped()) return;
    const metrics::RunSnapshot seen = snapshot();
    const Duration elapsed = now() - TimePoint(Duration(begin_.load(std::memory_order_relaxed)));
    const ThresholdSet::Verdict verdict = config_.thresholds->evaluate(seen, elapsed, ThresholdSet::Moment::during_run);
    if (!verdict.abort) return;
    stop({ErrorClass::thresholds_failed, "thresholds on metrics '" + verdict.breached_text() +
                                             "' were crossed; at least one has abortOnFail enabled, stopping test "
                                             "prematurely"});
}

void Run::Impl::flush_samples() {
    on_every_worker([](WorkerSide& side) { side.recorder.flush_samples(); });
}

metrics::RunSnapshot Run::Impl::snapshot() {
    std::vector<metrics::RunSnapshot> parts(sides_.size());
    on_every_worker([&parts](WorkerSide& side) { parts[side.worker.index()] = side.recorder.snapshot(); });
    metrics::RunSnapshot whole = std::move(parts.front());
    for (std::size_t i = 1; i < parts.size(); ++i) whole.merge(parts[i]);
    return whole;
}

// On a fiber of worker 0, which waits for all of them.
void Run::Impl::on_every_worker(const std::function<void(WorkerSide&)>& action) {
    std::size_t pending = sides_.size();
    FiberEvent all_done;
    for (const auto& one : sides_) {
        one->worker.post([this, side = one.get(), &action, &pending, &all_done] {
            action(*side);
            worker().post([&pending, &all_done] {
                if (--pending == 0) all_done.notify();
            });
        });
    }
    while (pending > 0) all_done.wait_uninterruptibly();
}

void Run::Impl::fail(Error error) {
    std::lock_guard lock(errors_mutex_);
    if (!error_) error_ = std::move(error);
}

void Run::Impl::stop(StopReason reason) {
    fail({reason.error_class, std::move(reason.message)});
    const Fiber* nobody = nullptr;
    stop_caller_.compare_exchange_strong(nobody, Fiber::current(), std::memory_order_relaxed);
    stopped_.store(true, std::memory_order_relaxed);
    no_more_vus_.store(true, std::memory_order_relaxed);
    worker().post([this] { end_early(); });
}

void Run::Impl::abort_now(StopReason reason) {
    aborted_.store(true, std::memory_order_relaxed);
    stop(std::move(reason));
}

// On worker 0.
void Run::Impl::end_early() {
    stopped_.store(true, std::memory_order_relaxed);
    resume_or_stop_.notify();
    // Teardown is left alone, unless even that shall not be waited for.
    if (function_fiber_ != nullptr && (aborted() || phase_.load(std::memory_order_relaxed) == RunPhase::setup)) {
        function_fiber_->interrupt();
    }
    for (const auto& conductor : conductors_) {
        if (conductor->fiber != nullptr) conductor->fiber->interrupt();
    }
    interrupt_vus();
}

void Run::Impl::interrupt_vus() {
    for (const auto& side : sides_) {
        side->worker.post([vus = &side->vus] {
            for (PooledVu* vu : *vus) vu->interrupt();
        });
    }
}

void Run::Impl::mark_failed(std::string message) {
    std::lock_guard lock(errors_mutex_);
    if (!failed_mark_) failed_mark_ = Error{ErrorClass::marked_as_failed, std::move(message)};
}

void Run::Impl::resume() {
    worker().post([this] {
        resumed_ = true;
        resume_or_stop_.notify();
    });
}

RunProgress Run::Impl::progress() const {
    RunProgress progress{.phase = phase_.load(std::memory_order_relaxed),
                         .initialized_vus = initialized_vus_.load(std::memory_order_relaxed),
                         .planned_vus = planned_vus_};
    const TimePoint at = now();
    if (begun_.load(std::memory_order_acquire)) {
        const TimePoint begin(Duration(begin_.load(std::memory_order_relaxed)));
        const TimePoint until =
            progress.phase == RunPhase::ended ? TimePoint(Duration(end_.load(std::memory_order_relaxed))) : at;
        progress.elapsed = until - begin;
    }
    std::optional<TimePoint> scenarios_begin;
    if (scenarios_begun_.load(std::memory_order_acquire)) {
        scenarios_begin = TimePoint(Duration(scenarios_begin_.load(std::memory_order_relaxed)));
    }
    for (const auto& scenario : scenarios_) {
        const ScenarioProgress& one =
            progress.scenarios.emplace_back(scenario->progress(at, scenarios_begin, stopped()));
        progress.active_vus += one.active_vus;
        progress.complete_iterations += one.complete_iterations;
        progress.interrupted_iterations += one.interrupted_iterations;
    }
    return progress;
}

RunFacts Run::Impl::facts() const {
    const RunProgress all = progress();
    return {.elapsed = all.elapsed,
            .complete_iterations = all.complete_iterations,
            .interrupted_iterations = all.interrupted_iterations,
            .active_vus = all.active_vus,
            .initialized_vus = all.initialized_vus};
}

ScenarioFacts Run::Impl::facts(const Scenario& scenario) const {
    std::optional<TimePoint> begin;
    if (scenarios_begun_.load(std::memory_order_acquire)) {
        begin = TimePoint(Duration(scenarios_begin_.load(std::memory_order_relaxed)));
    }
    const TimePoint at = now();
    for (const auto& one : scenarios_) {
        if (&one->scenario() != &scenario) continue;
        return {.start = config_.clock->wall_time(begin.value_or(at) + scenario.start_time),
                .progress = one->progress(at, begin, stopped()).fraction};
    }
    return {};
}

int exit_code(const RunResult& result) { return result.error ? static_cast<int>(result.error->error_class) : 0; }

Run::Run(const RunConfig& config) : impl_(std::make_unique<Impl>(config, *this)) {}
Run::~Run() = default;

RunResult Run::execute() { return impl_->execute(); }
void Run::stop(StopReason reason) { impl_->stop(std::move(reason)); }
void Run::mark_failed(std::string message) { impl_->mark_failed(std::move(message)); }
void Run::abort_now(StopReason reason) { impl_->abort_now(std::move(reason)); }
void Run::resume() { impl_->resume(); }
RunProgress Run::progress() const { return impl_->progress(); }
RunFacts Run::facts() const { return impl_->facts(); }
ScenarioFacts Run::facts(const Scenario& scenario) const { return impl_->facts(scenario); }

}  // namespace k6
