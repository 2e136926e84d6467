// WebSockets as a scenario speaks them: messages out and in, in plain synchronous style.
//
//   WebSocket chat = vu.ws.connect(base + "/chat", {.protocols = {"chat"}, .name = "chat"});
//   if (!vu.check("is connected", chat.ok())) return;
//   chat.send(json(Line{"me", "hello"}));
//   const auto answer = chat.receive_json<Line>(5s);                    // throws WebSocketError when none comes
//   while (const auto message = chat.receive(1s)) use(message->text());
//   chat.close();                                                        // the end of the scope does it, too
//
// A member of the Vu; on its fiber. Pings of the server are answered while the session is waited for (receive, listen,
// close), not during vu.sleep: think time with an open session is listen().
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "dsl/http.h"
#include "dsl/json.h"
#include "dsl/literals.h"
#include "dsl/payload.h"
#include "engine/exec/vu.h"
#include "metrics/tags.h"
#include "proto_ws/client.h"

namespace k6::dsl {

/// A session that cannot do what is asked of it: not connected, closed, no message in time. what() says why.
class WebSocketError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// One message. Owns its bytes.
class Message {
public:
    Message(std::string bytes, bool is_text) : bytes_(std::move(bytes)), is_text_(is_text) {}

    /// A text message, not a binary one.
    bool is_text() const noexcept { return is_text_; }
    std::string_view text() const noexcept { return bytes_; }
    std::string_view bytes() const noexcept { return bytes_; }
    /// Throws JsonError.
    Json json() const { return Json::parse(bytes_); }
    /// As a struct with fields (fields.h), or another of JSON's types. Throws JsonError, which names the field.
    template <class T>
    T json() const {
        return from_json<T>(std::string_view(bytes_));
    }

private:
    std::string bytes_;
    bool is_text_;
};

/// What a single connection may have of its own.
struct WebSocketParams {
    http::Headers headers = {};
    /// Subprotocols, the best first.
    std::vector<std::string> protocols = {};
    std::vector<Tag> tags = {};
    /// Replaces the URL in the tags, so that URLs with ids in them are one series.
    std::string_view name = {};
    /// Of the opening handshake.
    Duration timeout = std::chrono::seconds(60);
    /// Cookies of this handshake only, over those of the jar.
    std::vector<std::pair<std::string, std::string>> cookies = {};
    /// Ask for compression (permessage-deflate).
    bool compression = false;
    /// A larger message ends the session (code 1009).
    Bytes max_message_size = Bytes{std::uint64_t{64} << 20};
    /// For the server to take 64 KiB of what is sent.
    Duration write_timeout = std::chrono::seconds(30);
    /// For the server's answer to close().
    Duration close_timeout = std::chrono::seconds(5);
};

/// A session, or the reason why there is none.
class WebSocket {
public:
    WebSocket(k6::Vu& core, std::string url, ws::Opening opening);
    /// Closes with code 1000; with 1001 and without waiting when an exception passes or the iteration is cut short.
    ~WebSocket();
    WebSocket(WebSocket&&) noexcept = default;
    WebSocket& operator=(WebSocket&&) = delete;

    /// The server agreed: status 101.
    bool ok() const noexcept { return session_ != nullptr; }
    /// 0 if no answer came.
    int status() const noexcept { return response_.status; }
    /// Of the handshake; the first field of that name, whatever its case.
    std::string_view header(std::string_view name) const {
        return response_.headers.get(name).value_or(std::string_view());
    }
    /// Of a refusal: the beginning of its body.
    std::string_view body() const noexcept { return response_.body; }
    /// The subprotocol that the server chose; empty: none.
    std::string_view protocol() const noexcept;
    /// Messages may be sent and may come.
    bool is_open() const noexcept { return session_ != nullptr && session_->open(); }
    /// Why there is no session, or why it broke off; empty while all is well and after a close frame with 1000 or 1001.
    const std::string& error() const noexcept { return error_; }
    /// Of the server's close frame; 1005: it had none; 1006: the session broke off; 0: not closed.
    int close_code() const noexcept { return close_code_; }
    const std::string& close_reason() const noexcept { return close_reason_; }

    /// A text message: a text, or `json(value)`. Throws WebSocketError.
    void send(const Payload& text);
    void send_binary(std::string_view bytes);
    /// The time to its pong, which a later receive or listen meets, is recorded as ws_ping.
    void ping();
    /// Of the last ping that was answered.
    std::optional<Duration> round_trip() const noexcept;

    /// The next message; nothing when none comes in time, or no more will (is_open() tells).
    std::optional<Message> receive(Duration timeout = Duration::max());
    /// The next message as JSON. Throws WebSocketError when none comes, and JsonError.
    template <class T>
    T receive_json(Duration timeout = Duration::max()) {
        return expect(timeout).json<T>();
    }
    Json receive_json(Duration timeout = Duration::max()) { return expect(timeout).json(); }
    /// Think time: waits, and hands over every message that comes meanwhile. Ends early when the session does, or when
    /// the handler returns false.
    template <class Handler>
    void listen(Duration time, Handler&& handler) {
        static_assert(std::invocable<Handler&, const Message&>, "listen: the handler takes a const Message&");
        const TimePoint until = until_of(time);
        while (const auto message = receive_until(until)) {
            if constexpr (std::predicate<Handler&, const Message&>) {
                if (!handler(*message)) return;
            } else {
                handler(*message);
            }
        }
    }
    /// Drops what comes.
    void listen(Duration time) {
        listen(time, [](const Message&) {});
    }

    /// The closing handshake. Throws std::invalid_argument for codes that may not be sent.
    void close(int code = 1000, std::string_view reason = {});

private:
    ws::Session& session();
    Message expect(Duration timeout);
    TimePoint until_of(Duration time) const;
    std::optional<Message> receive_until(TimePoint until);
    void note_end(const ws::Event& event);

    k6::Vu* core_;
    std::string url_;
    std::unique_ptr<ws::Session> session_;
    http::Response response_;
    std::string error_;
    std::string close_reason_;
    int close_code_ = 0;
    int exceptions_;
};

/// WebSockets of one VU; cookies are those of its HTTP.
class WebSockets {
public:
    WebSockets(k6::Vu& core, Http& http, http::ClientShared& http_shared, ws::ClientShared& shared);

    /// Opens a session on a connection of its own. A failure is logged as a warning, and is the returned object's
    /// error(); with the option `throw` it throws WebSocketError.
    WebSocket connect(std::string_view url, const WebSocketParams& params = {});

private:
    k6::Vu& core_;
    Http& http_;
    ws::Client client_;
};

}  // namespace k6::dsl
