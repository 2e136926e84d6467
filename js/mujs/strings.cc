#include <algorithm>
#include <bit>
#include <cstring>

#include "base/surrogates.h"
#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

/// How many bytes at the start are ASCII.
std::size_t ascii_prefix(std::string_view text) {
    const char* p = text.data();
    std::size_t n = text.size();
    for (; n >= 8; p += 8, n -= 8) {
        std::uint64_t block;
        std::memcpy(&block, p, 8);
        block &= 0x8080808080808080U;
        if (block != 0) return text.size() - n + static_cast<std::size_t>(std::countr_zero(block)) / 8;
    }
    while (n > 0 && (*p & 0x80) == 0) ++p, --n;
    return text.size() - n;
}

/// Length of the valid UTF-8 sequence at the start of `text`, 0 if there is none (Unicode 15, table 3-7).
std::size_t valid_sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto continues = [&](std::size_t i, unsigned char low = 0x80, unsigned char high = 0xBF) {
        return i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80;
        const unsigned char high = lead == 0xED ? 0x9F : 0xBF;
        return continues(1, low, high) && continues(2) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const unsigned char low = lead == 0xF0 ? 0x90 : 0x80;
        const unsigned char high = lead == 0xF4 ? 0x8F : 0xBF;
        return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

bool is_valid_utf8(std::string_view text) {
    for (;;) {
        text.remove_prefix(ascii_prefix(text));
        if (text.empty()) return true;
        const std::size_t n = valid_sequence(text);
        if (n == 0) return false;
        text.remove_prefix(n);
    }
}

/// How many bytes one U+FFFD replaces: the longest prefix of a valid sequence, at least one byte.
std::size_t broken_sequence(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    std::size_t n = 1;
    const std::size_t wanted = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 && lead <= 0xEF ? 3 : 1;
    while (n < wanted && n < text.size()) {
        const auto next = static_cast<unsigned char>(text[n]);
        const unsigned char low = n == 1 && lead == 0xE0 ? 0xA0 : n == 1 && lead == 0xF0 ? 0x90 : 0x80;
        const unsigned char high = n == 1 && lead == 0xED ? 0x9F : n == 1 && lead == 0xF4 ? 0x8F : 0xBF;
        if (next < low || next > high) break;
        ++n;
    }
    return n;
}

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view encoded_nul("\xC0\x80", 2);

bool is_surrogate(std::string_view text, unsigned char low, unsigned char high) {
    return text.size() >= 3 && text[0] == '\xED' && static_cast<unsigned char>(text[1]) >= low &&
           static_cast<unsigned char>(text[1]) <= high;
}

}  // namespace

bool is_engine_text(std::string_view utf8) {
    if (utf8.find('\0') != std::string_view::npos) return false;
    return is_valid_utf8(utf8);
}

std::string to_engine_text(std::string_view utf8) {
    std::string text;
    text.reserve(utf8.size() + 16);
    while (!utf8.empty()) {
        // Most of it goes in long runs.
        std::size_t run = ascii_prefix(utf8);
        run = std::min(run, utf8.substr(0, run).find('\0'));
        text.append(utf8, 0, run);
        utf8.remove_prefix(run);
        if (utf8.empty()) break;
        const std::size_t n = valid_sequence(utf8);
        if (utf8[0] == 0) {
            text += encoded_nul;
            utf8.remove_prefix(1);
        } else if (n != 0) {
            text.append(utf8, 0, n);
            utf8.remove_prefix(n);
        } else {
            text += replacement;
            utf8.remove_prefix(broken_sequence(utf8));
        }
    }
    return text;
}

bool is_plain_text(std::string_view text) { return is_valid_utf8(text); }

std::string to_utf8(std::string_view text) {
    std::string utf8;
    utf8.reserve(text.size());
    while (!text.empty()) {
        const std::size_t n = valid_sequence(text);
        if (n != 0) {
            utf8.append(text, 0, n);
            text.remove_prefix(n);
        } else if (text.starts_with(encoded_nul)) {
            utf8 += '\0';
            text.remove_prefix(2);
        } else if (is_surrogate(text, 0xA0, 0xAF) && is_surrogate(text.substr(3), 0xB0, 0xBF)) {
            const auto unit = [&](std::size_t at) {
                return static_cast<unsigned>((text[at] & 0x0F) << 12 | (text[at + 1] & 0x3F) << 6 |
                                             (text[at + 2] & 0x3F));
            };
            const unsigned code = join_surrogates(unit(0), unit(3));
            utf8 += static_cast<char>(0xF0 | code >> 18);
            utf8 += static_cast<char>(0x80 | (code >> 12 & 0x3F));
            utf8 += static_cast<char>(0x80 | (code >> 6 & 0x3F));
            utf8 += static_cast<char>(0x80 | (code & 0x3F));
            text.remove_prefix(6);
        } else if (is_surrogate(text, 0xA0, 0xBF)) {
            utf8 += replacement;
            text.remove_prefix(3);
        } else {
            utf8 += replacement;
            text.remove_prefix(broken_sequence(text));
        }
    }
    return utf8;
}

int utf16_length(const char* text, std::size_t size) {
    // A unit for each byte that does not go on with a character, and one more for the second half of a surrogate pair.
    // Eight bytes at a time: in `high` are the top bits of all of them.
    constexpr std::uint64_t tops = 0x8080808080808080U;
    int units = static_cast<int>(size);
    std::size_t i = 0;
    for (; i + 8 <= size; i += 8) {
        std::uint64_t block;
        std::memcpy(&block, text + i, 8);
        const std::uint64_t high = block & tops;
        if (high == 0) continue;
        units -= std::popcount(high & ~(block << 1));
        units += std::popcount(high & block << 1 & block << 2 & block << 3);
    }
    for (; i < size; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        units += (byte >= 0xF0) - ((byte & 0xC0) == 0x80);
    }
    return units;
}

}  // namespace k6::js
