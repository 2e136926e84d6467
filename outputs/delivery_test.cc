#include "outputs/delivery.h"

#include <gtest/gtest.h>

#include <future>

#include "outputs/cumulative_push.h"

namespace k6::outputs {
namespace {

/// A backend that does what a test says: each parcel waits until it is let go, or the channel is aborted.
struct Backend {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = true;
    bool aborted = false;
    int failures = 0;
    int tries = 0;
    std::vector<std::string> taken;

    Outcome take(const std::string& body) {
        std::unique_lock lock(mutex);
        ++tries;
        changed.notify_all();
        changed.wait(lock, [this] { return open || aborted; });
        if (aborted) return {.error = "aborted"};
        if (failures > 0) {
            --failures;
            return {.error = "busy", .may_retry = true};
        }
        taken.push_back(body);
        return {};
    }
    void let_go() {
        const std::lock_guard lock(mutex);
        open = true;
        changed.notify_all();
    }
    void wait_for_tries(int count) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return tries >= count; });
    }
};

class BackendChannel final : public Channel {
public:
    explicit BackendChannel(Backend& backend) : backend_(backend) {}
    Outcome deliver(const std::string& body) override { return backend_.take(body); }
    void abort() override {
        const std::lock_guard lock(backend_.mutex);
        backend_.aborted = true;
        backend_.changed.notify_all();
    }

private:
    Backend& backend_;
};

class DeliveryTest : public testing::Test {
protected:
    std::vector<std::unique_ptr<Channel>> channels(int count) {
        std::vector<std::unique_ptr<Channel>> made;
        for (int i = 0; i < count; ++i) made.push_back(std::make_unique<BackendChannel>(backend));
        return made;
    }
    Delivery::Done counted() {
        return [this](const Parcel& parcel, const Outcome& outcome) {
            (outcome.delivered() ? delivered : lost) += parcel.samples;
        };
    }

    Backend backend;
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;
};

TEST_F(DeliveryTest, DeliversEverythingBeforeItEnds) {
    Delivery delivery(channels(3), {}, counted());
    for (int i = 0; i < 100; ++i) delivery.hand_over({.body = std::to_string(i), .samples = 1});
    delivery.finish();
    EXPECT_EQ(delivered, 100U);
    EXPECT_EQ(backend.taken.size(), 100U);
}

TEST_F(DeliveryTest, OffersAreRefusedWhileAllAreBusy) {
    backend.open = false;
    Delivery delivery(channels(1), {}, counted());
    EXPECT_FALSE(delivery.busy());
    EXPECT_TRUE(delivery.offer({.body = "a", .samples = 1}));
    EXPECT_TRUE(delivery.busy());
    EXPECT_FALSE(delivery.offer({.body = "b", .samples = 1}));
    backend.let_go();
    delivery.drain();
    EXPECT_TRUE(delivery.offer({.body = "c", .samples = 1}));
    delivery.finish();
    EXPECT_EQ(backend.taken, (std::vector<std::string>{"a", "c"}));
}

TEST_F(DeliveryTest, TriesAgainWhatMayFareBetter) {
    backend.failures = 2;
    Delivery delivery(channels(1), {.tries = 3, .pause = std::chrono::nanoseconds(1)}, counted());
    delivery.hand_over({.body = "a", .samples = 5});
    delivery.drain();
    EXPECT_EQ(delivered, 5U);
    EXPECT_EQ(backend.tries, 3);
    backend.failures = 3;
    delivery.hand_over({.body = "b", .samples = 7});
    delivery.finish();
    EXPECT_EQ(lost, 7U);
}

TEST_F(DeliveryTest, AnEndDoesNotWaitOutAPause) {
    backend.failures = 1;
    Delivery delivery(channels(1), {.tries = 2, .pause = std::chrono::hours(1)}, counted());
    delivery.hand_over({.body = "a", .samples = 5});
    backend.wait_for_tries(1);
    delivery.finish();
    EXPECT_EQ(delivered, 5U) << "the last try is made at once";
}

TEST_F(DeliveryTest, GivesUpABackendThatNeverAnswers) {
    backend.open = false;
    Delivery delivery(channels(2), {.patience = std::chrono::milliseconds(20)}, counted());
    for (int i = 0; i < 4; ++i) delivery.hand_over({.body = "x", .samples = 1});
    // No room is left: this waits until the end comes, and its patience is over.
    auto waits = std::async(std::launch::async, [&] { delivery.hand_over({.body = "x", .samples = 1}); });
    delivery.begin_stop();
    waits.get();
    delivery.finish();
    EXPECT_EQ(lost, 5U);
    EXPECT_EQ(delivered, 0U);
}

TEST_F(DeliveryTest, ACumulativePushConfirmsWhatArrived) {
    std::vector<std::unique_ptr<Channel>> one = channels(1);
    int failures = 0;
    CumulativePush push(std::move(one[0]), {}, [&](const Outcome& outcome) { failures += !outcome.delivered(); });
    EXPECT_EQ(push.take_result(), std::nullopt);
    push.start("10", 10);
    push.drain();
    EXPECT_EQ(push.take_result(), true);
    EXPECT_EQ(push.take_result(), std::nullopt);
    EXPECT_EQ(push.confirmed(), 10U);
    {
        const std::lock_guard lock(backend.mutex);
        backend.failures = 1;
    }
    push.start("20", 20);
    push.drain();
    EXPECT_EQ(push.take_result(), false);
    EXPECT_EQ(push.confirmed(), 10U);
    push.start("30", 30);
    push.finish();
    EXPECT_EQ(push.confirmed(), 30U);
    EXPECT_EQ(failures, 1);
}

}  // namespace
}  // namespace k6::outputs
