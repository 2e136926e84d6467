// How network failures appear to users: `error_code` and `error` of a response and of its metrics' tags.
//
// One table holds every code with its text; `classify_errno` maps what a system call said to a code.
//
//   error_text(ErrorCode::dial_refused, {}) == "dial: connection refused";
//   error_text(ErrorCode::tcp_reset, {.operation = Operation::read}) == "read: connection reset by peer";
//   http_status_error(404) == 1404;
//
// Pure functions; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace k6::http {

enum class ErrorCode : int {
    none = 0,
    generic = 1000,
    non_tcp = 1010,
    invalid_url = 1020,
    request_timeout = 1050,
    dns = 1100,
    dns_no_such_host = 1101,
    blacklisted_ip = 1110,
    blocked_hostname = 1111,
    tcp = 1200,
    tcp_broken_pipe = 1201,
    tcp_unknown_errno = 1202,
    dial = 1210,
    dial_timeout = 1211,
    dial_refused = 1212,
    dial_unknown_errno = 1213,
    tcp_reset = 1220,
    tls = 1300,
    not_tls = 1301,
    unknown_authority = 1310,
    certificate_hostname = 1311,
    http2 = 1600,
    http2_goaway = 1610,      // unknown code; 1611 + code otherwise
    http2_stream = 1630,      // 1631 + code
    http2_connection = 1650,  // 1651 + code
    decompression = 1701,
};

/// What was being done on the network.
enum class Operation : std::uint8_t { dial, read, write };
std::string_view to_string(Operation operation);

/// How the text of a code comes about.
enum class ErrorText : std::uint8_t {
    fixed,            // `text`
    underlying,       // `text` and the underlying text
    after_operation,  // `<operation>: ` and `text`
    with_errno,       // names the number and its message
    with_http2_code,  // `text` and the name of the HTTP/2 code
};

struct ErrorCodeRow {
    ErrorCode code;
    ErrorText kind;
    std::string_view text;
};

/// Every ErrorCode but `none`, in increasing order.
inline constexpr std::array error_code_table = {
    ErrorCodeRow{ErrorCode::generic, ErrorText::underlying, ""},
    ErrorCodeRow{ErrorCode::non_tcp, ErrorText::underlying, ""},
    ErrorCodeRow{ErrorCode::invalid_url, ErrorText::underlying, "invalid URL: "},
    ErrorCodeRow{ErrorCode::request_timeout, ErrorText::fixed, "request timeout"},
    ErrorCodeRow{ErrorCode::dns, ErrorText::underlying, ""},
    ErrorCodeRow{ErrorCode::dns_no_such_host, ErrorText::fixed, "lookup: no such host"},
    ErrorCodeRow{ErrorCode::blacklisted_ip, ErrorText::fixed, "ip is blacklisted"},
    ErrorCodeRow{ErrorCode::blocked_hostname, ErrorText::fixed, "hostname is blocked"},
    ErrorCodeRow{ErrorCode::tcp, ErrorText::underlying, ""},
    ErrorCodeRow{ErrorCode::tcp_broken_pipe, ErrorText::after_operation, "broken pipe"},
    ErrorCodeRow{ErrorCode::tcp_unknown_errno, ErrorText::with_errno, ""},
    ErrorCodeRow{ErrorCode::dial, ErrorText::underlying, ""},
    ErrorCodeRow{ErrorCode::dial_timeout, ErrorText::fixed, "dial: i/o timeout"},
    ErrorCodeRow{ErrorCode::dial_refused, ErrorText::fixed, "dial: connection refused"},
    ErrorCodeRow{ErrorCode::dial_unknown_errno, ErrorText::with_errno, ""},
    ErrorCodeRow{ErrorCode::tcp_reset, ErrorText::after_operation, "connection reset by peer"},
    ErrorCodeRow{ErrorCode::tls, ErrorText::underlying, ""},
    ErrorCodeRow{ErrorCode::not_tls, ErrorText::fixed, "tls: first record does not look like a TLS handshake"},
    ErrorCodeRow{ErrorCode::unknown_authority, ErrorText::fixed, "x509: unknown authority"},
    ErrorCodeRow{ErrorCode::certificate_hostname, ErrorText::fixed, "x509: certificate doesn't match hostname"},
    ErrorCodeRow{ErrorCode::http2, ErrorText::underlying, ""},
    ErrorCodeRow{ErrorCode::http2_goaway, ErrorText::with_http2_code, "http2: received GoAway with http2 ErrCode "},
    ErrorCodeRow{ErrorCode::http2_stream, ErrorText::with_http2_code, "http2: stream error with http2 ErrCode "},
    ErrorCodeRow{ErrorCode::http2_connection, ErrorText::with_http2_code,
                 "http2: connection error with http2 ErrCode "},
    ErrorCodeRow{ErrorCode::decompression, ErrorText::underlying, ""},
};

/// The facts that some texts mention.
struct ErrorDetail {
    Operation operation = Operation::read;
    int system_error = 0;          // errno
    std::uint32_t http2_code = 0;  // RFC 9113 section 7
    std::string_view underlying = {};
};

/// The user's text of a code; empty for none.
std::string error_text(ErrorCode code, const ErrorDetail& detail);

/// The code of a failed system call on a TCP socket.
ErrorCode classify_errno(Operation operation, int system_error);

/// 1000 + status for 400 and above, else 0.
constexpr int http_status_error(int status) { return status >= 400 ? 1000 + status : 0; }

/// `base` (http2_goaway, http2_stream or http2_connection) and an HTTP/2 code: base + 1 + code, or base for codes
/// above 13.
int http2_error(ErrorCode base, std::uint32_t http2_code);
/// The number of a code: for those of HTTP/2, with the HTTP/2 code of the detail.
int error_number(ErrorCode code, const ErrorDetail& detail);
/// "NO_ERROR", …; "unknown error code 0x…" otherwise.
std::string http2_code_name(std::uint32_t http2_code);

}  // namespace k6::http
