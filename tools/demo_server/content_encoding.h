// Content codings (RFC 9110 section 8.4.1), encoding only.
//
// Pure functions; any thread.
//
//   auto body = encode_content("gzip", "hello");   // an error names an unknown coding
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace k6::demo {

/// `coding` is gzip, deflate (the zlib format, as the RFC has it), raw-deflate (what some servers send as deflate),
/// br, zstd or identity.
Result<std::string> encode_content(std::string_view coding, std::string_view content);

/// What stands in Content-Encoding for `coding`; the same but for raw-deflate.
std::string_view coding_name(std::string_view coding);

}  // namespace k6::demo
