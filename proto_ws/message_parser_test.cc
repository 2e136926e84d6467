#include "proto_ws/message_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "proto_ws/close_code.h"
#include "proto_ws/deflate.h"
#include "proto_ws/testing/ws_faults.h"
#include "proto_ws/testing/ws_peer.h"

namespace k6::ws {
namespace {

using Kind = MessageParser::Kind;
using testing::server_frame;

struct Got {
    Kind kind;
    std::string data;
    std::uint16_t code = 0;
    friend bool operator==(const Got&, const Got&) = default;
};
std::ostream& operator<<(std::ostream& out, const Got& got) {
    return out << static_cast<int>(got.kind) << " " << got.code << " " << got.data.substr(0, 50);
}

/// Everything in `bytes`, given in pieces of that size.
std::vector<Got> parse(MessageParser& parser, const std::string& bytes, std::size_t piece_size) {
    std::vector<Got> out;
    std::string input;
    for (std::size_t at = 0; at < bytes.size(); at += piece_size) {
        input += bytes.substr(at, piece_size);
        while (true) {
            const auto step = parser.next(input);
            const Got got{step.kind, std::string(step.data), step.code};
            input.erase(0, step.used);
            if (got.kind == Kind::needs_input) break;
            out.push_back(got);
            if (got.kind == Kind::failed) return out;
        }
    }
    return out;
}

TEST(MessageParser, MessagesInWhateverPieces) {
    const std::string long_text(70'000, 'l');
    const std::string bytes =
        server_frame(Opcode::text, "hello") + server_frame(Opcode::binary, "") + server_frame(Opcode::text, long_text) +
        server_frame(Opcode::text, "\xe2\x82", false) + server_frame(Opcode::ping, "are you there") +
        server_frame(Opcode::continuation, "", false) + server_frame(Opcode::pong, "") +
        server_frame(Opcode::continuation, "\xac!") + server_frame(Opcode::binary, std::string(126, '\xff')) +
        testing::close_frame(1001, "bye");
    const std::vector<Got> all = {{Kind::text, "hello"},
                                  {Kind::binary, ""},
                                  {Kind::text, long_text},
                                  {Kind::ping, "are you there"},
                                  {Kind::pong, ""},
                                  {Kind::text, "\xe2\x82\xac!"},
                                  {Kind::binary, std::string(126, '\xff')},
                                  {Kind::close, "bye", 1001}};
    for (const std::size_t size :
         {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{1000}, bytes.size()}) {
        MessageParser parser({});
        EXPECT_EQ(parse(parser, bytes, size), all) << size;
    }
}

TEST(MessageParser, LeavesAWholeMessageWhereItIs) {
    MessageParser parser({});
    const std::string bytes = server_frame(Opcode::text, "hello");
    const auto step = parser.next(bytes);
    EXPECT_EQ(step.data.data(), bytes.data() + 2);
    EXPECT_EQ(step.used, bytes.size());
}

TEST(MessageParser, AnEmptyCloseFrameHasNoCode) {
    MessageParser parser({});
    const std::string bytes = server_frame(Opcode::close, "");
    const auto step = parser.next(bytes);
    EXPECT_EQ(step.kind, Kind::close);
    EXPECT_EQ(step.code, close_code::none);
}

TEST(MessageParser, EveryFault) {
    for (const auto& fault : testing::faults()) {
        const std::vector<Got> wanted{{Kind::failed, fault.text.substr(std::string("websocket: ").size()), fault.code}};
        for (const std::size_t size : {std::size_t{1}, fault.bytes.size()}) {
            MessageParser parser({.max_message_size = 1000});
            EXPECT_EQ(parse(parser, fault.bytes, size), wanted) << fault.name;
            // Nothing follows.
            const auto again = parser.next(server_frame(Opcode::text, "fine"));
            EXPECT_EQ(again.kind, Kind::failed);
            EXPECT_EQ(again.data, wanted[0].data);
        }
    }
}

// The first two bytes are enough to see most of them: nobody waits for a payload that does not come.
TEST(MessageParser, FaultsAreSeenAsSoonAsCanBe) {
    MessageParser reserved({});
    EXPECT_EQ(reserved.next("\xc1").kind, Kind::failed);
    MessageParser masked({});
    EXPECT_EQ(masked.next("\x81\x80").kind, Kind::failed);
    MessageParser large({.max_message_size = 1000});
    EXPECT_EQ(large.next(std::string("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10)).kind, Kind::failed);
    MessageParser text({});
    EXPECT_EQ(text.next(std::string("\x81\x7e\x01\x00\xff", 5)).kind, Kind::failed);
}

TEST(MessageParser, Compressed) {
    Deflate deflate;
    std::string compressed;
    deflate.compress("hello hello hello hello", compressed);
    const std::string bytes = server_frame(Opcode::text, compressed.substr(0, 3), false, reserved_compressed) +
                              server_frame(Opcode::ping, "") +
                              server_frame(Opcode::continuation, compressed.substr(3)) +
                              server_frame(Opcode::text, "plain");
    const std::vector<Got> all = {{Kind::ping, ""}, {Kind::text, "hello hello hello hello"}, {Kind::text, "plain"}};
    for (const std::size_t size : {std::size_t{1}, bytes.size()}) {
        MessageParser parser({.compression = true}, &deflate);
        EXPECT_EQ(parse(parser, bytes, size), all);
    }
}

TEST(MessageParser, FaultsOfCompression) {
    Deflate deflate;
    std::string bomb;
    deflate.compress(std::string(1'000'000, 'x'), bomb);
    std::string not_utf8;
    deflate.compress("a\xff", not_utf8);
    const std::vector<std::pair<std::string, Got>> cases = {
        {server_frame(Opcode::binary, bomb, true, 4), {Kind::failed, "read limit exceeded", 1009}},
        {server_frame(Opcode::binary, "\xff\xff\xff", true, 4), {Kind::failed, "invalid compressed data", 1007}},
        {server_frame(Opcode::text, not_utf8, true, 4), {Kind::failed, "invalid utf8 payload in text message", 1007}},
        {server_frame(Opcode::text, "x", false) + server_frame(Opcode::continuation, "y", true, 4),
         {Kind::failed, "RSV1 set", 1002}},
        {server_frame(Opcode::ping, "", true, 4), {Kind::failed, "RSV1 set", 1002}},
        {server_frame(Opcode::text, "", true, 6), {Kind::failed, "RSV2 set", 1002}},
    };
    for (const auto& [bytes, wanted] : cases) {
        MessageParser parser({.max_message_size = 100'000, .compression = true}, &deflate);
        EXPECT_EQ(parse(parser, bytes, bytes.size()), std::vector{wanted});
    }
}

}  // namespace
}  // namespace k6::ws
