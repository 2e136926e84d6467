#include "engine/plan/segment.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <numeric>
#include <optional>
#include <stdexcept>

namespace k6 {
namespace {

std::optional<std::int64_t> parse_term(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty() || text.front() == '-') {
        return std::nullopt;
    }
    return value <= Rational::max_parsed_term ? std::optional(value) : std::nullopt;
}

std::optional<Rational> parse_rational(std::string_view text) {
    if (text.ends_with('%')) {
        const auto percent = parse_term(text.substr(0, text.size() - 1));
        return percent ? std::optional(Rational(*percent, 100)) : std::nullopt;
    }
    if (const auto slash = text.find('/'); slash != std::string_view::npos) {
        const auto numerator = parse_term(text.substr(0, slash));
        const auto denominator = parse_term(text.substr(slash + 1));
        return numerator && denominator && *denominator > 0 ? std::optional(Rational(*numerator, *denominator))
                                                            : std::nullopt;
    }
    if (const auto point = text.find('.'); point != std::string_view::npos) {
        std::string digits(text.substr(0, point));
        digits += text.substr(point + 1);
        const std::size_t places = text.size() - point - 1;
        if (places > 9) return std::nullopt;
        std::int64_t scale = 1;
        for (std::size_t i = 0; i < places; ++i) scale *= 10;
        const auto value = parse_term(digits);
        return value ? std::optional(Rational(*value, scale)) : std::nullopt;
    }
    const auto whole = parse_term(text);
    return whole ? std::optional(Rational(*whole)) : std::nullopt;
}

Result<Rational> parse_bound(std::string_view text) {
    const auto bound = parse_rational(text);
    if (!bound) {
        return Error{ErrorClass::invalid_config, "'" + std::string(text) +
                                                     "' is no bound of an execution segment: it must be a fraction "
                                                     "(1/3), a decimal (0.25) or whole per cent (25%)"};
    }
    if (*bound > Rational(1)) {
        return Error{ErrorClass::invalid_config,
                     "the bound '" + std::string(text) + "' of an execution segment must be between 0 and 1"};
    }
    return *bound;
}

/// Two decimals, for messages.
std::string decimal(const Rational& value) {
    const std::int64_t hundredths = (value.numerator() * 200 + value.denominator()) / (value.denominator() * 2);
    const std::string digits = std::to_string(hundredths % 100);
    return std::to_string(hundredths / 100) + "." + (digits.size() < 2 ? "0" : "") + digits;
}

}  // namespace

Rational::Rational(std::int64_t numerator, std::int64_t denominator) {
    if (denominator <= 0) throw std::invalid_argument("the denominator of a fraction must be positive");
    const std::int64_t divisor = std::gcd(numerator, denominator);
    numerator_ = numerator / divisor;
    denominator_ = denominator / divisor;
}

Rational operator-(const Rational& a, const Rational& b) {
    const std::int64_t divisor = std::gcd(a.denominator_, b.denominator_);
    return {a.numerator_ * (b.denominator_ / divisor) - b.numerator_ * (a.denominator_ / divisor),
            a.denominator_ / divisor * b.denominator_};
}

std::string to_string(const Rational& value) {
    std::string text = std::to_string(value.numerator());
    if (value.denominator() != 1) text += "/" + std::to_string(value.denominator());
    return text;
}

Result<Segment> parse_segment(std::string_view text) {
    Segment segment;
    if (text.empty()) return segment;
    if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        auto from = parse_bound(text.substr(0, colon));
        if (!from) return from.error();
        segment.from = *from;
        text.remove_prefix(colon + 1);
    }
    auto to = parse_bound(text);
    if (!to) return to.error();
    segment.to = *to;
    if (segment.from >= segment.to) {
        return Error{ErrorClass::invalid_config, "segment start(" + decimal(segment.from) +
                                                     ") must be less than its end(" + decimal(segment.to) + ")"};
    }
    return segment;
}

Result<SegmentSequence> parse_segment_sequence(std::string_view text) {
    SegmentSequence bounds;
    if (text.empty()) return bounds;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        auto bound = parse_bound(text.substr(begin, end - begin));
        if (!bound) return bound.error();
        if (!bounds.empty() && bounds.back() >= *bound) {
            return Error{ErrorClass::invalid_config, "segment start(" + decimal(bounds.back()) +
                                                         ") must be less than its end(" + decimal(*bound) + ")"};
        }
        bounds.push_back(*bound);
        begin = end + 1;
    }
    if (bounds.size() < 2) {
        return Error{ErrorClass::invalid_config, "at least 2 points are needed for an execution segment sequence, '" +
                                                     std::string(text) + "' has 1"};
    }
    return bounds;
}

std::string to_string(const Segment& segment) { return to_string(segment.from) + ":" + to_string(segment.to); }

std::string to_string(const SegmentSequence& sequence) {
    std::string text;
    for (const Rational& bound : sequence) {
        if (!text.empty()) text += ',';
        text += to_string(bound);
    }
    return text;
}

}  // namespace k6
