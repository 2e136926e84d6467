// Units of thresholds: percentages and rates as types, so that a bare number cannot stand for either.
//
//   using namespace k6::dsl::literals;
//   rate(http_req_failed) < 1_pct;
//   rate(http_reqs) > 100_per_s;
//
// Durations are std::chrono's own (`300ms`).
#pragma once

namespace k6::dsl {

/// A share of a whole: 1_pct is 0.01.
struct Percent {
    double share;
};

/// Events in a second.
struct PerSecond {
    double value;
};

namespace literals {

constexpr Percent operator""_pct(unsigned long long percent) { return {static_cast<double>(percent) / 100}; }
constexpr Percent operator""_pct(long double percent) { return {static_cast<double>(percent / 100)}; }
constexpr PerSecond operator""_per_s(unsigned long long value) { return {static_cast<double>(value)}; }
constexpr PerSecond operator""_per_s(long double value) { return {static_cast<double>(value)}; }

}  // namespace literals

using namespace literals;

}  // namespace k6::dsl
