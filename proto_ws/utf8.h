// Whether text is UTF-8 (RFC 3629), also when it comes in pieces.
//
//   Utf8Check check;
//   if (!check.feed(piece) || !check.complete()) …       // no surrogates, no overlong forms, nothing above U+10FFFF
//
// A value; one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace k6::ws {

class Utf8Check {
public:
    /// False once a byte cannot follow those before it.
    bool feed(std::string_view piece) noexcept {
        const char* at = piece.data();
        const char* const end = at + piece.size();
        while (at != end) {
            if (missing_ == 0) {
                // Nearly all text is ASCII for long stretches.
                for (; end - at >= 8; at += 8) {
                    std::uint64_t word = 0;
                    std::memcpy(&word, at, sizeof word);
                    if ((word & 0x8080808080808080) != 0) break;
                }
                if (at == end) break;
            }
            if (!take(static_cast<unsigned char>(*at++))) return false;
        }
        return true;
    }
    /// No character is cut off.
    bool complete() const noexcept { return missing_ == 0; }

private:
    bool take(unsigned char byte) noexcept {
        if (missing_ > 0) {
            if (byte < lowest_ || byte > highest_) return false;
            lowest_ = 0x80;
            highest_ = 0xbf;
            --missing_;
            return true;
        }
        if (byte < 0x80) return true;
        if (byte < 0xc2 || byte > 0xf4) return false;
        missing_ = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
        // The second byte rules out what is overlong, a surrogate or too large.
        lowest_ = byte == 0xe0 ? 0xa0 : byte == 0xf0 ? 0x90 : 0x80;
        highest_ = byte == 0xed ? 0x9f : byte == 0xf4 ? 0x8f : 0xbf;
        return true;
    }

    std::uint8_t missing_ = 0;
    std::uint8_t lowest_ = 0x80;
    std::uint8_t highest_ = 0xbf;
};

inline bool is_utf8(std::string_view text) noexcept {
    Utf8Check check;
    return check.feed(text) && check.complete();
}

}  // namespace k6::ws
