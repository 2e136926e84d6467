#include "proto_ws/message_parser.h"

#include <algorithm>

#include "proto_ws/close_code.h"
#include "proto_ws/deflate.h"

namespace k6::ws {
namespace {

/// What the memory of a message may be kept for the next one.
constexpr std::size_t kept_capacity = std::size_t{1} << 17;

void forget(std::string& text) {
    if (text.capacity() > kept_capacity) {
        // Assigning an empty one would keep the memory.
        std::string().swap(text);
    } else {
        text.clear();
    }
}

}  // namespace

MessageParser::Step MessageParser::failed(std::uint16_t code, std::string_view why) {
    failed_ = true;
    why_ = why;
    forget_message();
    failure_ = {.kind = Kind::failed, .data = why_, .code = code};
    return failure_;
}

void MessageParser::forget_message() {
    forget(message_);
    forget(inflated_);
    in_message_ = returned_ = false;
}

MessageParser::Step MessageParser::next(std::string_view input) {
    if (failed_) return failure_;
    if (returned_) forget_message();
    std::size_t used = 0;
    while (true) {
        if (!in_frame_) {
            const auto head = parse_frame_head(input.substr(used));
            // The first bytes tell most mistakes.
            Step step = begin_frame(input.substr(used), head.value_or(FrameHead{}));
            if (step.kind == Kind::failed) return step;
            if (!head) return {.used = used};
            if (is_control(head->opcode)) {
                // One that has not all come stays where it is.
                step.used += used;
                return step;
            }
            used += head->size;
        }
        Step step = go_on(input, used);
        if (step.kind != Kind::needs_input || in_frame_) return step;
        used = step.used;
    }
}

MessageParser::Step MessageParser::begin_frame(std::string_view input, const FrameHead& head) {
    if (input.empty()) return {};
    const auto first = static_cast<unsigned char>(input[0]);
    const auto opcode = static_cast<Opcode>(first & 0x0f);
    const bool final = (first & 0x80) != 0;
    const unsigned reserved = first >> 4 & 7;
    const bool begins_message = opcode == Opcode::text || opcode == Opcode::binary;
    const unsigned allowed = config_.compression && begins_message ? reserved_compressed : 0u;
    if ((reserved & ~allowed) != 0) {
        const char* const which = (reserved & ~allowed & 4) != 0 ? "RSV1 set"
                                  : (reserved & 2) != 0          ? "RSV2 set"
                                                                 : "RSV3 set";
        return failed(close_code::protocol_error, which);
    }
    if (!is_assigned(opcode)) {
        return failed(close_code::protocol_error, "bad opcode " + std::to_string(static_cast<int>(opcode)));
    }
    if (is_control(opcode)) {
        if (!final) return failed(close_code::protocol_error, "FIN not set on control");
    } else if (begins_message && in_message_) {
        return failed(close_code::protocol_error, "data before FIN");
    } else if (!begins_message && !in_message_) {
        return failed(close_code::protocol_error, "continuation after FIN");
    }
    if (input.size() < 2) return {};
    const auto second = static_cast<unsigned char>(input[1]);
    if ((second & 0x80) != 0) return failed(close_code::protocol_error, "bad MASK");
    if (is_control(opcode) && (second & 0x7f) > max_control_payload) {
        return failed(close_code::protocol_error, "len > 125 for control");
    }
    if (head.size == 0) return {};
    if (head.malformed_length) return failed(close_code::protocol_error, "bad length");
    if (is_control(opcode)) {
        const auto size = static_cast<std::size_t>(head.payload_size);
        if (input.size() - head.size < size) return {};
        Step step = control(head, input.substr(head.size, size));
        step.used = head.size + size;
        return step;
    }
    if (head.payload_size > config_.max_message_size - message_.size()) {
        return failed(close_code::too_big, "read limit exceeded");
    }
    in_frame_ = true;
    final_ = head.final;
    left_ = head.payload_size;
    if (begins_message) {
        in_message_ = true;
        opcode_ = opcode;
        compressed_ = reserved != 0;
        utf8_ = {};
    }
    return {};
}

MessageParser::Step MessageParser::control(const FrameHead& head, std::string_view payload) {
    if (head.opcode == Opcode::ping) return {.kind = Kind::ping, .data = payload};
    if (head.opcode == Opcode::pong) return {.kind = Kind::pong, .data = payload};
    if (payload.empty()) return {.kind = Kind::close, .code = close_code::none};
    if (payload.size() == 1) return failed(close_code::protocol_error, "bad close payload");
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(payload[i])); };
    const auto code = static_cast<std::uint16_t>(byte(0) << 8 | byte(1));
    if (!may_be_sent(code)) return failed(close_code::protocol_error, "bad close code " + std::to_string(code));
    payload.remove_prefix(2);
    if (!is_utf8(payload)) return failed(close_code::invalid_payload, "invalid utf8 payload in close frame");
    return {.kind = Kind::close, .data = payload, .code = code};
}

MessageParser::Step MessageParser::go_on(std::string_view input, std::size_t used) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size() - used));
    const std::string_view piece = input.substr(used, size);
    left_ -= size;
    used += size;
    if (opcode_ == Opcode::text && !compressed_ && !utf8_.feed(piece)) {
        return failed(close_code::invalid_payload, "invalid utf8 payload in text message");
    }
    if (left_ == 0) in_frame_ = false;
    const bool whole = left_ == 0 && final_;
    // A message in one frame that has all come is left where it is.
    if (!whole || !message_.empty()) message_ += piece;
    if (!whole) return {.used = used};
    Step step = finish(message_.empty() ? piece : std::string_view(message_));
    step.used = used;
    return step;
}

MessageParser::Step MessageParser::finish(std::string_view payload) {
    if (compressed_) {
        switch (deflate_->decompress(payload, config_.max_message_size, inflated_)) {
            case Deflate::Outcome::done:
                break;
            case Deflate::Outcome::malformed:
                return failed(close_code::invalid_payload, "invalid compressed data");
            case Deflate::Outcome::too_large:
                return failed(close_code::too_big, "read limit exceeded");
        }
        payload = inflated_;
        if (opcode_ == Opcode::text && !utf8_.feed(payload)) {
            return failed(close_code::invalid_payload, "invalid utf8 payload in text message");
        }
    }
    if (opcode_ == Opcode::text && !utf8_.complete()) {
        return failed(close_code::invalid_payload, "invalid utf8 payload in text message");
    }
    in_message_ = false;
    returned_ = true;
    return {.kind = opcode_ == Opcode::text ? Kind::text : Kind::binary, .data = payload};
}

}  // namespace k6::ws
