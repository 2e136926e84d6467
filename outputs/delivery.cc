#include "outputs/delivery.h"

#include <utility>

namespace k6::outputs {

Delivery::Delivery(std::vector<std::unique_ptr<Channel>> channels, Policy policy, Done done)
    : policy_(policy), done_(std::move(done)), channels_(std::move(channels)) {
    for (const auto& channel : channels_) {
        threads_.emplace_back([this, &own = *channel] { work(own); });
    }
}

Delivery::~Delivery() { finish(); }

bool Delivery::offer(Parcel parcel) {
    const std::lock_guard lock(mutex_);
    if (given_up_ || busy_ + waiting_.size() >= channels_.size()) return false;
    waiting_.push_back(std::move(parcel));
    work_.notify_one();
    return true;
}

void Delivery::hand_over(Parcel parcel) {
    std::unique_lock lock(mutex_);
    while (waiting_.size() >= channels_.size() && !wait_or_give_up(lock, room_)) {
    }
    if (given_up_) {
        lock.unlock();
        const std::lock_guard one_at_a_time(done_mutex_);
        done_(parcel, {.error = "the backend did not answer in time"});
        return;
    }
    waiting_.push_back(std::move(parcel));
    work_.notify_one();
}

void Delivery::begin_stop() {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
        stopping_ = true;
        deadline_ = Clock::now() + policy_.patience;
    }
    hurry_.notify_all();
    room_.notify_all();
}

bool Delivery::wait_or_give_up(std::unique_lock<std::mutex>& lock, std::condition_variable& condition) {
    if (!stopping_) {
        condition.wait(lock);
    } else if (!given_up_ && Clock::now() < deadline_) {
        condition.wait_until(lock, deadline_);
    } else {
        given_up_ = true;
        hurry_.notify_all();
        // Again and again: a channel may have been between two steps.
        for (const auto& channel : channels_) channel->abort();
        condition.wait_for(lock, std::chrono::milliseconds(10));
    }
    return given_up_;
}

bool Delivery::busy() {
    const std::lock_guard lock(mutex_);
    return busy_ + waiting_.size() > 0;
}

void Delivery::drain() {
    std::unique_lock lock(mutex_);
    while (busy_ + waiting_.size() > 0) wait_or_give_up(lock, room_);
}

void Delivery::finish() {
    begin_stop();
    drain();
    {
        const std::lock_guard lock(mutex_);
        finished_ = true;
    }
    work_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

Outcome Delivery::try_to_deliver(Channel& channel, const Parcel& parcel) {
    const auto begin = Clock::now();
    std::chrono::nanoseconds pause = policy_.pause;
    // Of a parcel whose first try was during the run.
    bool has_a_last_try = true;
    {
        const std::lock_guard lock(mutex_);
        has_a_last_try = !stopping_;
    }
    for (int tried = 1;; ++tried) {
        Outcome outcome = channel.deliver(parcel.body);
        if (!outcome.delivered() && outcome.may_retry && tried < policy_.tries) {
            std::unique_lock lock(mutex_);
            const auto hurried = [this] { return given_up_ || (stopping_ && !policy_.retry_at_end); };
            hurry_.wait_for(lock, pause, hurried);
            pause *= 2;
            const bool again = !hurried() || std::exchange(has_a_last_try, false);
            if (again && !given_up_) continue;
        }
        outcome.took = Clock::now() - begin;
        return outcome;
    }
}

void Delivery::work(Channel& channel) {
    std::unique_lock lock(mutex_);
    while (true) {
        work_.wait(lock, [this] { return finished_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        const Parcel parcel = std::move(waiting_.front());
        waiting_.pop_front();
        ++busy_;
        const bool hopeless = given_up_;
        lock.unlock();
        room_.notify_all();
        const Outcome outcome =
            hopeless ? Outcome{.error = "the backend did not answer in time"} : try_to_deliver(channel, parcel);
        {
            const std::lock_guard one_at_a_time(done_mutex_);
            done_(parcel, outcome);
        }
        lock.lock();
        --busy_;
        if (outcome.delivered() && stopping_) deadline_ = Clock::now() + policy_.patience;
        room_.notify_all();
    }
}

}  // namespace k6::outputs
