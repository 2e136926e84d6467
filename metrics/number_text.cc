#include "metrics/number_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace k6::metrics {
namespace {

// 2^53: from here on to_chars' fixed notation prints digits that no shortest text has.
constexpr double integers_end = 9007199254740992.0;

/// The digits and the decimal exponent of a positive finite double: value = 0.DIGITS * 10^point.
struct Decimal {
    std::string digits;
    int point;
};

Decimal shortest(double value) {
    std::array<char, 40> buffer;
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
    const std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
    const std::size_t exponent_mark = text.find('e');
    Decimal decimal{std::string(text.substr(0, exponent_mark)), 0};
    std::erase(decimal.digits, '.');
    std::string_view exponent = text.substr(exponent_mark + 1);
    if (exponent.front() == '+') exponent.remove_prefix(1);
    std::from_chars(exponent.data(), exponent.data() + exponent.size(), decimal.point);
    ++decimal.point;
    return decimal;
}

/// Times of whole nanoseconds in milliseconds, whole numbers and all else that has at most six decimals. False if
/// `value`, which is not negative, is none of them.
bool append_millionths(std::string& text, double value) {
    constexpr std::uint64_t million = 1'000'000;
    // Up to fifteen digits: so many always come back from a double, and no other text as short does.
    if (!(value < 1e9)) return false;
    const auto millionths = static_cast<std::uint64_t>(value * 1e6 + 0.5);
    if (static_cast<double>(millionths) / 1e6 != value) return false;
    std::array<char, 24> buffer;
    char* end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), millionths / million).ptr;
    if (std::uint64_t rest = millionths % million; rest != 0) {
        *end = '.';
        for (int i = 6; i > 0; --i) {
            end[i] = static_cast<char>('0' + rest % 10);
            rest /= 10;
        }
        end += 7;
        while (end[-1] == '0') --end;
    }
    text.append(buffer.data(), end);
    return true;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
    return std::ranges::equal(text, lower, {},
                              [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
}

}  // namespace

void append_number(std::string& text, double value) {
    if (std::isnan(value)) {
        text += "NaN";
        return;
    }
    if (std::signbit(value) && value != 0) {
        text += '-';
        value = -value;
    }
    if (std::isinf(value)) {
        text += "Infinity";
        return;
    }
    if (append_millionths(text, value)) return;
    if (value >= 1e-6 && value < integers_end) {
        std::array<char, 40> buffer;
        const auto end =
            std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed).ptr;
        text.append(buffer.data(), end);
        return;
    }
    const Decimal decimal = shortest(value);
    if (decimal.point > 0 && decimal.point <= 21) {
        text += decimal.digits;
        text.append(static_cast<std::size_t>(decimal.point) - decimal.digits.size(), '0');
        return;
    }
    text += decimal.digits.front();
    if (decimal.digits.size() > 1) {
        text += '.';
        text.append(decimal.digits, 1);
    }
    const int exponent = decimal.point - 1;
    text += exponent < 0 ? "e-" : "e+";
    text += std::to_string(std::abs(exponent));
}

std::string number_text(double value) {
    std::string text;
    append_number(text, value);
    return text;
}

std::string to_fixed(double value, int digits) {
    if (!(std::fabs(value) < 1e21)) return number_text(value);
    // printf rounds exact ties to even. A double that lies halfway between two texts of few digits has few digits
    // itself: so many more show the tie.
    constexpr int more = 30;
    std::array<char, 128> buffer;
    const auto length =
        static_cast<std::size_t>(std::snprintf(buffer.data(), buffer.size(), "%.*f", digits + more, value));
    const std::string_view exact(buffer.data(), length);
    const std::string_view tail = exact.substr(length - more);
    const bool tie = tail.front() == '5' && tail.find_first_not_of('0', 1) == std::string_view::npos;
    std::array<char, 128> rounded;
    const double away = std::nextafter(value, std::copysign(INFINITY, value));
    const auto rounded_length =
        static_cast<std::size_t>(std::snprintf(rounded.data(), rounded.size(), "%.*f", digits, tie ? away : value));
    std::string text(rounded.data(), rounded_length);
    // (-0).toFixed(2) is "0.00", (-0.001).toFixed(2) is "-0.00".
    if (value == 0 && text.front() == '-') text.erase(0, 1);
    return text;
}

std::optional<double> parse_number(std::string_view text) {
    bool negative = false;
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
        negative = text.front() == '-';
        text.remove_prefix(1);
    }
    if (text.empty()) return std::nullopt;
    double value = 0;
    if (equals_ignoring_case(text, "inf") || equals_ignoring_case(text, "infinity")) {
        value = INFINITY;
    } else if (equals_ignoring_case(text, "nan")) {
        value = NAN;
    } else {
        const bool hexadecimal = text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
        if (hexadecimal) {
            text.remove_prefix(2);
            if (text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
        }
        // from_chars would take a second sign, and "nan(…)".
        const bool starts_well =
            (text.front() >= '0' && text.front() <= '9') || text.front() == '.' ||
            (hexadecimal && std::string_view("abcdefABCDEF").find(text.front()) != std::string_view::npos);
        if (!starts_well) return std::nullopt;
        const auto result = std::from_chars(text.data(), text.data() + text.size(), value,
                                            hexadecimal ? std::chars_format::hex : std::chars_format::general);
        if (result.ec == std::errc::result_out_of_range) {
            // Too small is 0, as everywhere; too large is an error. from_chars does not tell which.
            const auto exponent = text.find_first_of(hexadecimal ? "pP" : "eE");
            if (exponent == std::string_view::npos || text.substr(exponent + 1, 1) != "-") return std::nullopt;
            value = 0;
        } else if (result.ec != std::errc{}) {
            return std::nullopt;
        }
        if (result.ptr != text.data() + text.size()) return std::nullopt;
    }
    return negative ? -value : value;
}

}  // namespace k6::metrics
