#include "js/mujs/text.h"

#include <algorithm>
#include <cstring>

#include "base/surrogates.h"
#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

/// Strings below this size are measured anew each time.
constexpr std::size_t remembered_size = 24;

bool starts_character(char byte) { return (byte & 0xC0) != 0x80; }
int units_of_character(char lead) { return static_cast<unsigned char>(lead) >= 0xF0 ? 2 : 1; }

bool ends_with_high_surrogate(std::string_view text) {
    return text.size() >= 3 && text[text.size() - 3] == '\xED' && (text[text.size() - 2] & 0xF0) == 0xA0;
}

bool starts_with_low_surrogate(std::string_view text) {
    return text.size() >= 3 && text[0] == '\xED' && (text[1] & 0xF0) == 0xB0;
}

int joined(int high, int low) {
    return static_cast<int>(join_surrogates(static_cast<std::uint32_t>(high), static_cast<std::uint32_t>(low)));
}

js_Value short_text(const char* bytes, std::size_t size) { return short_string_value(bytes, size); }

/// A string of the heap with room for `size` bytes; the terminator is set.
js_String* new_string(js_State* J, std::size_t size) {
    if (size > JS_STRLIMIT) js_rangeerror(J, "Invalid string length");
    auto* string = static_cast<js_String*>(js_malloc(J, static_cast<int>(offsetof(js_String, p) + size + 1)));
    string->p[size] = 0;
    string->gcmark = 0;
    string->gcnext = J->gcstr;
    J->gcstr = string;
    return string;
}

js_Value code_value(int code) {
    char buffer[16];  // as wide as what reads it
    return short_text(buffer, encode_code_point(code, buffer));
}

}  // namespace

Text text_of(std::string_view bytes) { return {bytes, utf16_length(bytes.data(), bytes.size()), nullptr}; }

Text text_of(js_State* J, const js_Value& string) {
    if (string.t.type == JS_TSHRSTR) return text_of(std::string_view(string.u.shrstr));
    const char* bytes = string_bytes(string);
    KnownText& known = runtime_of(J).texts.slot(bytes);
    if (known.bytes == bytes) return {{bytes, known.size}, known.units, &known};
    const std::size_t size = std::strlen(bytes);
    const int units = utf16_length(bytes, size);
    if (size < remembered_size) return {{bytes, size}, units, nullptr};
    known = {bytes, size, units, 0, 0};
    return {{bytes, size}, units, &known};
}

Place place_of(const Text& text, int unit) {
    if (text.direct()) return {static_cast<std::size_t>(unit), false};
    const char* bytes = text.bytes.data();
    // From the nearest of: the start, the end, where we were.
    int at = 0;
    std::size_t offset = 0;
    KnownText* known = text.known != nullptr && text.known->bytes == bytes ? text.known : nullptr;
    if (known != nullptr && std::abs(unit - known->at_unit) < unit) {
        at = known->at_unit;
        offset = known->at_byte;
    }
    if (text.units - unit < std::abs(unit - at)) {
        at = text.units;
        offset = text.bytes.size();
    }
    while (at > unit) {
        do --offset;
        while (!starts_character(bytes[offset]));
        at -= units_of_character(bytes[offset]);
    }
    bool split = false;
    while (at < unit) {
        const char lead = bytes[offset];
        const int units = units_of_character(lead);
        if (at + units > unit) {
            split = true;
            break;
        }
        at += units;
        offset += character_size(static_cast<unsigned char>(lead));
    }
    if (known != nullptr) {
        known->at_unit = at;
        known->at_byte = offset;
    }
    return {offset, split};
}

int unit_of(const Text& text, std::size_t offset) {
    if (text.direct()) return static_cast<int>(offset);
    const char* bytes = text.bytes.data();
    KnownText* known = text.known != nullptr && text.known->bytes == bytes ? text.known : nullptr;
    if (known == nullptr || known->at_byte > offset) {
        const int unit = utf16_length(bytes, offset);
        if (known != nullptr) {
            known->at_unit = unit;
            known->at_byte = offset;
        }
        return unit;
    }
    const int unit = known->at_unit + utf16_length(bytes + known->at_byte, offset - known->at_byte);
    known->at_unit = unit;
    known->at_byte = offset;
    return unit;
}

std::size_t white_space_size(const char* text) {
    const auto* s = reinterpret_cast<const unsigned char*>(text);
    if (s[0] == ' ' || (s[0] >= 9 && s[0] <= 13)) return 1;
    if (s[0] < 0xC2) return 0;
    if (s[0] == 0xC2 && s[1] == 0xA0) return 2;
    if (s[0] == 0xE1 && s[1] == 0x9A && s[2] == 0x80) return 3;  // U+1680
    if (s[0] == 0xE2 && s[1] == 0x80) {
        return (s[2] >= 0x80 && s[2] <= 0x8A) || s[2] == 0xA8 || s[2] == 0xA9 || s[2] == 0xAF ? 3 : 0;
    }
    if (s[0] == 0xE2 && s[1] == 0x81 && s[2] == 0x9F) return 3;  // U+205F
    if (s[0] == 0xE3 && s[1] == 0x80 && s[2] == 0x80) return 3;  // U+3000
    if (s[0] == 0xEF && s[1] == 0xBB && s[2] == 0xBF) return 3;  // U+FEFF
    return 0;
}

int code_point_at(std::string_view bytes, std::size_t offset) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[offset + i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return lead;
    if (lead < 0xE0) return (lead & 0x1F) << 6 | (byte(1) & 0x3F);
    if (lead < 0xF0) return (lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    return (lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
}

int unit_at(const Text& text, int unit) {
    if (text.direct()) return static_cast<unsigned char>(text.bytes[static_cast<std::size_t>(unit)]);
    const Place place = place_of(text, unit);
    const int code = code_point_at(text.bytes, place.offset);
    if (code < 0x10000) return code;
    const auto whole = static_cast<std::uint32_t>(code);
    return static_cast<int>(place.split ? low_surrogate(whole) : high_surrogate(whole));
}

int compare_text(const char* left, const char* right) {
    while (*left != 0 && *left == *right) {
        ++left;
        ++right;
    }
    const auto a = static_cast<unsigned char>(*left);
    const auto b = static_cast<unsigned char>(*right);
    if (a == b) return 0;
    // A NUL is written C0 80; characters beyond U+FFFF begin with surrogates, which come before U+E000.
    if (a == 0xC0 || b == 0xC0) return a == 0 || (a == 0xC0 && b != 0) ? -1 : 1;
    if (a >= 0xF0 && b >= 0xEE && b < 0xF0) return -1;
    if (b >= 0xF0 && a >= 0xEE && a < 0xF0) return 1;
    if ((a >= 0xF0 && b == 0xED) || (b >= 0xF0 && a == 0xED)) {
        // Perhaps a pair against a lone surrogate.
        const auto first_unit = [](const char* text) {
            const int code = code_point_at({text, 4}, 0);
            return code < 0x10000 ? code : static_cast<int>(high_surrogate(static_cast<std::uint32_t>(code)));
        };
        const int order = first_unit(left) - first_unit(right);
        if (order != 0) return order;
    }
    return a < b ? -1 : 1;
}

std::size_t encode_code_point(int code, char* out) {
    if (code > 0 && code < 0x80) {
        out[0] = static_cast<char>(code);
        return 1;
    }
    if (code < 0x800) {
        out[0] = static_cast<char>(0xC0 | code >> 6);
        out[1] = static_cast<char>(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = static_cast<char>(0xE0 | code >> 12);
        out[1] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
        out[2] = static_cast<char>(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = static_cast<char>(0xF0 | code >> 18);
    out[1] = static_cast<char>(0x80 | (code >> 12 & 0x3F));
    out[2] = static_cast<char>(0x80 | (code >> 6 & 0x3F));
    out[3] = static_cast<char>(0x80 | (code & 0x3F));
    return 4;
}

void append_code_point(std::string& text, int code) {
    if (is_low_surrogate(static_cast<std::uint32_t>(code)) && ends_with_high_surrogate(text)) {
        code = joined(code_point_at(text, text.size() - 3), code);
        text.resize(text.size() - 3);
    }
    char buffer[4];
    text.append(buffer, encode_code_point(code, buffer));
}

void append_text(std::string& text, std::string_view more) {
    if (ends_with_high_surrogate(text) && starts_with_low_surrogate(more)) {
        append_code_point(text, code_point_at(more, 0));
        more.remove_prefix(3);
    }
    text += more;
}

js_Value part_of(js_State* J, const Text& text, int from, int to) {
    if (from >= to) return short_text("", 0);
    const Place first = place_of(text, from);
    const Place last = place_of(text, to);
    if (!first.split && !last.split) {
        const std::string_view part = text.bytes.substr(first.offset, last.offset - first.offset);
        if (part.size() < 16) return short_text(part.data(), part.size());
        js_String* string = new_string(J, part.size());
        std::memcpy(string->p, part.data(), part.size());
        return string_value(string);
    }
    if (to == from + 1) return code_value(unit_at(text, from));
    // Rare: what is whole, with the halves around it.
    char head[4];
    char tail[4];
    const std::size_t head_size = first.split ? encode_code_point(unit_at(text, from), head) : 0;
    const std::size_t tail_size = last.split ? encode_code_point(unit_at(text, to - 1), tail) : 0;
    const std::size_t start = first.split ? first.offset + 4 : first.offset;
    const std::size_t whole = last.offset - start;
    js_String* string = new_string(J, head_size + whole + tail_size);
    std::memcpy(string->p, head, head_size);
    std::memcpy(string->p + head_size, text.bytes.data() + start, whole);
    std::memcpy(string->p + head_size + whole, tail, tail_size);
    if (head_size + whole + tail_size < 16) return short_text(string->p, head_size + whole + tail_size);
    return string_value(string);
}

int string_length(js_State* J, const js_Value& string) { return text_of(J, string).units; }

js_Value string_unit(js_State* J, const js_Value& string, int unit) {
    const Text text = text_of(J, string);
    if (unit < 0 || unit >= text.units) return undefined_value();
    return code_value(unit_at(text, unit));
}

js_Value joined_text(js_State* J, const js_Value& left, const js_Value& right) {
    const Text a = text_of(J, left);
    const Text b = text_of(J, right);
    if (b.bytes.empty()) return left;
    if (a.bytes.empty()) return right;
    const bool pair = ends_with_high_surrogate(a.bytes) && starts_with_low_surrogate(b.bytes);
    const std::size_t left_size = a.bytes.size() - (pair ? 3 : 0);
    const std::size_t right_size = b.bytes.size() - (pair ? 3 : 0);
    const std::size_t size = left_size + right_size + (pair ? 4 : 0);
    char buffer[16];
    js_String* string = size < 16 ? nullptr : new_string(J, size);
    char* out = string == nullptr ? buffer : string->p;
    std::memcpy(out, a.bytes.data(), left_size);
    if (pair) {
        encode_code_point(joined(code_point_at(a.bytes, left_size), code_point_at(b.bytes, 0)), out + left_size);
    }
    std::memcpy(out + size - right_size, b.bytes.data() + (pair ? 3 : 0), right_size);
    if (string == nullptr) return short_text(buffer, size);
    // Texts are mostly built piece by piece: the next append wants to know this one's size.
    runtime_of(J).texts.slot(string->p) = {string->p, size, a.units + b.units, 0, 0};
    return string_value(string);
}

}  // namespace k6::js

extern "C" {

/// The code unit at a position, or -1.
int js_runeat(js_State* J, const char* text, int unit) {
    k6::js::KnownText& known = k6::js::runtime_of(J).texts.slot(text);
    const k6::js::Text measured = known.bytes == text ? k6::js::Text{{text, known.size}, known.units, &known}
                                                      : k6::js::text_of(std::string_view(text));
    return unit < 0 || unit >= measured.units ? -1 : k6::js::unit_at(measured, unit);
}

int js_utflen(const char* text) { return k6::js::utf16_length(text, std::strlen(text)); }

}  // extern "C"
