// Fibers: stackful coroutines, so that code on one blocks in appearance only.
//
// A fiber belongs to one Worker for life, is resumed on that worker's thread only, and always runs its body to the
// end: it is never unwound by force. Whoever wants it to stop early interrupts it; the wait in which it stands then
// ends by throwing Interrupted, as does every later wait until the mark is cleared.
//
//   worker.spawn([&] {
//       sleep_for(std::chrono::seconds(1));            // suspends; the worker runs other fibers meanwhile
//       ...
//   });
//
// A wait is: start an operation whose completion calls resume(), then suspend with a hook that hurries the operation
// to its completion:
//
//   bool done = false;
//   start_operation([fiber = Fiber::current(), &done] { done = true; fiber->resume(); });
//   Fiber::current()->suspend({[](void* op) noexcept { cancel_operation(op); }, op});   // may throw Interrupted
//
// The hook must bring the completion about (now or later); the frame that suspended stays alive until resume().
// Worker thread only: the thread that runs the worker.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "engine/runtime/clock.h"
#include "engine/runtime/timing_wheel.h"

namespace k6 {

class Worker;

/// Thrown from a wait of an interrupted fiber. Deliberately no std::exception: only those who mean it catch it.
struct Interrupted {};

/// Called when a suspended fiber is interrupted; must bring about the resume() that the fiber waits for.
struct CancelHook {
    void (*cancel)(void* operation) noexcept = nullptr;
    void* operation = nullptr;
};

class alignas(64) Fiber {
public:
    /// The fiber that runs now on this thread, or null outside of fibers.
    static Fiber* current() noexcept;

    Fiber(const Fiber&) = delete;
    Fiber& operator=(const Fiber&) = delete;

    /// Where a fiber stands. What it is not listed for in a state is a std::logic_error.
    ///
    ///   state      suspend*()    resume(), resume_later()           interrupt()
    ///   ready      -             -                                  marks
    ///   running    → suspended   -                                  marks
    ///   suspended  -             → running, or → ready (deferred)   marks; the first time calls the hook, if any
    ///
    /// A new fiber is ready; the worker's loop makes ready fibers run; when its body ends, a fiber is gone.
    enum class State : std::uint8_t { ready, running, suspended };
    State state() const noexcept { return state_; }

    /// Leaves the fiber until resume(); called on the fiber itself. Throws Interrupted at once if the fiber is marked
    /// already (the operation must then not have been started, or be cancelled by the caller), and after the resume if
    /// it was marked meanwhile.
    void suspend(CancelHook hook);
    /// As above, but not ended by an interruption: for waits whose completion is near and certain.
    void suspend_uninterruptibly();
    /// Runs the fiber until it suspends or ends (it is then gone). Not from within itself; from another fiber it is
    /// deferred to the worker's loop.
    void resume();
    /// Always deferred to the worker's loop, where ready fibers run one after the other: for completions in bulk.
    void resume_later();

    /// Deferred until the running fiber has ended: what it leaves behind is then still in the processor's caches. If it
    /// suspends instead, this is resume_later().
    void resume_next();
    /// Asks the processor for what resuming the fiber will touch: for those who resume several, while another one runs.
    void prefetch() const noexcept;

    /// Marks the fiber; if it is suspended with a hook, the hook is called, once. Outside of fibers the hook may resume
    /// the fiber at once, so it may have ended when this returns.
    void interrupt();
    /// Calls the hook of the wait in which the fiber stands, if any, without marking the fiber: for those who bound a
    /// wait in time. The wait then ends as its operation says; nothing is thrown.
    void end_wait();
    bool interrupted() const noexcept { return interrupted_; }
    void clear_interrupt() noexcept { interrupted_ = false; }
    /// Throws Interrupted if marked: for long computations between waits.
    void check_interrupt() const {
        if (interrupted_) throw Interrupted{};
    }

    Worker& worker() const noexcept { return *worker_; }
    /// Lowest and highest address of the stack, for code that bounds its own recursion.
    std::byte* stack_low() const noexcept;
    std::byte* stack_high() const noexcept;

private:
    friend class Worker;
    struct Impl;
    Fiber(Worker& worker, std::function<void()> body);
    /// It has not begun, or has ended, or (with the worker, and never unwound) stands where it will never be resumed.
    ~Fiber();
    /// Another body for a fiber that has ended: cheaper than another fiber.
    void begin_anew(std::function<void()> body) noexcept;

    void enter() noexcept;
    void leave() noexcept;

    friend void sleep_for(std::chrono::nanoseconds, TimingWheel::Precision);
    friend void sleep_until(TimePoint, TimingWheel::Precision);
    static Fiber& sleeper();
    void sleep(TimePoint deadline, TimingWheel::Precision precision);

    // Together in two cache lines: all that the wheel and the loop touch of a fiber before they enter it. A timer on
    // the stack would cost the wheel a page of its own per sleeper.
    TimingWheel::Timer wakeup_{[](void* self) { static_cast<Fiber*>(self)->resume_later(); }, this};
    const void* top_ = nullptr;  // innermost frame of the suspended stack
    Worker* worker_;
    std::unique_ptr<Impl> impl_;
    CancelHook hook_{};
    std::size_t position_ = 0;  // in the worker's list of fibers
    State state_ = State::ready;
    bool interrupted_ = false;
    std::uint8_t lines_ = 0;  // of the stack, from top_ on: worth fetching beforehand
};

/// Suspends the current fiber; returns at once for durations that are not positive. Throws Interrupted. Wakes at the
/// first millisecond tick at or after the deadline, or with Precision::exact (and with a simulated clock) at the
/// deadline.
void sleep_for(std::chrono::nanoseconds duration, TimingWheel::Precision precision = TimingWheel::Precision::tick);
void sleep_until(TimePoint deadline, TimingWheel::Precision precision = TimingWheel::Precision::tick);

}  // namespace k6
