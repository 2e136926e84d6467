#include "engine/exec/fiber_event.h"

#include <utility>

#include "engine/runtime/timing_wheel.h"
#include "engine/runtime/worker.h"

namespace k6 {

// Whoever comes first, the notification, the time or an interruption, wakes the fiber; the others find no waiter.
void FiberEvent::wake() {
    if (Fiber* const waiter = std::exchange(waiter_, nullptr)) waiter->resume_later();
}

void FiberEvent::notify() {
    notified_ = true;
    wake();
}

void FiberEvent::wait() {
    Fiber& fiber = *Fiber::current();
    fiber.check_interrupt();
    if (!notified_) {
        waiter_ = &fiber;
        fiber.suspend({[](void* self) noexcept { static_cast<FiberEvent*>(self)->wake(); }, this});
    }
    notified_ = false;
}

void FiberEvent::wait_uninterruptibly() {
    if (!notified_) {
        waiter_ = Fiber::current();
        waiter_->suspend_uninterruptibly();
    }
    notified_ = false;
}

bool FiberEvent::wait_until(TimePoint deadline) {
    Fiber& fiber = *Fiber::current();
    fiber.check_interrupt();
    if (!notified_) {
        TimingWheel::Timer timeout([](void* self) { static_cast<FiberEvent*>(self)->wake(); }, this);
        fiber.worker().wheel().arm(timeout, deadline);
        waiter_ = &fiber;
        fiber.suspend({[](void* self) noexcept { static_cast<FiberEvent*>(self)->wake(); }, this});
    }
    return std::exchange(notified_, false);
}

}  // namespace k6
