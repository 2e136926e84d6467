// Measured values as people read them: the summary's units and digits.
//
//   duration_text(1234.5, TimeUnit::automatic) == "1.23s";
//   data_text(1050) == "1.1 kB";
//   percent_text(0.29) == "28.99%";
//   value_text(1234.5, ValueKind::time, TimeUnit::milliseconds) == "1234.50ms";
//
// Any thread; pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "metrics/metric.h"
#include "metrics/summary.h"

namespace k6::metrics {

std::string duration_text(double milliseconds, TimeUnit unit);
std::string data_text(double bytes);
/// Of a ratio; cut off after two digits, not rounded.
std::string percent_text(double ratio);
/// At most six digits after the point.
std::string plain_text(double value);
std::string value_text(double value, ValueKind kind, TimeUnit unit);

/// Columns that a text takes: code points, without combining marks and ANSI escapes.
std::size_t display_width(std::string_view text);

/// The order of metric names: blanks and punctuation before digits before letters; case counts only among names that
/// are the same otherwise, lower before upper (the root collation of UTS #10, as far as ASCII goes).
bool name_less(std::string_view a, std::string_view b);

}  // namespace k6::metrics
