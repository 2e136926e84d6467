// A WebSocket (RFC 6455), server side, after its opening handshake: echoes messages, answers pings, closes as asked.
//
// Checks what a server must: masked frames, reserved bits and codes, control frames whole and short, fragments in
// order, text in UTF-8; a violation closes with the RFC's code. Owned by its Connection, on its shard's thread.
//
// State  | event                                          | next
// open   | close frame received: answered with its code   | closed
// open   | protocol violation: close frame sent           | closed
// open   | plan to close: close frame sent                | closing
// closing| close frame received                           | closed
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tools/demo_server/message.h"
#include "tools/demo_server/session.h"
#include "tools/demo_server/utf8.h"

namespace k6::demo {

class Connection;

/// Of a whole message; a longer one is closed with 1009.
inline constexpr std::size_t kLargestWebSocketMessage = 16 * 1024 * 1024;

class WebSocketSession final : public Session {
public:
    WebSocketSession(Connection& connection, const WebSocketPlan& plan);

    void on_data(std::string_view bytes) override;
    void on_drained() override;
    void on_end() override;

private:
    enum class State { open, closing, closed };
    enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };
    struct Frame {
        Opcode opcode;
        bool final;
        std::string_view payload;
    };

    /// Handles the first whole frame of `input_`; false if there is none yet.
    bool take_frame();
    void on_frame(const Frame& frame);
    void on_message_frame(const Frame& frame);
    void on_close_frame(std::string_view payload);
    void send_frame(Opcode opcode, std::string_view payload);
    void send_close(std::uint16_t code, std::string_view reason);
    /// Closes because the peer broke a rule.
    void fail(std::uint16_t code, std::string_view reason);

    Connection& connection_;
    State state_ = State::open;
    std::string input_;
    std::size_t consumed_ = 0;
    /// The message under way: its opcode, or continuation if there is none.
    Opcode message_opcode_ = Opcode::continuation;
    std::string message_;
    Utf8Checker utf8_;
};

}  // namespace k6::demo
