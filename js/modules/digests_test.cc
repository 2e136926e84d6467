#include "js/modules/digests.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <string_view>

namespace k6::js {
namespace {

std::string hex(std::string_view bytes) {
    std::string text;
    char digits[3];
    for (const char c : bytes) {
        std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
        text += digits;
    }
    return text;
}

// Vectors of RFC 1320, RFC 1321, FIPS 180-4 and the RIPEMD-160 paper.
TEST(Digests, OfAbc) {
    EXPECT_EQ(hex(digest("md4", "abc")), "a448017aaf21d8525fc10ae87aa6729d");
    EXPECT_EQ(hex(digest("md5", "abc")), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(hex(digest("sha1", "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(hex(digest("sha256", "abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(digest("sha512_224", "abc")), "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa");
    EXPECT_EQ(hex(digest("sha512_256", "abc")), "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
    EXPECT_EQ(hex(digest("ripemd160", "abc")), "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc");
    EXPECT_EQ(hex(digest("sha384", "abc")).substr(0, 16), "cb00753f45a35e8b");
    EXPECT_EQ(hex(digest("sha512", "abc")).substr(0, 16), "ddaf35a193617aba");
}

TEST(Digests, Md4OfItsRfc) {
    EXPECT_EQ(hex(digest("md4", "")), "31d6cfe0d16ae931b73c59d7e0c089c0");
    EXPECT_EQ(hex(digest("md4", "message digest")), "d9130a8164549fe818874806e1c7014b");
    EXPECT_EQ(hex(digest("md4", "12345678901234567890123456789012345678901234567890123456789012345678901234567890")),
              "e33b4ddc9c38f2199c3e7b164fcc0536");
}

TEST(Digests, MoreMayFollowAResult) {
    Digest md5("md5");
    md5.update("a");
    EXPECT_EQ(hex(md5.result()), hex(digest("md5", "a")));
    md5.update("bc");
    EXPECT_EQ(hex(md5.result()), hex(digest("md5", "abc")));
    EXPECT_EQ(hex(md5.result()), hex(digest("md5", "abc")));
}

TEST(Digests, Hmac) {
    EXPECT_EQ(hex(hmac("sha256", "key", "data")), "5031fe3d989c6d1537a013fa6e739da23463fdaec3b70137d828e36ace221bd0");
    // RFC 2202, test case 6: a key longer than a block.
    EXPECT_EQ(hex(hmac("sha1", std::string(80, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
              "aa4ae5e15272d00e95705637ce8a3b55ed402112");
    EXPECT_EQ(hex(hmac("md5", "Jefe", "what do ya want for nothing?")), "750c783e6ab0b503eaa86e310a5db738");
}

TEST(Digests, KnowTheirNames) {
    EXPECT_TRUE(is_digest_name("sha512_224"));
    EXPECT_FALSE(is_digest_name("SHA256"));
    EXPECT_FALSE(is_digest_name(""));
}

}  // namespace
}  // namespace k6::js
