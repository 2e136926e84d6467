#include "tools/demo_server/base64.h"

#include <gtest/gtest.h>

namespace k6::demo {
namespace {

TEST(Base64, TestVectors) {
    // RFC 4648 section 10.
    const std::pair<const char*, const char*> rows[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    for (const auto& [bytes, text] : rows) {
        EXPECT_EQ(encode_base64(bytes), text);
        EXPECT_EQ(decode_base64(text), bytes);
    }
}

TEST(Base64, EveryByteComesBack) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    EXPECT_EQ(decode_base64(encode_base64(bytes)), bytes);
}

TEST(Base64, RefusesWhatIsNone) {
    for (const char* text : {"a", "ab", "abc", "ab=c", "a===", "====", "ab c", "abc\n", "ab-_"}) {
        EXPECT_EQ(decode_base64(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace k6::demo
