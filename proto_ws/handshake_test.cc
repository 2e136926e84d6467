#include "proto_ws/handshake.h"

#include <gtest/gtest.h>

#include <string>

namespace k6::ws {
namespace {

// RFC 6455 section 1.3.
constexpr std::string_view key = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view accept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

TEST(Handshake, KeyAndAccept) {
    const unsigned char nonce[] = {'t', 'h', 'e', ' ', 's', 'a', 'm', 'p', 'l', 'e', ' ', 'n', 'o', 'n', 'c', 'e'};
    EXPECT_EQ(handshake_key(nonce), key);
    EXPECT_EQ(handshake_accept(key), accept);
}

http::Headers answer(std::initializer_list<http::Headers::Field> more = {}) {
    http::Headers headers{
        {"upgrade", "WebSocket"}, {"connection", "keep-alive, upgrade"}, {"sec-websocket-accept", accept}};
    for (const auto& [name, value] : more) headers.add(name, value);
    return headers;
}

TEST(Handshake, Agrees) {
    const auto plain = check_handshake(answer(), key, {.protocols = "chat", .compression = true});
    ASSERT_TRUE(plain) << plain.error().message;
    EXPECT_EQ(plain->protocol, "");
    EXPECT_FALSE(plain->compression);

    const auto all = check_handshake(
        answer(
            {{"Sec-WebSocket-Protocol", "chat"},
             {"Sec-WebSocket-Extensions",
              "permessage-deflate;server_no_context_takeover; client_no_context_takeover;server_max_window_bits=10"}}),
        key, {.protocols = "superchat, chat", .compression = true});
    ASSERT_TRUE(all) << all.error().message;
    EXPECT_EQ(all->protocol, "chat");
    EXPECT_TRUE(all->compression);
}

TEST(Handshake, DoesNotAgree) {
    const auto wrong = [](std::string_view name, std::string_view value) {
        const auto checked = check_handshake(answer({{name, value}}), key, {.protocols = "chat", .compression = true});
        return checked ? "nothing" : checked.error().message;
    };
    const std::string_view extensions = "Sec-WebSocket-Extensions";
    EXPECT_EQ(wrong("Sec-WebSocket-Protocol", "CHAT"), "the server chose a subprotocol that was not offered: CHAT");
    EXPECT_EQ(wrong("Sec-WebSocket-Protocol", "chat, chat"),
              "the server chose a subprotocol that was not offered: chat, chat");
    EXPECT_EQ(wrong(extensions, "permessage-bzip2"),
              "the server chose an extension that was not offered: permessage-bzip2");
    EXPECT_EQ(wrong(extensions, "permessage-deflate"), "the server did not agree to compress each message for itself");
    EXPECT_EQ(wrong(extensions, "permessage-deflate; server_no_context_takeover; client_max_window_bits=10"),
              "permessage-deflate has a parameter that was not offered: client_max_window_bits=10");
    EXPECT_EQ(wrong(extensions, "permessage-deflate; server_no_context_takeover; server_no_context_takeover"),
              "a parameter of permessage-deflate comes twice");
    EXPECT_EQ(wrong(extensions,
                    "permessage-deflate; server_no_context_takeover, permessage-deflate; server_no_context_takeover"),
              "the server chose an extension that was not offered: permessage-deflate");
    EXPECT_EQ(wrong("Sec-WebSocket-Accept", accept), "Sec-WebSocket-Accept does not answer the key");
}

TEST(Handshake, FieldsOfItsOwn) {
    EXPECT_TRUE(is_handshake_field("SEC-WEBSOCKET-VERSION"));
    EXPECT_TRUE(is_handshake_field("upgrade"));
    EXPECT_FALSE(is_handshake_field("Sec-WebSocket-Protocol"));
    EXPECT_FALSE(is_handshake_field("Origin"));
}

}  // namespace
}  // namespace k6::ws
