// A limit of starts per second that all workers share: each start is given the time from which it may happen.
//
//   RateLimiter limiter(50);                                    // starts are at least 20 ms apart
//   sleep_until(limiter.reserve(worker.now()), TimingWheel::Precision::exact);
//
// Unused time is not saved up. Any thread; without locks.
#pragma once

#include <atomic>
#include <cstdint>

#include "engine/runtime/clock.h"

namespace k6 {

class RateLimiter {
public:
    /// `per_second` is positive.
    explicit RateLimiter(std::int64_t per_second) : gap_(1'000'000'000 / per_second) {}

    /// Takes the next free place at or after `now`; it is taken even if the caller does not use it.
    TimePoint reserve(TimePoint now) noexcept {
        const std::int64_t earliest = now.time_since_epoch().count();
        std::int64_t next = next_.load(std::memory_order_relaxed);
        std::int64_t place = 0;
        do {
            place = next > earliest ? next : earliest;
        } while (!next_.compare_exchange_weak(next, place + gap_, std::memory_order_relaxed));
        return TimePoint{std::chrono::nanoseconds(place)};
    }

private:
    const std::int64_t gap_;  // nanoseconds
    std::atomic<std::int64_t> next_{INT64_MIN};
};

}  // namespace k6
