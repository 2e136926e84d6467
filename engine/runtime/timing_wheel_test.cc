#include "engine/runtime/timing_wheel.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/runtime/clock.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;
using Precision = TimingWheel::Precision;

constexpr TimePoint start{1'000'000'007ns};

struct Recorded {
    Recorded(std::vector<std::string>& log, std::string name) : log(log), name(std::move(name)) {}

    std::vector<std::string>& log;
    std::string name;
    std::function<void()> then;
    TimingWheel::Timer timer{[](void* self) {
                                 auto* recorded = static_cast<Recorded*>(self);
                                 recorded->log.push_back(recorded->name);
                                 if (recorded->then) recorded->then();
                             },
                             this};
};

using Log = std::vector<std::string>;

TEST(TimingWheel, FiresAtTheFirstTickAtOrAfterTheDeadline) {
    TimingWheel wheel(start);
    Log log;
    Recorded a(log, "a");
    wheel.arm(a.timer, start + 5ms + 1ns);
    wheel.advance(start + 5ms + 2ns);
    EXPECT_TRUE(log.empty());
    wheel.advance(start + 6ms - 1ns);
    EXPECT_TRUE(log.empty());
    EXPECT_TRUE(a.timer.armed());
    EXPECT_EQ(wheel.next_wakeup(), start + 6ms);
    wheel.advance(start + 6ms);
    EXPECT_EQ(log, Log{"a"});
    EXPECT_FALSE(a.timer.armed());
    EXPECT_EQ(wheel.size(), 0u);
}

TEST(TimingWheel, FiresAtADeadlineThatIsATick) {
    TimingWheel wheel(start);
    Log log;
    Recorded a(log, "a");
    wheel.arm(a.timer, start + 5ms);
    wheel.advance(start + 5ms - 1ns);
    EXPECT_TRUE(log.empty());
    wheel.advance(start + 5ms);
    EXPECT_EQ(log, Log{"a"});
}

TEST(TimingWheel, ExactTimersFireToTheNanosecond) {
    TimingWheel wheel(start);
    Log log;
    Recorded a(log, "a");
    wheel.arm(a.timer, start + 5'300'000ns, Precision::exact);
    EXPECT_EQ(wheel.next_wakeup(), start + 5'300'000ns);
    wheel.advance(start + 5'299'999ns);
    EXPECT_TRUE(log.empty());
    EXPECT_EQ(wheel.next_wakeup(), start + 5'300'000ns);
    wheel.advance(start + 5'300'000ns);
    EXPECT_EQ(log, Log{"a"});
}

TEST(TimingWheel, AnExactWheelMakesEveryTimerExact) {
    TimingWheel wheel(start, Precision::exact);
    Log log;
    Recorded a(log, "a");
    wheel.arm(a.timer, start + 3'333'333'334ns);
    while (log.empty()) {
        TimePoint next = wheel.next_wakeup().value();
        ASSERT_LE(next, start + 3'333'333'334ns);
        wheel.advance(next);
    }
    wheel.arm(a.timer, start + 3'333'333'335ns);
    EXPECT_EQ(wheel.next_wakeup(), start + 3'333'333'335ns);
}

TEST(TimingWheel, FiresByDueTimeThenByArming) {
    TimingWheel wheel(start);
    Log log;
    Recorded a(log, "a"), b(log, "b"), c(log, "c"), d(log, "d"), e(log, "e");
    wheel.arm(a.timer, start + 100ms + 700us, Precision::exact);
    wheel.arm(b.timer, start + 100ms);
    wheel.arm(c.timer, start + 100ms + 200us, Precision::exact);
    wheel.arm(d.timer, start + 100ms);
    wheel.arm(e.timer, start + 100ms + 200us, Precision::exact);
    wheel.advance(start + 1s);
    EXPECT_EQ(log, (Log{"b", "d", "c", "e", "a"}));
}

TEST(TimingWheel, PassedDeadlinesFireAtTheNextAdvance) {
    TimingWheel wheel(start);
    Log log;
    Recorded a(log, "a"), b(log, "b");
    wheel.advance(start + 10ms);
    wheel.arm(a.timer, start + 9ms);
    wheel.arm(b.timer, start - 9ms);
    EXPECT_LE(wheel.next_wakeup(), start + 10ms);
    wheel.advance(start + 10ms);
    EXPECT_EQ(log, (Log{"b", "a"}));
}

TEST(TimingWheel, WhatAHandlerArmsForThePresentWaitsForTheNextAdvance) {
    TimingWheel wheel(start);
    Log log;
    Recorded a(log, "a");
    a.then = [&] { wheel.arm(a.timer, start + 1ms); };
    wheel.arm(a.timer, start + 1ms);
    wheel.advance(start + 3ms);
    EXPECT_EQ(log, Log{"a"});
    wheel.advance(start + 3ms);
    EXPECT_EQ(log, (Log{"a", "a"}));
}

TEST(TimingWheel, HandlersCancelOthersAndRearmThemselves) {
    TimingWheel wheel(start);
    Log log;
    Recorded a(log, "a"), b(log, "b"), c(log, "c");
    a.then = [&] {
        b.timer.cancel();
        wheel.arm(a.timer, start + 20ms);
        wheel.arm(c.timer, start + 15ms);
    };
    wheel.arm(a.timer, start + 10ms);
    wheel.arm(b.timer, start + 10ms);
    wheel.advance(start + 10ms);
    EXPECT_EQ(log, Log{"a"});
    a.then = nullptr;
    wheel.advance(start + 30ms);
    EXPECT_EQ(log, (Log{"a", "c", "a"}));
}

TEST(TimingWheel, RearmingMovesATimer) {
    TimingWheel wheel(start);
    Log log;
    Recorded a(log, "a");
    wheel.arm(a.timer, start + 1h);
    wheel.arm(a.timer, start + 2ms);
    EXPECT_EQ(wheel.size(), 1u);
    wheel.advance(start + 2ms);
    wheel.advance(start + 2h);
    EXPECT_EQ(log, Log{"a"});
}

TEST(TimingWheel, ADestroyedTimerIsDisarmed) {
    TimingWheel wheel(start);
    Log log;
    {
        Recorded a(log, "a");
        wheel.arm(a.timer, start + 2ms);
    }
    EXPECT_EQ(wheel.size(), 0u);
    EXPECT_EQ(wheel.next_wakeup(), std::nullopt);
    wheel.advance(start + 1s);
    EXPECT_TRUE(log.empty());
}

TEST(TimingWheel, ADestroyedWheelReleasesItsTimers) {
    Log log;
    Recorded a(log, "a"), b(log, "b");
    {
        TimingWheel wheel(start);
        wheel.arm(a.timer, start + 1ms);
        wheel.arm(b.timer, start + 24h);
    }
    EXPECT_FALSE(a.timer.armed());
    EXPECT_FALSE(b.timer.armed());
    b.timer.cancel();
}

TEST(TimingWheel, TheEndOfTimeIsADeadlineToo) {
    TimingWheel wheel(start);
    Log log;
    Recorded a(log, "a"), b(log, "b");
    wheel.arm(a.timer, TimePoint::max());
    wheel.arm(b.timer, TimePoint::max() - 1ns, Precision::exact);
    wheel.advance(start + 24h * 365 * 100);
    EXPECT_TRUE(log.empty());
    EXPECT_EQ(wheel.size(), 2u);
    while (!log.size()) wheel.advance(wheel.next_wakeup().value());
    wheel.advance(TimePoint::max());
    EXPECT_EQ(log, (Log{"b", "a"}));
}

TEST(TimingWheel, EarlierNowsAreIgnored) {
    TimingWheel wheel(start);
    Log log;
    Recorded a(log, "a");
    wheel.advance(start + 1s);
    wheel.arm(a.timer, start + 1s + 1ms);
    wheel.advance(start);
    EXPECT_TRUE(log.empty());
    EXPECT_EQ(wheel.next_wakeup(), start + 1s + 1ms);
}

// The wheel against a sorted multimap, over random operations with horizons on every level.
class Model {
public:
    Model(std::uint64_t seed, Precision precision) : random_(seed), precision_(precision), wheel_(start, precision) {
        for (int i = 0; i < 300; ++i) entries_.push_back(std::make_unique<Entry>(*this));
    }

    void run(int operations) {
        for (int i = 0; i < operations && !testing::Test::HasFailure(); ++i) {
            switch (below(8)) {
                case 0:
                case 1:
                case 2:
                case 3:
                    arm(any());
                    break;
                case 4:
                    cancel(any());
                    break;
                default:
                    advance();
                    break;
            }
            ASSERT_EQ(wheel_.size(), due_.size());
            auto wakeup = wheel_.next_wakeup();
            ASSERT_EQ(wakeup.has_value(), !due_.empty());
            if (wakeup) {
                std::int64_t first = due_.begin()->first;
                ASSERT_LE(*wakeup, start + std::chrono::nanoseconds(first));
                if (first / 64'000'000 == now_ / 64'000'000) {
                    ASSERT_EQ(*wakeup, start + std::chrono::nanoseconds(first));
                }
            }
        }
    }

    int fired() const { return fired_; }

private:
    struct Entry {
        explicit Entry(Model& owner) : model(owner) {}
        Model& model;
        std::optional<std::multimap<std::int64_t, Entry*>::iterator> at;
        TimingWheel::Timer timer{[](void* self) { static_cast<Entry*>(self)->fire(); }, this};

        void fire() { model.on_fire(*this); }
    };

    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
    Entry& any() { return *entries_[below(entries_.size())]; }

    // Spread evenly over the orders of magnitude from a nanosecond to ten years, some in the past, many on a tick.
    std::int64_t some_due() {
        auto magnitude = std::int64_t{1} << below(59);
        auto span = static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(magnitude));
        if (below(2) == 0) span = span % 100'000'000'000;
        if (below(4) == 0) span -= span % 1'000'000;
        if (below(10) == 0) span = -(span % 50'000'000);
        return now_ + span;
    }

    void arm(Entry& entry) {
        bool exact = below(3) == 0;
        std::int64_t deadline = some_due();
        std::int64_t due = std::max<std::int64_t>(deadline, 0);
        if (!exact && precision_ == Precision::tick) due = (due + 999'999) / 1'000'000 * 1'000'000;
        forget(entry);
        wheel_.arm(entry.timer, start + std::chrono::nanoseconds(deadline), exact ? Precision::exact : Precision::tick);
        entry.at = (in_advance_ && due <= now_ ? late_ : due_).emplace(due, &entry);
        entry_is_late_[&entry] = in_advance_ && due <= now_;
        ASSERT_TRUE(entry.timer.armed());
    }

    void forget(Entry& entry) {
        if (!entry.at) return;
        (entry_is_late_[&entry] ? late_ : due_).erase(*entry.at);
        entry.at.reset();
    }

    void cancel(Entry& entry) {
        ASSERT_EQ(entry.timer.armed(), entry.at.has_value());
        entry.timer.cancel();
        forget(entry);
        ASSERT_FALSE(entry.timer.armed());
    }

    void on_fire(Entry& entry) {
        ++fired_;
        ASSERT_FALSE(due_.empty());
        ASSERT_LE(due_.begin()->first, now_);
        ASSERT_EQ(due_.begin()->second, &entry);
        ASSERT_FALSE(entry.timer.armed());
        forget(entry);
        switch (below(6)) {
            case 0:
                arm(entry);
                break;
            case 1:
                arm(any());
                break;
            case 2:
                cancel(any());
                break;
            default:
                break;
        }
    }

    void advance() {
        if (below(3) == 0 && !due_.empty()) {
            now_ = std::max(now_, due_.begin()->first - static_cast<std::int64_t>(below(2)));
        } else {
            now_ += static_cast<std::int64_t>(random_() % (std::uint64_t{1} << below(40)));
        }
        in_advance_ = true;
        wheel_.advance(start + std::chrono::nanoseconds(now_));
        in_advance_ = false;
        for (auto [due, entry] : late_) {
            entry->at = due_.emplace(due, entry);
            entry_is_late_[entry] = false;
        }
        // What is left and due can only be what handlers armed for the past.
        for (auto it = due_.begin(); it != due_.end() && it->first <= now_; ++it) {
            bool was_late = false;
            for (auto [due, entry] : late_) was_late |= entry == it->second;
            ASSERT_TRUE(was_late);
        }
        late_.clear();
    }

    std::mt19937_64 random_;
    Precision precision_;
    TimingWheel wheel_;
    std::multimap<std::int64_t, Entry*> due_, late_;
    std::map<Entry*, bool> entry_is_late_;
    std::vector<std::unique_ptr<Entry>> entries_;
    std::int64_t now_ = 0;
    bool in_advance_ = false;
    int fired_ = 0;
};

TEST(TimingWheel, AgreesWithASortedMapOverRandomOperations) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        Model model(seed, seed % 4 == 0 ? Precision::exact : Precision::tick);
        model.run(20'000);
        EXPECT_GT(model.fired(), 1'000) << "seed " << seed;
        if (HasFailure()) FAIL() << "seed " << seed;
    }
}

}  // namespace
}  // namespace k6
