#include "outputs/markup.h"

#include <cstddef>

namespace k6::outputs {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

/// Bytes of the well-formed UTF-8 sequence at the beginning (RFC 3629); 0 if there is none.
std::size_t sequence_length(std::string_view text) {
    const auto byte = [text](std::size_t at) -> unsigned {
        return at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
    };
    const auto continues = [&byte](std::size_t at) { return (byte(at) & 0xc0) == 0x80; };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return continues(1) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const bool overlong = first == 0xe0 && byte(1) < 0xa0;
        const bool surrogate = first == 0xed && byte(1) > 0x9f;
        const bool non_character = first == 0xef && byte(1) == 0xbf && byte(2) >= 0xbe;
        return continues(1) && continues(2) && !overlong && !surrogate && !non_character ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const bool overlong = first == 0xf0 && byte(1) < 0x90;
        const bool beyond = first == 0xf4 && byte(1) > 0x8f;
        return continues(1) && continues(2) && continues(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

}  // namespace

std::string markup_text(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = sequence_length(text.substr(at));
        const char c = text[at];
        if (length == 0) {
            out += replacement;
            ++at;
            continue;
        }
        if (length > 1) {
            out += text.substr(at, length);
        } else if (c == '&') {
            out += "&amp;";
        } else if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else if (c == '"') {
            out += "&quot;";
        } else if (c == '\'') {
            out += "&#39;";
        } else if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') {
            out += replacement;
        } else {
            out += c;
        }
        at += length;
    }
    return out;
}

}  // namespace k6::outputs
