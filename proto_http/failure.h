// Why an exchange failed, and when its phases ended: what connections of all protocols tell their client.
//
//   if (MaybeFailure failure = connection.exchange(…)) set_error(response, *failure);
//
// Values.
#pragma once

#include <memory>
#include <optional>
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

/// When the phases of an exchange ended; a phase that was not reached has no time.
struct ExchangeTimes {
    /// When sending began, if that was later than the connection was there.
    std::optional<TimePoint> begun;
    std::optional<TimePoint> sent;
    std::optional<TimePoint> first_byte;
};

}  // namespace k6::http
