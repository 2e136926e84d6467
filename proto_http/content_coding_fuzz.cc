// Fuzz entry: the first line as a Content-Encoding header, the rest as the body. What is decoded stays within its
// bound, and what was encoded comes back.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "proto_http/content_coding.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace k6::http;
    constexpr std::size_t limit = std::size_t{1} << 16;
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(all.size(), all.find('\n'));
    const std::string_view header = all.substr(0, end);
    const std::string_view body = all.substr(std::min(all.size(), end + 1));

    const auto decoded = decode_content(header, std::string(body), limit);
    if (decoded && decoded->size() > std::max(limit, body.size())) std::abort();
    for (const char* coding : {"gzip", "deflate", "br", "zstd"}) {
        const auto one = decode_content(coding, std::string(body), limit);
        if (one && one->size() > std::max(limit, body.size())) std::abort();
    }
    const auto codings = parse_content_codings(header);
    if (codings && codings->size() <= 3) {
        const auto packed = encode_content(*codings, body);
        if (!packed) std::abort();
        const auto plain = decode_content(to_string(*codings), *packed, std::max(limit, body.size()));
        if (!plain || *plain != body) std::abort();
    }
    return 0;
}
