#include "metrics/value_text.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "metrics/number_text.h"

namespace k6::metrics {
namespace {

/// Rounded to so many digits after the point, without trailing zeros.
std::string short_fixed(double value, int digits) {
    const std::string fixed = to_fixed(value, digits);
    return number_text(parse_number(fixed).value_or(value));
}

std::string short_truncated(double value, int digits) {
    const double scale = std::pow(10, digits);
    return short_fixed(std::trunc(scale * value) / scale, digits);
}

std::string automatic_duration_text(double milliseconds) {
    if (milliseconds == 0) return "0s";
    if (milliseconds < 0.001) return short_truncated(milliseconds * 1'000'000, 0) + "ns";
    if (milliseconds < 1) return short_truncated(milliseconds * 1000, 2) + "µs";
    if (milliseconds < 1000) return short_truncated(milliseconds, 2) + "ms";
    if (!std::isfinite(milliseconds)) return number_text(milliseconds) + "s";

    std::string text = short_truncated(std::fmod(milliseconds, 60'000) / 1000, milliseconds > 60'000 ? 0 : 2) + "s";
    const double minutes = std::trunc(milliseconds / 60'000);
    if (minutes < 1) return text;
    text = number_text(std::fmod(minutes, 60)) + "m" + text;
    const double hours = std::trunc(minutes / 60);
    if (hours < 1) return text;
    return number_text(hours) + "h" + text;
}

/// Rank of an ASCII character by the root collation's primary weights; letters of both cases are alike.
int primary_weight(unsigned char c) {
    constexpr std::string_view order = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789";
    if (c >= 'A' && c <= 'Z') c = static_cast<unsigned char>(c + 32);
    if (const auto at = order.find(static_cast<char>(c)); at != std::string_view::npos) return static_cast<int>(at) + 1;
    // Letters, and everything beyond ASCII after them by its bytes; control characters first.
    return c < 0x20 || c == 0x7F ? 0 : 256 + c;
}

}  // namespace

std::string duration_text(double milliseconds, TimeUnit unit) {
    switch (unit) {
        case TimeUnit::seconds:
            return to_fixed(0.001 * milliseconds, 2) + "s";
        case TimeUnit::milliseconds:
            return to_fixed(milliseconds, 2) + "ms";
        case TimeUnit::microseconds:
            return to_fixed(1000 * milliseconds, 2) + "µs";
        case TimeUnit::automatic:
            break;
    }
    return automatic_duration_text(milliseconds);
}

std::string data_text(double bytes) {
    constexpr std::array<std::string_view, 9> units = {"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
    if (!(bytes >= 10) || std::isinf(bytes)) return number_text(bytes) + " B";
    const double exponent = std::min(std::floor(std::log(bytes) / std::log(1000.0)), units.size() - 1.0);
    const double value = std::floor(bytes / std::pow(1000.0, exponent) * 10 + 0.5) / 10;
    return to_fixed(value, value < 10 ? 1 : 0) + " " + std::string(units[static_cast<std::size_t>(exponent)]);
}

std::string percent_text(double ratio) { return to_fixed(std::trunc(ratio * 100 * 100) / 100, 2) + "%"; }

std::string plain_text(double value) { return short_fixed(value, 6); }

std::string value_text(double value, ValueKind kind, TimeUnit unit) {
    switch (kind) {
        case ValueKind::time:
            return duration_text(value, unit);
        case ValueKind::data:
            return data_text(value);
        case ValueKind::default_:
            break;
    }
    return plain_text(value);
}

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == 0x1B && i + 1 < text.size() && text[i + 1] == '[') {
            i = std::min(text.find('m', i), text.size() - 1);
            continue;
        }
        if ((c & 0xC0) == 0x80) continue;
        // U+0300 to U+036F, combining diacritical marks.
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if (c == 0xCC || (c == 0xCD && next <= 0xAF)) continue;
        ++width;
    }
    return width;
}

bool name_less(std::string_view a, std::string_view b) {
    const auto weight = [](char c) { return primary_weight(static_cast<unsigned char>(c)); };
    if (!std::ranges::equal(a, b, {}, weight, weight)) {
        return std::ranges::lexicographical_compare(a, b, {}, weight, weight);
    }
    // Only case differs: the bytes of lower case letters are the greater ones.
    return std::ranges::lexicographical_compare(a, b, std::ranges::greater{});
}

}  // namespace k6::metrics
