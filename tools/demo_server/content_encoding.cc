#include "tools/demo_server/content_encoding.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>

namespace k6::demo {
namespace {

// zlib's window sizes: the sign and the added 16 choose the wrapping.
constexpr int kZlibFormat = 15;
constexpr int kGzipFormat = 15 + 16;
constexpr int kRawFormat = -15;

Error failed(std::string_view coding) {
    return {ErrorClass::generic, "cannot encode as '" + std::string(coding) + "'"};
}

Result<std::string> deflate_content(int window_bits, std::string_view content) {
    constexpr int kMemoryLevel = 8;
    z_stream stream = {};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits, kMemoryLevel, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        return failed("deflate");
    }
    std::string encoded(deflateBound(&stream, content.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(encoded.data());
    stream.avail_out = static_cast<uInt>(encoded.size());
    int result = deflate(&stream, Z_FINISH);
    encoded.resize(stream.total_out);
    deflateEnd(&stream);
    if (result != Z_STREAM_END) return failed("deflate");
    return encoded;
}

Result<std::string> brotli_content(std::string_view content) {
    constexpr int kQuality = 5;
    std::size_t size = BrotliEncoderMaxCompressedSize(content.size());
    std::string encoded(size, '\0');
    if (BrotliEncoderCompress(kQuality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, content.size(),
                              reinterpret_cast<const std::uint8_t*>(content.data()), &size,
                              reinterpret_cast<std::uint8_t*>(encoded.data())) != BROTLI_TRUE) {
        return failed("br");
    }
    encoded.resize(size);
    return encoded;
}

Result<std::string> zstd_content(std::string_view content) {
    constexpr int kLevel = 3;
    std::string encoded(ZSTD_compressBound(content.size()), '\0');
    std::size_t size = ZSTD_compress(encoded.data(), encoded.size(), content.data(), content.size(), kLevel);
    if (ZSTD_isError(size) != 0) return failed("zstd");
    encoded.resize(size);
    return encoded;
}

}  // namespace

Result<std::string> encode_content(std::string_view coding, std::string_view content) {
    if (coding == "gzip") return deflate_content(kGzipFormat, content);
    if (coding == "deflate") return deflate_content(kZlibFormat, content);
    if (coding == "raw-deflate") return deflate_content(kRawFormat, content);
    if (coding == "br") return brotli_content(content);
    if (coding == "zstd") return zstd_content(content);
    if (coding == "identity") return std::string(content);
    return Error{ErrorClass::generic, "no content coding '" + std::string(coding) + "'"};
}

std::string_view coding_name(std::string_view coding) { return coding == "raw-deflate" ? "deflate" : coding; }

}  // namespace k6::demo
