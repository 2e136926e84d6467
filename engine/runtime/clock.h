// The one way by which time enters the engine.
//
// A worker owns a reference to a Clock; everything on it asks the clock. `SystemClock` is CLOCK_MONOTONIC (23 ns a
// read); `SimulatedClock` stands still until it is told to advance, so that schedules of hours run in milliseconds.
//
//   SimulatedClock clock;
//   clock.advance(std::chrono::seconds(3));
//   clock.now() - start == std::chrono::seconds(3);
//
// SystemClock: any thread. SimulatedClock: one thread.
#pragma once

#include <chrono>
#include <cstdint>

namespace k6 {

/// Tag of the engine's monotonic time line; its points come only from a Clock.
struct EngineTime {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
};

using TimePoint = std::chrono::time_point<EngineTime, std::chrono::nanoseconds>;

/// Wall-clock time, UTC, for output and cookies only.
using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

class Clock {
public:
    virtual ~Clock() = default;
    virtual TimePoint now() const noexcept = 0;
    /// The wall-clock time of a point, by the offset between both clocks when this clock was made: monotonic.
    virtual WallTime wall_time(TimePoint point) const noexcept = 0;
    /// True if nobody but the holder moves the time on; such a clock never waits.
    virtual bool simulated() const noexcept { return false; }
};

class SystemClock final : public Clock {
public:
    SystemClock();
    TimePoint now() const noexcept override;
    WallTime wall_time(TimePoint point) const noexcept override;

private:
    std::chrono::nanoseconds wall_offset_;
};

class SimulatedClock final : public Clock {
public:
    explicit SimulatedClock(WallTime epoch = WallTime{std::chrono::seconds{1'700'000'000}}) : epoch_(epoch) {}
    TimePoint now() const noexcept override { return now_; }
    WallTime wall_time(TimePoint point) const noexcept override { return epoch_ + point.time_since_epoch(); }
    bool simulated() const noexcept override { return true; }

    void advance(std::chrono::nanoseconds by) { now_ += by; }
    /// Earlier points than now() are ignored.
    void advance_to(TimePoint point) {
        if (point > now_) now_ = point;
    }

private:
    WallTime epoch_;
    TimePoint now_{};
};

}  // namespace k6
