#include "metrics/timeline.h"

#include <gtest/gtest.h>

#include "metrics/recorder.h"

namespace k6::metrics {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr WallTime now{std::chrono::nanoseconds{1}};

TEST(SlotOf, TakesTheNearestDuringTheRunAndTheNextAtItsEnd) {
    EXPECT_EQ(slot_of(seconds(0), seconds(1), false), 0U);
    EXPECT_EQ(slot_of(milliseconds(1003), seconds(1), false), 0U);
    EXPECT_EQ(slot_of(milliseconds(2998), seconds(1), false), 2U);
    EXPECT_EQ(slot_of(milliseconds(3003), seconds(1), true), 3U);
    EXPECT_EQ(slot_of(milliseconds(10), seconds(1), true), 0U);
}

TEST(Timeline, TellsSlotsApart) {
    Registry registry;
    SubmetricSet submetrics;
    Recorder recorder(registry, submetrics);
    Timeline timeline;
    for (int second = 1; second <= 3; ++second) {
        for (int i = 0; i < second; ++i) recorder.add(Builtin::http_reqs, no_tags, 1, now);
        if (second == 2) recorder.add(Builtin::http_req_duration, no_tags, 7, now);
        timeline.add(recorder.snapshot(), seconds(second));
    }
    ASSERT_EQ(timeline.size(), 3U);
    const SinkSlots* requests = timeline.of(Builtin::http_reqs);
    ASSERT_NE(requests, nullptr);
    EXPECT_EQ(requests->range(0, 1).counter().count(), 1);
    EXPECT_EQ(requests->range(2, 3).counter().count(), 3);
    EXPECT_EQ(requests->range(0, 9).counter().count(), 6);
    const SinkSlots* durations = timeline.of(Builtin::http_req_duration);
    ASSERT_NE(durations, nullptr);
    EXPECT_TRUE(durations->empty(0));
    EXPECT_NEAR(durations->range(1, 2).trend().max(), 7, 7 * 0.002);
    EXPECT_TRUE(durations->empty(2));
    EXPECT_EQ(timeline.of(Builtin::vus), nullptr);
}

TEST(Timeline, StaysSmallInLongRuns) {
    Registry registry;
    SubmetricSet submetrics;
    Recorder recorder(registry, submetrics);
    Timeline timeline;
    const int length = 10'000;
    for (int second = 1; second <= length; ++second) {
        recorder.add(Builtin::http_reqs, no_tags, 1, now);
        timeline.add(recorder.snapshot(), seconds(second));
    }
    EXPECT_LE(timeline.size(), Timeline::most_slots);
    EXPECT_EQ(timeline.period(), seconds(32));
    EXPECT_EQ(timeline.of(Builtin::http_reqs)->range(0, Timeline::most_slots).counter().count(), length);
    EXPECT_EQ(timeline.of(Builtin::http_reqs)->range(3, 4).counter().count(), 32);
}

TEST(Timeline, MergesWithOneOfAnotherPeriod) {
    Registry registry;
    SubmetricSet submetrics;
    Timeline merged;
    for (const int length : {1000, 100}) {
        Recorder recorder(registry, submetrics);
        Timeline timeline;
        for (int second = 1; second <= length; ++second) {
            recorder.add(Builtin::http_reqs, no_tags, 1, now);
            timeline.add(recorder.snapshot(), seconds(second));
        }
        merged.merge(timeline);
    }
    EXPECT_EQ(merged.period(), seconds(4));
    EXPECT_EQ(merged.of(Builtin::http_reqs)->range(0, 1).counter().count(), 8);
    EXPECT_EQ(merged.of(Builtin::http_reqs)->range(0, 1000).counter().count(), 1100);
}

}  // namespace
}  // namespace k6::metrics
