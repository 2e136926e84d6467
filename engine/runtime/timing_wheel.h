// A hierarchical timing wheel: very many sleeps and deadlines at a few tens of nanoseconds each.
//
// One per worker. Ticks are one millisecond: by default a timer fires at the first tick at or after its deadline, so
// that thousands of sleepers share a wakeup; with Precision::exact it fires at its deadline to the nanosecond (arrival
// schedules, simulated time). No timer ever fires early. Timers are intrusive: the owner embeds a `Timer`, which must
// stay put while armed and disarms itself when destroyed.
//
//   TimingWheel::Timer timeout([](void* self) { static_cast<Request*>(self)->timed_out(); }, this);
//   wheel.arm(timeout, worker.now() + std::chrono::seconds(60));
//   ...
//   timeout.cancel();
//
// Worker thread only. Source: Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/runtime/clock.h"

namespace k6 {

class TimingWheel {
    struct Link {
        Link* next = nullptr;
        Link* previous = nullptr;
    };

public:
    static constexpr std::chrono::nanoseconds tick = std::chrono::milliseconds(1);

    enum class Precision : std::uint8_t { tick, exact };

    /// An armed or idle deadline. Neither copied nor moved: the wheel links it in.
    class Timer : private Link {
    public:
        /// Must not throw.
        using Fire = void (*)(void* owner);
        Timer(Fire fire, void* owner) noexcept : fire_(fire), owner_(owner) {}
        Timer(const Timer&) = delete;
        Timer& operator=(const Timer&) = delete;
        ~Timer() { cancel(); }

        bool armed() const noexcept { return next != nullptr; }
        /// Does nothing when not armed.
        void cancel() noexcept;

    private:
        friend class TimingWheel;
        TimingWheel* wheel_ = nullptr;
        std::int64_t due_ = 0;  // nanoseconds since the wheel's start, rounded up by the precision
        Fire fire_;
        void* owner_;
    };

    /// With Precision::exact, every timer is exact.
    explicit TimingWheel(TimePoint start, Precision precision = Precision::tick);
    ~TimingWheel();
    TimingWheel(const TimingWheel&) = delete;
    TimingWheel& operator=(const TimingWheel&) = delete;

    /// Arms (or re-arms) the timer; a deadline that has passed fires at the next advance.
    void arm(Timer& timer, TimePoint deadline, Precision precision = Precision::tick);
    /// Fires everything due at `now`, in the order of due times and, where they are equal, of arming. Handlers may arm
    /// and cancel timers, themselves included; what they arm for `now` or before waits for the next advance. Points
    /// before the last advance count as that one.
    void advance(TimePoint now);
    /// The earliest time at which advance() may have something to do; never later than the next timer is due. Timers
    /// due within the current 64 ticks are reported exactly, later ones by the start of the block they are kept in.
    std::optional<TimePoint> next_wakeup() const;
    std::size_t size() const noexcept { return size_; }

private:
    // Eight levels of 64 slots reach past the largest point in time, so there is no horizon to treat specially.
    static constexpr int levels = 8;
    static constexpr int bits = 6;
    static constexpr std::size_t slots = std::size_t{1} << bits;

    static void link_before(Link& position, Link& link) noexcept;
    static void unlink(Link& link) noexcept;
    static Timer& timer_of(Link& link) noexcept { return static_cast<Timer&>(link); }
    static const Timer& timer_of(const Link& link) noexcept { return static_cast<const Timer&>(link); }
    static std::uint64_t tick_of(std::int64_t due) noexcept { return static_cast<std::uint64_t>(due / tick.count()); }

    std::int64_t since_start(TimePoint point) const noexcept;
    void place(Timer& timer) noexcept;
    void insert_open(Timer& timer) noexcept;
    void sort(Link& slot);
    void open_slot(Link& slot, bool sorted);
    bool step(std::uint64_t target);
    void forget(Timer& timer) noexcept;

    // Invariant: a timer of level n shares with current_ the bits above group n (of 6 bits) of its tick, and its own
    // group n is greater. Hence no slot wraps around, and the lowest occupied slot of the lowest occupied level is
    // next.
    TimePoint start_;
    Precision precision_;
    bool advancing_ = false;
    std::uint64_t current_ = 0;      // the tick whose timers are in open_
    std::int64_t last_advance_ = 0;  // nanoseconds since start_
    std::size_t size_ = 0;
    Link open_;  // due within the current tick or before it, sorted
    Link late_;  // armed during an advance for its `now` or before; empty outside of advance()
    std::array<std::array<Link, slots>, levels> wheel_;
    std::array<std::uint64_t, levels> occupied_{};
    std::array<std::uint64_t, levels> unsorted_{};  // ⊆ occupied_: slots that may hold timers out of order
    struct Key {
        std::int64_t due;
        std::size_t position;
        Timer* timer;
    };
    std::vector<Key> sorting_;  // kept for its capacity
};

}  // namespace k6
