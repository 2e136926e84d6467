// Threads that hand finished texts to a backend, so that a slow or dead one holds up nobody else.
//
// At most as many parcels wait as there are channels: what does not fit is the caller's to keep, to drop, or to wait
// with. A failed parcel is tried again while the run goes on, if trying again can help. Once begin_stop() was called
// the backend has `patience` to take a parcel, and as long again after each one it takes; then everything is given up.
//
//   Delivery delivery(std::move(channels), {.patience = seconds(10)}, [](const Parcel& parcel, const Outcome& o) {…});
//   delivery.offer({.body = text, .samples = 90});      // false: all channels are busy
//   delivery.hand_over({.body = text, .samples = 90});  // waits for one
//   delivery.begin_stop();
//   delivery.finish();
//
// begin_stop: any thread; all else: the output's thread, or one after another. `done` is called on the
// delivery's threads, one call at a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace k6::outputs {

struct Parcel {
    std::string body;
    /// How many samples are lost with it.
    std::uint64_t samples = 0;
};

/// What became of a parcel.
struct Outcome {
    /// Empty: it was delivered.
    std::string error = {};
    /// The same parcel may fare better later.
    bool may_retry = false;
    std::chrono::steady_clock::duration took{};

    bool delivered() const { return error.empty(); }
};

/// A connection to the backend; used by one thread.
class Channel {
public:
    virtual ~Channel() = default;
    virtual Outcome deliver(const std::string& body) = 0;
    /// Ends a deliver() that is under way, and makes later ones fail at once. Any thread, any number of times.
    virtual void abort() = 0;
};

class Delivery {
public:
    struct Policy {
        std::chrono::nanoseconds patience = std::chrono::seconds(10);
        /// How often a parcel is tried, and the pause before the second try; each further pause is twice as long.
        int tries = 1;
        std::chrono::nanoseconds pause = std::chrono::milliseconds(500);
        /// Tries and pauses hold at the end of the run too; otherwise it has each parcel tried once more.
        bool retry_at_end = false;
    };
    using Done = std::function<void(const Parcel& parcel, const Outcome& outcome)>;

    Delivery(std::vector<std::unique_ptr<Channel>> channels, Policy policy, Done done);
    ~Delivery();
    Delivery(const Delivery&) = delete;
    Delivery& operator=(const Delivery&) = delete;

    bool offer(Parcel parcel);
    void hand_over(Parcel parcel);
    /// Whether a parcel is under way or waits.
    bool busy();
    /// Waits until no parcel is under way.
    void drain();
    void begin_stop();
    /// begin_stop() and drain(), and the end of the threads.
    void finish();

private:
    using Clock = std::chrono::steady_clock;

    void work(Channel& channel);
    Outcome try_to_deliver(Channel& channel, const Parcel& parcel);
    /// True once nothing more is expected of the backend; then every channel is aborted. Waits a little otherwise.
    bool wait_or_give_up(std::unique_lock<std::mutex>& lock, std::condition_variable& condition);

    const Policy policy_;
    const Done done_;
    std::vector<std::unique_ptr<Channel>> channels_;
    std::mutex mutex_;
    std::mutex done_mutex_;
    std::condition_variable work_;
    std::condition_variable room_;
    std::condition_variable hurry_;
    std::deque<Parcel> waiting_;
    std::size_t busy_ = 0;
    bool stopping_ = false;
    Clock::time_point deadline_{};
    bool given_up_ = false;
    bool finished_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace k6::outputs
