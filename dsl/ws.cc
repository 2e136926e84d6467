#include "dsl/ws.h"

#include <exception>

#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"
#include "proto_ws/close_code.h"

namespace k6::dsl {

WebSocket::WebSocket(k6::Vu& core, std::string url, ws::Opening opening)
    : core_(&core),
      url_(std::move(url)),
      session_(std::move(opening.session)),
      response_(std::move(opening.response)),
      error_(std::move(opening.error)),
      exceptions_(std::uncaught_exceptions()) {}

WebSocket::~WebSocket() {
    if (session_ == nullptr || session_->over()) return;
    // A wait is not for destructors that run because something was thrown.
    if (std::uncaught_exceptions() > exceptions_ || Fiber::current()->interrupted()) return;
    try {
        session_->close();
    } catch (const Interrupted&) {
        // The session's own destructor leaves.
    }
}

ws::Session& WebSocket::session() {
    if (session_ == nullptr) throw WebSocketError(url_ + ": not connected: " + error_);
    return *session_;
}

std::string_view WebSocket::protocol() const noexcept {
    return session_ != nullptr ? std::string_view(session_->protocol()) : std::string_view();
}

void WebSocket::send(const Payload& text) {
    if (auto sent = session().send_text(text.bytes()); !sent) throw WebSocketError(url_ + ": " + sent.error().message);
}

void WebSocket::send_binary(std::string_view bytes) {
    if (auto sent = session().send_binary(bytes); !sent) throw WebSocketError(url_ + ": " + sent.error().message);
}

void WebSocket::ping() {
    if (auto sent = session().ping(); !sent) throw WebSocketError(url_ + ": " + sent.error().message);
}

std::optional<Duration> WebSocket::round_trip() const noexcept {
    return session_ != nullptr ? session_->round_trip() : std::nullopt;
}

TimePoint WebSocket::until_of(Duration time) const {
    const TimePoint now = core_->worker().now();
    return time < TimePoint::max() - now ? now + time : TimePoint::max();
}

std::optional<Message> WebSocket::receive(Duration timeout) { return receive_until(until_of(timeout)); }

std::optional<Message> WebSocket::receive_until(TimePoint until) {
    ws::Session& open = session();
    if (open.over()) return std::nullopt;
    while (true) {
        const ws::Event event = open.receive_until(until);
        switch (event.kind) {
            case ws::Event::Kind::text:
            case ws::Event::Kind::binary:
                return Message(std::string(event.data), event.kind == ws::Event::Kind::text);
            case ws::Event::Kind::ping:
            case ws::Event::Kind::pong:
                break;
            case ws::Event::Kind::timeout:
                return std::nullopt;
            case ws::Event::Kind::close:
            case ws::Event::Kind::failed:
                note_end(event);
                return std::nullopt;
        }
    }
}

Message WebSocket::expect(Duration timeout) {
    if (auto message = receive(timeout)) return *std::move(message);
    if (!session_->over()) throw WebSocketError(url_ + ": no message within " + format_go_duration(timeout));
    throw WebSocketError(url_ + ": " + (error_.empty() ? "the session is closed" : error_));
}

void WebSocket::note_end(const ws::Event& event) {
    close_code_ = event.code;
    if (event.kind == ws::Event::Kind::close) {
        close_reason_ = event.data;
        const bool usual = event.code == ws::close_code::normal || event.code == ws::close_code::going_away;
        if (!usual) error_ = ws::close_text(event.code, event.data);
    } else {
        close_code_ = ws::close_code::abnormal;
        error_ = event.data;
    }
}

void WebSocket::close(int code, std::string_view reason) {
    if (session_ == nullptr || session_->over()) return;
    if (code < 0 || code > 4999) throw std::invalid_argument("close code " + std::to_string(code) + " may not be sent");
    const ws::Event end = session_->close(static_cast<std::uint16_t>(code), reason);
    close_code_ = end.code;
    // What we asked for is no error, whatever its code.
    if (end.kind == ws::Event::Kind::close) {
        close_reason_ = end.data;
    } else {
        note_end(end);
    }
}

WebSockets::WebSockets(k6::Vu& core, Http& http, http::ClientShared& http_shared, ws::ClientShared& shared)
    : core_(core), http_(http), client_(core, http.client(), http_shared, shared) {}

WebSocket WebSockets::connect(std::string_view url, const WebSocketParams& params) {
    ws::ConnectRequest request{.url = url,
                               .headers = params.headers,
                               .protocols = params.protocols,
                               .jar = &http_.cookies().jar(),
                               .compression = params.compression,
                               .timeout = params.timeout,
                               .session = {.max_message_size = static_cast<std::size_t>(params.max_message_size.count),
                                           .write_timeout = params.write_timeout,
                                           .close_timeout = params.close_timeout},
                               .name = std::string(params.name)};
    for (const auto& [name, value] : params.cookies) request.cookies.push_back({name, value, true});
    for (const Tag& tag : params.tags) request.sample_tags.push_back({std::string(tag.key), std::string(tag.value)});
    ws::Opening opening = client_.connect(request);
    if (opening.session == nullptr) {
        if (core_.plan().throw_errors) throw WebSocketError(std::string(url) + ": " + opening.error);
        core_.logger().warn("WebSocket Failed", {{"url", url}, {"error", opening.error}});
    }
    return WebSocket(core_, std::string(url), std::move(opening));
}

}  // namespace k6::dsl
