#include "js/modules/base64.h"

#include <gtest/gtest.h>

#include <string>

namespace k6::js {
namespace {

constexpr Base64 standard{};
constexpr Base64 raw{.padded = false};
constexpr Base64 url{.url = true};

TEST(Base64, EncodesTheVectorsOfRfc4648) {
    EXPECT_EQ(base64_encode("", standard), "");
    EXPECT_EQ(base64_encode("f", standard), "Zg==");
    EXPECT_EQ(base64_encode("fo", standard), "Zm8=");
    EXPECT_EQ(base64_encode("foo", standard), "Zm9v");
    EXPECT_EQ(base64_encode("foob", raw), "Zm9vYg");
    EXPECT_EQ(base64_encode("\xff\xfe", standard), "//4=");
    EXPECT_EQ(base64_encode("\xff\xfe", url), "__4=");
}

TEST(Base64, DecodesWhatItEncodes) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) {
        bytes += static_cast<char>(i);
        for (const bool alphabet : {false, true}) {
            for (const bool padded : {false, true}) {
                const Base64 form{.url = alphabet, .padded = padded};
                const auto decoded = base64_decode(base64_encode(bytes, form), form);
                ASSERT_TRUE(decoded);
                EXPECT_EQ(*decoded, bytes);
            }
        }
    }
}

TEST(Base64, PassesOverLineEnds) {
    EXPECT_EQ(base64_decode("aG\nk=\r\n", standard).value(), "hi");
    EXPECT_EQ(base64_decode("\naGk\n=", standard).value(), "hi");
}

TEST(Base64, ToleratesTrailingBits) { EXPECT_EQ(base64_decode("aGl=", standard).value(), "hi"); }

TEST(Base64, NamesThePositionOfWhatIsWrong) {
    const auto position = [](std::string_view text, Base64 form) {
        const auto decoded = base64_decode(text, form);
        return decoded ? std::string("ok") : decoded.error().message;
    };
    EXPECT_EQ(position("aGk", standard), "illegal base64 data at input byte 0");
    EXPECT_EQ(position("aGk=", raw), "illegal base64 data at input byte 3");
    EXPECT_EQ(position("aG!k", standard), "illegal base64 data at input byte 2");
    EXPECT_EQ(position("aG=x", standard), "illegal base64 data at input byte 3");
    EXPECT_EQ(position("aGk=x", standard), "illegal base64 data at input byte 4");
    EXPECT_EQ(position("-_-_", standard), "illegal base64 data at input byte 0");
    EXPECT_EQ(position("a", raw), "illegal base64 data at input byte 0");
}

}  // namespace
}  // namespace k6::js
