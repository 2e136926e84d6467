#include "engine/runtime/fiber.h"

#include <cxxabi.h>

#include <algorithm>
#include <boost/context/fiber.hpp>
#include <boost/context/stack_context.hpp>
#include <new>
#include <stdexcept>
#include <utility>

#include "engine/runtime/aside.h"
#include "engine/runtime/stack_arena.h"
#include "engine/runtime/stack_trim.h"
#include "engine/runtime/worker.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

namespace k6 {

namespace {

// The one piece of ambient state of the runtime, besides Worker::current(): code deep in a fiber must find it.
constinit thread_local Fiber* running_fiber = nullptr;

/// Of a stack, lines that are fetched before it is entered: the frames through which a wait returns.
constexpr std::ptrdiff_t most_lines = 40;

// The layout that the C++ ABI gives to what __cxa_get_globals() points at (Itanium C++ ABI, 2.2.2). Exceptions being
// handled belong to a call stack, hence to a fiber: without exchanging them, fibers that suspend inside `catch` blocks
// would end each other's exceptions.
struct ExceptionState {
    void* caught = nullptr;
    unsigned int uncaught = 0;
};

// What the sanitizers must be told so that they know which stack they are on. Nothing in ordinary builds.
class SanitizerContext {
public:
#if defined(__SANITIZE_ADDRESS__)
    void about_to_enter(const StackArena::Stack& stack) noexcept {
        __sanitizer_start_switch_fiber(&outer_fake_, stack.low, static_cast<std::size_t>(stack.high - stack.low));
    }
    void back_outside() noexcept { __sanitizer_finish_switch_fiber(outer_fake_, nullptr, nullptr); }
    void about_to_leave() noexcept { __sanitizer_start_switch_fiber(&inner_fake_, outer_low_, outer_size_); }
    void about_to_end() noexcept { __sanitizer_start_switch_fiber(nullptr, outer_low_, outer_size_); }
    void inside() noexcept { __sanitizer_finish_switch_fiber(inner_fake_, &outer_low_, &outer_size_); }

private:
    void* outer_fake_ = nullptr;
    void* inner_fake_ = nullptr;
    const void* outer_low_ = nullptr;
    std::size_t outer_size_ = 0;

public:
#else
    void about_to_enter(const StackArena::Stack&) noexcept {}
    void back_outside() noexcept {}
    void about_to_leave() noexcept {}
    void about_to_end() noexcept {}
    void inside() noexcept {}
#endif

// ThreadSanitizer keeps a shadow call stack per context: a context must be the current one at the return from every
// function that was entered in it. So the last switch, out of a fiber that ends, is told only after the fact.
#if defined(__SANITIZE_THREAD__)
    SanitizerContext() : inner_(__tsan_create_fiber(0)) {}
    ~SanitizerContext() { __tsan_destroy_fiber(inner_); }
    SanitizerContext(const SanitizerContext&) = delete;
    SanitizerContext& operator=(const SanitizerContext&) = delete;
    void thread_to_fiber() noexcept {
        outer_ = __tsan_get_current_fiber();
        __tsan_switch_to_fiber(inner_, 0);
    }
    void fiber_to_thread() noexcept { __tsan_switch_to_fiber(outer_, 0); }

private:
    void* inner_;
    void* outer_ = nullptr;
#else
    void thread_to_fiber() noexcept {}
    void fiber_to_thread() noexcept {}
#endif
};

// Lends a slot of the arena to Boost; the fiber gives it back itself.
struct BorrowedStack {
    StackArena::Stack stack;

    boost::context::stack_context allocate() const {
        boost::context::stack_context context;
        context.sp = stack.high;
        context.size = static_cast<std::size_t>(stack.high - stack.low);
        return context;
    }
    void deallocate(boost::context::stack_context&) const noexcept {}
};

}  // namespace

// What a switch touches comes first, in a cache line.
struct alignas(64) Fiber::Impl {
    // Never destroyed: a fiber that has not ended would be unwound by that, on a thread that may be doing so already.
    union {
        boost::context::fiber inside;
    };
    boost::context::fiber outside;
    ExceptionState exceptions{};
    StackArena::Stack stack;
    bool begun = false;
    bool ended = false;
    bool last = false;  // no other body follows
    std::function<void()> body;
    [[no_unique_address]] SanitizerContext sanitizer;

    Impl(std::function<void()> run, StackArena::Stack on) : stack(on), body(std::move(run)) {
        new (&inside) boost::context::fiber();
    }
    ~Impl() {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    // The body dies on its own fiber, so that what it captured may wait in its destructors.
    void run_body() noexcept {
        try {
            std::function<void()> run = std::move(body);
            run();
        } catch (const Interrupted&) {  // the ordinary end of a fiber that was told to stop
        }
    }

    void begin() {
        begun = true;
        inside = boost::context::fiber(std::allocator_arg, BorrowedStack{stack}, [this](boost::context::fiber&& from) {
            sanitizer.inside();
            outside = std::move(from);
            while (!last) {
                run_body();
                ended = true;
                sanitizer.fiber_to_thread();
                sanitizer.about_to_leave();
                outside = std::move(outside).resume();
                sanitizer.inside();
            }
            sanitizer.about_to_end();
            return std::move(outside);
        });
    }

    void switch_inside() noexcept {
        sanitizer.thread_to_fiber();
        if (!begun) begin();
        sanitizer.about_to_enter(stack);
        inside = std::move(inside).resume();
        sanitizer.back_outside();
    }

    // A body that has ended leaves nothing on the stack but the loop above.
    void end() noexcept {
        last = true;
        switch_inside();
        sanitizer.fiber_to_thread();
    }
};

Fiber::Fiber(Worker& worker, std::function<void()> body) : worker_(&worker) {
    StackArena::Stack stack = worker.stacks().allocate();
    try {
        impl_ = std::make_unique<Impl>(std::move(body), stack);
    } catch (...) {
        worker.stacks().release(stack);
        throw;
    }
}

Fiber::~Fiber() {
    if (impl_->begun && !impl_->ended) return;
    if (impl_->begun) impl_->end();
    worker_->stacks().release(impl_->stack);
}

void Fiber::begin_anew(std::function<void()> body) noexcept {
    impl_->body = std::move(body);
    impl_->ended = false;
    state_ = State::ready;
    interrupted_ = false;
}

Fiber* Fiber::current() noexcept { return running_fiber; }

std::byte* Fiber::stack_low() const noexcept { return impl_->stack.low; }

std::byte* Fiber::stack_high() const noexcept { return impl_->stack.high; }

void Fiber::prefetch() const noexcept {
    __builtin_prefetch(impl_.get(), 1);
    if (top_ == nullptr) return;
    // The switch pushes the saved registers below this frame, and the frames that it returns through lie above.
    const auto* line = static_cast<const std::byte*>(top_) - 128;
    int left = lines_ + 2;
    // Four at a time: counting would cost as much as asking.
    for (; left >= 4; left -= 4, line += 256) {
        __builtin_prefetch(line, 1);
        __builtin_prefetch(line + 64, 1);
        __builtin_prefetch(line + 128, 1);
        __builtin_prefetch(line + 192, 1);
    }
    for (; left > 0; --left, line += 64) __builtin_prefetch(line, 1);
}

// From the worker's loop into the fiber, until it leaves or ends.
void Fiber::enter() noexcept {
    Impl& impl = *impl_;
    state_ = State::running;
    running_fiber = this;
    auto* exceptions = reinterpret_cast<ExceptionState*>(abi::__cxa_get_globals());
    ExceptionState outside = std::exchange(*exceptions, impl.exceptions);

    impl.switch_inside();

    impl.exceptions = std::exchange(*exceptions, outside);
    running_fiber = nullptr;
    Worker& worker = *worker_;
    Fiber* const next = worker.take_successor();
    const bool has_ended = impl.ended;
    if (has_ended) worker.ended(*this);
    if (next == nullptr) return;
    // Two fibers that succeed each other without end would starve everybody else.
    if (has_ended) {
        next->enter();
    } else {
        worker.schedule(*next);
    }
}

// From the fiber to the worker's loop, until it is entered again. Inlined: a frame of its own would be one more cache
// line of every fiber that waits.
[[gnu::always_inline]] inline void Fiber::leave() noexcept {
    Impl& impl = *impl_;
    state_ = State::suspended;
    top_ = __builtin_frame_address(0);
    lines_ = static_cast<std::uint8_t>(
        std::min<std::ptrdiff_t>((impl.stack.high - static_cast<const std::byte*>(top_)) / 64, most_lines));
    impl.sanitizer.fiber_to_thread();
    impl.sanitizer.about_to_leave();
    impl.outside = std::move(impl.outside).resume();
    impl.sanitizer.inside();
}

void Fiber::suspend(CancelHook hook) {
    if (running_fiber != this || detail::is_aside()) throw std::logic_error("Fiber::suspend: not on this fiber");
    check_interrupt();
    hook_ = hook;
    leave();
    check_interrupt();
}

void Fiber::suspend_uninterruptibly() {
    if (running_fiber != this || detail::is_aside()) {
        throw std::logic_error("Fiber::suspend_uninterruptibly: not on this fiber");
    }
    leave();
}

void Fiber::resume() {
    if (running_fiber != nullptr) return resume_later();
    if (state_ != State::suspended) throw std::logic_error("Fiber::resume: the fiber is not suspended");
    hook_ = {};
    enter();
}

void Fiber::resume_later() {
    if (state_ != State::suspended) throw std::logic_error("Fiber::resume: the fiber is not suspended");
    hook_ = {};
    state_ = State::ready;
    worker_->schedule(*this);
}

void Fiber::resume_next() {
    if (running_fiber == nullptr) return resume();
    if (state_ != State::suspended) throw std::logic_error("Fiber::resume: the fiber is not suspended");
    hook_ = {};
    state_ = State::ready;
    worker_->succeed(*this);
}

void Fiber::interrupt() {
    interrupted_ = true;
    end_wait();
}

void Fiber::end_wait() {
    CancelHook hook = std::exchange(hook_, {});
    if (hook.cancel != nullptr) hook.cancel(hook.operation);
}

Fiber& Fiber::sleeper() {
    if (running_fiber == nullptr || detail::is_aside()) throw std::logic_error("sleep: not on a fiber");
    running_fiber->check_interrupt();
    return *running_fiber;
}

void Fiber::sleep(TimePoint deadline, TimingWheel::Precision precision) {
    if (deadline - worker_->batch_time() > long_rest) release_unused_stack(*this);
    worker_->wheel().arm(wakeup_, deadline, precision);
    suspend({[](void* self) noexcept {
                 auto* fiber = static_cast<Fiber*>(self);
                 fiber->wakeup_.cancel();
                 fiber->resume();
             },
             this});
}

void sleep_for(std::chrono::nanoseconds duration, TimingWheel::Precision precision) {
    Fiber& fiber = Fiber::sleeper();
    if (duration <= std::chrono::nanoseconds(0)) return;
    TimePoint now = fiber.worker().now();
    fiber.sleep(duration < TimePoint::max() - now ? now + duration : TimePoint::max(), precision);
}

void sleep_until(TimePoint deadline, TimingWheel::Precision precision) {
    Fiber& fiber = Fiber::sleeper();
    if (deadline > fiber.worker().now()) fiber.sleep(deadline, precision);
}

}  // namespace k6
