// Why an exchange failed, and when its phases ended: what connections of all protocols tell their client.
//
//   if (MaybeFailure failure = connection.exchange(…)) set_error(response, *failure);
//
// Values.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/runtime/clock.h"
#include "proto_http/error_code.h"

namespace k6::http {

struct Failure {
    ErrorCode code = ErrorCode::generic;
    ErrorDetail detail = {};
    /// In words, for logs: `dial tcp 127.0.0.1:1: connect: connection refused`.
    std::string cause;
};

/// null: all went well. A pointer because failures are rare and large.
using MaybeFailure = std::unique_ptr<const Failure>;
inline MaybeFailure fail(Failure failure) { return std::make_unique<const Failure>(std::move(failure)); }
/// The request's deadline came. Apart, so that no waiting fiber's frame has room for a Failure.
[[gnu::noinline]] inline MaybeFailure timed_out() {
    return fail({.code = ErrorCode::request_timeout, .cause = "request timeout"});
}

/// When something happened, if it did: a std::optional in half the room, as many of them wait on stacks.
class EventTime {
public:
    EventTime() = default;
    EventTime(TimePoint at) : at_(at) {}  // NOLINT(google-explicit-constructor): as with std::optional

    explicit operator bool() const noexcept { return at_ != never; }
    TimePoint operator*() const noexcept { return at_; }
    TimePoint value_or(TimePoint other) const noexcept { return at_ != never ? at_ : other; }
    friend bool operator==(EventTime, EventTime) = default;

private:
    static constexpr TimePoint never = TimePoint::min();
    TimePoint at_ = never;
};

/// When the phases of an exchange ended; a phase that was not reached has no time.
struct ExchangeTimes {
    /// When sending began, if that was later than the connection was there.
    EventTime begun;
    EventTime sent;
    EventTime first_byte;
    /// Of the whole response.
    EventTime last_byte;
};

/// What comes of one attempt at an exchange.
struct Outcome {
    /// Set when it is over, if it failed.
    MaybeFailure failure = nullptr;
    ExchangeTimes times = {};
    /// Something of a response came.
    bool started = false;
    /// The server has certainly not processed the request: any request may be sent again.
    bool unprocessed = false;
};

}  // namespace k6::http
