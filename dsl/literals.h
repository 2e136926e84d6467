// Units: percentages, rates and sizes as types, so that a bare number cannot stand for any of them.
//
//   using namespace k6::dsl::literals;
//   rate(http_req_failed) < 1_pct;
//   rate(http_reqs) > 100_per_s;
//   count(data_received) < 10_MiB;
//   rate(data_received) < 500_kB / 1s;
//
// Durations are std::chrono's own (`300ms`).
#pragma once

#include <chrono>
#include <cstdint>

namespace k6::dsl {

/// A share of a whole: 1_pct is 0.01.
struct Percent {
    double share;
};

/// Events in a second.
struct PerSecond {
    double value;
};

/// An amount of data.
struct Bytes {
    std::uint64_t count;
    friend constexpr bool operator==(Bytes, Bytes) = default;
};

/// Data in a second.
struct BytesPerSecond {
    double value;
};
template <class Rep, class Period>
constexpr BytesPerSecond operator/(Bytes amount, std::chrono::duration<Rep, Period> time) {
    return {static_cast<double>(amount.count) / std::chrono::duration<double>(time).count()};
}

namespace literals {

constexpr Percent operator""_pct(unsigned long long percent) { return {static_cast<double>(percent) / 100}; }
constexpr Percent operator""_pct(long double percent) { return {static_cast<double>(percent / 100)}; }
constexpr PerSecond operator""_per_s(unsigned long long value) { return {static_cast<double>(value)}; }
constexpr PerSecond operator""_per_s(long double value) { return {static_cast<double>(value)}; }

constexpr PerSecond operator""_per_min(unsigned long long value) { return {static_cast<double>(value) / 60}; }

constexpr Bytes operator""_B(unsigned long long count) { return {count}; }
constexpr Bytes operator""_kB(unsigned long long count) { return {count * 1000}; }
constexpr Bytes operator""_MB(unsigned long long count) { return {count * 1000 * 1000}; }
constexpr Bytes operator""_GB(unsigned long long count) { return {count * 1000 * 1000 * 1000}; }
constexpr Bytes operator""_KiB(unsigned long long count) { return {count << 10U}; }
constexpr Bytes operator""_MiB(unsigned long long count) { return {count << 20U}; }
constexpr Bytes operator""_GiB(unsigned long long count) { return {count << 30U}; }

}  // namespace literals

using namespace literals;

}  // namespace k6::dsl
