#include "proto_ws/session.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "engine/exec/vu.h"
#include "proto_http/byte_stream.h"
#include "proto_ws/client_shared.h"
#include "proto_ws/frame.h"

namespace k6::ws {
namespace {

using metrics::Builtin;
using StreamKind = http::StreamResult::Kind;

constexpr std::size_t piece_size = std::size_t{1} << 16;
/// What the memory of input may be kept for.
constexpr std::size_t kept_capacity = std::size_t{1} << 17;
/// Pings without a pong that are remembered.
constexpr std::size_t most_pings = 64;
/// How long the server may take to end the connection once both sides have closed: the side that ends it first has to
/// remember it for a while, and it is we who make thousands.
constexpr std::chrono::seconds end_timeout{1};

TimePoint after(TimePoint now, Duration time) { return time < TimePoint::max() - now ? now + time : TimePoint::max(); }

}  // namespace

Session::Session(Vu& vu, ClientShared& shared, std::unique_ptr<http::ByteStream> stream, Agreement agreement,
                 WsMetrics metrics, TimePoint start, const Config& config)
    : vu_(vu),
      shared_(shared),
      stream_(std::move(stream)),
      agreement_(std::move(agreement)),
      metrics_(std::move(metrics)),
      start_(start),
      config_(config),
      parser_({.max_message_size = config.max_message_size, .compression = agreement_.compression}, &shared.deflate) {}

Session::~Session() { leave(); }

TimePoint Session::now() const { return vu_.worker().now(); }

// ---- In

Event Session::receive(Duration timeout) { return next(after(now(), timeout)); }

Event Session::next(TimePoint until) {
    if (state_ == State::over) return ending_;
    while (true) {
        const MessageParser::Step step = parser_.next(std::string_view(input_).substr(used_));
        used_ += step.used;
        switch (step.kind) {
            case MessageParser::Kind::needs_input:
                if (auto event = read_more(until)) return *event;
                break;
            case MessageParser::Kind::text:
            case MessageParser::Kind::binary:
                if (state_ == State::open) metrics_.record(Builtin::ws_msgs_received, 1, now());
                return {step.kind == MessageParser::Kind::text ? Event::Kind::text : Event::Kind::binary, step.data};
            case MessageParser::Kind::ping:
                // If it cannot be answered, reading will tell why.
                if (state_ == State::open) static_cast<void>(write_frame(Opcode::pong, false, step.data));
                return {Event::Kind::ping, step.data};
            case MessageParser::Kind::pong:
                count_pong(step.data);
                return {Event::Kind::pong, step.data};
            case MessageParser::Kind::close: {
                const std::string reason(step.data);
                answer_close(step.code);
                return end({Event::Kind::close, reason, step.code});
            }
            case MessageParser::Kind::failed: {
                if (state_ == State::open && !cut_off_) {
                    std::string frame;
                    append_frame(Opcode::close, close_payload(step.code, step.data), shared_.mask_key(), frame);
                    stream_->write_now(frame);
                }
                return end({Event::Kind::failed, "websocket: " + std::string(step.data), step.code});
            }
        }
    }
}

std::optional<Event> Session::read_more(TimePoint until) {
    input_.erase(0, std::exchange(used_, 0));
    if (input_.empty() && input_.capacity() > kept_capacity) std::string().swap(input_);
    if (!backlog_.empty()) {
        if (input_.empty()) {
            std::swap(input_, backlog_);
        } else {
            input_ += std::exchange(backlog_, {});
        }
        input_time_ = now();
        return std::nullopt;
    }
    const http::StreamResult result = stream_->read(input_, until);
    switch (result.kind) {
        case StreamKind::done:
            input_time_ = result.time;
            return std::nullopt;
        case StreamKind::deadline:
            return Event{Event::Kind::timeout};
        case StreamKind::end_of_input: {
            const std::string text = close_text(close_code::abnormal, "unexpected EOF");
            return end({Event::Kind::failed, text, close_code::abnormal});
        }
        case StreamKind::failed:
            break;
    }
    return end({Event::Kind::failed, result.failure->cause, close_code::abnormal});
}

Event Session::end(Event event) {
    state_ = State::over;
    ending_text_ = event.data;
    ending_ = {event.kind, ending_text_, event.code};
    const TimePoint at = now();
    metrics_.record(Builtin::ws_session_duration, to_milliseconds(at - start_), at);
    stream_.reset();
    std::string().swap(input_);
    std::string().swap(backlog_);
    used_ = 0;
    return ending_;
}

// ---- Out

Result<void> Session::send(Opcode opcode, std::string_view payload) {
    metrics_.record(Builtin::ws_msgs_sent, 1, now());
    if (!agreement_.compression || state_ != State::open) return write_frame(opcode, false, payload);
    std::string& compressed = shared_.compressed;
    compressed.clear();
    shared_.deflate.compress(payload, compressed);
    if (compressed.size() <= piece_size) return write_frame(opcode, true, compressed);
    // Other fibers will use the scratch before all is written.
    const std::string own = std::exchange(compressed, {});
    return write_frame(opcode, true, own);
}

Result<void> Session::ping() {
    char digits[20];
    const std::uint64_t number = next_ping_++;
    const char* const digits_end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    if (pings_.size() == most_pings) pings_.pop_front();
    pings_.push_back({number, now()});
    return write_frame(Opcode::ping, false, {digits, static_cast<std::size_t>(digits_end - digits)});
}

void Session::count_pong(std::string_view payload) {
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(payload.data(), payload.data() + payload.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != payload.data() + payload.size()) return;
    const auto ping = std::find_if(pings_.begin(), pings_.end(), [&](const Ping& one) { return one.number == number; });
    if (ping == pings_.end()) return;
    round_trip_ = std::max(input_time_ - ping->sent, Duration::zero());
    if (state_ == State::open) metrics_.record(Builtin::ws_ping, to_milliseconds(*round_trip_), input_time_);
    // A pong may stand for the pings before it, too (RFC 6455 section 5.5.3).
    pings_.erase(pings_.begin(), ping + 1);
}

Result<void> Session::write_frame(Opcode opcode, bool compressed, std::string_view payload) {
    if (state_ != State::open) return Error{ErrorClass::generic, "websocket: close sent"};
    if (cut_off_) return Error{ErrorClass::generic, "websocket: the connection is lost"};
    cut_off_ = true;
    const MaskKey key = shared_.mask_key();
    std::string& frame = shared_.frame;
    frame.clear();
    append_frame_head(opcode, true, compressed, payload.size(), key, frame);
    std::size_t offset = 0;
    do {
        const std::string_view piece = payload.substr(offset, piece_size);
        append_masked(piece, key, offset, frame);
        offset += piece.size();
        const http::StreamResult result =
            stream_->write(frame, backlog_, config_.max_backlog, after(now(), config_.write_timeout));
        switch (result.kind) {
            case StreamKind::done:
                break;
            case StreamKind::deadline:
                return Error{ErrorClass::generic, "websocket: the server does not read: i/o timeout"};
            case StreamKind::end_of_input:
                return Error{ErrorClass::generic, "websocket: the server has ended the connection"};
            case StreamKind::failed:
                return Error{ErrorClass::generic, result.failure->cause};
        }
        frame.clear();
    } while (offset < payload.size());
    cut_off_ = false;
    return {};
}

// ---- The end

std::string Session::close_payload(std::uint16_t code, std::string_view reason) {
    std::string payload;
    if (code == close_code::none) return payload;
    payload += static_cast<char>(code >> 8);
    payload += static_cast<char>(code & 0xff);
    return payload += reason.substr(0, max_close_reason);
}

Event Session::close(std::uint16_t code, std::string_view reason) {
    if (!may_be_sent(code)) throw std::invalid_argument("close code " + std::to_string(code) + " may not be sent");
    if (reason.size() > max_close_reason || !is_utf8(reason)) {
        throw std::invalid_argument("a close reason is UTF-8 of at most 123 bytes");
    }
    if (state_ == State::over) return ending_;
    if (state_ == State::open) {
        // If it cannot be written, reading will tell why.
        static_cast<void>(write_frame(Opcode::close, false, close_payload(code, reason)));
        state_ = State::closing;
    }
    const TimePoint until = after(now(), config_.close_timeout);
    while (true) {
        const Event event = next(until);
        if (state_ == State::over) return event;
        if (event.kind == Event::Kind::timeout) {
            return end({Event::Kind::failed, "websocket: no answer to the close frame", close_code::abnormal});
        }
        // Messages may come without end.
        if (now() >= until)
            return end({Event::Kind::failed, "websocket: no answer to the close frame", close_code::abnormal});
    }
}

void Session::answer_close(std::uint16_t code) {
    if (state_ == State::open) static_cast<void>(write_frame(Opcode::close, false, close_payload(code, {})));
    state_ = State::closing;
    await_end();
}

void Session::await_end() {
    const TimePoint until = after(now(), std::min<Duration>(end_timeout, config_.close_timeout));
    std::string rest;
    while (now() < until && stream_->read(rest, until).kind == StreamKind::done) rest.clear();
}

void Session::leave(std::uint16_t code) {
    if (state_ == State::over) return;
    if (state_ == State::open && !cut_off_) {
        std::string frame;
        append_frame(Opcode::close, close_payload(code, {}), shared_.mask_key(), frame);
        stream_->write_now(frame);
    }
    end({Event::Kind::failed, "websocket: left", code});
}

}  // namespace k6::ws
