// Numbers, strings and templates.
#include <charconv>
#include <cstring>
#include <limits>

#include "base/surrogates.h"
#include "js/syntax/lexer.h"
#include "js/syntax/lexer_characters.h"

namespace k6::js::syntax {
namespace {

// Exact for decimal texts of any length; from_chars leaves its result alone when it does not fit a double.
double decimal_value(std::string_view text) {
    double value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc::result_out_of_range) return value;
    // Too large or too small: told apart by the decimal exponent of the first non-zero digit.
    long long magnitude = 0;
    bool seen_point = false;
    bool seen_digit = false;
    std::size_t at = 0;
    for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
        if (text[at] == '.') {
            seen_point = true;
        } else if (seen_digit || text[at] != '0') {
            seen_digit = true;
            if (!seen_point) ++magnitude;
        } else if (seen_point) {
            --magnitude;
        }
    }
    if (at < text.size()) {
        ++at;
        const bool negative = at < text.size() && text[at] == '-';
        if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
        long long exponent = 0;
        for (; at < text.size() && exponent < 1'000'000'000'000LL; ++at) exponent = exponent * 10 + (text[at] - '0');
        magnitude += negative ? -exponent : exponent;
    }
    return magnitude > 0 ? std::numeric_limits<double>::infinity() : 0.0;
}

std::string without_separators(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c != '_') out.push_back(c);
    }
    return out;
}

// The value of the digits (no prefix) in base 2, 8 or 16, rounded to nearest, ties to even.
double power_of_two_radix_value(std::string_view digits, int bits_per_digit) {
    std::uint64_t mantissa = 0;
    long long dropped_bits = 0;
    bool sticky = false;
    for (const char c : digits) {
        if (c == '_') continue;
        const auto digit = static_cast<std::uint64_t>(digit_value(c));
        for (int bit = bits_per_digit - 1; bit >= 0; --bit) {
            const std::uint64_t value = (digit >> bit) & 1;
            if (mantissa >> 62 == 0) {
                mantissa = mantissa << 1 | value;
            } else {
                ++dropped_bits;
                sticky = sticky || value != 0;
            }
        }
    }
    if (dropped_bits > 2000) return std::numeric_limits<double>::infinity();
    // 63 significant bits and a sticky bit below them round correctly in the conversion to 53.
    double value = static_cast<double>(mantissa << 1 | (sticky ? 1 : 0));
    for (long long i = 0; i < dropped_bits - 1; ++i) value *= 2;
    return dropped_bits == 0 ? value / 2 : value;
}

}  // namespace

bool Lexer::scan_digits(int radix, bool& has_separator) {
    bool last_was_digit = false;
    const char* const start = cursor_;
    for (;; ++cursor_) {
        if (digit_value(*cursor_) < radix) {
            last_was_digit = true;
        } else if (*cursor_ == '_' && last_was_digit) {
            last_was_digit = false;
            has_separator = true;
        } else {
            break;
        }
    }
    return cursor_ > start && last_was_digit;
}

void Lexer::scan_radix_number(Token& token, int radix) {
    const char* const start = cursor_;
    cursor_ += 2;
    bool has_separator = false;
    if (!scan_digits(radix, has_separator)) {
        fail(token, cursor_, "Invalid number: missing digits");
        return;
    }
    const std::string_view digits(start + 2, static_cast<std::size_t>(cursor_ - start - 2));
    if (*cursor_ == 'n') {
        std::string text(start, 2);
        text += without_separators(digits);
        token.kind = TokenKind::bigint;
        token.text = arena_.copy(text);
        ++cursor_;
    } else {
        token.kind = TokenKind::number;
        token.number = power_of_two_radix_value(digits, radix == 16 ? 4 : radix == 8 ? 3 : 1);
    }
    finish_number(token);
}

void Lexer::finish_number(Token& token) {
    if (has_class(*cursor_, kIdentifierPart) || *cursor_ == '\\' ||
        (static_cast<unsigned char>(*cursor_) >= 0x80 && is_start(decode()))) {
        fail(token, cursor_, "Invalid number: an identifier or digit follows it directly");
    }
}

void Lexer::scan_number(Token& token) {
    const char* const start = cursor_;
    token.kind = TokenKind::number;
    bool has_separator = false;
    bool bare_integer = true;
    if (*start == '0' && start[1] != '.') {
        switch (start[1]) {
            case 'x':
            case 'X':
                return scan_radix_number(token, 16);
            case 'o':
            case 'O':
                return scan_radix_number(token, 8);
            case 'b':
            case 'B':
                return scan_radix_number(token, 2);
            case '_':
                return fail(token, start + 1, "Numeric separator can not be used after leading 0");
            default:
                break;
        }
        if (has_class(start[1], kDigit)) {
            token.legacy_octal = true;
            bool octal = true;
            for (; has_class(*cursor_, kDigit); ++cursor_) octal = octal && *cursor_ < '8';
            if (*cursor_ == '_') return fail(token, cursor_, "Numeric separator can not be used after leading 0");
            if (octal) {
                token.number = power_of_two_radix_value({start + 1, static_cast<std::size_t>(cursor_ - start - 1)}, 3);
                return finish_number(token);
            }
        }
    }
    if (!token.legacy_octal && *cursor_ != '.' && !scan_digits(10, has_separator)) {
        return fail(token, cursor_, "Numeric separators are not allowed at the end of numeric literals");
    }
    if (*cursor_ == 'n' && !token.legacy_octal) {
        token.kind = TokenKind::bigint;
        token.text = arena_.copy(without_separators({start, static_cast<std::size_t>(cursor_ - start)}));
        ++cursor_;
        return finish_number(token);
    }
    if (*cursor_ == '.') {
        bare_integer = false;
        ++cursor_;
        if ((has_class(*cursor_, kDigit) || *cursor_ == '_') && !scan_digits(10, has_separator)) {
            return fail(token, cursor_, "Numeric separators are not allowed here");
        }
    }
    if (*cursor_ == 'e' || *cursor_ == 'E') {
        bare_integer = false;
        ++cursor_;
        if (*cursor_ == '+' || *cursor_ == '-') ++cursor_;
        if (!scan_digits(10, has_separator)) return fail(token, cursor_, "Invalid number: missing exponent");
    }
    const std::string_view text(start, static_cast<std::size_t>(cursor_ - start));
    if (bare_integer && text.size() <= 15 && !has_separator) {
        std::uint64_t value = 0;
        for (const char c : text) value = value * 10 + static_cast<std::uint64_t>(c - '0');
        token.number = static_cast<double>(value);
    } else {
        token.number = has_separator ? decimal_value(without_separators(text)) : decimal_value(text);
    }
    finish_number(token);
}

void Lexer::append_code_point(std::uint32_t code_point) {
    // A high surrogate at the buffer's end can only come from an escape: ED A0..AF xx.
    const std::size_t size = buffer_.size();
    if (is_low_surrogate(code_point) && size >= 3 && buffer_[size - 3] == '\xED') {
        const std::uint32_t high = decode_utf8(buffer_.data() + size - 3).code_point;
        if (is_high_surrogate(high)) {
            buffer_.resize(size - 3);
            code_point = join_surrogates(high, code_point);
        }
    }
    append_utf8(buffer_, code_point);
}

// After \u: four digits, or digits in braces.
bool Lexer::scan_unicode_escape(std::uint32_t& code_point) {
    code_point = 0;
    if (*cursor_ == '{') {
        ++cursor_;
        int digits = 0;
        for (; digit_value(*cursor_) < 16; ++cursor_, ++digits) {
            code_point = code_point * 16 + static_cast<std::uint32_t>(digit_value(*cursor_));
            if (code_point > 0x10FFFF) return false;
        }
        if (digits == 0 || *cursor_ != '}') return false;
        ++cursor_;
        return true;
    }
    for (int i = 0; i < 4; ++i, ++cursor_) {
        if (digit_value(*cursor_) >= 16) return false;
        code_point = code_point * 16 + static_cast<std::uint32_t>(digit_value(*cursor_));
    }
    return true;
}

// At a backslash; appends its value to the buffer. False: the escape is invalid (in a template that is no error yet).
bool Lexer::scan_escape(Token& token, bool in_template) {
    const char* const start = cursor_++;
    const char c = *cursor_;
    switch (c) {
        case 'n':
            buffer_.push_back('\n');
            break;
        case 't':
            buffer_.push_back('\t');
            break;
        case 'r':
            buffer_.push_back('\r');
            break;
        case 'b':
            buffer_.push_back('\b');
            break;
        case 'v':
            buffer_.push_back('\v');
            break;
        case 'f':
            buffer_.push_back('\f');
            break;
        case '\r':
            if (cursor_[1] == '\n') ++cursor_;
            break;
        case '\n':
            break;
        case 'x': {
            const int high = digit_value(cursor_[1]);
            if (high >= 16) return false;
            const int low = digit_value(cursor_[2]);
            if (low >= 16) return false;
            append_code_point(static_cast<std::uint32_t>(high * 16 + low));
            cursor_ += 2;
            break;
        }
        case 'u': {
            ++cursor_;
            std::uint32_t code_point = 0;
            if (!scan_unicode_escape(code_point)) return false;
            append_code_point(code_point);
            return true;
        }
        case '0':
        case '1':
        case '2':
        case '3':
        case '4':
        case '5':
        case '6':
        case '7': {
            if (c == '0' && !has_class(cursor_[1], kDigit)) {
                buffer_.push_back('\0');
                break;
            }
            if (in_template) return false;
            if (!token.legacy_octal) token.escape_offset = static_cast<std::uint32_t>(start - begin_);
            token.legacy_octal = true;
            std::uint32_t value = 0;
            for (int i = 0; i < (c <= '3' ? 3 : 2) && *cursor_ >= '0' && *cursor_ <= '7'; ++i, ++cursor_) {
                value = value * 8 + static_cast<std::uint32_t>(*cursor_ - '0');
            }
            append_code_point(value);
            return true;
        }
        case '8':
        case '9':
            if (in_template) return false;
            if (!token.legacy_octal) token.escape_offset = static_cast<std::uint32_t>(start - begin_);
            token.legacy_octal = true;
            buffer_.push_back(c);
            break;
        default:
            if (at_line_separator(cursor_)) {
                cursor_ += 3;
                return true;
            }
            if (cursor_ >= end_) return true;
            const DecodedCharacter decoded = decode_utf8(cursor_);
            buffer_.append(cursor_, decoded.length);
            cursor_ += decoded.length;
            return true;
    }
    ++cursor_;
    return true;
}

void Lexer::scan_string(Token& token) {
    const char* const start = cursor_;
    const char quote = *start;
    token.kind = TokenKind::string;
    const char* at = start + 1;
    for (;; ++at) {
        while (!has_class(*at, kStringStop)) ++at;
        if (*at != '"' && *at != '\'') break;
        if (*at == quote) {
            token.text = {start + 1, static_cast<std::size_t>(at - start - 1)};
            cursor_ = at + 1;
            return;
        }
    }
    buffer_.assign(start + 1, at);
    cursor_ = at;
    while (*cursor_ != quote) {
        if (cursor_ >= end_ || *cursor_ == '\n' || *cursor_ == '\r') {
            return fail(token, start, "Unterminated string literal");
        }
        if (*cursor_ != '\\') {
            buffer_.push_back(*cursor_++);
            continue;
        }
        const char* const escape = cursor_;
        if (!scan_escape(token, false)) {
            return fail(token, escape,
                        escape[1] == 'x' ? "Invalid hexadecimal escape sequence" : "Invalid Unicode escape sequence");
        }
    }
    ++cursor_;
    token.text = arena_.copy(buffer_);
}

// After ` or }, to the next ${ or the closing `.
void Lexer::scan_template(Token& token) {
    const char* const start = cursor_;
    token.kind = TokenKind::template_piece;
    const char* at = start;
    while (!has_class(*at, kTemplateStop) || (*at == '$' && at[1] != '{')) ++at;
    if (*at == '`' || *at == '$') {
        token.text = token.raw = {start, static_cast<std::size_t>(at - start)};
        token.tail = *at == '`';
        cursor_ = at + (token.tail ? 1 : 2);
        return;
    }
    buffer_.assign(start, at);
    std::string raw(start, at);
    cursor_ = at;
    const auto append_raw = [&raw](const char* first, const char* last) {
        for (; first < last; ++first) {
            if (*first == '\r') {
                raw.push_back('\n');
                if (first + 1 < last && first[1] == '\n') ++first;
            } else {
                raw.push_back(*first);
            }
        }
    };
    for (;;) {
        if (*cursor_ == '`' || (*cursor_ == '$' && cursor_[1] == '{')) break;
        if (cursor_ >= end_) return fail(token, start - 1, "Unterminated template literal");
        const char* const piece = cursor_;
        if (*cursor_ == '\\') {
            if (!scan_escape(token, true)) {
                if (token.has_cooked) token.escape_offset = static_cast<std::uint32_t>(piece - begin_);
                token.has_cooked = false;
                // What follows the backslash may be the end of the template.
                cursor_ = piece + 2;
            }
        } else if (*cursor_ == '\r') {
            buffer_.push_back('\n');
            cursor_ += cursor_[1] == '\n' ? 2 : 1;
        } else {
            buffer_.push_back(*cursor_++);
        }
        append_raw(piece, cursor_);
    }
    token.tail = *cursor_ == '`';
    cursor_ += token.tail ? 1 : 2;
    if (token.has_cooked) token.text = arena_.copy(buffer_);
    token.raw = arena_.copy(raw);
}

}  // namespace k6::js::syntax
