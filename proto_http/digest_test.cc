#include "proto_http/digest.h"

#include <gtest/gtest.h>

#include <string>

namespace k6::http {
namespace {

// The example of RFC 7616 section 3.9.1, with MD5.
TEST(DigestTest, TheExampleOfTheRfc) {
    const auto challenge = parse_digest_challenge(
        "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm=MD5, "
        "nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", "
        "opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"");
    ASSERT_TRUE(challenge);
    const auto value = digest_authorization(*challenge, {.user = "Mufasa", .password = "Circle of Life"}, "GET",
                                            "/dir/index.html", "", "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ");
    ASSERT_TRUE(value);
    EXPECT_NE(value->find("response=\"8ca523f5e9506fed4657c9700eebdbec\""), std::string::npos) << *value;
    EXPECT_NE(value->find("qop=auth"), std::string::npos);
    EXPECT_NE(value->find("nc=00000001"), std::string::npos);
    EXPECT_NE(value->find("opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""), std::string::npos);
}

TEST(DigestTest, WithoutQop) {
    // RFC 2069's formula: MD5(MD5("u:r:p"):n:MD5("GET:/")).
    const auto challenge = parse_digest_challenge("digest realm=\"r\",nonce=n");
    ASSERT_TRUE(challenge);
    const auto value = digest_authorization(*challenge, {.user = "u", .password = "p"}, "GET", "/", "", "c");
    ASSERT_TRUE(value);
    EXPECT_NE(value->find("response=\"f23121ca97143c6b358da620220c83b4\""), std::string::npos) << *value;
    EXPECT_EQ(value->find("cnonce"), std::string::npos);
    EXPECT_EQ(value->find("opaque"), std::string::npos);
}

TEST(DigestTest, AuthIntHashesTheBody) {
    const auto challenge = parse_digest_challenge("Digest realm=r, nonce=n, qop=auth-int");
    const auto one = digest_authorization(*challenge, {.user = "u", .password = "p"}, "POST", "/", "body", "c");
    const auto other = digest_authorization(*challenge, {.user = "u", .password = "p"}, "POST", "/", "ydob", "c");
    ASSERT_TRUE(one && other);
    EXPECT_NE(*one, *other);
}

TEST(DigestTest, WhatCannotBeDoneIsNamed) {
    const Credentials credentials{.user = "u", .password = "p"};
    auto challenge = parse_digest_challenge("Digest realm=r, nonce=n, algorithm=SHA-256");
    auto value = digest_authorization(*challenge, credentials, "GET", "/", "", "c");
    ASSERT_FALSE(value);
    EXPECT_NE(value.error().message.find("SHA-256"), std::string::npos);
    challenge = parse_digest_challenge("Digest realm=r, nonce=n, qop=\"new\"");
    EXPECT_FALSE(digest_authorization(*challenge, credentials, "GET", "/", "", "c"));
}

TEST(DigestTest, OtherHeadersAreNoChallenge) {
    EXPECT_FALSE(parse_digest_challenge(""));
    EXPECT_FALSE(parse_digest_challenge("Digest"));
    EXPECT_FALSE(parse_digest_challenge("Digest realm=\"x\""));
    EXPECT_FALSE(parse_digest_challenge("Basic realm=\"x\", nonce=n"));
    EXPECT_FALSE(parse_digest_challenge("Digest nonce=\"unterminated\\"));
}

TEST(DigestTest, ClientNonces) {
    const std::string nonce = make_cnonce();
    EXPECT_EQ(nonce.size(), 32u);
    EXPECT_EQ(nonce.find_first_not_of("0123456789abcdef"), std::string::npos);
    EXPECT_NE(nonce, make_cnonce());
}

}  // namespace
}  // namespace k6::http
