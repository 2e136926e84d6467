// Content codings of RFC 9110 section 8.4: gzip, deflate (zlib), br, zstd.
//
//   Result<std::string> plain = decode_content(response.headers.get("Content-Encoding"), std::move(body), limit);
//   Result<std::string> packed = encode_content(*content_coding_of("gzip"), body);
//
// Pure functions; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace k6::http {

enum class ContentCoding : std::uint8_t { gzip, deflate, br, zstd };
std::string_view to_string(ContentCoding coding);
/// Lower-case names only.
std::optional<ContentCoding> content_coding_of(std::string_view name);

/// Undoes the codings that a Content-Encoding header lists, last one first. Unknown names are skipped. Fails for bytes
/// that are not in that coding, for truncated ones, and when the result would be larger than `limit`.
Result<std::string> decode_content(std::string_view content_encoding, std::string body, std::size_t limit);

/// Applies one coding.
Result<std::string> encode_content(ContentCoding coding, std::string_view body);
/// Applies them from left to right.
Result<std::string> encode_content(std::span<const ContentCoding> codings, std::string_view body);

/// Reads "gzip, br"; empty parts are nothing. Fails for an unknown name with a message that lists the known ones.
Result<std::vector<ContentCoding>> parse_content_codings(std::string_view list);
/// "gzip, br": a Content-Encoding header's value.
std::string to_string(std::span<const ContentCoding> codings);

}  // namespace k6::http
