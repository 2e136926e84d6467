// How a character is written within a string of JSON that cannot stand for itself there. Any thread.
//
//   append_json_escape(out, '\n');    // \n
//   append_json_escape(out, 0x2028);  // \u2028
#pragma once

#include <cstdint>
#include <string>

namespace k6 {

/// \u and four hexadecimal digits; `unit` is a UTF-16 code unit.
inline void append_unicode_escape(std::string& out, std::uint32_t unit) {
    constexpr char digits[] = "0123456789abcdef";
    const char escape[] = {
        '\\', 'u', digits[unit >> 12 & 15], digits[unit >> 8 & 15], digits[unit >> 4 & 15], digits[unit & 15]};
    out.append(escape, sizeof escape);
}

/// The escape of two characters if there is one (RFC 8259, section 7), else the one of six.
inline void append_json_escape(std::string& out, std::uint32_t unit) {
    const auto brief = [&](char letter) {
        const char escape[] = {'\\', letter};
        out.append(escape, sizeof escape);
    };
    switch (unit) {
        case '"':
        case '\\':
            return brief(static_cast<char>(unit));
        case '\b':
            return brief('b');
        case '\f':
            return brief('f');
        case '\n':
            return brief('n');
        case '\r':
            return brief('r');
        case '\t':
            return brief('t');
        default:
            append_unicode_escape(out, unit);
    }
}

}  // namespace k6
