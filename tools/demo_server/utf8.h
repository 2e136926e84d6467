// UTF-8 (RFC 3629): checked piece by piece, as a WebSocket text message arrives, or at once.
//
// Values; any thread.
//
//   Utf8Checker checker;
//   if (!checker.feed(first) || !checker.feed(second) || !checker.is_complete()) refuse();
#pragma once

#include <string>
#include <string_view>

namespace k6::demo {

class Utf8Checker {
public:
    /// False at the first byte that no continuation can make valid.
    bool feed(std::string_view bytes);
    /// Whether the text could end here.
    bool is_complete() const { return expected_ == 0; }

private:
    int expected_ = 0;
    /// The range the next continuation byte must be in: narrower than usual after some first bytes.
    unsigned char lowest_ = 0x80;
    unsigned char highest_ = 0xbf;
};

bool is_utf8(std::string_view bytes);
/// `bytes` with every byte that belongs to no valid sequence replaced by U+FFFD.
std::string replace_invalid_utf8(std::string_view bytes);

}  // namespace k6::demo
