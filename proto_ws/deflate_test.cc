#include "proto_ws/deflate.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace k6::ws {
namespace {

using Outcome = Deflate::Outcome;

std::string noise(std::size_t size) {
    std::string out;
    std::uint32_t state = 1;
    while (out.size() < size) out += static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return out;
}

TEST(Deflate, ThereAndBack) {
    Deflate deflate;
    for (const std::string& message :
         {std::string(), std::string("a"), std::string("Hello"), std::string(16384, 'x'), std::string(16385, 'y'),
          noise(100'000), noise(16384), std::string(3'000'000, 'z')}) {
        std::string compressed = "before";
        deflate.compress(message, compressed);
        EXPECT_TRUE(compressed.starts_with("before"));
        std::string back = "what was there";
        ASSERT_EQ(deflate.decompress(std::string_view(compressed).substr(6), message.size(), back), Outcome::done);
        EXPECT_TRUE(back == message) << message.size();
        if (!message.empty()) {
            EXPECT_EQ(deflate.decompress(std::string_view(compressed).substr(6), message.size() - 1, back),
                      Outcome::too_large);
        }
    }
}

// RFC 7692 section 7.2.3.
TEST(Deflate, TheRfcsExamples) {
    Deflate deflate;
    std::string out;
    const std::vector<std::string> hellos = {
        std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7),
        std::string("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11),
        // A final block, and an empty one behind it.
        std::string("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8),
        // Two blocks.
        std::string("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13),
    };
    for (const std::string& hello : hellos) {
        ASSERT_EQ(deflate.decompress(hello, 100, out), Outcome::done);
        EXPECT_EQ(out, "Hello");
    }
    ASSERT_EQ(deflate.decompress(std::string(1, '\0'), 100, out), Outcome::done);
    EXPECT_EQ(out, "");
}

TEST(Deflate, ABombStopsAtTheBound) {
    Deflate deflate;
    std::string bomb;
    deflate.compress(std::string(100'000'000, '\0'), bomb);
    EXPECT_LT(bomb.size(), 500'000u);
    std::string out;
    EXPECT_EQ(deflate.decompress(bomb, 1'000'000, out), Outcome::too_large);
    EXPECT_LE(out.capacity(), 2'100'000u);
}

TEST(Deflate, WhatIsNoSuchThing) {
    Deflate deflate;
    std::string out;
    for (const std::string_view wrong : {"\xff\xff\xff", "\x07", "hello there, this is no deflate"}) {
        EXPECT_EQ(deflate.decompress(wrong, 1000, out), Outcome::malformed);
    }
    // One message leaves nothing behind for the next.
    std::string compressed;
    deflate.compress("all is well", compressed);
    ASSERT_EQ(deflate.decompress(compressed, 1000, out), Outcome::done);
    EXPECT_EQ(out, "all is well");
}

}  // namespace
}  // namespace k6::ws
