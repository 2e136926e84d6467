#include "engine/runtime/worker.h"

#include <algorithm>
#include <asio/basic_waitable_timer.hpp>
#include <asio/error.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/wait_traits.hpp>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "engine/runtime/blocking_pool.h"
#include "engine/runtime/stack_arena.h"

namespace k6 {

namespace {

constinit thread_local Worker* current_worker = nullptr;

SimulatedClock* as_simulated(Clock* clock) {
    if (clock == nullptr) throw std::invalid_argument("Worker: no clock");
    if (!clock->simulated()) return nullptr;
    auto* simulated = dynamic_cast<SimulatedClock*>(clock);
    if (simulated == nullptr) throw std::invalid_argument("Worker: a simulated clock must be a SimulatedClock");
    return simulated;
}

// Memory for the handlers that a worker gives to Asio in its steady state. Asio itself keeps two blocks per thread for
// reuse, which the handlers of sockets take as well.
class HandlerMemory {
public:
    // A turn, the alarm, and alarms that were set anew in the same batch: rarely more than these at a time.
    HandlerMemory() {
        for (int i = 0; i < 8; ++i) deallocate(::operator new(block_size), block_size);
    }
    HandlerMemory(const HandlerMemory&) = delete;
    HandlerMemory& operator=(const HandlerMemory&) = delete;
    ~HandlerMemory() {
        while (free_ != nullptr) ::operator delete(std::exchange(free_, free_->next));
    }

    void* allocate(std::size_t size) {
        if (size > block_size) return ::operator new(size);
        if (free_ == nullptr) return ::operator new(block_size);
        return std::exchange(free_, free_->next);
    }
    void deallocate(void* memory, std::size_t size) noexcept {
        if (size > block_size) return ::operator delete(memory);
        free_ = new (memory) Block{free_};
    }

private:
    static constexpr std::size_t block_size = 256;
    struct Block {
        Block* next;
    };
    Block* free_ = nullptr;
};

template <class T>
struct HandlerAllocator {
    using value_type = T;
    HandlerMemory* memory;

    explicit HandlerAllocator(HandlerMemory& from) noexcept : memory(&from) {}
    template <class U>
    HandlerAllocator(const HandlerAllocator<U>& other) noexcept : memory(other.memory) {}
    T* allocate(std::size_t count) { return static_cast<T*>(memory->allocate(count * sizeof(T))); }
    void deallocate(T* at, std::size_t count) noexcept { memory->deallocate(at, count * sizeof(T)); }
    friend bool operator==(const HandlerAllocator&, const HandlerAllocator&) = default;
};

template <class Function>
struct Handler {
    using allocator_type = HandlerAllocator<void>;
    HandlerMemory* memory;
    Function function;

    Handler(HandlerMemory& from, Function call) : memory(&from), function(std::move(call)) {}
    allocator_type get_allocator() const noexcept { return allocator_type(*memory); }
    template <class... Arguments>
    void operator()(const Arguments&... arguments) {
        function(arguments...);
    }
};

}  // namespace

// The loop is io_context::run(); everything of ours happens in handlers:
//
// * on_alarm: the one Asio timer, set to the wheel's next wakeup, has expired. The wheel makes sleepers ready.
// * turn: posted whenever there is something to do besides I/O (ready fibers, posted tasks, a batch time to forget). At
//   most one is under way per worker, and one for each burst of posts from other threads.
//
// Asio puts what a handler posts behind the events it has collected and polls before it gets there: between two turns
// there is always a look at the sockets, and each turn runs only the fibers that were ready when it began. So fibers
// that keep each other busy starve nobody. That order also makes a turn the mark between two batches of events,
// which is what batch_time() needs.
struct Worker::Impl {
    // asio::steady_timer without its type-erased executor.
    using Alarm = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>,
                                             asio::io_context::executor_type>;

    Config config;
    SimulatedClock* simulated;
    StackArena arena;              // outlives the wheel, whose timers may lie on abandoned stacks
    HandlerMemory handler_memory;  // outlives the handlers in io
    // One thread does all its I/O, without locks; posting from others stays safe.
    asio::io_context io{ASIO_CONCURRENCY_HINT_UNSAFE_IO};
    asio::executor_work_guard<asio::io_context::executor_type> keep_running{io.get_executor()};
    Alarm alarm{io};
    TimePoint alarm_at = TimePoint::max();  // what the alarm is set to
    TimingWheel wheel;
    std::vector<Fiber*> fibers;
    std::vector<Fiber*> ready;
    std::vector<Fiber*> batch;  // the ready fibers of this turn; two vectors that swap allocate nothing
    TimePoint batch_time{};
    bool batch_time_known = false;
    bool turn_requested = false;
    bool in_turn = false;
    bool running = false;
    std::atomic<bool> stop_requested = false;
    std::mutex posted_mutex;
    std::vector<std::function<void()>> posted;
    std::vector<std::function<void()>> tasks;  // the posted tasks of this turn
    std::optional<BlockingPool> pool;

    explicit Impl(Config settings)
        : config(settings),
          simulated(as_simulated(config.clock)),
          arena({.slot_size = config.stack_size}),
          wheel(config.clock->now(), simulated ? TimingWheel::Precision::exact : TimingWheel::Precision::tick) {
        // Which of two swapped vectors is filled next is chance; neither shall grow from nothing late.
        for (auto* list : {&ready, &batch}) list->reserve(64);
        for (auto* list : {&posted, &tasks}) list->reserve(64);
        if (simulated) return;
        wheel.set_driver({[](void* self, TimePoint due) noexcept { static_cast<Impl*>(self)->set_alarm(due); }, this});
        wheel.expect_advance(std::nullopt);
    }

    ~Impl() {
        pool.reset();  // its jobs post to us
        for (Fiber* fiber : fibers) delete fiber;
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    // A time that is read in this batch is forgotten by the turn behind it.
    TimePoint time_of_batch() {
        if (simulated || !running) return config.clock->now();
        if (!batch_time_known) {
            batch_time = config.clock->now();
            batch_time_known = true;
        }
        request_turn();
        return batch_time;
    }

    void request_turn() {
        if (turn_requested || simulated) return;
        turn_requested = true;
        asio::post(io, Handler(handler_memory, [this] {
                       turn_requested = false;
                       turn();
                   }));
    }

    void turn() noexcept {
        batch_time_known = false;
        begin_turn();
        run_posted();
        run_ready();
        end_turn();
    }

    void on_alarm() noexcept {
        alarm_at = TimePoint::max();
        begin_turn();
        wheel.advance(time_of_batch());
        run_ready();
        end_turn();
    }

    void begin_turn() {
        in_turn = true;
        wheel.mute_driver();  // however many sleeps begin in this turn, the alarm is set once
    }

    void end_turn() {
        in_turn = false;
        if (!ready.empty()) request_turn();
        if (auto wakeup = wheel.next_wakeup(); wakeup && *wakeup < alarm_at) {
            set_alarm(*wakeup);
        } else {
            wheel.expect_advance(alarm_at);
        }
        if (finished()) io.stop();
    }

    void set_alarm(TimePoint wakeup) {
        alarm_at = wakeup;
        wheel.expect_advance(wakeup);
        alarm.expires_after(std::max(wakeup - config.clock->now(), std::chrono::nanoseconds(0)));
        alarm.async_wait(Handler(handler_memory, [this](const asio::error_code& error) {
            if (error != asio::error::operation_aborted) on_alarm();
        }));
    }

    void run_posted() noexcept {
        {
            std::lock_guard lock(posted_mutex);
            tasks.swap(posted);
        }
        for (std::function<void()>& task : tasks) {
            task();
            task = nullptr;
        }
        tasks.clear();
    }

    void run_ready() noexcept {
        batch.swap(ready);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (i + 8 < batch.size()) __builtin_prefetch(batch[i + 8]);
            if (i + 4 < batch.size()) batch[i + 4]->prefetch();
            batch[i]->enter();
        }
        batch.clear();
    }

    bool finished() {
        if (!fibers.empty() || !stop_requested.load(std::memory_order_acquire)) return false;
        std::lock_guard lock(posted_mutex);
        return posted.empty();
    }

    void run() {
        io.restart();
        running = true;
        struct Done {
            bool& running;
            ~Done() { running = false; }
        } done{running};
        request_turn();
        io.run();
    }

    void run_simulated() {
        while (true) {
            run_posted();
            if (!ready.empty()) {
                run_ready();
                continue;
            }
            if (finished()) return;
            {
                std::lock_guard lock(posted_mutex);
                if (!posted.empty()) continue;
            }
            std::optional<TimePoint> next = wheel.next_wakeup();
            if (!next) {
                throw std::logic_error(fibers.empty()
                                           ? "Worker::run in simulated time: nothing is left to do and nobody has "
                                             "requested the stop"
                                           : "Worker::run in simulated time: " + std::to_string(fibers.size()) +
                                                 " fibers wait for something that can never happen");
            }
            simulated->advance_to(*next);
            wheel.advance(simulated->now());
        }
    }
};

Worker::Worker(Config config) : impl_(std::make_unique<Impl>(config)) {}

Worker::~Worker() = default;

Worker* Worker::current() noexcept { return current_worker; }

unsigned Worker::index() const noexcept { return impl_->config.index; }

Clock& Worker::clock() const noexcept { return *impl_->config.clock; }

TimePoint Worker::batch_time() const noexcept { return impl_->time_of_batch(); }

TimingWheel& Worker::wheel() noexcept { return impl_->wheel; }

asio::io_context& Worker::io() noexcept { return impl_->io; }

Resolver* Worker::resolver() const noexcept { return impl_->config.resolver; }

std::size_t Worker::fibers() const noexcept { return impl_->fibers.size(); }

StackArena& Worker::stacks() noexcept { return impl_->arena; }

Fiber& Worker::spawn(std::function<void()> body) {
    std::vector<Fiber*>& fibers = impl_->fibers;
    if (fibers.size() == fibers.capacity()) fibers.reserve(std::max<std::size_t>(64, 2 * fibers.size()));
    auto* fiber = new Fiber(*this, std::move(body));
    fiber->position_ = fibers.size();
    fibers.push_back(fiber);
    schedule(*fiber);
    return *fiber;
}

void Worker::schedule(Fiber& fiber) {
    impl_->ready.push_back(&fiber);
    if (!impl_->in_turn) impl_->request_turn();
}

void Worker::ended(Fiber& fiber) noexcept {
    std::vector<Fiber*>& fibers = impl_->fibers;
    fibers[fiber.position_] = fibers.back();
    fibers[fiber.position_]->position_ = fiber.position_;
    fibers.pop_back();
    delete &fiber;
    // The end of a turn sees whether this was what run() waited for.
    if (fibers.empty() && !impl_->in_turn) impl_->request_turn();
}

void Worker::post(std::function<void()> task) {
    // Under the lock to the end: once a task is taken, the worker may finish and be destroyed.
    std::lock_guard lock(impl_->posted_mutex);
    impl_->posted.push_back(std::move(task));
    if (impl_->posted.size() > 1 || impl_->simulated) return;
    if (current_worker == this) {
        impl_->request_turn();
    } else {
        asio::post(impl_->io, [impl = impl_.get()] { impl->turn(); });
    }
}

void Worker::request_stop() {
    impl_->stop_requested.store(true, std::memory_order_release);
    post([] {});
}

void Worker::run() {
    if (current_worker != nullptr) throw std::logic_error("Worker::run: this thread runs a worker already");
    current_worker = this;
    struct Done {
        ~Done() { current_worker = nullptr; }
    } done;
    if (impl_->simulated) {
        impl_->run_simulated();
    } else {
        impl_->run();
    }
}

void Worker::offload(std::function<void()> blocking) {
    if (impl_->simulated) return blocking();
    Fiber* fiber = Fiber::current();
    if (fiber == nullptr) throw std::logic_error("Worker::offload: not on a fiber");
    if (!impl_->pool) impl_->pool.emplace(BlockingPool::Config{.max_threads = 4});
    std::exception_ptr failure;
    impl_->pool->submit([this, fiber, &blocking, &failure] {
        try {
            blocking();
        } catch (...) {
            failure = std::current_exception();
        }
        post([fiber] { fiber->resume(); });
    });
    fiber->suspend_uninterruptibly();
    if (failure) std::rethrow_exception(std::move(failure));
}

}  // namespace k6
