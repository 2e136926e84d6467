#include "proto_ws/frame.h"

#include <gtest/gtest.h>

#include <string>

namespace k6::ws {
namespace {

// The bytes of RFC 6455 section 5.7.
constexpr MaskKey rfc_key{'\x37', '\xfa', '\x21', '\x3d'};

TEST(Frame, MaskedText) {
    std::string out;
    append_frame(Opcode::text, "Hello", rfc_key, out);
    EXPECT_EQ(out, std::string("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58", 11));
}

TEST(Frame, HeadsComeBack) {
    for (const std::uint64_t size : {0ull, 1ull, 125ull, 126ull, 65535ull, 65536ull, 1ull << 40}) {
        for (const bool final : {true, false}) {
            std::string out;
            append_frame_head(Opcode::binary, final, !final, size, rfc_key, out);
            EXPECT_EQ(out.size(), 6u + (size < 126 ? 0u : size < 65536 ? 2u : 8u));
            for (std::size_t cut = 0; cut < out.size(); ++cut)
                EXPECT_FALSE(parse_frame_head(out.substr(0, cut))) << cut;
            const auto head = parse_frame_head(out + "payload");
            ASSERT_TRUE(head);
            EXPECT_EQ(head->opcode, Opcode::binary);
            EXPECT_EQ(head->final, final);
            EXPECT_EQ(head->reserved, final ? 0 : reserved_compressed);
            EXPECT_TRUE(head->masked);
            EXPECT_EQ(head->payload_size, size);
            EXPECT_EQ(head->size, out.size());
            EXPECT_FALSE(head->malformed_length);
        }
    }
}

TEST(Frame, LengthsTakeAsFewBytesAsTheyNeed) {
    EXPECT_TRUE(parse_frame_head(std::string("\x82\x7e\x00\x7d", 4))->malformed_length);
    EXPECT_FALSE(parse_frame_head(std::string("\x82\x7e\x00\x7e", 4))->malformed_length);
    EXPECT_TRUE(parse_frame_head(std::string("\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff", 10))->malformed_length);
    EXPECT_FALSE(parse_frame_head(std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10))->malformed_length);
    EXPECT_TRUE(parse_frame_head(std::string("\x82\x7f\x80\x00\x00\x00\x00\x01\x00\x00", 10))->malformed_length);
}

TEST(Frame, MasksInPiecesAsInOne) {
    std::string text;
    for (int i = 0; i < 100; ++i) text += static_cast<char>(i * 37);
    std::string whole;
    append_masked(text, rfc_key, 0, whole);
    for (std::size_t i = 0; i < text.size(); ++i) EXPECT_EQ(whole[i], static_cast<char>(text[i] ^ rfc_key[i % 4]));
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        std::string pieces = "x";
        append_masked(std::string_view(text).substr(0, cut), rfc_key, 0, pieces);
        append_masked(std::string_view(text).substr(cut), rfc_key, cut, pieces);
        EXPECT_EQ(pieces, "x" + whole) << cut;
    }
}

TEST(Frame, Opcodes) {
    for (unsigned number = 0; number < 16; ++number) {
        const auto opcode = static_cast<Opcode>(number);
        EXPECT_EQ(is_control(opcode), number >= 8);
        EXPECT_EQ(is_assigned(opcode), number <= 2 || (number >= 8 && number <= 10));
    }
}

}  // namespace
}  // namespace k6::ws
