// Thresholds as typed expressions over metrics.
//
//   p<95>(http_req_duration) < 300ms
//   rate(http_req_failed.tagged({{"kind", "login"}})) < 1_pct
//   (rate(checks) > 95_pct).abort_on_fail(10s)
//
// Which aggregations a metric has, and in what unit they are compared, is in the types: `avg(http_reqs)` and
// `p<95>(http_req_duration) < 300` do not compile. The texts are those of k6's threshold grammar.
#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/duration.h"
#include "dsl/literals.h"
#include "dsl/metric.h"
#include "metrics/threshold_definition.h"

namespace k6::dsl {

struct Threshold {
    std::string metric;
    metrics::ThresholdItem item;

    /// A run that fails this ends at the next evaluation (every 2 s), but not before `delay` has passed.
    Threshold abort_on_fail() && {
        item.abort_on_fail = true;
        return std::move(*this);
    }
    Threshold abort_on_fail(Duration delay) && {
        item.abort_on_fail = true;
        item.delay_abort_eval = delay;
        return std::move(*this);
    }
};

namespace detail {

/// The shortest text that reads back as the same number, without an exponent where people would write none.
inline std::string number_text(double value) {
    std::array<char, 32> text{};
    const double size = value < 0 ? -value : value;
    const bool plain = size == 0 || (size >= 1e-6 && size < 1e15);
    const auto format = plain ? std::chars_format::fixed : std::chars_format::general;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format).ptr;
    return {text.data(), end};
}

inline std::string selector_of(const auto& metric) { return std::string(metric.name); }
template <class Metric>
std::string selector_of(const Tagged<Metric>& metric) {
    return metric.selector;
}

template <class T>
struct MetricOf {
    using type = T;
};
template <class Metric>
struct MetricOf<Tagged<Metric>> {
    using type = Metric;
};

/// A metric, or one restricted to tags.
template <class T>
concept MetricLike = requires {
    MetricOf<std::remove_cvref_t<T>>::type::type;
};

template <class T, class... Kinds>
concept OneOf = (std::same_as<typename MetricOf<std::remove_cvref_t<T>>::type, Kinds> || ...);

}  // namespace detail

/// An aggregation of a metric, to be compared with a value of `Unit` (double, Duration, Percent, PerSecond).
template <class Unit>
struct Aggregation {
    std::string metric;
    std::string method;
};

namespace detail {

inline double native(double value) { return value; }
inline double native(Duration value) { return to_milliseconds(value); }
inline double native(Percent value) { return value.share; }
inline double native(PerSecond value) { return value.value; }
inline double native(Bytes value) { return static_cast<double>(value.count); }
inline double native(BytesPerSecond value) { return value.value; }

/// What a limit of the wrong type is told.
template <class Unit, class Other>
constexpr bool check_limit() {
    static_assert(!std::same_as<Unit, Duration>,
                  "threshold: this aggregation is a time; compare it with a duration such as 300ms");
    static_assert(!std::same_as<Unit, Percent>,
                  "threshold: this aggregation is a share; compare it with a percentage such as 1_pct");
    static_assert(!std::same_as<Unit, PerSecond>,
                  "threshold: this aggregation is a rate; compare it with one such as 100_per_s");
    static_assert(!std::same_as<Unit, Bytes>,
                  "threshold: this aggregation is an amount of data; compare it with one such as 10_MiB");
    static_assert(!std::same_as<Unit, BytesPerSecond>,
                  "threshold: this aggregation is data by time; compare it with one such as 10_MiB / 1s");
    static_assert(!std::same_as<Unit, double>,
                  "threshold: this aggregation is a plain number; compare it with a number");
    return always_false<Other>;
}

template <class Other, class Unit>
concept WrongLimit = !std::convertible_to<Other, Unit>;

template <class Unit>
Threshold compare(const Aggregation<Unit>& left, std::string_view op, Unit right) {
    return {.metric = left.metric, .item = {.source = left.method + std::string(op) + number_text(native(right))}};
}

template <class T>
using TrendUnit = std::conditional_t<OneOf<T, TimeTrend>, Duration, double>;

}  // namespace detail

template <class Unit>
Threshold operator<(const Aggregation<Unit>& left, std::type_identity_t<Unit> right) {
    return detail::compare(left, "<", right);
}
template <class Unit>
Threshold operator<=(const Aggregation<Unit>& left, std::type_identity_t<Unit> right) {
    return detail::compare(left, "<=", right);
}
template <class Unit>
Threshold operator>(const Aggregation<Unit>& left, std::type_identity_t<Unit> right) {
    return detail::compare(left, ">", right);
}
template <class Unit>
Threshold operator>=(const Aggregation<Unit>& left, std::type_identity_t<Unit> right) {
    return detail::compare(left, ">=", right);
}
template <class Unit>
Threshold operator==(const Aggregation<Unit>& left, std::type_identity_t<Unit> right) {
    return detail::compare(left, "==", right);
}
template <class Unit>
Threshold operator!=(const Aggregation<Unit>& left, std::type_identity_t<Unit> right) {
    return detail::compare(left, "!=", right);
}

// Limits in another unit do not compile, and are told why.
template <class Unit, detail::WrongLimit<Unit> Other>
Threshold operator<(const Aggregation<Unit>&, const Other&) {
    static_cast<void>(detail::check_limit<Unit, Other>());
    return {};
}
template <class Unit, detail::WrongLimit<Unit> Other>
Threshold operator<=(const Aggregation<Unit>&, const Other&) {
    static_cast<void>(detail::check_limit<Unit, Other>());
    return {};
}
template <class Unit, detail::WrongLimit<Unit> Other>
Threshold operator>(const Aggregation<Unit>&, const Other&) {
    static_cast<void>(detail::check_limit<Unit, Other>());
    return {};
}
template <class Unit, detail::WrongLimit<Unit> Other>
Threshold operator>=(const Aggregation<Unit>&, const Other&) {
    static_cast<void>(detail::check_limit<Unit, Other>());
    return {};
}
template <class Unit, detail::WrongLimit<Unit> Other>
Threshold operator==(const Aggregation<Unit>&, const Other&) {
    static_cast<void>(detail::check_limit<Unit, Other>());
    return {};
}
template <class Unit, detail::WrongLimit<Unit> Other>
Threshold operator!=(const Aggregation<Unit>&, const Other&) {
    static_cast<void>(detail::check_limit<Unit, Other>());
    return {};
}

/// The N-th percentile of a trend, 0 to 100.
template <auto N, class T>
requires detail::OneOf<T, Trend, TimeTrend> Aggregation<detail::TrendUnit<T>> p(const T& trend) {
    static_assert(N >= 0 && N <= 100, "p<N>: a percentile lies between 0 and 100");
    return {detail::selector_of(trend), "p(" + detail::number_text(static_cast<double>(N)) + ")"};
}
template <auto N, class T>
requires(!detail::OneOf<T, Trend, TimeTrend>) Aggregation<double> p(const T&) {
    static_assert(detail::always_false<T>, "p<N>: only a Trend or TimeTrend has percentiles");
    return {};
}

template <class T>
requires detail::OneOf<T, Trend, TimeTrend> Aggregation<detail::TrendUnit<T>> avg(const T& trend) {
    return {detail::selector_of(trend), "avg"};
}
template <class T>
requires detail::MetricLike<T> &&(!detail::OneOf<T, Trend, TimeTrend>)Aggregation<double> avg(const T&) {
    static_assert(detail::always_false<T>, "avg: only a Trend or TimeTrend has it");
    return {};
}
template <class T>
requires detail::OneOf<T, Trend, TimeTrend> Aggregation<detail::TrendUnit<T>> med(const T& trend) {
    return {detail::selector_of(trend), "med"};
}
template <class T>
requires detail::MetricLike<T> &&(!detail::OneOf<T, Trend, TimeTrend>)Aggregation<double> med(const T&) {
    static_assert(detail::always_false<T>, "med: only a Trend or TimeTrend has it");
    return {};
}
template <class T>
requires detail::OneOf<T, Trend, TimeTrend> Aggregation<detail::TrendUnit<T>> min(const T& trend) {
    return {detail::selector_of(trend), "min"};
}
template <class T>
requires detail::MetricLike<T> &&(!detail::OneOf<T, Trend, TimeTrend>)Aggregation<double> min(const T&) {
    static_assert(detail::always_false<T>, "min: only a Trend or TimeTrend has it");
    return {};
}
template <class T>
requires detail::OneOf<T, Trend, TimeTrend> Aggregation<detail::TrendUnit<T>> max(const T& trend) {
    return {detail::selector_of(trend), "max"};
}
template <class T>
requires detail::MetricLike<T> &&(!detail::OneOf<T, Trend, TimeTrend>)Aggregation<double> max(const T&) {
    static_assert(detail::always_false<T>, "max: only a Trend or TimeTrend has it");
    return {};
}

/// The sum of a counter.
template <class T>
requires detail::OneOf<T, Counter> Aggregation<double> count(const T& counter) {
    return {detail::selector_of(counter), "count"};
}
template <class T>
requires detail::OneOf<T, DataCounter> Aggregation<Bytes> count(const T& counter) {
    return {detail::selector_of(counter), "count"};
}
template <class T>
requires detail::MetricLike<T> &&(!detail::OneOf<T, Counter, DataCounter>)Aggregation<double> count(const T&) {
    static_assert(detail::always_false<T>, "count: only a Counter has it");
    return {};
}
/// The sum of a counter by the second.
template <class T>
requires detail::OneOf<T, Counter> Aggregation<PerSecond> rate(const T& counter) {
    return {detail::selector_of(counter), "rate"};
}
template <class T>
requires detail::OneOf<T, DataCounter> Aggregation<BytesPerSecond> rate(const T& counter) {
    return {detail::selector_of(counter), "rate"};
}
template <class T>
requires detail::MetricLike<T> &&(!detail::OneOf<T, Counter, DataCounter, Rate>)Aggregation<double> rate(const T&) {
    static_assert(detail::always_false<T>, "rate: only a Rate or Counter has it");
    return {};
}
/// The share of true values.
template <class T>
requires detail::OneOf<T, Rate> Aggregation<Percent> rate(const T& rate) { return {detail::selector_of(rate), "rate"}; }
/// The last value of a gauge.
template <class T>
requires detail::OneOf<T, Gauge> Aggregation<double> value(const T& gauge) {
    return {detail::selector_of(gauge), "value"};
}
template <class T>
requires detail::MetricLike<T> &&(!detail::OneOf<T, Gauge>)Aggregation<double> value(const T&) {
    static_assert(detail::always_false<T>, "value: only a Gauge has it");
    return {};
}

}  // namespace k6::dsl
