// Hash functions by name, in hexadecimal or raw.
//
//   hex_digest("MD5", "abc") == "900150983cd24fb0d6963f7d28e17f72"
#pragma once

#include <string>
#include <string_view>

namespace k6::demo {

/// `algorithm` as OpenSSL calls it ("MD5", "SHA1", "SHA256"); an unknown one is a programmer error.
std::string digest(const char* algorithm, std::string_view bytes);
std::string hex_digest(const char* algorithm, std::string_view bytes);

}  // namespace k6::demo
