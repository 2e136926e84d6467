// What a server sends, from bytes to messages: frames in whatever pieces they come, fragments put together, control
// frames between them, everything checked that RFC 6455 (and 7692 for compression) has a client check.
//
//   MessageParser parser({.max_message_size = 1 << 20}, &deflate);
//   auto step = parser.next(input);                    // used step.used bytes of the front of it
//   if (step.kind == MessageParser::Kind::text) …      // step.data lies in `input` or in the parser
//
// Not wslay, the packaged library: it keeps 8.8 KB for each session, takes memory for each message and knows no
// compression. wslay_agreement_test holds the two to the same verdicts, session_benchmark compares what they cost.
//
// Keeps at most the payload of one message and, of a compressed one, what came of it in place of what it says. One
// thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "proto_ws/frame.h"
#include "proto_ws/utf8.h"

namespace k6::ws {

class Deflate;

class MessageParser {
public:
    struct Config {
        /// Of a whole message, decompressed.
        std::size_t max_message_size = std::size_t{64} << 20;
        /// Compression was agreed on.
        bool compression = false;
    };
    /// `deflate` is needed with compression only; others may use it between two calls.
    explicit MessageParser(const Config& config, Deflate* deflate = nullptr) : config_(config), deflate_(deflate) {}
    MessageParser(const MessageParser&) = delete;
    MessageParser& operator=(const MessageParser&) = delete;

    enum class Kind : std::uint8_t {
        /// Nothing is complete yet.
        needs_input,
        text,
        binary,
        ping,
        pong,
        /// `code` as received, or close_code::none; `data` is the reason.
        close,
        /// The server broke a rule: `data` says which, `code` is what to close with. Nothing follows.
        failed,
    };
    struct Step {
        Kind kind = Kind::needs_input;
        /// Bytes of the input that are done with, once `data` is.
        std::size_t used = 0;
        std::string_view data = {};
        std::uint16_t code = 0;
    };
    /// The next thing in `input`, which begins where the last call's use of it ended. `data` holds until the input is
    /// touched or the next call.
    Step next(std::string_view input);

private:
    Step failed(std::uint16_t code, std::string_view why);
    Step begin_frame(std::string_view input, const FrameHead& head);
    Step control(const FrameHead& head, std::string_view payload);
    /// Some of the frame's payload; at its end maybe the message.
    Step go_on(std::string_view input, std::size_t used);
    Step finish(std::string_view payload);
    void forget_message();

    Config config_;
    Deflate* deflate_;
    bool failed_ = false;
    Step failure_;

    // The message under way.
    bool in_message_ = false;
    bool compressed_ = false;
    bool returned_ = false;  // message_ holds what the last call has returned
    Opcode opcode_ = Opcode::text;
    Utf8Check utf8_;
    std::string message_;
    // The frame under way.
    bool in_frame_ = false;
    bool final_ = false;
    std::uint64_t left_ = 0;
    std::string inflated_;
    std::string why_;
};

}  // namespace k6::ws
