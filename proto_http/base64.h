// Base64, RFC 4648 section 4.
//
//   std::string out;
//   append_base64("user:pass", out);      // "dXNlcjpwYXNz"
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace k6::http {

inline void append_base64(std::string_view bytes, std::string& to) {
    static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto byte = [&](std::size_t i) {
        return i < bytes.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) : 0;
    };
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        to += digits[group >> 18];
        to += digits[group >> 12 & 63];
        to += i + 1 < bytes.size() ? digits[group >> 6 & 63] : '=';
        to += i + 2 < bytes.size() ? digits[group & 63] : '=';
    }
}

}  // namespace k6::http
