// Bytes as hexadecimal digits, two each.
//
//   hex_text("\x01\xab") == "01ab";
//
// Any thread; a pure function.
#pragma once

#include <string>
#include <string_view>

namespace k6 {

/// Lower case.
inline std::string hex_text(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

}  // namespace k6
