#include "engine/runtime/parallel.h"

#include <algorithm>
#include <exception>
#include <vector>

#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"

namespace k6 {
namespace {

struct Join {
    std::size_t count;
    const std::function<void(std::size_t)>& task;
    Fiber* parent;
    std::size_t next = 0;
    std::vector<Fiber*> running;
    bool parent_waits = false;
    bool interrupted = false;
    std::exception_ptr failure;

    void work() {
        Fiber* self = Fiber::current();
        try {
            while (next < count && !self->interrupted()) task(next++);
        } catch (const Interrupted&) {
            // A child's parent knows: it is the one that interrupted.
            if (self == parent) interrupted = true;
        } catch (...) {
            if (!failure) failure = std::current_exception();
            next = count;
        }
        std::erase(running, self);
        if (running.empty() && parent_waits) parent->resume_next();
    }

    void interrupt_all() {
        next = count;
        // An interrupted fiber may end at once and leave the list.
        const std::vector<Fiber*> all = running;
        for (Fiber* fiber : all) {
            if (std::find(running.begin(), running.end(), fiber) != running.end()) fiber->interrupt();
        }
    }
};

}  // namespace

void run_parallel(std::size_t count, std::size_t limit, const std::function<void(std::size_t)>& task) {
    Fiber* parent = Fiber::current();
    parent->check_interrupt();
    if (count == 0) return;
    Join join{.count = count, .task = task, .parent = parent};
    const std::size_t fibers = std::min(count, std::max<std::size_t>(limit, 1));
    join.running.reserve(fibers);
    // One of the fibers is the caller's own.
    for (std::size_t i = 1; i < fibers; ++i) join.running.push_back(&parent->worker().spawn([&join] { join.work(); }));
    join.work();
    bool& interrupted = join.interrupted;
    interrupted = interrupted || parent->interrupted();
    if (interrupted) join.interrupt_all();
    join.parent_waits = true;
    while (!join.running.empty()) {
        if (interrupted) {
            parent->suspend_uninterruptibly();
            continue;
        }
        try {
            parent->suspend({[](void* operation) noexcept {
                                 auto& waited = *static_cast<Join*>(operation);
                                 waited.interrupt_all();
                             },
                             &join});
        } catch (const Interrupted&) {
            interrupted = true;
            // Marked before the suspension: the hook did not run.
            join.interrupt_all();
        }
    }
    if (interrupted) throw Interrupted{};
    if (join.failure) std::rethrow_exception(join.failure);
}

struct FiberSemaphore::Waiter {
    FiberSemaphore* semaphore;
    Fiber* fiber;
    Waiter* previous = nullptr;
    Waiter* next = nullptr;
    bool has_place = false;

    void unlink() {
        (previous != nullptr ? previous->next : semaphore->first_) = next;
        (next != nullptr ? next->previous : semaphore->last_) = previous;
    }
};

FiberSemaphore::FiberSemaphore(std::size_t places) : free_(places) {}
FiberSemaphore::~FiberSemaphore() = default;

void FiberSemaphore::acquire() {
    Fiber* fiber = Fiber::current();
    fiber->check_interrupt();
    if (free_ > 0) {
        --free_;
        return;
    }
    Waiter waiter{.semaphore = this, .fiber = fiber, .previous = last_};
    (last_ != nullptr ? last_->next : first_) = &waiter;
    last_ = &waiter;
    try {
        fiber->suspend({[](void* operation) noexcept {
                            auto& waiting = *static_cast<Waiter*>(operation);
                            if (waiting.has_place) return;  // its resume is on the way
                            waiting.unlink();
                            waiting.fiber->resume();
                        },
                        &waiter});
    } catch (const Interrupted&) {
        if (waiter.has_place) release();
        throw;
    }
}

void FiberSemaphore::release() {
    if (first_ == nullptr) {
        ++free_;
        return;
    }
    Waiter& waiter = *first_;
    waiter.unlink();
    waiter.has_place = true;
    waiter.fiber->resume();
}

}  // namespace k6
