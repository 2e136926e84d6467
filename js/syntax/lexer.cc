#include "js/syntax/lexer.h"

#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

#include "js/syntax/unicode_identifier.h"

namespace k6::js::syntax {
namespace {

enum CharacterClass : std::uint8_t {
    kIdentifierStart = 1,
    kIdentifierPart = 2,
    kDigit = 4,
    kStringStop = 8,    // ends the fast path of a string
    kTemplateStop = 16  // ends the fast path of a template
};

constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> classes{};
    for (int c = 'a'; c <= 'z'; ++c) classes[c] = kIdentifierStart | kIdentifierPart;
    for (int c = 'A'; c <= 'Z'; ++c) classes[c] = kIdentifierStart | kIdentifierPart;
    classes['$'] = classes['_'] = kIdentifierStart | kIdentifierPart;
    for (int c = '0'; c <= '9'; ++c) classes[c] = kIdentifierPart | kDigit;
    for (const char c : {'\'', '"', '\\', '\n', '\r', '\0'}) classes[static_cast<unsigned char>(c)] |= kStringStop;
    for (const char c : {'`', '$', '\\', '\r', '\0'}) classes[static_cast<unsigned char>(c)] |= kTemplateStop;
    return classes;
}

constexpr auto kClasses = make_classes();

bool has_class(char c, std::uint8_t wanted) { return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0; }

int digit_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

bool is_high_surrogate(std::uint32_t c) { return c >= 0xD800 && c <= 0xDBFF; }
bool is_low_surrogate(std::uint32_t c) { return c >= 0xDC00 && c <= 0xDFFF; }

// White space of ECMA-262 beyond ASCII.
bool is_unicode_space(std::uint32_t c) {
    return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000 ||
           c == 0xFEFF;
}

bool is_start(std::uint32_t c) { return c < 0x80 ? has_class(static_cast<char>(c), kIdentifierStart) : is_id_start(c); }
bool is_part(std::uint32_t c) {
    return c < 0x80 ? has_class(static_cast<char>(c), kIdentifierPart) : is_id_continue(c);
}

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

DecodedCharacter decode_utf8(const char* text) {
    const auto byte = [text](int at) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[at])); };
    const std::uint32_t first = byte(0);
    if (first < 0x80) return {first, 1};
    if (first < 0xE0) return {(first & 0x1F) << 6 | (byte(1) & 0x3F), 2};
    if (first < 0xF0) return {(first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F), 3};
    return {(first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F), 4};
}

void append_utf8(std::string& out, std::uint32_t c) {
    if (c < 0x80) {
        out.push_back(static_cast<char>(c));
    } else if (c < 0x800) {
        out.push_back(static_cast<char>(0xC0 | c >> 6));
        out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        out.push_back(static_cast<char>(0xE0 | c >> 12));
        out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
        out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    } else {
        out.push_back(static_cast<char>(0xF0 | c >> 18));
        out.push_back(static_cast<char>(0x80 | (c >> 12 & 0x3F)));
        out.push_back(static_cast<char>(0x80 | (c >> 6 & 0x3F)));
        out.push_back(static_cast<char>(0x80 | (c & 0x3F)));
    }
}

std::size_t find_invalid_utf8(std::string_view text) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
    const std::size_t size = text.size();
    std::size_t at = 0;
    const auto continues = [bytes, size](std::size_t index, unsigned char low = 0x80, unsigned char high = 0xBF) {
        return index < size && bytes[index] >= low && bytes[index] <= high;
    };
    while (at < size) {
        if (at + 8 <= size) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes + at, sizeof(word));
            if ((word & 0x8080808080808080ULL) == 0) {
                at += 8;
                continue;
            }
        }
        const unsigned char first = bytes[at];
        if (first < 0x80) {
            ++at;
        } else if (first >= 0xC2 && first <= 0xDF && continues(at + 1)) {
            at += 2;
        } else if (first >= 0xE0 && first <= 0xEF &&
                   continues(at + 1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF) && continues(at + 2)) {
            at += 3;
        } else if (first >= 0xF0 && first <= 0xF4 &&
                   continues(at + 1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF) && continues(at + 2) &&
                   continues(at + 3)) {
            at += 4;
        } else {
            return at;
        }
    }
    return std::string_view::npos;
}

// ---- NameTable ----

NameTable::NameTable(Arena& arena) : arena_(arena), entries_(512) {
    const auto add = [this](TokenKind kind) {
        const std::string_view text = spelling(kind);
        std::uint32_t hash = kHashSeed;
        for (const char c : text) hash = hash_step(hash, static_cast<unsigned char>(c));
        slot(text, hash) = {text, hash, kind};
        ++used_;
    };
    add(TokenKind::kw_in);
    add(TokenKind::kw_instanceof);
    for (int kind = static_cast<int>(TokenKind::kw_break); kind < static_cast<int>(TokenKind::identifier); ++kind) {
        add(static_cast<TokenKind>(kind));
    }
}

NameTable::Entry& NameTable::slot(std::string_view text, std::uint32_t hash) {
    const std::size_t mask = entries_.size() - 1;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
        Entry& entry = entries_[at];
        if (entry.text.data() == nullptr || (entry.hash == hash && entry.text == text)) return entry;
    }
}

void NameTable::grow() {
    std::vector<Entry> old(entries_.size() * 2);
    old.swap(entries_);
    for (const Entry& entry : old) {
        if (entry.text.data() != nullptr) slot(entry.text, entry.hash) = entry;
    }
}

const NameTable::Entry& NameTable::intern_stable(std::string_view text, std::uint32_t hash) {
    Entry& found = slot(text, hash);
    if (found.text.data() != nullptr) return found;
    found = {text, hash, TokenKind::identifier};
    if (++used_ * 2 < entries_.size()) return found;
    grow();
    return slot(text, hash);
}

const NameTable::Entry& NameTable::intern(std::string_view text) {
    std::uint32_t hash = kHashSeed;
    for (const char c : text) hash = hash_step(hash, static_cast<unsigned char>(c));
    const Entry& found = slot(text, hash);
    if (found.text.data() != nullptr) return found;
    return intern_stable(text.empty() ? std::string_view("", 0) : arena_.copy(text), hash);
}

// ---- Lexer ----

Lexer::Lexer(std::string_view source, Arena& arena, ErrorSink& errors, Options options)
    : begin_(source.data()),
      end_(source.data() + source.size()),
      cursor_(begin_),
      arena_(arena),
      errors_(errors),
      options_(options),
      names_(arena) {
    if (source.starts_with("#!")) skip_line_comment();
}

void Lexer::fail(Token& token, const char* at, std::string message) {
    errors_.report(static_cast<std::uint32_t>(at - begin_), std::move(message));
    token.kind = TokenKind::end_of_file;
    stop();
}

bool Lexer::at_line_separator(const char* at) const {
    // U+2028 and U+2029 are E2 80 A8 and E2 80 A9.
    return at[0] == '\xE2' && at[1] == '\x80' && (at[2] == '\xA8' || at[2] == '\xA9');
}

std::uint32_t Lexer::decode() const { return decode_utf8(cursor_).code_point; }

void Lexer::skip_line_comment() {
    while (cursor_ < end_ && *cursor_ != '\n' && *cursor_ != '\r' && !at_line_separator(cursor_)) ++cursor_;
}

bool Lexer::skip_block_comment(Token& token) {
    const char* const start = cursor_;
    cursor_ += 2;
    while (cursor_ < end_) {
        if (cursor_[0] == '*' && cursor_[1] == '/') {
            cursor_ += 2;
            return true;
        }
        if (*cursor_ == '\n' || *cursor_ == '\r' || at_line_separator(cursor_)) token.newline_before = true;
        ++cursor_;
    }
    fail(token, start, "Unterminated comment");
    return false;
}

void Lexer::skip_trivia(Token& token) {
    if (cursor_ == begin_) token.newline_before = true;
    for (;;) {
        switch (*cursor_) {
            case ' ':
            case '\t':
            case '\v':
            case '\f':
                ++cursor_;
                continue;
            case '\n':
            case '\r':
                token.newline_before = true;
                ++cursor_;
                continue;
            case '/':
                if (cursor_[1] == '/') {
                    skip_line_comment();
                    continue;
                }
                if (cursor_[1] == '*') {
                    if (!skip_block_comment(token)) return;
                    continue;
                }
                return;
            case '<':
                if (options_.html_comments && std::string_view(cursor_, 4) == "<!--") {
                    skip_line_comment();
                    continue;
                }
                return;
            case '-':
                if (options_.html_comments && token.newline_before && cursor_[1] == '-' && cursor_[2] == '>') {
                    skip_line_comment();
                    continue;
                }
                return;
            default:
                if (static_cast<unsigned char>(*cursor_) < 0x80) return;
                if (at_line_separator(cursor_)) {
                    token.newline_before = true;
                    cursor_ += 3;
                    continue;
                }
                const DecodedCharacter c = decode_utf8(cursor_);
                if (!is_unicode_space(c.code_point)) return;
                cursor_ += c.length;
        }
    }
}

Token Lexer::next() {
    Token token;
    skip_trivia(token);
    token.start = offset();
    const auto take = [&](TokenKind kind, int length) {
        token.kind = kind;
        cursor_ += length;
    };
    const char* const c = cursor_;
    using enum TokenKind;
    switch (*c) {
        case '\0':
            if (c < end_) fail(token, c, "Unexpected character U+0000");
            break;
        case '{':
            take(left_brace, 1);
            break;
        case '}':
            take(right_brace, 1);
            break;
        case '(':
            take(left_paren, 1);
            break;
        case ')':
            take(right_paren, 1);
            break;
        case '[':
            take(left_bracket, 1);
            break;
        case ']':
            take(right_bracket, 1);
            break;
        case ';':
            take(semicolon, 1);
            break;
        case ',':
            take(comma, 1);
            break;
        case ':':
            take(colon, 1);
            break;
        case '~':
            take(bitwise_not, 1);
            break;
        case '@':
            take(at, 1);
            break;
        case '.':
            if (has_class(c[1], kDigit)) {
                scan_number(token);
            } else if (c[1] == '.' && c[2] == '.') {
                take(ellipsis, 3);
            } else {
                take(dot, 1);
            }
            break;
        case '?':
            if (c[1] == '?') {
                c[2] == '=' ? take(nullish_assign, 3) : take(nullish, 2);
            } else if (c[1] == '.' && !has_class(c[2], kDigit)) {
                take(question_dot, 2);
            } else {
                take(question, 1);
            }
            break;
        case '=':
            if (c[1] == '=') {
                c[2] == '=' ? take(strict_equal, 3) : take(equal, 2);
            } else {
                c[1] == '>' ? take(arrow, 2) : take(assign, 1);
            }
            break;
        case '!':
            if (c[1] == '=') {
                c[2] == '=' ? take(strict_not_equal, 3) : take(not_equal, 2);
            } else {
                take(logical_not, 1);
            }
            break;
        case '+':
            if (c[1] == '+') {
                take(increment, 2);
            } else {
                c[1] == '=' ? take(plus_assign, 2) : take(plus, 1);
            }
            break;
        case '-':
            if (c[1] == '-') {
                take(decrement, 2);
            } else {
                c[1] == '=' ? take(minus_assign, 2) : take(minus, 1);
            }
            break;
        case '*':
            if (c[1] == '*') {
                c[2] == '=' ? take(star_star_assign, 3) : take(star_star, 2);
            } else {
                c[1] == '=' ? take(star_assign, 2) : take(star, 1);
            }
            break;
        case '/':
            c[1] == '=' ? take(slash_assign, 2) : take(slash, 1);
            break;
        case '%':
            c[1] == '=' ? take(percent_assign, 2) : take(percent, 1);
            break;
        case '&':
            if (c[1] == '&') {
                c[2] == '=' ? take(logical_and_assign, 3) : take(logical_and, 2);
            } else {
                c[1] == '=' ? take(ampersand_assign, 2) : take(ampersand, 1);
            }
            break;
        case '|':
            if (c[1] == '|') {
                c[2] == '=' ? take(logical_or_assign, 3) : take(logical_or, 2);
            } else {
                c[1] == '=' ? take(pipe_assign, 2) : take(pipe, 1);
            }
            break;
        case '^':
            c[1] == '=' ? take(caret_assign, 2) : take(caret, 1);
            break;
        case '<':
            if (c[1] == '<') {
                c[2] == '=' ? take(shift_left_assign, 3) : take(shift_left, 2);
            } else {
                c[1] == '=' ? take(less_equal, 2) : take(less, 1);
            }
            break;
        case '>':
            if (c[1] == '>' && c[2] == '>') {
                c[3] == '=' ? take(shift_right_unsigned_assign, 4) : take(shift_right_unsigned, 3);
            } else if (c[1] == '>') {
                c[2] == '=' ? take(shift_right_assign, 3) : take(shift_right, 2);
            } else {
                c[1] == '=' ? take(greater_equal, 2) : take(greater, 1);
            }
            break;
        case '"':
        case '\'':
            scan_string(token);
            break;
        case '`':
            ++cursor_;
            scan_template(token);
            break;
        case '#':
            scan_private_name(token);
            break;
        default:
            if (has_class(*c, kDigit)) {
                scan_number(token);
            } else if (has_class(*c, kIdentifierStart)) {
                scan_word(token);
            } else {
                scan_word_slow(token, c);
            }
    }
    token.end = offset();
    return token;
}

void Lexer::scan_word(Token& token) {
    const char* const start = cursor_;
    const char* at = start;
    std::uint32_t hash = NameTable::kHashSeed;
    do {
        hash = NameTable::hash_step(hash, static_cast<unsigned char>(*at++));
    } while (has_class(*at, kIdentifierPart));
    if (*at == '\\' || static_cast<unsigned char>(*at) >= 0x80) {
        scan_word_slow(token, start);
        return;
    }
    cursor_ = at;
    const NameTable::Entry& entry = names_.intern_stable({start, static_cast<std::size_t>(at - start)}, hash);
    token.kind = entry.kind;
    token.text = entry.text;
}

// A word with escapes or characters beyond ASCII, or no word at all.
void Lexer::scan_word_slow(Token& token, const char* start) {
    cursor_ = start;
    buffer_.clear();
    for (bool first = true;; first = false) {
        const char* const at = cursor_;
        std::uint32_t code_point = 0;
        if (*at == '\\') {
            if (at[1] != 'u') {
                fail(token, at, "Invalid Unicode escape sequence");
                return;
            }
            cursor_ += 2;
            if (!scan_unicode_escape(code_point)) {
                fail(token, at, "Invalid Unicode escape sequence");
                return;
            }
            if (!(first ? is_start(code_point) : is_part(code_point))) {
                fail(token, at, "Invalid Unicode escape sequence in an identifier");
                return;
            }
            token.escaped = true;
            append_utf8(buffer_, code_point);
            continue;
        }
        const DecodedCharacter c = decode_utf8(at);
        if (first ? !is_start(c.code_point) : !is_part(c.code_point)) {
            if (!first) break;
            std::string message = "Unexpected character '";
            append_utf8(message, c.code_point);
            fail(token, at, message + "'");
            return;
        }
        buffer_.append(at, c.length);
        cursor_ += c.length;
    }
    const NameTable::Entry& entry = names_.intern(buffer_);
    token.kind = token.escaped && is_reserved_word(entry.kind) ? TokenKind::escaped_keyword : entry.kind;
    token.text = entry.text;
}

void Lexer::scan_private_name(Token& token) {
    const char* const start = cursor_++;
    if (has_class(*cursor_, kIdentifierStart)) {
        scan_word(token);
    } else if (*cursor_ == '\\' || (static_cast<unsigned char>(*cursor_) >= 0x80 && is_start(decode()))) {
        scan_word_slow(token, cursor_);
    } else {
        fail(token, start, "Unexpected character '#'");
    }
    if (token.kind != TokenKind::end_of_file) token.kind = TokenKind::private_name;
}

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
            code_point = 0x10000 + ((high - 0xD800) << 10) + (code_point - 0xDC00);
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

Token Lexer::rescan_template(const Token& token) {
    Token piece;
    piece.newline_before = token.newline_before;
    piece.start = token.start;
    cursor_ = begin_ + token.start + 1;
    scan_template(piece);
    piece.end = offset();
    return piece;
}

Token Lexer::rescan_regexp(const Token& token) {
    Token regexp;
    regexp.newline_before = token.newline_before;
    regexp.start = token.start;
    regexp.kind = TokenKind::regexp;
    const char* const start = begin_ + token.start;
    const char* at = start + 1;
    for (bool in_class = false; *at != '/' || in_class; ++at) {
        const bool escaped = *at == '\\' && at + 1 < end_;
        if (escaped) ++at;
        if (at >= end_ || *at == '\n' || *at == '\r' || at_line_separator(at)) {
            fail(regexp, start, "Invalid regular expression: missing /");
            regexp.end = offset();
            return regexp;
        }
        if (escaped) continue;
        if (*at == '[') in_class = true;
        if (*at == ']') in_class = false;
    }
    regexp.text = {start + 1, static_cast<std::size_t>(at - start - 1)};
    cursor_ = at + 1;
    const char* const flags = cursor_;
    for (;;) {
        if (*cursor_ == '\\') {
            fail(regexp, cursor_, "Invalid regular expression flags");
            break;
        }
        const DecodedCharacter c = decode_utf8(cursor_);
        if (!is_part(c.code_point)) break;
        cursor_ += c.length;
    }
    regexp.raw = {flags, static_cast<std::size_t>(cursor_ - flags)};
    regexp.end = offset();
    return regexp;
}

Token Lexer::rescan_angle(const Token& token) {
    Token angle = token;
    angle.kind = begin_[token.start] == '<' ? TokenKind::less : TokenKind::greater;
    angle.end = token.start + 1;
    set_offset(angle.end);
    return angle;
}

}  // namespace k6::js::syntax
