// What a hostile server may send behind an opening handshake, what must come of it, and what it must be told.
//
//   for (const Fault& fault : faults()) … socket.write(fault.bytes) … EXPECT_EQ(event.data, fault.text)
//
// For tests; the fuzz target starts from the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "proto_ws/testing/ws_peer.h"

namespace k6::ws::testing {

struct Fault {
    std::string name;
    std::string bytes;
    std::string text;
    std::uint16_t code = 1002;
};

/// With messages of 1000 bytes at most, and without compression.
inline std::vector<Fault> faults() {
    const auto bytes = [](std::initializer_list<int> values) {
        std::string out;
        for (const int value : values) out += static_cast<char>(value);
        return out;
    };
    return {
        {"a masked frame", bytes({0x81, 0x85, 1, 2, 3, 4, 'h', 'e', 'l', 'l', 'o'}), "websocket: bad MASK"},
        {"the first reserved bit", server_frame(Opcode::text, "x", true, 4), "websocket: RSV1 set"},
        {"the second reserved bit", server_frame(Opcode::text, "x", true, 2), "websocket: RSV2 set"},
        {"the third reserved bit", server_frame(Opcode::binary, "x", true, 1), "websocket: RSV3 set"},
        {"a reserved bit of a control frame", server_frame(Opcode::ping, "x", true, 4), "websocket: RSV1 set"},
        {"a reserved opcode", server_frame(static_cast<Opcode>(3), "x"), "websocket: bad opcode 3"},
        {"a reserved control opcode", server_frame(static_cast<Opcode>(11), "x"), "websocket: bad opcode 11"},
        {"a fragmented ping", server_frame(Opcode::ping, "x", false), "websocket: FIN not set on control"},
        {"a ping of 126 bytes", server_frame(Opcode::ping, std::string(126, 'x')), "websocket: len > 125 for control"},
        {"a continuation of nothing", server_frame(Opcode::continuation, "x"), "websocket: continuation after FIN"},
        {"a message within a message", server_frame(Opcode::text, "x", false) + server_frame(Opcode::text, "y"),
         "websocket: data before FIN"},
        {"a length of two bytes that needs one", bytes({0x82, 126, 0, 1, 'x'}), "websocket: bad length"},
        {"a length of eight bytes that needs two", bytes({0x82, 127, 0, 0, 0, 0, 0, 0, 0, 200}),
         "websocket: bad length"},
        {"a length with its highest bit", bytes({0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}), "websocket: bad length"},
        {"a frame that is too large", server_frame_of_length(1001, Opcode::binary, "x"),
         "websocket: read limit exceeded", 1009},
        {"a frame of nine exabytes", server_frame_of_length(0x7fffffffffffffff, Opcode::binary, "x"),
         "websocket: read limit exceeded", 1009},
        {"fragments that are too large together",
         server_frame(Opcode::binary, std::string(600, 'x'), false) +
             server_frame(Opcode::continuation, std::string(401, 'x')),
         "websocket: read limit exceeded", 1009},
        {"text that is not UTF-8", server_frame(Opcode::text, "a\xff"),
         "websocket: invalid utf8 payload in text message", 1007},
        {"text that ends within a character", server_frame(Opcode::text, "\xe2\x82"),
         "websocket: invalid utf8 payload in text message", 1007},
        {"a surrogate", server_frame(Opcode::text, "\xed\xa0\x80"), "websocket: invalid utf8 payload in text message",
         1007},
        {"an overlong form", server_frame(Opcode::text, "\xc0\xaf"), "websocket: invalid utf8 payload in text message",
         1007},
        {"a character that fragments break wrongly",
         server_frame(Opcode::text, "\xe2", false) + server_frame(Opcode::continuation, "x"),
         "websocket: invalid utf8 payload in text message", 1007},
        {"half a close code", server_frame(Opcode::close, "\x03"), "websocket: bad close payload"},
        {"a close code that is never sent", close_frame(1005), "websocket: bad close code 1005"},
        {"a close code below all", close_frame(999), "websocket: bad close code 999"},
        {"a close code above all", close_frame(5000), "websocket: bad close code 5000"},
        {"a close code of nobody", close_frame(2000), "websocket: bad close code 2000"},
        {"a close reason that is not UTF-8", close_frame(1000, "\xff"),
         "websocket: invalid utf8 payload in close frame", 1007},
    };
}

}  // namespace k6::ws::testing
