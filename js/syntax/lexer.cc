#include "js/syntax/lexer.h"

#include <array>
#include <charconv>
#include <cstring>
#include <limits>
#include <utility>

#include "js/syntax/lexer_characters.h"
#include "js/syntax/unicode_identifier.h"

namespace k6::js::syntax {
namespace {

// White space of ECMA-262 beyond ASCII.
bool is_unicode_space(std::uint32_t c) {
    return c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x202F || c == 0x205F || c == 0x3000 ||
           c == 0xFEFF;
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
