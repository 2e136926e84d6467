// The demo server's request and response, the same for HTTP/1.1 and HTTP/2.
//
// A session parses a Request, the router answers with a Response, the session frames it. A response is a value: what to
// send, when, and with which deliberate fault.
//
//   Response response = Response::text("text/plain", "hello");
//   response.fields.add("Cache-Control", "no-store");
//   response.delay = std::chrono::milliseconds(20);
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tools/demo_server/field_list.h"

namespace k6::demo {

/// What TLS agreed on; empty strings where there is nothing.
struct TlsInfo {
    std::string version;
    std::string cipher;
    std::string application_protocol;
    std::string server_name;
    std::string client_subject;
    bool resumed = false;
};

struct Request {
    std::string method;
    /// As sent: origin form ("/get?a=1"), absolute form, or "*".
    std::string target;
    /// Host, or :authority of HTTP/2.
    std::string authority;
    FieldList fields;
    FieldList trailers;
    std::string body;
    /// "1.0", "1.1" or "2".
    std::string_view version = "1.1";
    /// The peer's address without its port.
    std::string_view origin;
    /// Null in clear.
    const TlsInfo* tls = nullptr;

    /// The path of the target, still percent-encoded, and what follows its "?".
    std::string_view path() const;
    std::string_view query() const;

    void clear();
};

/// A piece of a streamed body: sent `wait` after the piece before it.
struct Chunk {
    std::string data;
    std::chrono::nanoseconds wait{};
    bool last = false;
};

/// Gives the next piece at each call, until one is the last.
using ChunkSource = std::function<Chunk()>;

/// What to do instead of, or after, a well-formed response.
enum class Fault {
    none,
    /// Close the connection with RST, answering nothing.
    reset,
    /// Send bytes that are no HTTP, and close.
    malformed,
};

/// How a WebSocket session behaves once it is open; see websocket_session.h.
struct WebSocketPlan {
    /// Not 0: the server closes at once with this code and reason.
    std::uint16_t close_code = 0;
    std::string close_reason;
};

struct Response {
    int status = 200;
    /// Without the fields that frame the message (Content-Length, Transfer-Encoding, Connection), Date and Server.
    FieldList fields;
    std::string body;
    /// If set, the body is what it gives; `body` is not looked at.
    ChunkSource source;
    /// The Content-Length to claim. Without it: the body's real size, or no length at all for a streamed body.
    std::optional<std::uint64_t> declared_length;
    /// Time between the request's end and the response's first byte.
    std::chrono::nanoseconds delay{};
    /// An interim (1xx) response to send first; 0 for none.
    int interim_status = 0;
    /// Close the connection after the response.
    bool close = false;
    Fault fault = Fault::none;
    /// Set with status 101: the connection becomes a WebSocket.
    std::optional<WebSocketPlan> websocket;

    static Response text(std::string_view content_type, std::string body, int status = 200);
    static Response html(std::string body, int status = 200);
    /// A JSON object {"error": message}.
    static Response error(int status, std::string_view message);
};

/// The reason phrase of a status code, "Unknown" for codes without one.
std::string_view reason_phrase(int status);

/// Whether a response of that status never has a body (RFC 9110 section 6.4.1).
constexpr bool is_bodyless(int status) { return status < 200 || status == 204 || status == 304; }

/// Whether `text` may stand in a field value: no control characters but tab (RFC 9110 section 5.5).
bool is_field_value(std::string_view text);
/// Whether `text` is a token (RFC 9110 section 5.6.2), as method and field names are.
bool is_token(std::string_view text);

}  // namespace k6::demo
