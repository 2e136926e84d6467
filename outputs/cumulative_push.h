// One push at a time of everything so far, for outputs whose series are cumulative: a push that fails loses nothing if
// a later one succeeds, and while one is under way the next has to wait.
//
//   CumulativePush push(std::move(channel), {.patience = seconds(5)}, [](const Outcome& outcome) { log… });
//   merged += chunk samples …
//   if (!push.busy()) push.start(encoded, merged);
//   if (const auto delivered = push.take_result()) …
//   push.begin_stop(); push.drain(); push.start(…); push.finish();
//   lost = merged - push.confirmed();
//
// begin_stop: any thread; all else: the output's thread, or one after another.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "outputs/delivery.h"

namespace k6::outputs {

class CumulativePush {
public:
    /// `done` is told of every push, on the delivery's thread.
    CumulativePush(std::unique_ptr<Channel> channel, Delivery::Policy policy, std::function<void(const Outcome&)> done);

    bool busy() { return delivery_.busy(); }
    /// `merged` samples are in the body.
    void start(std::string body, std::uint64_t merged);
    /// Whether the last push was delivered; nothing if that was asked already, or it is under way.
    std::optional<bool> take_result();

    void begin_stop() { delivery_.begin_stop(); }
    void drain() { delivery_.drain(); }
    void finish() { delivery_.finish(); }

    /// How many samples the backend has.
    std::uint64_t confirmed() const;

private:
    mutable std::mutex mutex_;
    std::optional<bool> result_;
    std::uint64_t confirmed_ = 0;
    std::function<void(const Outcome&)> done_;
    /// Last: its threads use the others.
    Delivery delivery_;
};

}  // namespace k6::outputs
