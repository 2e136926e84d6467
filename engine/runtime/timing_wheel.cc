#include "engine/runtime/timing_wheel.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>

namespace k6 {

namespace {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

void make_empty(auto& head) noexcept { head.next = head.previous = &head; }

bool is_empty(const auto& head) noexcept { return head.next == &head; }

}  // namespace

void TimingWheel::link_before(Link& position, Link& link) noexcept {
    link.next = &position;
    link.previous = position.previous;
    position.previous->next = &link;
    position.previous = &link;
}

void TimingWheel::unlink(Link& link) noexcept {
    link.previous->next = link.next;
    link.next->previous = link.previous;
    link.next = link.previous = nullptr;
}

TimingWheel::TimingWheel(TimePoint start, Precision precision) : start_(start), precision_(precision) {
    sorting_.reserve(slots);
    make_empty(open_);
    make_empty(late_);
    for (auto& level : wheel_) {
        for (auto& slot : level) make_empty(slot);
    }
}

TimingWheel::~TimingWheel() {
    auto release = [](Link& head) {
        while (!is_empty(head)) unlink(*head.next);
    };
    release(open_);
    release(late_);
    for (auto& level : wheel_) {
        for (auto& slot : level) release(slot);
    }
}

std::int64_t TimingWheel::since_start(TimePoint point) const noexcept {
    if (point <= start_) return 0;
    std::int64_t since = 0;
    if (__builtin_sub_overflow(point.time_since_epoch().count(), start_.time_since_epoch().count(), &since))
        return never;
    return since;
}

void TimingWheel::Timer::cancel() noexcept {
    if (armed()) wheel_->forget(*this);
}

void TimingWheel::forget(Timer& timer) noexcept {
    Link* head = timer.next;
    bool was_alone = head == timer.previous;
    unlink(timer);
    --size_;
    if (!was_alone) return;
    // Alone in its list: what is left is the head, and if that is a slot it is no longer occupied.
    Link* first = wheel_.front().data();
    Link* last = wheel_.back().data() + slots;
    std::less<> before;
    if (before(head, first) || !before(head, last)) return;
    auto index = static_cast<std::size_t>(head - first);
    occupied_[index / slots] &= ~(std::uint64_t{1} << (index % slots));
    unsorted_[index / slots] &= occupied_[index / slots];
}

void TimingWheel::arm(Timer& timer, TimePoint deadline, Precision precision) {
    timer.cancel();
    std::int64_t due = since_start(deadline);
    if (precision == Precision::tick && precision_ == Precision::tick) {
        std::int64_t below = due % tick.count();
        // Points that cannot be rounded up lie within a tick of the end of time.
        if (below != 0 && due <= since_start(TimePoint::max()) - tick.count()) due += tick.count() - below;
    }
    timer.due_ = due;
    timer.wheel_ = this;
    ++size_;
    if (advancing_ && due <= last_advance_) {
        link_before(late_, timer);
    } else {
        place(timer);
    }
}

void TimingWheel::place(Timer& timer) noexcept {
    std::uint64_t due_tick = tick_of(timer.due_);
    if (due_tick <= current_) return insert_open(timer);
    auto level = static_cast<std::size_t>(63 - std::countl_zero(due_tick ^ current_)) / bits;
    std::size_t slot = (due_tick >> (level * bits)) & (slots - 1);
    link_before(wheel_[level][slot], timer);
    std::uint64_t bit = std::uint64_t{1} << slot;
    occupied_[level] |= bit;
    // At the tick itself timers are in order however they came; only exact ones lie between the ticks.
    if (timer.due_ % tick.count() != 0) unsorted_[level] |= bit;
}

void TimingWheel::insert_open(Timer& timer) noexcept {
    Link* position = &open_;
    while (position->previous != &open_ && timer_of(*position->previous).due_ > timer.due_)
        position = position->previous;
    link_before(*position, timer);
}

void TimingWheel::sort(Link& slot) {
    if (slot.next == slot.previous) return;
    sorting_.clear();
    while (!is_empty(slot)) {
        Timer& timer = timer_of(*slot.next);
        unlink(timer);
        sorting_.push_back({timer.due_, sorting_.size(), &timer});
    }
    std::sort(sorting_.begin(), sorting_.end(),
              [](const Key& a, const Key& b) { return a.due != b.due ? a.due < b.due : a.position < b.position; });
    for (const Key& key : sorting_) link_before(slot, *key.timer);
}

void TimingWheel::open_slot(Link& slot, bool sorted) {
    if (!sorted) sort(slot);
    // open_ is empty: whatever it held was due before this slot's tick.
    open_.next = slot.next;
    open_.previous = slot.previous;
    open_.next->previous = &open_;
    open_.previous->next = &open_;
    make_empty(slot);
}

// Moves current_ to the next occupied slot, if that is not past `target`, and opens or spreads the slot.
bool TimingWheel::step(std::uint64_t target) {
    for (int level = 0; level < levels; ++level) {
        std::uint64_t& occupied = occupied_[static_cast<std::size_t>(level)];
        if (occupied == 0) continue;
        auto slot = static_cast<std::uint64_t>(std::countr_zero(occupied));
        int shift = level * bits;
        std::uint64_t above = current_ >> (shift + bits) << (shift + bits);
        std::uint64_t base = above | slot << shift;
        if (base > target) break;
        current_ = base;
        std::uint64_t bit = std::uint64_t{1} << slot;
        bool sorted = (unsorted_[static_cast<std::size_t>(level)] & bit) == 0;
        occupied &= ~bit;
        unsorted_[static_cast<std::size_t>(level)] &= ~bit;
        Link& head = wheel_[static_cast<std::size_t>(level)][slot];
        if (level == 0) {
            open_slot(head, sorted);
        } else {
            // Those of tick `base` go through slot 0 of level 0, which is never used otherwise, to be sorted at once.
            Link& first = wheel_[0][0];
            while (!is_empty(head)) {
                Timer& timer = timer_of(*head.next);
                unlink(timer);
                if (tick_of(timer.due_) == base) {
                    link_before(first, timer);
                } else {
                    place(timer);
                }
            }
            if (!is_empty(first)) open_slot(first, sorted);
        }
        return true;
    }
    current_ = target;
    return false;
}

void TimingWheel::advance(TimePoint now) {
    last_advance_ = std::max(last_advance_, since_start(now));
    std::uint64_t target = tick_of(last_advance_);
    advancing_ = true;
    while (true) {
        while (!is_empty(open_)) {
            Timer& timer = timer_of(*open_.next);
            if (timer.due_ > last_advance_) break;
            unlink(timer);
            --size_;
            timer.fire_(timer.owner_);
        }
        if (current_ >= target || !step(target)) break;
    }
    advancing_ = false;
    while (!is_empty(late_)) {
        Timer& timer = timer_of(*late_.next);
        unlink(timer);
        insert_open(timer);
    }
}

std::optional<TimePoint> TimingWheel::next_wakeup() const {
    auto at = [this](std::int64_t since) { return start_ + std::chrono::nanoseconds(since); };
    if (!is_empty(open_)) return at(timer_of(*open_.next).due_);
    for (int level = 0; level < levels; ++level) {
        std::uint64_t occupied = occupied_[static_cast<std::size_t>(level)];
        if (occupied == 0) continue;
        auto slot = static_cast<std::size_t>(std::countr_zero(occupied));
        int shift = level * bits;
        std::uint64_t base = (current_ >> (shift + bits) << (shift + bits)) | std::uint64_t{slot} << shift;
        std::int64_t starts = static_cast<std::int64_t>(base) * tick.count();
        if (level != 0) return at(starts);
        std::int64_t earliest = never;
        const Link& head = wheel_[0][slot];
        for (const Link* link = head.next; link != &head && earliest != starts; link = link->next) {
            earliest = std::min(earliest, timer_of(*link).due_);
        }
        return at(earliest);
    }
    return std::nullopt;
}

}  // namespace k6
