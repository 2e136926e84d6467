#include "proto_ws/testing/ws_peer.h"

#include <algorithm>

#include "proto_http/headers.h"
#include "proto_ws/handshake.h"

namespace k6::ws::testing {
namespace {

using http::testing::PeerSocket;

std::string big_endian(std::uint64_t number, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(number >> (8 * i) & 0xff);
    return out;
}

}  // namespace

std::string field_of(const std::string& head, std::string_view name) {
    for (std::size_t begin = head.find("\r\n"); begin != std::string::npos; begin = head.find("\r\n", begin)) {
        begin += 2;
        const std::string_view line(head.data() + begin, std::min(head.find("\r\n", begin), head.size()) - begin);
        const std::size_t colon = line.find(": ");
        if (colon != std::string_view::npos && http::equals_ignoring_case(line.substr(0, colon), name)) {
            return std::string(line.substr(colon + 2));
        }
    }
    return {};
}

std::string handshake_answer(const std::string& head, std::string_view more) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
           handshake_accept(field_of(head, "Sec-WebSocket-Key")) + "\r\n" + std::string(more) + "\r\n";
}

std::string accept_handshake(PeerSocket& socket, std::string_view more, std::string_view first) {
    const std::string head = socket.read_head();
    socket.try_write(handshake_answer(head, more) + std::string(first));
    return head;
}

std::string server_frame_of_length(std::uint64_t claimed, Opcode opcode, std::string_view payload) {
    std::string out(1, static_cast<char>(0x80 | static_cast<unsigned>(opcode)));
    if (claimed < 126) {
        out += static_cast<char>(claimed);
    } else if (claimed <= 0xffff) {
        out += static_cast<char>(126) + big_endian(claimed, 2);
    } else {
        out += static_cast<char>(127) + big_endian(claimed, 8);
    }
    return out + std::string(payload);
}

std::string server_frame(Opcode opcode, std::string_view payload, bool final, unsigned reserved) {
    std::string frame = server_frame_of_length(payload.size(), opcode, payload);
    frame[0] = static_cast<char>((final ? 0x80u : 0u) | reserved << 4 | static_cast<unsigned>(opcode));
    return frame;
}

std::string close_frame(std::uint16_t code, std::string_view reason) {
    return server_frame(Opcode::close, big_endian(code, 2) + std::string(reason));
}

std::optional<PeerFrame> read_frame(PeerSocket& socket) {
    std::string bytes = socket.read_exactly(2);
    std::optional<FrameHead> head;
    while (!bytes.empty() && !(head = parse_frame_head(bytes))) {
        const std::string more = socket.read_exactly(1);
        if (more.empty()) return std::nullopt;
        bytes += more;
    }
    if (!head) return std::nullopt;
    PeerFrame frame{.opcode = head->opcode, .final = head->final, .reserved = head->reserved, .masked = head->masked};
    frame.payload = socket.read_exactly(static_cast<std::size_t>(head->payload_size));
    if (frame.payload.size() < head->payload_size) return std::nullopt;
    for (std::size_t i = 0; frame.masked && i < frame.payload.size(); ++i) {
        frame.payload[i] = static_cast<char>(frame.payload[i] ^ bytes[head->size - 4 + i % 4]);
    }
    return frame;
}

std::uint16_t code_of(const PeerFrame& close) {
    if (close.payload.size() < 2) return 0;
    return static_cast<std::uint16_t>(static_cast<unsigned char>(close.payload[0]) << 8 |
                                      static_cast<unsigned char>(close.payload[1]));
}

}  // namespace k6::ws::testing
