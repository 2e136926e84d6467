#include "outputs/sample_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace k6::outputs {
namespace {

using metrics::SampleChunk;
using std::chrono::hours;
using std::chrono::nanoseconds;

std::shared_ptr<const SampleChunk> chunk_of(std::size_t samples) {
    static const metrics::TagSet no_tags;
    auto chunk = std::make_shared<SampleChunk>();
    for (std::size_t i = 0; i < samples; ++i) {
        chunk->push_back({metrics::Builtin::iterations, 1, metrics::WallTime{}, &no_tags, &no_tags});
    }
    return chunk;
}

TEST(SampleQueue, GivesBackInOrder) {
    SampleQueue queue(1'000'000);
    const auto first = chunk_of(1);
    const auto second = chunk_of(2);
    EXPECT_TRUE(queue.push(first));
    EXPECT_TRUE(queue.push(second));
    EXPECT_EQ(queue.take(nanoseconds(0)).value(), (SampleQueue::Chunks{first, second}));
    EXPECT_TRUE(queue.take(nanoseconds(0)).value().empty());
}

TEST(SampleQueue, DropsBeyondItsBound) {
    SampleQueue queue(1000);
    EXPECT_TRUE(queue.push(chunk_of(600)));
    EXPECT_FALSE(queue.push(chunk_of(600)));
    EXPECT_TRUE(queue.push(chunk_of(1)));  // Weighs 256.
    EXPECT_FALSE(queue.push(chunk_of(2)));
    EXPECT_EQ(queue.dropped_samples(), 602U);
    EXPECT_EQ(queue.take(hours(1)).value().size(), 2U);
    EXPECT_TRUE(queue.push(chunk_of(600)));
    EXPECT_EQ(queue.dropped_samples(), 602U);
}

TEST(SampleQueue, EndsWhenClosedAndEmpty) {
    SampleQueue queue(1'000'000);
    queue.push(chunk_of(1));
    queue.close();
    EXPECT_FALSE(queue.push(chunk_of(1)));
    EXPECT_EQ(queue.take(hours(1)).value().size(), 1U);
    EXPECT_EQ(queue.take(hours(1)), std::nullopt);
}

TEST(SampleQueue, WakesItsTakerWhenHalfFullOrClosed) {
    SampleQueue queue(10'000);
    std::size_t taken = 0;
    // Waits for hours, unless it is woken.
    std::thread taker([&] {
        while (const auto chunks = queue.take(hours(100))) {
            for (const auto& chunk : *chunks) taken += chunk->samples().size();
        }
    });
    std::size_t pushed = 0;
    while (pushed < 100'000) {
        if (queue.push(chunk_of(1000))) pushed += 1000;
    }
    queue.close();
    taker.join();
    EXPECT_EQ(taken, pushed);
}

}  // namespace
}  // namespace k6::outputs
