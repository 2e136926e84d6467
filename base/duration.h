// Durations as k6 users write and read them.
//
// Two syntaxes: Go's (`1h30m`, `1.5s`, `500ms`; units ns us µs ms s m h, several terms, optional sign) and the
// extended one of scripts and configuration files (Go's, or a bare number meaning milliseconds, or `2d12h`).
//
//   parse_go_duration("1m30s").value() == std::chrono::seconds(90);
//   format_go_duration(std::chrono::milliseconds(1500)) == "1.5s";
//
// Any thread; pure functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.h"

namespace k6 {

/// All engine time is whole nanoseconds.
using Duration = std::chrono::nanoseconds;

/// Go's time.ParseDuration: a unit is required except for "0".
Result<Duration> parse_go_duration(std::string_view text);

/// Go's syntax, a bare number (milliseconds, fractions allowed), or whole days before it ("1d2h", not negative).
Result<Duration> parse_duration(std::string_view text);

/// A number of milliseconds as scripts give it, truncated to nanoseconds; an error when it does not fit.
Result<Duration> duration_from_milliseconds(double milliseconds);

/// Go's Duration.String(): "1h30m0s", "1.5s", "500ms", "0s".
std::string format_go_duration(Duration duration);

/// Milliseconds with their fraction, the unit of every time metric.
constexpr double to_milliseconds(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

}  // namespace k6
