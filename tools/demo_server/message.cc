#include "tools/demo_server/message.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace k6::demo {
namespace {

struct StatusReason {
    int status;
    std::string_view reason;
};

// RFC 9110 section 15, and the registered codes of RFC 2295, 2324, 4918, 5842, 6585, 7725, 8297, 8470.
constexpr StatusReason kReasons[] = {
    {100, "Continue"},
    {101, "Switching Protocols"},
    {102, "Processing"},
    {103, "Early Hints"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {203, "Non-Authoritative Information"},
    {204, "No Content"},
    {205, "Reset Content"},
    {206, "Partial Content"},
    {207, "Multi-Status"},
    {208, "Already Reported"},
    {226, "IM Used"},
    {300, "Multiple Choices"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {305, "Use Proxy"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {407, "Proxy Authentication Required"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {418, "I'm a teapot"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {423, "Locked"},
    {424, "Failed Dependency"},
    {425, "Too Early"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {451, "Unavailable For Legal Reasons"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
    {506, "Variant Also Negotiates"},
    {507, "Insufficient Storage"},
    {508, "Loop Detected"},
    {510, "Not Extended"},
    {511, "Network Authentication Required"},
};

void append_json_string(std::string& out, std::string_view text) {
    constexpr char kHex[] = "0123456789abcdef";
    out += '"';
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte >= 0x7f) {
            // An error may quote bytes that are no UTF-8: each is shown as the code point of its value.
            out += "\\u00";
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

}  // namespace

std::string_view Request::path() const {
    std::string_view rest = target;
    if (!rest.empty() && rest.front() != '/') {
        // Absolute form: the path begins at the first slash of what follows the scheme and authority.
        std::size_t scheme = rest.find("://");
        if (scheme == std::string_view::npos) return rest;
        std::size_t slash = rest.find_first_of("/?", scheme + 3);
        rest = slash == std::string_view::npos || rest[slash] == '?' ? std::string_view("/") : rest.substr(slash);
    }
    return rest.substr(0, rest.find('?'));
}

std::string_view Request::query() const {
    std::string_view rest = target;
    std::size_t mark = rest.find('?');
    return mark == std::string_view::npos ? std::string_view() : rest.substr(mark + 1);
}

void Request::clear() {
    method.clear();
    target.clear();
    authority.clear();
    fields.clear();
    trailers.clear();
    // A large upload should not pin its memory to an idle connection.
    constexpr std::size_t kKeptCapacity = 64 * 1024;
    if (body.capacity() > kKeptCapacity) {
        body = std::string();
    } else {
        body.clear();
    }
}

Response Response::text(std::string_view content_type, std::string body, int status) {
    Response response;
    response.status = status;
    response.fields.add("Content-Type", content_type);
    response.body = std::move(body);
    return response;
}

Response Response::html(std::string body, int status) {
    return text("text/html; charset=utf-8", std::move(body), status);
}

Response Response::error(int status, std::string_view message) {
    std::string body = "{\"error\":";
    append_json_string(body, message);
    body += "}\n";
    return text("application/json", std::move(body), status);
}

std::string_view reason_phrase(int status) {
    const auto* found = std::lower_bound(std::begin(kReasons), std::end(kReasons), status,
                                         [](const StatusReason& row, int value) { return row.status < value; });
    return found != std::end(kReasons) && found->status == status ? found->reason : "Unknown";
}

bool is_field_value(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        auto byte = static_cast<unsigned char>(c);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
    });
}

bool is_token(std::string_view text) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [kMarks](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               kMarks.find(c) != std::string_view::npos;
    });
}

}  // namespace k6::demo
