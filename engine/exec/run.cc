#include "engine/exec/run.h"

#include <algorithm>
#include <array>
#include <future>
#include <thread>
#include <utility>

#include "engine/exec/run_impl.h"
#include "engine/plan/schedule.h"

namespace k6 {
namespace {

using metrics::Builtin;
using metrics::SystemTag;
using metrics::ThresholdSet;

constexpr Duration gauge_period = std::chrono::seconds(1);
constexpr Duration threshold_period = metrics::ThresholdSet::period;
/// How long samples stay with a worker before outputs get them.
constexpr Duration flush_period = std::chrono::milliseconds(50);

unsigned worker_count(const RunConfig& config) {
    if (config.clock->simulated()) return 1;
    const unsigned wanted = config.workers != 0 ? config.workers : std::max(1U, std::thread::hardware_concurrency());
    return static_cast<unsigned>(std::clamp<std::int64_t>(max_possible_vus(*config.plan), 1, wanted));
}

}  // namespace

Run::Impl::Impl(const RunConfig& config, RunControl& control)
    : config_(config),
      control_(control),
      planned_vus_(max_vus(*config.plan)),
      possible_vus_(max_possible_vus(*config.plan)),
      paused_(config.plan->paused) {
    const unsigned workers = worker_count(config);
    for (unsigned i = 0; i < workers; ++i) {
        sides_.push_back(std::make_unique<WorkerSide>(
            Worker::Config{
                .index = i, .clock = config.clock, .stack_size = config.stack_size, .resolver = config.resolver},
            config));
    }
    const Stripe& stripe = config.plan->stripe;
    for (const Scenario& scenario : config.plan->scenarios) {
        if (without_work(scenario.executor, stripe)) continue;
        scenarios_.push_back(std::make_unique<ScenarioRun>(scenario, stripe, scenarios_.size(), workers));
    }
}

RunResult Run::Impl::execute() {
    vus_.reserve(static_cast<std::size_t>(planned_vus_));
    for (std::int64_t i = 0; i < planned_vus_; ++i) {
        PooledVu& vu = make_vu();
        sides_[vu.worker().index()]->vus.push_back(&vu);
    }

    worker().spawn([this] { coordinate(); });
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < sides_.size(); ++i) threads.emplace_back([this, i] { sides_[i]->worker.run(); });
    worker().run();
    for (std::thread& thread : threads) thread.join();
    {
        const std::lock_guard lock(calls_mutex_);
        over_ = true;
        if (config_.answers_after_end) final_metrics_ = result_.metrics;
    }
    over_changed_.notify_all();
    return std::move(result_);
}

// VUs take turns on the workers.
PooledVu& Run::Impl::make_vu() {
    const std::size_t number = vus_.size();
    WorkerSide& side = *sides_[number % sides_.size()];
    const auto member = config_.plan->stripe.member(static_cast<std::int64_t>(number));
    vus_.push_back(std::make_unique<PooledVu>(Vu::Config{.id_in_instance = number + 1,
                                                         .id_in_test = static_cast<std::uint64_t>(member) + 1,
                                                         .worker = &side.worker,
                                                         .recorder = &side.recorder,
                                                         .plan = config_.plan,
                                                         .control = &control_,
                                                         .logger = config_.logger,
                                                         .run_tags = side.run_tags,
                                                         .stopped = &stopped_},
                                              *config_.runner, *this));
    return *vus_.back();
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
        if (config_.on_tick) {
            start_repeating(ticks_, RunConfig::tick_period, [this] {
                const metrics::RunSnapshot seen = snapshot(metrics::Recorder::Extent::without_breakdowns);
                config_.on_tick(seen, test_now() - TimePoint(Duration(begin_.load(std::memory_order_relaxed))));
            });
        }
        bool ready = true;
        if (config_.runner->has_setup() && !config_.plan->no_setup) {
            enter(RunPhase::setup);
            ready = succeeds(call(setup_function(stopped_)));
        }
        if (ready) {
            if (!stopped()) run_scenarios();
            if (config_.runner->has_vu_teardown()) dismiss_vus();
            if (!aborted() && config_.runner->has_teardown() && !config_.plan->no_teardown) {
                enter(RunPhase::teardown);
                succeeds(call(teardown_function(aborted_)));
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
    const bool planned = static_cast<std::int64_t>(vu.vu().id_in_instance()) <= planned_vus_;
    const bool idle = !error;
    if (idle) {
        initialized_vus_.fetch_add(1, std::memory_order_relaxed);
    } else if (!planned) {
        // The run goes on without it.
        if (!stopped()) config_.logger->error(error->message, {{"hint", error->hint}});
    } else if (!no_more_vus_.exchange(true, std::memory_order_relaxed)) {
        // The first one calls off the others, so it is the one to tell of.
        fail(std::move(*error));
    }
    worker().post([this, &vu, planned, idle] {
        if (!planned) {
            added(vu, idle);
            return;
        }
        if (idle) pool_.give(vu);
        if (--uninitialized_ == 0) all_initialized_.notify();
    });
}

// On worker 0: a VU that a scenario has asked for while it runs.
void Run::Impl::wait_while_paused() {
    if (!paused_.load(std::memory_order_relaxed)) return;
    enter(RunPhase::paused);
    while (paused_.load(std::memory_order_relaxed) && !stopped()) resume_or_stop_.wait_uninterruptibly();
}

// On a fiber of its own, with a VU of its own, which can be interrupted without interrupting the run.
Result<void> Run::Impl::call(const LifecycleFunction& function) {
    if (function_fiber_ != nullptr) return Error{ErrorClass::generic, "setup() or teardown() is running"};
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
    if (error) return std::move(*error);
    return {};
}

LifecycleFunction Run::Impl::setup_function(const std::atomic<bool>& stopped) const {
    return {"setup", ErrorClass::setup_timeout, config_.plan->setup_timeout, &Runner::setup, &stopped};
}

LifecycleFunction Run::Impl::teardown_function(const std::atomic<bool>& stopped) const {
    return {"teardown", ErrorClass::teardown_timeout, config_.plan->teardown_timeout, &Runner::teardown, &stopped};
}

bool Run::Impl::succeeds(Result<void> result) {
    if (!result) fail(std::move(result.error()));
    return result.has_value();
}

// Anywhere but on worker 0 the caller waits until the answer is there.
Result<void> Run::Impl::call_on_worker_0(AfterEnd after, const std::function<Result<void>()>& action) {
    if (Worker::current() == &worker()) return action();
    std::unique_lock lock(calls_mutex_);
    if (!calls_closed_) {
        std::promise<Result<void>> answer;
        std::future<Result<void>> answered = answer.get_future();
        worker().post([this, &action, &answer] { worker().spawn([&action, &answer] { answer.set_value(action()); }); });
        lock.unlock();
        return answered.get();
    }
    if (after == AfterEnd::refuse || !config_.answers_after_end) return Error{ErrorClass::generic, "the run has ended"};
    over_changed_.wait(lock, [this] { return over_; });
    // Nobody runs worker 0 any more: this thread does, for as long as the action takes.
    Result<void> result;
    worker().spawn([&action, &result] { result = action(); });
    worker().run();
    return result;
}

Result<RunMeasurement> Run::Impl::measure() {
    RunMeasurement measurement;
    auto done = call_on_worker_0(AfterEnd::refuse, [&]() -> Result<void> {
        measurement.metrics = snapshot();
        measurement.elapsed = progress().elapsed;
        if (config_.thresholds != nullptr) measurement.thresholds = *config_.thresholds;
        return {};
    });
    if (done) return measurement;
    if (!config_.answers_after_end) return done.error();
    std::unique_lock lock(calls_mutex_);
    over_changed_.wait(lock, [this] { return over_; });
    measurement.metrics = final_metrics_;
    measurement.elapsed = progress().elapsed;
    if (config_.thresholds != nullptr) measurement.thresholds = *config_.thresholds;
    return measurement;
}

Result<void> Run::Impl::call_setup() {
    return call_on_worker_0(AfterEnd::answer, [this] { return call(setup_function(stopped_)); });
}

Result<void> Run::Impl::call_teardown() {
    return call_on_worker_0(AfterEnd::answer, [this] { return call(teardown_function(aborted_)); });
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
    stop_repeating(ticks_);
    const bool begun = begun_.load(std::memory_order_relaxed);
    end_.store(test_now().time_since_epoch().count(), std::memory_order_relaxed);
    enter(RunPhase::ended);
    if (begun) result_.duration = Duration(end_.load() - begin_.load());
    dismiss_vus();
    stop_repeating(flushes_);
    if (config_.samples != nullptr) flush_samples();

    result_.metrics = snapshot();
    if (aborted()) result_.worth_a_summary = false;
    for (const auto& scenario : scenarios_) {
        const ScenarioProgress at_end = scenario->progress(test_now(), std::nullopt, false);
        result_.complete_iterations += at_end.complete_iterations;
        result_.interrupted_iterations += at_end.interrupted_iterations;
        for (std::size_t worker = 0; worker < sides_.size(); ++worker) {
            result_.thrown_iterations += static_cast<std::uint64_t>(scenario->tally(worker).threw.get());
        }
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
    {
        // Calls made until now are still answered.
        const std::lock_guard lock(calls_mutex_);
        calls_closed_ = true;
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
    const metrics::RunSnapshot seen = snapshot(metrics::Recorder::Extent::without_breakdowns);
    const Duration elapsed = test_now() - TimePoint(Duration(begin_.load(std::memory_order_relaxed)));
    const ThresholdSet::Verdict verdict = config_.thresholds->evaluate(seen, elapsed, ThresholdSet::Moment::during_run);
    tainted_.store(!verdict.breached.empty(), std::memory_order_relaxed);
    if (!verdict.abort) return;
    stop({ErrorClass::thresholds_failed, "thresholds on metrics '" + verdict.breached_text() +
                                             "' were crossed; at least one has abortOnFail enabled, stopping test "
                                             "prematurely"});
}

void Run::Impl::flush_samples() {
    on_every_worker([](WorkerSide& side) { side.recorder.flush_samples(); });
}

metrics::RunSnapshot Run::Impl::snapshot(metrics::Recorder::Extent extent) {
    std::vector<metrics::RunSnapshot> parts(sides_.size());
    on_every_worker(
        [&parts, extent](WorkerSide& side) { parts[side.worker.index()] = side.recorder.snapshot(extent); });
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

RunProgress Run::Impl::progress() const {
    RunProgress progress{.phase = phase_.load(std::memory_order_relaxed),
                         .initialized_vus = initialized_vus_.load(std::memory_order_relaxed),
                         .planned_vus = planned_vus_};
    const TimePoint at = test_now();
    progress.paused = paused_.load(std::memory_order_relaxed);
    progress.tainted = tainted_.load(std::memory_order_relaxed);
    progress.stopped = stopped();
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
Result<void> Run::pause() { return impl_->pause(); }
Result<void> Run::resume() { return impl_->resume(); }
Result<RunMeasurement> Run::measure() { return impl_->measure(); }
Result<void> Run::call_setup() { return impl_->call_setup(); }
Result<void> Run::call_teardown() { return impl_->call_teardown(); }
Result<void> Run::update_external(const ExternalUpdate& update) { return impl_->update_external(update); }
RunProgress Run::progress() const { return impl_->progress(); }
RunFacts Run::facts() const { return impl_->facts(); }
ScenarioFacts Run::facts(const Scenario& scenario) const { return impl_->facts(scenario); }

}  // namespace k6
