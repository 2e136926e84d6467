#include "tools/demo_server/utf8.h"

#include <algorithm>
#include <cstddef>

namespace k6::demo {

bool Utf8Checker::feed(std::string_view bytes) {
    for (char c : bytes) {
        auto byte = static_cast<unsigned char>(c);
        if (expected_ > 0) {
            if (byte < lowest_ || byte > highest_) return false;
            --expected_;
            lowest_ = 0x80;
            highest_ = 0xbf;
        } else if (byte >= 0x80) {
            // The table of RFC 3629 section 4: no overlong forms, surrogates, or code points above U+10FFFF.
            if (byte >= 0xc2 && byte <= 0xdf) {
                expected_ = 1;
            } else if (byte >= 0xe0 && byte <= 0xef) {
                expected_ = 2;
                if (byte == 0xe0) lowest_ = 0xa0;
                if (byte == 0xed) highest_ = 0x9f;
            } else if (byte >= 0xf0 && byte <= 0xf4) {
                expected_ = 3;
                if (byte == 0xf0) lowest_ = 0x90;
                if (byte == 0xf4) highest_ = 0x8f;
            } else {
                return false;
            }
        }
    }
    return true;
}

bool is_utf8(std::string_view bytes) {
    Utf8Checker checker;
    return checker.feed(bytes) && checker.is_complete();
}

std::string replace_invalid_utf8(std::string_view bytes) {
    if (is_utf8(bytes)) return std::string(bytes);
    std::string text;
    while (!bytes.empty()) {
        std::size_t size = 1;
        while (size <= std::min<std::size_t>(4, bytes.size()) && !is_utf8(bytes.substr(0, size))) ++size;
        if (size > std::min<std::size_t>(4, bytes.size())) {
            text += "\xef\xbf\xbd";
            size = 1;
        } else {
            text += bytes.substr(0, size);
        }
        bytes.remove_prefix(size);
    }
    return text;
}

}  // namespace k6::demo
