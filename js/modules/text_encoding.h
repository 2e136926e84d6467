// The globals TextEncoder and TextDecoder.
//
//   decode_text("\xef\xbb\xbfA", TextEncoding::utf_8, {})      // see TextStream
//
// The State's thread only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "js/mujs/state.h"

namespace k6::js {

enum class TextEncoding { utf_8, utf_16le, utf_16be };

/// By a label of the Encoding standard: trimmed, whatever its case. Nothing for encodings that are not supported.
std::optional<TextEncoding> text_encoding_of(std::string_view label);

/// Decodes bytes that come in pieces.
///
///   TextStream stream(TextEncoding::utf_8, {.fatal = true});
///   auto text = stream.decode("\xc3", true);         // "", the character is not complete
///   auto more = stream.decode("\xa9", false);        // "é" in UTF-8
class TextStream {
public:
    struct Options {
        bool fatal = false;
        bool ignore_bom = false;
    };
    TextStream(TextEncoding encoding, Options options) : encoding_(encoding), options_(options) {}

    /// UTF-8; nothing when the input is malformed and that is fatal. `more`: what is incomplete at the end waits.
    std::optional<std::string> decode(std::string_view bytes, bool more);

private:
    bool decode_utf_8(std::string_view bytes, bool more, std::string& text);
    bool decode_utf_16(std::string_view bytes, bool more, std::string& text);

    TextEncoding encoding_;
    Options options_;
    std::string pending_;
    bool bom_seen_ = false;
};

/// Lazily: nothing is made until a script asks for one of them.
void install_text_encoding(State& state);

}  // namespace k6::js
