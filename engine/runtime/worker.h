// A worker: one thread's event loop, with its fibers, its timers and its way to resolve names.
//
// Each worker waits for its descriptors, its alarm (which drives a TimingWheel) and posts from other threads in one
// epoll set. VUs are fibers that live on one worker for good. With a simulated clock the worker does no I/O: when
// nothing is ready, time jumps to the next deadline.
//
//   SystemClock clock;
//   Worker worker({.index = 0, .clock = &clock});
//   worker.post([&] { worker.spawn([] { sleep_for(std::chrono::milliseconds(5)); }); });
//   worker.request_stop();      // run() returns when the last fiber has ended
//   worker.run();
//
// `post`, `request_stop`, `index` and `clock` from any thread, everything else on the thread inside run() (or before it
// runs). A worker runs on one thread for life. A SimulatedClock serves one worker, on one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "base/error.h"
#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/timing_wheel.h"

namespace k6 {

class Deferred;
class Descriptor;
class Resolver;
class StackArena;

class Worker {
public:
    struct Config {
        unsigned index = 0;
        Clock* clock = nullptr;  // outlives the worker
        /// Address space per fiber stack; only touched pages cost memory. JavaScript needs the megabyte.
        std::size_t stack_size = std::size_t{1} << 20;
        /// Set for workers that shall resolve names; outlives the worker.
        Resolver* resolver = nullptr;
    };

    explicit Worker(Config config);
    /// Fibers that are left are dropped with their stacks, not unwound: what their frames own is lost. That happens
    /// only after run() has thrown.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// The worker whose run() is on this thread, or null.
    static Worker* current() noexcept;

    unsigned index() const noexcept;
    Clock& clock() const noexcept;
    TimePoint now() const noexcept { return clock().now(); }
    /// Time at which the current batch of ready events was collected, so without the time that the events before the
    /// current one have taken: cheap, at most one batch old.
    TimePoint batch_time() const noexcept;
    /// Timers armed here need no further word to the worker.
    TimingWheel& wheel() noexcept;
    Resolver* resolver() const noexcept;

    /// Makes a fiber and starts it from the loop (not before this returns). Interrupted may leave the body and ends the
    /// fiber; any other exception that does is a programmer error: std::terminate. Throws std::system_error when no
    /// more stacks are to be had.
    Fiber& spawn(std::function<void()> body);
    /// Fibers spawned and not ended.
    std::size_t fibers() const noexcept;

    /// Runs `task` on this worker's thread, soon, outside of fibers and in the order of posting; any thread. It must
    /// not throw.
    void post(std::function<void()> task);

    /// Loops until request_stop() was called, no fiber is left and nothing posted is left; armed timers and pending I/O
    /// do not keep it. With a simulated clock: throws std::logic_error when nothing can ever happen any more before
    /// that, because every fiber left waits for something else than time or because nobody has requested the stop.
    void run();
    void request_stop();

    /// Runs a blocking function on a helper thread while the calling fiber waits (uninterruptibly: the function's
    /// captures stay alive). Its exceptions arrive here. With a simulated clock it simply runs.
    void offload(std::function<void()> blocking);

private:
    friend class Deferred;
    friend class Descriptor;
    friend class Fiber;
    struct Impl;

    StackArena& stacks() noexcept;
    void schedule(Fiber& fiber);
    /// The fiber runs once the current one has ended.
    void succeed(Fiber& fiber);
    Fiber* take_successor() noexcept;
    void ended(Fiber& fiber) noexcept;
    /// 0 or an errno.
    int watch(Descriptor& descriptor);
    void tell_again(Descriptor& descriptor, unsigned events);
    void forget(Descriptor& descriptor) noexcept;
    void defer(Deferred& task);
    void forget(Deferred& task) noexcept;

    std::unique_ptr<Impl> impl_;
};

}  // namespace k6
