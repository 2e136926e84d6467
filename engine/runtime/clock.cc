#include "engine/runtime/clock.h"

#include <ctime>

namespace k6 {

namespace {

std::chrono::nanoseconds read(clockid_t id) noexcept {
    timespec time{};
    clock_gettime(id, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

SystemClock::SystemClock() : wall_offset_(read(CLOCK_REALTIME) - read(CLOCK_MONOTONIC)) {}

TimePoint SystemClock::now() const noexcept { return TimePoint{read(CLOCK_MONOTONIC)}; }

WallTime SystemClock::wall_time(TimePoint point) const noexcept {
    return WallTime{point.time_since_epoch() + wall_offset_};
}

}  // namespace k6
