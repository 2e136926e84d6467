#include "engine/exec/vu_pool.h"

#include <algorithm>

#include "engine/runtime/worker.h"

namespace k6 {

void VuPool::give(PooledVu& vu) {
    idle_.push_back(&vu);
    if (!waiting_.empty()) waiting_.front()->notify();
}

PooledVu* VuPool::take(Logger& logger) {
    FiberEvent given;
    struct Waiting {
        VuPool& pool;
        FiberEvent& event;
        bool listed = false;
        ~Waiting() {
            if (!listed) return;
            std::erase(pool.waiting_, &event);
            // Another one may have been given meanwhile.
            if (!pool.idle_.empty() && !pool.waiting_.empty()) pool.waiting_.front()->notify();
        }
    } waiting{*this, given};

    for (int failed = 0; idle_.empty();) {
        if (!waiting.listed) {
            waiting_.push_back(&given);
            waiting.listed = true;
        }
        const TimePoint deadline = Worker::current()->now() + wait_per_try;
        if (given.wait_until(deadline) || !idle_.empty()) continue;
        ++failed;
        logger.warn("Could not get a VU from the buffer for " + format_go_duration(failed * wait_per_try));
        if (failed == tries) return nullptr;
    }
    return take_idle();
}

PooledVu* VuPool::take_idle() {
    if (idle_.empty()) return nullptr;
    PooledVu* const vu = idle_.front();
    idle_.pop_front();
    return vu;
}

}  // namespace k6
