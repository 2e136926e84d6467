// What came back: the final response of a request, or why there is none. A value.
//
//   if (response.error) log.warn("Request Failed", {{"error", response.error.message}});
//   else use(response.status, response.headers.get("Content-Type"), response.body);
//
// `Client::recycle` takes it back to reuse its memory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/runtime/resolver.h"
#include "proto_http/error_code.h"
#include "proto_http/headers.h"
#include "proto_http/timings.h"

namespace k6::http {

enum class Protocol : std::uint8_t { none, http_1_0, http_1_1, http_2 };
/// "", "HTTP/1.0", "HTTP/1.1", "HTTP/2.0".
std::string_view to_string(Protocol protocol);

enum class TlsVersion : std::uint8_t { tls_1_0, tls_1_1, tls_1_2, tls_1_3 };
/// "tls1.0" … "tls1.3".
std::string_view to_string(TlsVersion version);
std::optional<TlsVersion> tls_version_of(std::string_view name);

/// What the OCSP response says that the server stapled to its certificate (RFC 6960). Times are Unix seconds, 0 where
/// it names none; texts are static.
struct OcspStaple {
    /// "good", "revoked", "server_failed", or "unknown": also when there is no staple.
    std::string_view status = "unknown";
    /// "key_compromise", …; empty without a staple.
    std::string_view revocation_reason = {};
    std::int64_t produced_at = 0;
    std::int64_t this_update = 0;
    std::int64_t next_update = 0;
    std::int64_t revoked_at = 0;
    friend bool operator==(const OcspStaple&, const OcspStaple&) = default;
};

struct TlsInfo {
    TlsVersion version = TlsVersion::tls_1_3;
    /// IANA name. Static text.
    std::string_view cipher_suite = {};
    /// null: nothing was stapled, as mostly.
    std::shared_ptr<const OcspStaple> staple = nullptr;

    const OcspStaple& ocsp() const noexcept {
        static constexpr OcspStaple none;
        return staple ? *staple : none;
    }
};

struct Endpoint {
    IpAddress ip;
    std::uint16_t port = 0;
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};
/// "127.0.0.1:80", "[::1]:80".
std::string to_string(const Endpoint& endpoint);

/// A request that brought no usable response. A status of 400 and above is none.
struct RequestError {
    /// A value of ErrorCode, or one of the HTTP/2 codes in between; 0: no error.
    int code = 0;
    /// `res.error`, and the value of the tag `error`.
    std::string text;
    /// What went wrong in full, for the log and for exceptions: `Get "http://…": dial tcp …: connect: connection
    /// refused`.
    std::string message;
    /// To be thrown at the script whatever its options say (a 101 that nobody asked for).
    bool always_thrown = false;

    explicit operator bool() const noexcept { return code != 0; }
};

struct Response {
    /// 0 on error.
    int status = 0;
    /// Code and reason exactly as received: "200 OK".
    std::string status_text;
    Protocol protocol = Protocol::none;
    /// Of the final response; names canonical, no Transfer-Encoding. Content-Encoding stays though the body is decoded.
    Headers headers;
    /// Decoded. After a failure while it was being read: the part that came.
    std::string body;
    /// The URL of the last hop, with its credentials and fragment.
    std::string url;
    /// Of the last connection; nullopt if there was none.
    std::optional<Endpoint> remote;
    /// Of the last hop.
    Timings timings;
    std::optional<TlsInfo> tls;
    RequestError error;
    /// The Cookie header of the first hop, empty if it had none.
    std::string cookie_header;
    /// Hops behind this response: 0 without redirects.
    int redirects_followed = 0;

    /// `res.error_code`: that of the error, or 1000 + status from 400 on.
    int error_code() const noexcept { return error ? error.code : http_status_error(status); }
};

}  // namespace k6::http
