#include "engine/runtime/worker.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/runtime/aside.h"
#include "engine/runtime/blocking_pool.h"
#include "engine/runtime/deferred.h"
#include "engine/runtime/descriptor.h"
#include "engine/runtime/stack_arena.h"

namespace k6 {

namespace {

constinit thread_local Worker* current_worker = nullptr;

/// Fibers that have ended and wait for another body, so that batches of requests, of many VUs in a turn, make none.
constexpr std::size_t most_resting = 512;

/// A turn with many fibers asks the kernel in between, this often: what it tells has the time at which it was asked.
constexpr std::chrono::milliseconds longest_without_look{1};
/// The clock is read once for so many fibers at most, and for fewer where they take long: a handshake is a millisecond.
constexpr std::size_t most_between_checks = 8;

SimulatedClock* as_simulated(Clock* clock) {
    if (clock == nullptr) throw std::invalid_argument("Worker: no clock");
    if (!clock->simulated()) return nullptr;
    auto* simulated = dynamic_cast<SimulatedClock*>(clock);
    if (simulated == nullptr) throw std::invalid_argument("Worker: a simulated clock must be a SimulatedClock");
    return simulated;
}

/// A file descriptor of the loop's own.
class OwnFd {
public:
    OwnFd() = default;
    OwnFd(int fd, const char* what) : fd_(fd) {
        if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
    }
    OwnFd(OwnFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    OwnFd& operator=(OwnFd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~OwnFd() {
        if (fd_ >= 0) ::close(fd_);
    }
    int get() const noexcept { return fd_; }

private:
    int fd_ = -1;
};

/// What is not there any more is left out: entries of a list that is being walked are replaced, not erased.
template <class T>
void forget_in(std::vector<T*>& list, const T* gone) noexcept {
    std::replace(list.begin(), list.end(), const_cast<T*>(gone), static_cast<T*>(nullptr));
}

}  // namespace

// The loop takes turns, each of which
//
// * asks the kernel what has happened (waiting for it if there is nothing else to do) and tells the owners of the
//   descriptors, who make fibers ready; the alarm, set to the wheel's next wakeup, makes sleepers ready;
// * runs what other threads and fibers have posted;
// * runs the fibers that are ready, but none of those that they make ready, save that one that ends may name a
//   successor: so fibers that keep each other busy starve nobody. Between them, once a millisecond, it looks up: asks
//   the kernel again, so that when something happened is known however many fibers were ready;
// * runs what was deferred to this point.
struct Worker::Impl {
    Config config;
    SimulatedClock* simulated;
    StackArena arena;  // outlives the wheel, whose timers may lie on abandoned stacks
    OwnFd epoll;
    OwnFd alarm;
    OwnFd bell;                             // other threads ring it when they have posted something
    TimePoint alarm_at = TimePoint::max();  // what the alarm is set to
    TimingWheel wheel;
    std::array<epoll_event, 128> events;
    int event_count = 0;  // while they are told
    struct Again {
        Descriptor* descriptor;
        unsigned events;
    };
    std::vector<Again> again;
    std::vector<Again> again_now;  // those of this turn; two vectors that swap allocate nothing
    std::vector<Deferred*> deferred;
    std::vector<Deferred*> deferred_now;
    std::vector<Fiber*> fibers;
    std::vector<Fiber*> ready;
    std::vector<Fiber*> batch;    // the ready fibers of this turn
    Fiber* successor = nullptr;   // runs once the current one has ended
    std::vector<Fiber*> resting;  // fibers that have ended, for reuse
    TimePoint batch_time{};
    bool batch_time_known = false;
    // Of looking up, see run_ready().
    TimePoint checked_at{};
    std::size_t between_checks = most_between_checks;
    std::size_t until_check = most_between_checks;
    bool running = false;
    std::atomic<bool> stop_requested = false;
    std::atomic<bool> has_posted = false;
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
        for (auto* list : {&deferred, &deferred_now}) list->reserve(64);
        for (auto* list : {&again, &again_now}) list->reserve(64);
        resting.reserve(most_resting);
        if (simulated) return;
        epoll = OwnFd(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
        alarm = OwnFd(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create");
        bell = OwnFd(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
        // Edge-triggered, neither needs to be read.
        for (OwnFd* own : {&alarm, &bell}) {
            if (add(own->get(), EPOLLIN, own) != 0)
                throw std::system_error(errno, std::generic_category(), "epoll_ctl");
        }
    }

    ~Impl() {
        pool.reset();  // its jobs post to us
        for (Fiber* fiber : fibers) delete fiber;
        for (Fiber* fiber : resting) delete fiber;
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    int add(int fd, unsigned interest, void* told) const noexcept {
        epoll_event event{};
        event.events = interest | EPOLLET;
        event.data.ptr = told;
        return ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &event);
    }

    // Forgotten when the next turn begins.
    TimePoint time_of_batch() {
        if (simulated || !running) return config.clock->now();
        if (!batch_time_known) {
            batch_time = config.clock->now();
            batch_time_known = true;
        }
        return batch_time;
    }

    void turn() {
        if (const auto wakeup = wheel.next_wakeup(); wakeup && *wakeup < alarm_at) set_alarm(*wakeup);
        const bool busy = !ready.empty() || !again.empty() || !deferred.empty() || has_posted.load();
        const int count = ask(busy ? 0 : -1);
        again_now.swap(again);
        if (count > 0) tell(count);
        if (!again_now.empty()) tell_those_left();
        run_posted();
        run_ready();
        if (!deferred.empty()) run_deferred();
    }

    int ask(int timeout) {
        const int count = ::epoll_wait(epoll.get(), events.data(), static_cast<int>(events.size()), timeout);
        if (count < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "epoll_wait");
        batch_time_known = false;
        return std::max(count, 0);
    }

    void look_up() {
        const TimePoint now = config.clock->now();
        const bool slow = now - std::exchange(checked_at, now) > longest_without_look / 4;
        between_checks = slow ? 1 : std::min(2 * between_checks, most_between_checks);
        until_check = between_checks;
        if (now - batch_time < longest_without_look) return;
        if (const int count = ask(0); count > 0) tell(count);
        time_of_batch();
    }

    void tell(int count) noexcept {
        event_count = count;
        bool alarm_rang = false;
        for (int i = 0; i < event_count; ++i) {
            fetch_ahead(i);
            const epoll_event& event = events[static_cast<std::size_t>(i)];
            if (event.data.ptr == &alarm) {
                alarm_rang = true;
            } else if (event.data.ptr != nullptr && event.data.ptr != &bell) {
                time_of_batch();
                Descriptor& descriptor = *static_cast<Descriptor*>(event.data.ptr);
                if ((event.events & ~EPOLLOUT) != 0) descriptor.told_at_ = Descriptor::short_time(batch_time);
                descriptor.ready_(descriptor.owner_, event.events);
            }
        }
        event_count = 0;
        if (!alarm_rang) return;
        alarm_at = TimePoint::max();
        wheel.advance(time_of_batch());
    }

    // With thousands of connections nothing of one is in the processor's caches when its turn comes.
    void fetch_ahead(int i) const noexcept {
        const auto at = [this](int event) -> const Descriptor* {
            if (event >= event_count) return nullptr;
            const void* const told = events[static_cast<std::size_t>(event)].data.ptr;
            return told == &alarm || told == &bell ? nullptr : static_cast<const Descriptor*>(told);
        };
        if (const Descriptor* const far = at(i + 8)) {
            // Beside it lies the rest of its owner.
            const auto* const lines = reinterpret_cast<const std::byte*>(far);
            for (int line = 0; line < 3; ++line) __builtin_prefetch(lines + 64 * line, 1);
        }
        const Descriptor* const near = at(i + 4);
        if (near != nullptr && near->touched_ != nullptr) {
            const auto* const lines = static_cast<const std::byte*>(near->touched_);
            for (int line = 0; line < 2; ++line) __builtin_prefetch(lines + 64 * line, 1);
        }
    }

    void tell_those_left() noexcept {
        for (std::size_t i = 0; i < again_now.size(); ++i) {
            const auto [descriptor, events] = again_now[i];
            if (descriptor != nullptr) descriptor->ready_(descriptor->owner_, events);
        }
        again_now.clear();
    }

    void forget(const Descriptor& descriptor) noexcept {
        for (int i = 0; i < event_count; ++i) {
            epoll_event& event = events[static_cast<std::size_t>(i)];
            if (event.data.ptr == &descriptor) event.data.ptr = nullptr;
        }
        for (auto* list : {&again, &again_now}) {
            for (Again& entry : *list) {
                if (entry.descriptor == &descriptor) entry.descriptor = nullptr;
            }
        }
    }

    void run_deferred() noexcept {
        deferred_now.swap(deferred);
        for (std::size_t i = 0; i < deferred_now.size(); ++i) {
            Deferred* const task = deferred_now[i];
            if (task == nullptr) continue;
            task->requested_ = false;
            task->run_(task->owner_);
        }
        deferred_now.clear();
    }

    void set_alarm(TimePoint wakeup) {
        alarm_at = wakeup;
        // 0 would disarm it.
        const auto wait = std::max(wakeup - config.clock->now(), std::chrono::nanoseconds(1));
        const auto whole = std::chrono::floor<std::chrono::seconds>(wait);
        itimerspec setting{};
        setting.it_value.tv_sec = whole.count();
        setting.it_value.tv_nsec = (wait - whole).count();
        ::timerfd_settime(alarm.get(), 0, &setting, nullptr);
    }

    void run_posted() noexcept {
        if (!has_posted.load(std::memory_order_acquire)) return;
        {
            std::lock_guard lock(posted_mutex);
            tasks.swap(posted);
            has_posted.store(false, std::memory_order_relaxed);
        }
        for (std::function<void()>& task : tasks) {
            task();
            task = nullptr;
        }
        tasks.clear();
    }

    void run_ready() noexcept {
        batch.swap(ready);
        // So that looking up knows how long ago the kernel was asked.
        if (!simulated && !batch.empty()) checked_at = time_of_batch();
        for (std::size_t i = 0; i < batch.size(); ++i) {
            if (i != 0 && !simulated && --until_check == 0) look_up();
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
        running = true;
        struct Done {
            bool& running;
            ~Done() { running = false; }
        } done{running};
        do {
            turn();
        } while (!finished());
    }

    void run_simulated() {
        while (true) {
            run_posted();
            if (!ready.empty()) {
                run_ready();
                if (!deferred.empty()) run_deferred();
                continue;
            }
            if (!deferred.empty()) {
                run_deferred();
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

Resolver* Worker::resolver() const noexcept { return impl_->config.resolver; }

std::size_t Worker::fibers() const noexcept { return impl_->fibers.size(); }

StackArena& Worker::stacks() noexcept { return impl_->arena; }

Fiber& Worker::spawn(std::function<void()> body) {
    std::vector<Fiber*>& fibers = impl_->fibers;
    if (fibers.size() == fibers.capacity()) fibers.reserve(std::max<std::size_t>(64, 2 * fibers.size()));
    Fiber* fiber = nullptr;
    if (impl_->resting.empty()) {
        fiber = new Fiber(*this, std::move(body));
    } else {
        fiber = impl_->resting.back();
        impl_->resting.pop_back();
        fiber->begin_anew(std::move(body));
    }
    fiber->position_ = fibers.size();
    fibers.push_back(fiber);
    schedule(*fiber);
    return *fiber;
}

void Worker::schedule(Fiber& fiber) { impl_->ready.push_back(&fiber); }

void Worker::succeed(Fiber& fiber) {
    if (impl_->successor != nullptr) return schedule(fiber);
    impl_->successor = &fiber;
}

Fiber* Worker::take_successor() noexcept { return std::exchange(impl_->successor, nullptr); }

void Worker::ended(Fiber& fiber) noexcept {
    std::vector<Fiber*>& fibers = impl_->fibers;
    fibers[fiber.position_] = fibers.back();
    fibers[fiber.position_]->position_ = fiber.position_;
    fibers.pop_back();
    if (impl_->resting.size() < most_resting) {
        impl_->resting.push_back(&fiber);
    } else {
        delete &fiber;
    }
}

int Worker::watch(Descriptor& descriptor) {
    if (impl_->simulated) return ENOTSUP;
    return impl_->add(descriptor.fd_, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLPRI, &descriptor) == 0 ? 0 : errno;
}

void Worker::tell_again(Descriptor& descriptor, unsigned events) { impl_->again.push_back({&descriptor, events}); }

void Worker::forget(Descriptor& descriptor) noexcept { impl_->forget(descriptor); }

void Worker::defer(Deferred& task) { impl_->deferred.push_back(&task); }

void Worker::forget(Deferred& task) noexcept {
    forget_in(impl_->deferred, &task);
    forget_in(impl_->deferred_now, &task);
}

void Worker::post(std::function<void()> task) {
    // Under the lock to the end: once a task is taken, the worker may finish and be destroyed.
    std::lock_guard lock(impl_->posted_mutex);
    impl_->posted.push_back(std::move(task));
    impl_->has_posted.store(true);
    if (impl_->posted.size() > 1 || impl_->simulated || current_worker == this) return;
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(impl_->bell.get(), &one, sizeof one);
}

void Worker::request_stop() {
    impl_->stop_requested.store(true, std::memory_order_release);
    post([] {});
}

void Worker::run() {
    if (current_worker != nullptr) throw std::logic_error("Worker::run: this thread runs a worker already");
    current_worker = this;
    // Lent by the arena, so it has a guard like a fiber's.
    struct Aside {
        StackArena& arena;
        StackArena::Stack stack = arena.allocate();
        detail::AsideStack shared{stack.high};
        ~Aside() { arena.release(stack); }
    } const aside{impl_->arena};
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
