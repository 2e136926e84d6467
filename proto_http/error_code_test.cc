#include "proto_http/error_code.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace k6::http {
namespace {

// Every number of an ErrorCode, once more, so that a code without a row is noticed. A switch without `default` keeps
// this list complete: a new enumerator that is not here does not compile (-Wswitch is an error).
constexpr bool is_listed(ErrorCode code) {
    switch (code) {
        case ErrorCode::none:
        case ErrorCode::generic:
        case ErrorCode::non_tcp:
        case ErrorCode::invalid_url:
        case ErrorCode::request_timeout:
        case ErrorCode::dns:
        case ErrorCode::dns_no_such_host:
        case ErrorCode::blacklisted_ip:
        case ErrorCode::blocked_hostname:
        case ErrorCode::tcp:
        case ErrorCode::tcp_broken_pipe:
        case ErrorCode::tcp_unknown_errno:
        case ErrorCode::dial:
        case ErrorCode::dial_timeout:
        case ErrorCode::dial_refused:
        case ErrorCode::dial_unknown_errno:
        case ErrorCode::tcp_reset:
        case ErrorCode::tls:
        case ErrorCode::not_tls:
        case ErrorCode::unknown_authority:
        case ErrorCode::certificate_hostname:
        case ErrorCode::http2:
        case ErrorCode::http2_goaway:
        case ErrorCode::http2_stream:
        case ErrorCode::http2_connection:
        case ErrorCode::decompression:
            return true;
    }
    return false;
}

TEST(ErrorCodeTest, TheTableIsTotalAndSorted) {
    std::set<int> in_table;
    int last = 0;
    for (const ErrorCodeRow& row : error_code_table) {
        const int number = static_cast<int>(row.code);
        EXPECT_GT(number, last);
        last = number;
        in_table.insert(number);
    }
    int listed = 0;
    for (int number = 1; number < 2000; ++number) {
        if (!is_listed(static_cast<ErrorCode>(number))) continue;
        ++listed;
        EXPECT_TRUE(in_table.contains(number)) << number;
    }
    EXPECT_EQ(listed, static_cast<int>(error_code_table.size()));
}

TEST(ErrorCodeTest, Texts) {
    const ErrorDetail detail{
        .operation = Operation::write, .system_error = EBADF, .http2_code = 8, .underlying = "why"};
    EXPECT_EQ(error_text(ErrorCode::none, detail), "");
    EXPECT_EQ(error_text(ErrorCode::generic, detail), "why");
    EXPECT_EQ(error_text(ErrorCode::invalid_url, detail), "invalid URL: why");
    EXPECT_EQ(error_text(ErrorCode::request_timeout, detail), "request timeout");
    EXPECT_EQ(error_text(ErrorCode::dns_no_such_host, detail), "lookup: no such host");
    EXPECT_EQ(error_text(ErrorCode::tcp_broken_pipe, detail), "write: broken pipe");
    EXPECT_EQ(error_text(ErrorCode::tcp_reset, {.operation = Operation::read}), "read: connection reset by peer");
    EXPECT_EQ(error_text(ErrorCode::tcp_unknown_errno, detail),
              "write: unknown errno `9` on linux with message `Bad file descriptor`");
    EXPECT_EQ(error_text(ErrorCode::dial_unknown_errno, detail),
              "dial: unknown errno 9 error with msg `Bad file descriptor`");
    EXPECT_EQ(error_text(ErrorCode::dial_refused, detail), "dial: connection refused");
    EXPECT_EQ(error_text(ErrorCode::unknown_authority, detail), "x509: unknown authority");
    EXPECT_EQ(error_text(ErrorCode::http2_stream, detail), "http2: stream error with http2 ErrCode CANCEL");
    EXPECT_EQ(error_text(ErrorCode::decompression, detail), "why");
}

TEST(ErrorCodeTest, SystemErrors) {
    EXPECT_EQ(classify_errno(Operation::dial, ECONNREFUSED), ErrorCode::dial_refused);
    EXPECT_EQ(classify_errno(Operation::dial, ETIMEDOUT), ErrorCode::dial_timeout);
    EXPECT_EQ(classify_errno(Operation::dial, EHOSTUNREACH), ErrorCode::dial_unknown_errno);
    EXPECT_EQ(classify_errno(Operation::read, ECONNRESET), ErrorCode::tcp_reset);
    EXPECT_EQ(classify_errno(Operation::write, EPIPE), ErrorCode::tcp_broken_pipe);
    EXPECT_EQ(classify_errno(Operation::read, EBADF), ErrorCode::tcp_unknown_errno);
}

TEST(ErrorCodeTest, Statuses) {
    EXPECT_EQ(http_status_error(200), 0);
    EXPECT_EQ(http_status_error(399), 0);
    EXPECT_EQ(http_status_error(400), 1400);
    EXPECT_EQ(http_status_error(599), 1599);
}

TEST(ErrorCodeTest, Http2Codes) {
    EXPECT_EQ(http2_error(ErrorCode::http2_goaway, 0), 1611);
    EXPECT_EQ(http2_error(ErrorCode::http2_stream, 13), 1644);
    EXPECT_EQ(http2_error(ErrorCode::http2_connection, 14), 1650);
    EXPECT_EQ(error_number(ErrorCode::http2_stream, {.http2_code = 8}), 1639);
    EXPECT_EQ(error_number(ErrorCode::tcp_reset, {.http2_code = 8}), 1220);
    EXPECT_EQ(http2_code_name(13), "HTTP_1_1_REQUIRED");
    EXPECT_EQ(http2_code_name(255), "unknown error code 0xff");
}

}  // namespace
}  // namespace k6::http
