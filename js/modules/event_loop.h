// The event loop of one VU's script, on the VU's fiber: tasks one after the other, microtasks after each, timers by the
// worker's clock, and operations that go on beside the script.
//
//   LoopResult end = loop.run(function, {argument});         // until nothing is left that could call the script
//
// A native function that answers later, by a promise say, starts its operation and returns:
//
//   PromiseHandle done(call.state());
//   context.loop.spawn([&context, done, request]() -> EventLoop::Job {
//       auto response = context.client->send(*request);      // blocks this child fiber only; must not touch the State
//       return [done, response] { … done.resolve(…); };      // a task: on the VU's fiber, free to run script
//   });
//   return done.promise();
//
// Something that has more than one thing to tell, a socket say, holds an Operation: as long as one exists the loop goes
// on, and each job posted through it is a task. With `begin(cancel)` the loop calls `cancel` when the script's time is
// over; what is posted after that is dropped.
//
// When a task throws, or a rejection stays unhandled, timers are dropped with a warning each; operations that have
// started are awaited and their jobs still run, their errors being ignored. When the fiber is interrupted (or any other
// C++ exception leaves a task), operations are cancelled, child fibers interrupted and awaited, and the exception goes
// on.
//
// Owned by the script's ScriptContext; everything on the VU's worker's thread. `run` on the VU's fiber, one at a time;
// `spawn`, `begin` and `set_timer` while it runs (else they wait for the next run).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "base/log.h"
#include "engine/exec/fiber_event.h"
#include "js/mujs/errors.h"
#include "js/mujs/state.h"

namespace k6::js {

/// How a run of the loop ended.
struct LoopResult {
    /// What the first function returned, or the first error.
    Completion completion;
    /// The error is a promise's rejection that nobody handled, rather than an exception.
    bool rejected = false;
};

class EventLoop {
public:
    /// Runs as a task of its own. What it throws is the iteration's error; an empty one does nothing.
    using Job = std::function<void()>;
    using TimerId = std::uint64_t;

    /// Keeps the loop going. Moved only; ends with its destruction.
    class Operation {
    public:
        Operation() = default;
        Operation(Operation&& other) noexcept : loop_(std::exchange(other.loop_, nullptr)), id_(other.id_) {}
        Operation& operator=(Operation&& other) noexcept;
        ~Operation() { end(); }

        /// False once it has ended or was cancelled.
        bool active() const noexcept;
        /// The job becomes a task; the operation goes on.
        void post(Job job);
        /// The job becomes a task, and the operation ends.
        void complete(Job job);
        void end();

    private:
        friend class EventLoop;
        Operation(EventLoop& loop, std::uint64_t id) noexcept : loop_(&loop), id_(id) {}
        EventLoop* loop_ = nullptr;
        std::uint64_t id_ = 0;
    };

    EventLoop(State& state, Logger& logger) : state_(state), logger_(logger) {}
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Calls `function` as the first task, then runs until the loop is empty. Throws Interrupted.
    LoopResult run(const Value& function, std::initializer_list<Value> arguments = {}) {
        return run(function, std::span(arguments.begin(), arguments.size()));
    }
    LoopResult run(const Value& function, std::span<const Value> arguments) {
        return run([&] { return function.call({}, arguments); });
    }
    /// The same with native code as the first task.
    LoopResult run(const std::function<Value()>& first);
    /// Within a task: runs other tasks until `done()` is true; false if the loop is empty before. Throws
    /// ScriptException when one of them fails, and Interrupted. For top-level await.
    bool run_until(const std::function<bool()>& done);

    /// Something outside the script has begun. `cancel`, if any, is called at most once, when the result is no longer
    /// wanted; it must not throw, and may end the operation.
    [[nodiscard]] Operation begin(std::function<void()> cancel = {});
    /// Runs `work` on a child fiber beside the VU's, on the same worker; the job that it returns is run as a task.
    /// `work` may block and may hold Values, but must not use the State. When the loop is interrupted, so is the child
    /// (Interrupted may leave `work`); any other exception is a programmer error.
    void spawn(std::function<Job()> work);
    /// The job becomes a task of this loop.
    void post(Job job);

    /// Names start at 1 for each VU. `kind` is "setTimeout" or "setInterval", for the warning. The job of a repeating
    /// timer runs until it is cleared.
    TimerId set_timer(Literal kind, Duration delay, bool repeat, Job job);
    void clear_timer(TimerId id);

    bool empty() const noexcept { return tasks_.empty() && operations_.empty() && timers_.empty(); }

private:
    struct Timer {
        Literal kind;
        TimePoint deadline;
        std::uint64_t order;
        Duration interval;
        bool repeat;
        Job job;
    };
    struct Started {
        std::function<void()> cancel;
        Fiber* child = nullptr;
    };

    bool step();
    void let_others_run();
    void run_tasks();
    bool run_due_timer();
    void run_task(const Job& job);
    void wait();
    void check_rejections();
    void drain();
    void drop_timers();
    void abandon() noexcept;
    void finish(std::uint64_t id);
    TimePoint now() const;

    State& state_;
    Logger& logger_;
    std::deque<Job> tasks_;
    std::map<std::uint64_t, Started> operations_;
    std::uint64_t last_operation_ = 0;
    std::map<TimerId, Timer> timers_;
    /// Deadline and order of setting: the first is due next.
    std::map<std::pair<TimePoint, std::uint64_t>, TimerId> due_;
    TimerId last_timer_ = 0;
    std::uint64_t last_order_ = 0;
    bool abandoned_ = false;
    /// When this fiber's turn on the worker began, and in which of its batches.
    TimePoint turn_begin_{};
    TimePoint turn_batch_{};
    FiberEvent woken_;
};

}  // namespace k6::js
