// The server's side of a WebSocket, in a script of a ScriptedPeer: the handshake, frames in, any bytes out.
//
//   ScriptedPeer peer({[](PeerSocket& socket) {
//       accept_handshake(socket);
//       EXPECT_EQ(read_frame(socket)->payload, "hello");
//       socket.write(server_frame(Opcode::text, "hello to you"));
//   }});
//
// For tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "proto_http/testing/scripted_peer.h"
#include "proto_ws/frame.h"

namespace k6::ws::testing {

/// The value of a field in a head; empty if there is none.
std::string field_of(const std::string& head, std::string_view name);

/// The answer to a handshake with that head; `more` are whole lines.
std::string handshake_answer(const std::string& head, std::string_view more = {});
/// Reads the handshake and answers it, with `first` right behind; returns its head.
std::string accept_handshake(http::testing::PeerSocket& socket, std::string_view more = {},
                             std::string_view first = {});

/// As a server sends it; `claimed` is a length that need not be the payload's.
std::string server_frame(Opcode opcode, std::string_view payload, bool final = true, unsigned reserved = 0);
std::string server_frame_of_length(std::uint64_t claimed, Opcode opcode, std::string_view payload);
std::string close_frame(std::uint16_t code, std::string_view reason = {});

struct PeerFrame {
    Opcode opcode{};
    bool final = true;
    unsigned reserved = 0;
    bool masked = false;
    std::string payload;
};
/// Unmasked; nothing at the end.
std::optional<PeerFrame> read_frame(http::testing::PeerSocket& socket);

/// The code of a close frame's payload; 0 if it has none.
std::uint16_t code_of(const PeerFrame& close);

}  // namespace k6::ws::testing
