#include "proto_http/content_coding.h"

#include <gtest/gtest.h>

#include <string>

namespace k6::http {
namespace {

constexpr std::size_t no_limit = std::size_t{1} << 40;

std::string sample(std::size_t size) {
    std::string out;
    for (std::size_t i = 0; out.size() < size; ++i) out += std::to_string(i * 7919 % 1009) + ",";
    out.resize(size);
    return out;
}

std::string encode(ContentCoding coding, const std::string& text) { return encode_content(coding, text).value(); }

class ContentCodingTest : public testing::TestWithParam<ContentCoding> {};

TEST_P(ContentCodingTest, RoundTrips) {
    for (std::size_t size : {std::size_t{1}, std::size_t{100}, std::size_t{65536}, std::size_t{1000000}}) {
        const std::string text = sample(size);
        const std::string packed = encode(GetParam(), text);
        EXPECT_NE(packed, text);
        const auto plain = decode_content(to_string(GetParam()), packed, no_limit);
        ASSERT_TRUE(plain) << plain.error().message;
        EXPECT_EQ(*plain, text);
    }
}

TEST_P(ContentCodingTest, EmptyTextRoundTrips) {
    const auto plain = decode_content(to_string(GetParam()), encode(GetParam(), ""), no_limit);
    ASSERT_TRUE(plain) << plain.error().message;
    EXPECT_EQ(*plain, "");
}

TEST_P(ContentCodingTest, EveryTruncationIsAnError) {
    const std::string packed = encode(GetParam(), sample(300));
    for (std::size_t size = 1; size < packed.size(); ++size) {
        EXPECT_FALSE(decode_content(to_string(GetParam()), packed.substr(0, size), no_limit)) << size;
    }
}

TEST_P(ContentCodingTest, OtherBytesAreAnError) {
    EXPECT_FALSE(decode_content(to_string(GetParam()), "this is plain text", no_limit));
}

TEST_P(ContentCodingTest, TheLimitIsExact) {
    const std::string text = sample(100000);
    const std::string packed = encode(GetParam(), text);
    EXPECT_TRUE(decode_content(to_string(GetParam()), packed, text.size()));
    const auto refused = decode_content(to_string(GetParam()), packed, text.size() - 1);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "the decompressed body is larger than 99999 bytes");
}

TEST_P(ContentCodingTest, ABombIsStoppedAtTheLimit) {
    const std::string packed = encode(GetParam(), std::string(10'000'000, 'x'));
    EXPECT_FALSE(decode_content(to_string(GetParam()), packed, 1'000'000));
}

INSTANTIATE_TEST_SUITE_P(All, ContentCodingTest,
                         testing::Values(ContentCoding::gzip, ContentCoding::deflate, ContentCoding::br,
                                         ContentCoding::zstd),
                         [](const auto& info) { return std::string(to_string(info.param)); });

TEST(ContentCodingListTest, StacksAreUndoneFromTheRight) {
    const std::string text = sample(1000);
    const std::string packed = encode(ContentCoding::br, encode(ContentCoding::gzip, text));
    EXPECT_EQ(decode_content("gzip, br", packed, no_limit).value(), text);
    EXPECT_EQ(decode_content("gzip,br", packed, no_limit).value(), text);
    EXPECT_FALSE(decode_content("br, gzip", packed, no_limit));
}

TEST(ContentCodingListTest, UnknownNamesAreSkipped) {
    EXPECT_EQ(decode_content("identity", "text", no_limit).value(), "text");
    EXPECT_EQ(decode_content("GZIP", "text", no_limit).value(), "text");
    EXPECT_EQ(decode_content("", "text", no_limit).value(), "text");
    EXPECT_EQ(decode_content("x, gzip", encode(ContentCoding::gzip, "text"), no_limit).value(), "text");
}

TEST(ContentCodingListTest, NoContentIsNotDecoded) { EXPECT_EQ(decode_content("gzip", "", no_limit).value(), ""); }

TEST(ContentCodingListTest, RawDeflateIsRefused) {
    // RFC 9110 section 8.4.1.2: "deflate" is the zlib format; this is "text" without its wrapper.
    EXPECT_FALSE(decode_content("deflate", "\x2b\x49\xad\x28\x01\x00", no_limit));
}

TEST(ContentCodingListTest, GzipMembersFollowEachOther) {
    const std::string packed = encode(ContentCoding::gzip, "one ") + encode(ContentCoding::gzip, "two");
    EXPECT_EQ(decode_content("gzip", packed, no_limit).value(), "one two");
}

TEST(ContentCodingListTest, Names) {
    EXPECT_EQ(content_coding_of("zstd"), ContentCoding::zstd);
    EXPECT_EQ(content_coding_of("x-gzip"), std::nullopt);
}

TEST(ContentCodingTest, ListsOfNames) {
    const auto codings = parse_content_codings(" gzip,br ,,\tzstd").value();
    EXPECT_EQ(codings, (std::vector<ContentCoding>{ContentCoding::gzip, ContentCoding::br, ContentCoding::zstd}));
    EXPECT_EQ(to_string(codings), "gzip, br, zstd");
    EXPECT_TRUE(parse_content_codings("")->empty());
    const auto unknown = parse_content_codings("gzip, GZIP");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().message,
              "unknown compression algorithm GZIP, supported algorithms are [gzip deflate br zstd]");
}

TEST(ContentCodingTest, SeveralAreAppliedFromLeftToRight) {
    const std::string text(3000, 'x');
    const auto codings = parse_content_codings("deflate, zstd, br").value();
    const std::string packed = encode_content(codings, text).value();
    EXPECT_EQ(decode_content("br", packed, 1 << 20).value(),
              encode_content(parse_content_codings("deflate, zstd").value(), text).value());
    EXPECT_EQ(decode_content("deflate, zstd, br", packed, 1 << 20).value(), text);
}

}  // namespace
}  // namespace k6::http
