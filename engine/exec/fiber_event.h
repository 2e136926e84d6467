// A thing that one fiber waits for and code of the same worker brings about.
//
//   FiberEvent returned;
//   while (outstanding > 0) returned.wait();         // a fiber
//   --outstanding, returned.notify();                // another fiber, a timer, a posted task
//
// A notification that nobody waits for is kept, one at most. Worker thread only; at most one fiber waits at a time.
#pragma once

#include "engine/runtime/clock.h"
#include "engine/runtime/fiber.h"

namespace k6 {

class FiberEvent {
public:
    FiberEvent() = default;
    FiberEvent(const FiberEvent&) = delete;
    FiberEvent& operator=(const FiberEvent&) = delete;

    /// Throws Interrupted.
    void wait();
    void wait_uninterruptibly();
    /// False when the time has come first. Throws Interrupted.
    bool wait_until(TimePoint deadline);

    void notify();

private:
    void wake();

    Fiber* waiter_ = nullptr;
    bool notified_ = false;
};

}  // namespace k6
