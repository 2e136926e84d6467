#include "proto_http/error_code.h"

#include <cerrno>
#include <charconv>
#include <iterator>
#include <system_error>

namespace k6::http {
namespace {

constexpr std::string_view http2_names[] = {
    "NO_ERROR",
    "PROTOCOL_ERROR",
    "INTERNAL_ERROR",
    "FLOW_CONTROL_ERROR",
    "SETTINGS_TIMEOUT",
    "STREAM_CLOSED",
    "FRAME_SIZE_ERROR",
    "REFUSED_STREAM",
    "CANCEL",
    "COMPRESSION_ERROR",
    "CONNECT_ERROR",
    "ENHANCE_YOUR_CALM",
    "INADEQUATE_SECURITY",
    "HTTP_1_1_REQUIRED",
};

const ErrorCodeRow* row_of(ErrorCode code) {
    for (const ErrorCodeRow& row : error_code_table) {
        if (row.code == code) return &row;
    }
    return nullptr;
}

}  // namespace

std::string_view to_string(Operation operation) {
    switch (operation) {
        case Operation::dial:
            return "dial";
        case Operation::read:
            return "read";
        case Operation::write:
            return "write";
    }
    return "";
}

std::string error_text(ErrorCode code, const ErrorDetail& detail) {
    const ErrorCodeRow* row = row_of(code);
    if (row == nullptr) return {};
    switch (row->kind) {
        case ErrorText::fixed:
            return std::string(row->text);
        case ErrorText::underlying:
            return std::string(row->text) + std::string(detail.underlying);
        case ErrorText::after_operation:
            return std::string(to_string(detail.operation)) + ": " + std::string(row->text);
        case ErrorText::with_http2_code:
            return std::string(row->text) + http2_code_name(detail.http2_code);
        case ErrorText::with_errno:
            break;
    }
    const std::string number = std::to_string(detail.system_error);
    const std::string message = std::generic_category().message(detail.system_error);
    if (code == ErrorCode::dial_unknown_errno) {
        return "dial: unknown errno " + number + " error with msg `" + message + "`";
    }
    return std::string(to_string(detail.operation)) + ": unknown errno `" + number + "` on linux with message `" +
           message + "`";
}

ErrorCode classify_errno(Operation operation, int system_error) {
    if (operation == Operation::dial) {
        switch (system_error) {
            case ECONNREFUSED:
                return ErrorCode::dial_refused;
            case ETIMEDOUT:
                return ErrorCode::dial_timeout;
            case ECONNRESET:
                return ErrorCode::tcp_reset;
            default:
                return ErrorCode::dial_unknown_errno;
        }
    }
    switch (system_error) {
        case ECONNRESET:
            return ErrorCode::tcp_reset;
        case EPIPE:
            return ErrorCode::tcp_broken_pipe;
        default:
            return ErrorCode::tcp_unknown_errno;
    }
}

int http2_error(ErrorCode base, std::uint32_t http2_code) {
    const int first = static_cast<int>(base);
    return http2_code < std::size(http2_names) ? first + 1 + static_cast<int>(http2_code) : first;
}

int error_number(ErrorCode code, const ErrorDetail& detail) {
    switch (code) {
        case ErrorCode::http2_goaway:
        case ErrorCode::http2_stream:
        case ErrorCode::http2_connection:
            return http2_error(code, detail.http2_code);
        default:
            return static_cast<int>(code);
    }
}

std::string http2_code_name(std::uint32_t http2_code) {
    if (http2_code < std::size(http2_names)) return std::string(http2_names[http2_code]);
    char digits[8];
    const auto end = std::to_chars(digits, digits + sizeof digits, http2_code, 16).ptr;
    return "unknown error code 0x" + std::string(digits, end);
}

}  // namespace k6::http
