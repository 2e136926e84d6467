#include "js/modules/base64.h"

#include <array>
#include <cstdint>

namespace k6::js {
namespace {

constexpr std::string_view standard_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

Error illegal(std::size_t position) {
    return Error{ErrorClass::generic, "illegal base64 data at input byte " + std::to_string(position)};
}

std::array<std::int8_t, 256> values_of(std::string_view alphabet) {
    std::array<std::int8_t, 256> values;
    values.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return values;
}

bool is_line_end(char c) { return c == '\r' || c == '\n'; }

}  // namespace

std::string base64_encode(std::string_view bytes, Base64 form) {
    const std::string_view alphabet = form.url ? url_alphabet : standard_alphabet;
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = bytes.size() - i;
        const auto byte = [&](std::size_t at) -> std::uint32_t {
            return at < left ? static_cast<unsigned char>(bytes[i + at]) : 0U;
        };
        const std::uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
        text += alphabet[group >> 18];
        text += alphabet[group >> 12 & 63];
        if (left > 1) {
            text += alphabet[group >> 6 & 63];
        } else if (form.padded) {
            text += '=';
        }
        if (left > 2) {
            text += alphabet[group & 63];
        } else if (form.padded) {
            text += '=';
        }
    }
    return text;
}

// Positions in errors are those of Go's encoding/base64, which scripts see: of the character that is wrong, of the
// first character of a group that is cut off, or of the padding that should not be there.
Result<std::string> base64_decode(std::string_view text, Base64 form) {
    static const std::array<std::int8_t, 256> standard_values = values_of(standard_alphabet);
    static const std::array<std::int8_t, 256> url_values = values_of(url_alphabet);
    const auto& values = form.url ? url_values : standard_values;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::size_t at = 0;
    while (true) {
        std::uint32_t group = 0;
        int count = 0;
        bool ended = false;
        while (count < 4) {
            while (at < text.size() && is_line_end(text[at])) ++at;
            if (at == text.size()) {
                if (count == 0) return bytes;
                if (count == 1 || form.padded) return illegal(at - static_cast<std::size_t>(count));
                ended = true;
                break;
            }
            const char c = text[at++];
            if (const int value = values[static_cast<unsigned char>(c)]; value >= 0) {
                group = group << 6 | static_cast<std::uint32_t>(value);
                ++count;
                continue;
            }
            if (c != '=' || !form.padded || count < 2) return illegal(at - 1);
            if (count == 2) {
                while (at < text.size() && is_line_end(text[at])) ++at;
                if (at == text.size()) return illegal(text.size());
                if (text[at] != '=') return illegal(at);
                ++at;
            }
            while (at < text.size() && is_line_end(text[at])) ++at;
            if (at < text.size()) return illegal(at);
            ended = true;
            break;
        }
        group <<= 6 * (4 - count);
        bytes += static_cast<char>(group >> 16);
        if (count > 2) bytes += static_cast<char>(group >> 8 & 255);
        if (count > 3) bytes += static_cast<char>(group & 255);
        if (ended) return bytes;
    }
}

}  // namespace k6::js
