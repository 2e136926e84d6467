#include "js/modules/event_loop.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"

namespace k6::js {
namespace {

/// An unhandled rejection on its way to the end of a run; no std::exception: only the loop catches it.
struct UnhandledRejection {
    ScriptError error;
};

constexpr Duration longest_turn = std::chrono::milliseconds(1);

}  // namespace

EventLoop::Operation& EventLoop::Operation::operator=(Operation&& other) noexcept {
    if (this != &other) {
        end();
        loop_ = std::exchange(other.loop_, nullptr);
        id_ = other.id_;
    }
    return *this;
}

bool EventLoop::Operation::active() const noexcept { return loop_ != nullptr && loop_->operations_.contains(id_); }

void EventLoop::Operation::post(Job job) {
    if (active()) loop_->post(std::move(job));
}

void EventLoop::Operation::complete(Job job) {
    post(std::move(job));
    end();
}

void EventLoop::Operation::end() {
    if (EventLoop* loop = std::exchange(loop_, nullptr)) loop->finish(id_);
}

EventLoop::~EventLoop() { abandon(); }

TimePoint EventLoop::now() const { return Fiber::current()->worker().now(); }

LoopResult EventLoop::run(const std::function<Value()>& first) {
    try {
        std::optional<LoopResult> failure;
        Value returned;
        try {
            returned = first();
            state_.run_microtasks();
            check_rejections();
            while (step()) {
            }
            return {std::move(returned)};
        } catch (const ScriptException& thrown) {
            failure.emplace(LoopResult{describe(state_, thrown.value())});
        } catch (const HostError& error) {
            failure.emplace(LoopResult{describe(state_, state_.error(error))});
        } catch (const UnhandledRejection& rejection) {
            failure.emplace(LoopResult{rejection.error, true});
        }
        drain();
        return *std::move(failure);
    } catch (...) {
        abandon();
        throw;
    }
}

bool EventLoop::run_until(const std::function<bool()>& done) {
    state_.run_microtasks();
    while (!done()) {
        if (!step()) return false;
    }
    return true;
}

// Tasks that are always due, a setTimeout without a delay in itself say, must not keep the worker's other fibers, and
// its network, from their turn.
void EventLoop::let_others_run() {
    Fiber& fiber = *Fiber::current();
    Worker& worker = fiber.worker();
    const TimePoint now = worker.now();
    if (worker.batch_time() != turn_batch_) {
        turn_batch_ = worker.batch_time();
        turn_begin_ = now;
    } else if (now - turn_begin_ >= longest_turn) {
        worker.post([&fiber] { fiber.resume(); });
        fiber.suspend_uninterruptibly();
        fiber.check_interrupt();
        turn_begin_ = worker.now();
    }
}

// One batch: all tasks that are there, or the next timer. False when the loop is empty.
bool EventLoop::step() {
    if (empty()) return false;
    let_others_run();
    if (!tasks_.empty()) {
        run_tasks();
    } else if (!run_due_timer()) {
        wait();
        return true;
    }
    check_rejections();
    return true;
}

void EventLoop::run_tasks() {
    for (std::size_t left = tasks_.size(); left > 0; --left) {
        const Job job = std::move(tasks_.front());
        tasks_.pop_front();
        run_task(job);
    }
}

bool EventLoop::run_due_timer() {
    if (due_.empty() || due_.begin()->first.first > now()) return false;
    const TimerId id = due_.begin()->second;
    due_.erase(due_.begin());
    Timer& timer = timers_.at(id);
    Job job;
    if (timer.repeat) {
        job = timer.job;
        // Counted from now, not from the deadline: a slow callback does not make up for lost rounds.
        timer.deadline = now() + timer.interval;
        timer.order = ++last_order_;
        due_.emplace(std::pair(timer.deadline, timer.order), id);
    } else {
        job = std::move(timer.job);
        timers_.erase(id);
    }
    run_task(job);
    return true;
}

void EventLoop::run_task(const Job& job) {
    if (!job) return;
    job();
    state_.run_microtasks();
}

void EventLoop::wait() {
    if (due_.empty()) {
        woken_.wait();
    } else {
        woken_.wait_until(due_.begin()->first.first);
    }
}

void EventLoop::check_rejections() {
    if (const auto rejection = state_.take_unhandled_rejection()) throw UnhandledRejection{*rejection};
}

// After an error: what has been started may end, and its jobs run, but nothing new begins.
void EventLoop::drain() {
    state_.run_microtasks();
    while (true) {
        drop_timers();
        if (tasks_.empty() && operations_.empty()) break;
        if (tasks_.empty()) {
            woken_.wait();
            continue;
        }
        const Job job = std::move(tasks_.front());
        tasks_.pop_front();
        try {
            run_task(job);
        } catch (const ScriptException&) {
            // The first error is the one that is told.
        } catch (const HostError&) {
        }
    }
    state_.take_unhandled_rejection();
}

void EventLoop::drop_timers() {
    for (const auto& [id, timer] : timers_) {
        logger_.warn(std::string(timer.kind.view()) + " " + std::to_string(id) +
                     " was stopped because the VU iteration was interrupted");
    }
    timers_.clear();
    due_.clear();
}

void EventLoop::abandon() noexcept {
    abandoned_ = true;
    drop_timers();
    std::vector<std::uint64_t> ids;
    for (const auto& [id, started] : operations_) ids.push_back(id);
    for (const std::uint64_t id : ids) {
        const auto found = operations_.find(id);
        if (found == operations_.end()) continue;
        if (found->second.child != nullptr) {
            found->second.child->interrupt();
        } else {
            const std::function<void()> cancel = std::move(found->second.cancel);
            operations_.erase(found);
            if (cancel) cancel();
        }
    }
    // Only children are left: they use what belongs to the VU, so they must have ended.
    while (!operations_.empty()) woken_.wait_uninterruptibly();
    tasks_.clear();
    state_.forget_tasks();
    abandoned_ = false;
}

EventLoop::Operation EventLoop::begin(std::function<void()> cancel) {
    const std::uint64_t id = ++last_operation_;
    if (!abandoned_) operations_.emplace(id, Started{.cancel = std::move(cancel)});
    return Operation(*this, id);
}

void EventLoop::finish(std::uint64_t id) {
    if (operations_.erase(id) != 0) woken_.notify();
}

void EventLoop::post(Job job) {
    if (abandoned_) return;
    tasks_.push_back(std::move(job));
    woken_.notify();
}

void EventLoop::spawn(std::function<Job()> work) {
    const std::uint64_t id = ++last_operation_;
    Fiber& child = Fiber::current()->worker().spawn([this, id, held = std::move(work)]() mutable {
        try {
            // Gone before the loop goes on: it may hold Values, and the State ends soon after the loop.
            const std::function<Job()> own = std::move(held);
            post(own());
        } catch (const Interrupted&) {
            // Nobody waits for the result any more.
        }
        finish(id);
    });
    operations_.emplace(id, Started{.cancel = {}, .child = &child});
}

EventLoop::TimerId EventLoop::set_timer(Literal kind, Duration delay, bool repeat, Job job) {
    const TimerId id = ++last_timer_;
    const TimePoint start = now();
    const Duration wait = std::clamp(delay, Duration::zero(), TimePoint::max() - start);
    const Timer& timer =
        timers_.emplace(id, Timer{kind, start + wait, ++last_order_, wait, repeat, std::move(job)}).first->second;
    due_.emplace(std::pair(timer.deadline, timer.order), id);
    return id;
}

void EventLoop::clear_timer(TimerId id) {
    const auto found = timers_.find(id);
    if (found == timers_.end()) return;
    due_.erase({found->second.deadline, found->second.order});
    timers_.erase(found);
}

}  // namespace k6::js
