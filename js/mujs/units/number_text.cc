// Numbers to text and back: stands in for jsdtoa.c, on the standard library's exact conversions.
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "js/mujs/runtime.h"

namespace k6::js {

namespace {

/// Numbers of few decimals, as most are: the least n for which a whole number / 10^n is the number. With 15 digits in
/// all no other text so short reads back as the same number. Returns the length, 0 if the number is none of those.
int format_short(double number, char* out) {
    static constexpr double powers[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
    const double magnitude = std::fabs(number);
    if (!(magnitude < 1e9 && magnitude >= 1e-3)) return 0;
    for (int decimals = 1; decimals <= 6; ++decimals) {
        const auto scaled = static_cast<std::uint64_t>(magnitude * powers[decimals] + 0.5);
        if (static_cast<double>(scaled) / powers[decimals] != magnitude) continue;
        char reversed[20];
        int count = 0;
        for (std::uint64_t rest = scaled; rest != 0 || count <= decimals; rest /= 10) {
            reversed[count++] = static_cast<char>('0' + rest % 10);
        }
        char* p = out;
        if (number < 0) *p++ = '-';
        while (count > 0) {
            if (count == decimals) *p++ = '.';
            *p++ = reversed[--count];
        }
        return static_cast<int>(p - out);
    }
    return 0;
}

}  // namespace

// ECMA-262 Number::toString: the shortest digits that read back as the same number, as a plain decimal while the
// decimal point stands between -6 and 21 places from the first digit.
int format_number(double number, char* out) {
    if (const int size = format_short(number, out)) return size;
    char scientific[40];
    const auto end =
        std::to_chars(scientific, scientific + sizeof scientific - 1, number, std::chars_format::scientific);
    *end.ptr = 0;
    const char* s = scientific;
    char* p = out;
    if (*s == '-') *p++ = *s++;
    char digits[24];
    int count = 0;
    for (; s != end.ptr && *s != 'e'; ++s) {
        if (*s != '.') digits[count++] = *s;
    }
    const int point = std::atoi(s + 1) + 1;  // value = 0.digits × 10^point
    auto put = [&](const char* text, int n) {
        std::memcpy(p, text, static_cast<std::size_t>(n));
        p += n;
    };
    auto put_zeros = [&](int n) {
        std::memset(p, '0', static_cast<std::size_t>(n));
        p += n;
    };
    if (point > 21 || point < -5) {
        *p++ = digits[0];
        if (count > 1) {
            *p++ = '.';
            put(digits + 1, count - 1);
        }
        *p++ = 'e';
        *p++ = point - 1 < 0 ? '-' : '+';
        p = std::to_chars(p, p + 8, std::abs(point - 1)).ptr;
    } else if (point <= 0) {
        put("0.", 2);
        put_zeros(-point);
        put(digits, count);
    } else if (point >= count) {
        put(digits, count);
        put_zeros(point - count);
    } else {
        put(digits, point);
        *p++ = '.';
        put(digits + point, count - point);
    }
    return static_cast<int>(p - out);
}

}  // namespace k6::js

/// Reads the longest prefix of `text` that is a decimal literal, sign allowed; 0 and `*end == text` if there is none.
extern "C" double js_strtod(const char* text, char** end) {
    const char* start = text + (*text == '+' || *text == '-');
    const char* stop = start;
    while (*stop >= '0' && *stop <= '9') ++stop;
    if (*stop == '.') ++stop;
    while (*stop >= '0' && *stop <= '9') ++stop;
    if ((*stop == 'e' || *stop == 'E') && stop != start) {
        const char* exponent = stop + 1;
        if (*exponent == '+' || *exponent == '-') ++exponent;
        if (*exponent >= '0' && *exponent <= '9') {
            while (*exponent >= '0' && *exponent <= '9') ++exponent;
            stop = exponent;
        }
    }
    double number = 0;
    auto result = std::from_chars(start, stop, number);
    if (result.ec == std::errc::invalid_argument) {
        if (end != nullptr) *end = const_cast<char*>(text);
        return 0;
    }
    // Too large or too small: strtod says which.
    if (result.ec == std::errc::result_out_of_range) number = std::strtod(start, nullptr);
    if (end != nullptr) *end = const_cast<char*>(result.ptr);
    return *text == '-' ? -number : number;
}
