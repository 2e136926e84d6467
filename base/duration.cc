#include "base/duration.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include "base/int128.h"

namespace k6 {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t nanoseconds;
};

constexpr std::array units{
    Unit{"ns", 1},          Unit{"us", 1'000},        Unit{"\u00b5s", 1'000},  // micro sign
    Unit{"\u03bcs", 1'000},                                                    // Greek mu
    Unit{"ms", 1'000'000},  Unit{"s", 1'000'000'000}, Unit{"m", 60'000'000'000}, Unit{"h", 3'600'000'000'000},
};

constexpr std::int64_t day = 24 * units.back().nanoseconds;

Error invalid(std::string_view text) {
    return Error{ErrorClass::invalid_config, "invalid duration \"" + std::string(text) + "\""};
}

Error problem(std::string_view what, std::string_view text) {
    return Error{ErrorClass::invalid_config, std::string(what) + " in duration \"" + std::string(text) + "\""};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The decimal number `whole.fraction` times `unit`, truncated to nanoseconds; nothing on overflow.
std::optional<std::int64_t> scaled(std::string_view whole, std::string_view fraction, std::int64_t unit) {
    std::int64_t value = 0;
    for (char c : whole) {
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value)) return {};
    }
    if (__builtin_mul_overflow(value, unit, &value)) return {};
    // Eighteen digits of fraction decide any nanosecond of an hour; further ones cannot change the truncated result
    // by more than the truncation itself.
    Int128 numerator = 0;
    Int128 denominator = 1;
    for (char c : fraction.substr(0, 18)) {
        numerator = numerator * 10 + (c - '0');
        denominator *= 10;
    }
    const auto rest = static_cast<std::int64_t>(numerator * unit / denominator);
    if (__builtin_add_overflow(value, rest, &value)) return {};
    return value;
}

void append_number(std::string& out, std::int64_t value) { out += std::to_string(value); }

// `value` / 10^digits with trailing zeros of the fraction cut.
void append_fraction(std::string& out, std::uint64_t value, int digits) {
    std::uint64_t power = 1;
    for (int i = 0; i < digits; ++i) power *= 10;
    out += std::to_string(value / power);
    std::string fraction = std::to_string(value % power);
    fraction.insert(0, static_cast<std::size_t>(digits) - fraction.size(), '0');
    while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
    if (!fraction.empty()) {
        out += '.';
        out += fraction;
    }
}

}  // namespace

Result<Duration> parse_go_duration(std::string_view text) {
    std::string_view rest = text;
    bool negative = false;
    if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
        negative = rest.front() == '-';
        rest.remove_prefix(1);
    }
    if (rest == "0") return Duration::zero();
    if (rest.empty()) return invalid(text);
    std::int64_t total = 0;
    while (!rest.empty()) {
        std::size_t whole_end = 0;
        while (whole_end < rest.size() && is_digit(rest[whole_end])) ++whole_end;
        const std::string_view whole = rest.substr(0, whole_end);
        rest.remove_prefix(whole_end);
        std::string_view fraction;
        if (!rest.empty() && rest.front() == '.') {
            std::size_t end = 1;
            while (end < rest.size() && is_digit(rest[end])) ++end;
            fraction = rest.substr(1, end - 1);
            rest.remove_prefix(end);
        }
        if (whole.empty() && fraction.empty()) return invalid(text);
        std::size_t unit_end = 0;
        while (unit_end < rest.size() && rest[unit_end] != '.' && !is_digit(rest[unit_end])) ++unit_end;
        if (unit_end == 0) return problem("missing unit", text);
        const std::string_view name = rest.substr(0, unit_end);
        rest.remove_prefix(unit_end);
        const Unit* unit = nullptr;
        for (const Unit& candidate : units) {
            if (candidate.name == name) unit = &candidate;
        }
        if (unit == nullptr) return problem("unknown unit \"" + std::string(name) + "\"", text);
        const auto term = scaled(whole, fraction, unit->nanoseconds);
        if (!term || __builtin_add_overflow(total, *term, &total)) return invalid(text);
    }
    return Duration(negative ? -total : total);
}

Result<Duration> parse_duration(std::string_view text) {
    double milliseconds = 0;
    const auto number = std::from_chars(text.data(), text.data() + text.size(), milliseconds);
    if (!text.empty() && number.ec == std::errc() && number.ptr == text.data() + text.size()) {
        return duration_from_milliseconds(milliseconds);
    }
    const std::size_t days_end = text.find('d');
    if (days_end == std::string_view::npos) return parse_go_duration(text);
    std::int64_t days = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + days_end, days);
    if (days_end == 0 || parsed.ec != std::errc() || parsed.ptr != text.data() + days_end || days < 0)
        return invalid(text);
    std::int64_t total = 0;
    if (__builtin_mul_overflow(days, day, &total)) return invalid(text);
    const std::string_view rest = text.substr(days_end + 1);
    if (!rest.empty()) {
        auto more = parse_go_duration(rest);
        if (!more) return invalid(text);
        if (more->count() < 0 || __builtin_add_overflow(total, more->count(), &total)) return invalid(text);
    }
    return Duration(total);
}

Result<Duration> duration_from_milliseconds(double milliseconds) {
    const double nanoseconds = milliseconds * 1e6;
    if (!(std::abs(nanoseconds) < 9.2e18)) {
        return Error{ErrorClass::invalid_config,
                     "a duration of " + std::to_string(milliseconds) + " ms is out of range"};
    }
    return Duration(static_cast<std::int64_t>(nanoseconds));
}

std::string format_go_duration(Duration duration) {
    if (duration == Duration::zero()) return "0s";
    const bool negative = duration.count() < 0;
    const std::uint64_t value =
        negative ? 0 - static_cast<std::uint64_t>(duration.count()) : static_cast<std::uint64_t>(duration.count());
    std::string out = negative ? "-" : "";
    if (value < 1'000) {
        append_number(out, static_cast<std::int64_t>(value));
        out += "ns";
    } else if (value < 1'000'000) {
        append_fraction(out, value, 3);
        out += "\u00b5s";
    } else if (value < 1'000'000'000) {
        append_fraction(out, value, 6);
        out += "ms";
    } else {
        const std::uint64_t minutes = value / 60'000'000'000;
        const std::uint64_t rest = value % 60'000'000'000;
        if (minutes >= 60) {
            append_number(out, static_cast<std::int64_t>(minutes / 60));
            out += 'h';
        }
        if (minutes > 0) {
            append_number(out, static_cast<std::int64_t>(minutes % 60));
            out += 'm';
        }
        append_fraction(out, rest, 9);
        out += 's';
    }
    return out;
}

}  // namespace k6
