#include "proto_ws/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace k6::ws {
namespace {

TEST(Utf8, EveryCodePointAndNothingElse) {
    // All values of up to four bytes' worth of code points, encoded by the book (RFC 3629 section 3).
    for (std::uint32_t point = 0; point < 0x110800; point += point < 0x11000 ? 1 : 61) {
        std::string text;
        const auto rest = [&](int shift) { text += static_cast<char>(0x80 | (point >> shift & 0x3f)); };
        if (point < 0x80) {
            text += static_cast<char>(point);
        } else if (point < 0x800) {
            text += static_cast<char>(0xc0 | point >> 6);
            rest(0);
        } else if (point < 0x10000) {
            text += static_cast<char>(0xe0 | point >> 12);
            rest(6);
            rest(0);
        } else {
            text += static_cast<char>(0xf0 | point >> 18);
            rest(12);
            rest(6);
            rest(0);
        }
        const bool allowed = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
        ASSERT_EQ(is_utf8(text), allowed) << std::hex << point;
        // Cut anywhere, it is incomplete but not wrong.
        for (std::size_t cut = 1; allowed && cut < text.size(); ++cut) {
            Utf8Check check;
            ASSERT_TRUE(check.feed(text.substr(0, cut)));
            ASSERT_FALSE(check.complete());
            ASSERT_TRUE(check.feed(text.substr(cut)));
            ASSERT_TRUE(check.complete());
        }
    }
}

TEST(Utf8, WhatIsNone) {
    const std::vector<std::string> wrong = {
        "\x80", "\xc0\x80",     "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xff", "\xe2\x28\xa1", "\xc3"};
    for (const std::string& text : wrong) {
        EXPECT_FALSE(is_utf8(text));
        EXPECT_FALSE(is_utf8("plain text before it " + text));
        EXPECT_FALSE(is_utf8("12345678" + text + "12345678"));
    }
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(
        is_utf8("12345678\xc3\xa4"
                "12345678\xe2\x82\xac\xf0\x9f\x98\x80 and more"));
}

}  // namespace
}  // namespace k6::ws
