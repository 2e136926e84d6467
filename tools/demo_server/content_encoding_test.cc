#include "tools/demo_server/content_encoding.h"

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>

namespace k6::demo {
namespace {

std::string inflate_text(std::string_view bytes, int window_bits) {
    z_stream stream = {};
    EXPECT_EQ(inflateInit2(&stream, window_bits), Z_OK);
    std::string text(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(text.data());
    stream.avail_out = static_cast<uInt>(text.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    text.resize(stream.total_out);
    inflateEnd(&stream);
    return text;
}

std::string decode(std::string_view coding, std::string_view bytes) {
    if (coding == "gzip") return inflate_text(bytes, 15 + 16);
    if (coding == "deflate") return inflate_text(bytes, 15);
    if (coding == "raw-deflate") return inflate_text(bytes, -15);
    std::string text(1 << 20, '\0');
    if (coding == "br") {
        std::size_t size = text.size();
        EXPECT_EQ(BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                                          reinterpret_cast<std::uint8_t*>(text.data())),
                  BROTLI_DECODER_RESULT_SUCCESS);
        text.resize(size);
    } else {
        std::size_t size = ZSTD_decompress(text.data(), text.size(), bytes.data(), bytes.size());
        EXPECT_FALSE(ZSTD_isError(size));
        text.resize(size);
    }
    return text;
}

TEST(ContentEncoding, EveryCodingDecodesToTheSame) {
    for (const std::string& content : {std::string(), std::string("x"), std::string(100'000, 'a')}) {
        for (const char* coding : {"gzip", "deflate", "raw-deflate", "br", "zstd"}) {
            auto encoded = encode_content(coding, content);
            ASSERT_TRUE(encoded) << coding;
            EXPECT_EQ(decode(coding, *encoded), content) << coding;
            if (content.size() > 1000) {
                EXPECT_LT(encoded->size(), 1000u) << coding;
            }
        }
    }
}

TEST(ContentEncoding, IdentityAndUnknown) {
    EXPECT_EQ(*encode_content("identity", "abc"), "abc");
    auto unknown = encode_content("pack200", "abc");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().message, "no content coding 'pack200'");
    EXPECT_EQ(coding_name("raw-deflate"), "deflate");
    EXPECT_EQ(coding_name("br"), "br");
}

}  // namespace
}  // namespace k6::demo
