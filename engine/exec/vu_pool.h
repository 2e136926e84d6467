// The VUs that have nothing to do, first come, first served. All scenarios take theirs from it.
//
//   PooledVu* vu = pool.take(logger);     // on a fiber; null: none came back in time
//   ...
//   pool.give(*vu);
//
// Worker 0 only.
#pragma once

#include <chrono>
#include <deque>

#include "base/duration.h"
#include "base/log.h"
#include "engine/exec/fiber_event.h"

namespace k6 {

class PooledVu;

class VuPool {
public:
    /// A planned VU may be late because its last iteration is still being interrupted.
    static constexpr Duration wait_per_try = std::chrono::milliseconds(400);
    static constexpr int tries = 5;

    void give(PooledVu& vu);
    /// Waits for at most `tries` times `wait_per_try`, with a warning after each; then null. Throws Interrupted.
    PooledVu* take(Logger& logger);
    /// Does not wait; null: none is idle.
    PooledVu* take_idle();

private:
    std::deque<PooledVu*> idle_;
    std::deque<FiberEvent*> waiting_;
};

}  // namespace k6
