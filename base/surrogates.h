// The halves of characters beyond U+FFFF in UTF-16 (The Unicode Standard, 3.9, D91). Functions alone; any thread.
//
//   if (is_high_surrogate(first) && is_low_surrogate(second)) code = join_surrogates(first, second);
#pragma once

#include <cstdint>

namespace k6 {

constexpr bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
constexpr bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }
constexpr std::uint32_t join_surrogates(std::uint32_t high, std::uint32_t low) {
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}
/// Of a code point beyond U+FFFF.
constexpr std::uint32_t high_surrogate(std::uint32_t code) { return 0xD800 + ((code - 0x10000) >> 10); }
constexpr std::uint32_t low_surrogate(std::uint32_t code) { return 0xDC00 + ((code - 0x10000) & 0x3FF); }

}  // namespace k6
