#include "js/modules/text_encoding.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace k6::js {
namespace {

using namespace std::string_view_literals;

std::optional<std::string> decoded(TextEncoding encoding, std::string_view bytes, TextStream::Options options = {}) {
    return TextStream(encoding, options).decode(bytes, false);
}

TEST(TextEncoding, LabelsAreTrimmedAndInAnyCase) {
    EXPECT_EQ(text_encoding_of(" UTF-8\n"), TextEncoding::utf_8);
    EXPECT_EQ(text_encoding_of("unicode"), TextEncoding::utf_16le);
    EXPECT_EQ(text_encoding_of("unicodeFFFE"), TextEncoding::utf_16be);
    EXPECT_FALSE(text_encoding_of("latin1"));
    EXPECT_FALSE(text_encoding_of("  "));
}

TEST(TextEncoding, ByteOrderMark) {
    EXPECT_EQ(decoded(TextEncoding::utf_8,
                      "\xef\xbb\xbf"
                      "A"),
              "A");
    EXPECT_EQ(decoded(TextEncoding::utf_8,
                      "\xef\xbb\xbf"
                      "A",
                      {.ignore_bom = true}),
              "\xef\xbb\xbf"
              "A");
    EXPECT_EQ(decoded(TextEncoding::utf_16le,
                      "\xff\xfe"
                      "A\0"sv),
              "A");
}

TEST(TextEncoding, MalformedUtf8) {
    EXPECT_EQ(decoded(TextEncoding::utf_8,
                      "\xff"
                      "A"),
              "\xef\xbf\xbd"
              "A");
    EXPECT_EQ(decoded(TextEncoding::utf_8,
                      "\xff"
                      "A",
                      {.fatal = true}),
              std::nullopt);
    // Maximal subparts: one replacement for E2 82, one for each byte of a surrogate.
    EXPECT_EQ(decoded(TextEncoding::utf_8,
                      "\xe2\x82"
                      "A"),
              "\xef\xbf\xbd"
              "A");
    EXPECT_EQ(decoded(TextEncoding::utf_8, "\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(decoded(TextEncoding::utf_8, "\xc3"), "\xef\xbf\xbd");
}

TEST(TextEncoding, PiecesOfACharacterWait) {
    TextStream stream(TextEncoding::utf_8, {.fatal = true});
    EXPECT_EQ(stream.decode("\xc3", true), "");
    EXPECT_EQ(stream.decode("\xa9"
                            "b",
                            false),
              "\xc3\xa9"
              "b");
    TextStream wide(TextEncoding::utf_16le, {});
    EXPECT_EQ(wide.decode("\x3d", true), "");
    EXPECT_EQ(wide.decode("\xd8\x00"sv, true), "");
    EXPECT_EQ(wide.decode("\xde", false), "\xf0\x9f\x98\x80");
}

TEST(TextEncoding, Utf16) {
    EXPECT_EQ(decoded(TextEncoding::utf_16be, "\0A\xd8\x3d\xde\x00"sv), "A\xf0\x9f\x98\x80");
    EXPECT_EQ(decoded(TextEncoding::utf_16be, "\xd8\x3d\0A"sv),
              "\xef\xbf\xbd"
              "A");
    EXPECT_EQ(decoded(TextEncoding::utf_16be, "\0"sv), "\xef\xbf\xbd");
    EXPECT_EQ(decoded(TextEncoding::utf_16be, "\0"sv, {.fatal = true}), std::nullopt);
}

}  // namespace
}  // namespace k6::js
