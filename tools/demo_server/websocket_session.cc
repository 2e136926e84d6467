#include "tools/demo_server/websocket_session.h"

#include <algorithm>
#include <utility>

#include "tools/demo_server/connection.h"

namespace k6::demo {
namespace {

// Close codes: RFC 6455 section 7.4.1.
constexpr std::uint16_t kNormal = 1000;
constexpr std::uint16_t kProtocolError = 1002;
constexpr std::uint16_t kInvalidPayload = 1007;
constexpr std::uint16_t kTooLarge = 1009;

constexpr std::size_t kLargestControlPayload = 125;
constexpr std::size_t kMaskSize = 4;

/// Codes that may stand in a close frame.
bool is_sendable_code(std::uint16_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xff);
}

}  // namespace

WebSocketSession::WebSocketSession(Connection& connection, const WebSocketPlan& plan) : connection_(connection) {
    if (plan.close_code != 0) {
        send_close(plan.close_code, plan.close_reason);
        state_ = State::closing;
    }
}

void WebSocketSession::on_data(std::string_view bytes) {
    if (state_ == State::closed) return;
    input_.append(bytes);
    while (state_ != State::closed && !connection_.backlogged() && take_frame()) {
    }
    input_.erase(0, consumed_);
    consumed_ = 0;
}

// Frames that had to wait for the peer to take its echoes.
void WebSocketSession::on_drained() {
    if (!input_.empty()) on_data({});
}

void WebSocketSession::on_end() {
    state_ = State::closed;
    connection_.close();
}

bool WebSocketSession::take_frame() {
    std::string_view input = std::string_view(input_).substr(consumed_);
    if (input.size() < 2) return false;
    auto first = static_cast<unsigned char>(input[0]);
    auto second = static_cast<unsigned char>(input[1]);
    auto opcode = static_cast<Opcode>(first & 0x0f);
    bool final = (first & 0x80) != 0;
    std::uint64_t size = second & 0x7f;
    bool is_control = opcode >= Opcode::close;
    bool known = opcode <= Opcode::binary || (is_control && opcode <= Opcode::pong);
    // The header alone tells these; waiting for the payload would only cost memory.
    if ((first & 0x70) != 0) return fail(kProtocolError, "reserved bits are set"), false;
    if (!known) return fail(kProtocolError, "unknown opcode"), false;
    if ((second & 0x80) == 0) return fail(kProtocolError, "client frames must be masked"), false;
    if (is_control && (!final || size > kLargestControlPayload)) {
        return fail(kProtocolError, "a control frame is whole and has at most 125 bytes"), false;
    }
    bool in_message = message_opcode_ != Opcode::continuation;
    if (!is_control && in_message != (opcode == Opcode::continuation)) {
        return fail(kProtocolError, in_message ? "a message is not finished" : "nothing to continue"), false;
    }

    std::size_t size_bytes = size == 126 ? 2 : size == 127 ? 8 : 0;
    std::size_t head = 2 + size_bytes + kMaskSize;
    if (input.size() < head) return false;
    if (size_bytes > 0) size = big_endian(input.substr(2, size_bytes));
    // RFC 6455 section 5.2: the top bit is 0, and the shortest form is used.
    if (size >> 63 != 0 || (size_bytes == 2 && size < 126) || (size_bytes == 8 && size <= 0xffff)) {
        return fail(kProtocolError, "malformed length"), false;
    }
    if (!is_control && size > kLargestWebSocketMessage - message_.size()) {
        return fail(kTooLarge, "the message is too large"), false;
    }
    if (input.size() - head < size) return false;

    char* payload = input_.data() + consumed_ + head;
    const char* mask = payload - kMaskSize;
    for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % kMaskSize]);
    consumed_ += head + size;
    on_frame({opcode, final, std::string_view(payload, size)});
    return true;
}

void WebSocketSession::on_frame(const Frame& frame) {
    switch (frame.opcode) {
        case Opcode::close:
            return on_close_frame(frame.payload);
        case Opcode::ping:
            if (state_ == State::open) send_frame(Opcode::pong, frame.payload);
            return;
        case Opcode::pong:
            return;
        default:
            return on_message_frame(frame);
    }
}

void WebSocketSession::on_message_frame(const Frame& frame) {
    if (frame.opcode != Opcode::continuation) {
        message_opcode_ = frame.opcode;
        utf8_ = {};
    }
    bool is_text = message_opcode_ == Opcode::text;
    if (is_text && (!utf8_.feed(frame.payload) || (frame.final && !utf8_.is_complete()))) {
        return fail(kInvalidPayload, "text must be UTF-8");
    }
    message_.append(frame.payload);
    if (!frame.final) return;
    connection_.shard().stats.websocket_messages.add();
    // After our close frame nothing more is sent.
    if (state_ == State::open) send_frame(message_opcode_, message_);
    message_opcode_ = Opcode::continuation;
    message_.clear();
}

void WebSocketSession::on_close_frame(std::string_view payload) {
    if (payload.size() == 1) return fail(kProtocolError, "a close code has two bytes");
    std::uint16_t code = kNormal;
    if (payload.size() >= 2) {
        code = static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
        if (!is_sendable_code(code)) return fail(kProtocolError, "no such close code");
        if (!is_utf8(payload.substr(2))) return fail(kInvalidPayload, "a reason must be UTF-8");
    }
    if (state_ == State::open) {
        if (payload.empty()) {
            send_frame(Opcode::close, {});
        } else {
            send_close(code, payload.substr(2));
        }
    }
    state_ = State::closed;
    connection_.close();
}

void WebSocketSession::send_frame(Opcode opcode, std::string_view payload) {
    std::string& out = connection_.out();
    out += static_cast<char>(0x80 | static_cast<unsigned>(opcode));
    if (payload.size() < 126) {
        out += static_cast<char>(payload.size());
    } else if (payload.size() <= 0xffff) {
        out += static_cast<char>(126);
        append_big_endian(out, payload.size(), 2);
    } else {
        out += static_cast<char>(127);
        append_big_endian(out, payload.size(), 8);
    }
    out.append(payload);
}

void WebSocketSession::send_close(std::uint16_t code, std::string_view reason) {
    std::string payload;
    append_big_endian(payload, code, 2);
    payload.append(reason);
    send_frame(Opcode::close, payload);
}

void WebSocketSession::fail(std::uint16_t code, std::string_view reason) {
    if (state_ == State::open) send_close(code, reason);
    state_ = State::closed;
    connection_.close();
}

}  // namespace k6::demo
