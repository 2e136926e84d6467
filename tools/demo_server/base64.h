// Base64 with padding (RFC 4648 section 4).
//
//   encode_base64("hi") == "aGk="
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace k6::demo {

std::string encode_base64(std::string_view bytes);
/// Nothing if `text` is no Base64: strange characters, wrong length or padding.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace k6::demo
