// The head of an HTTP/1.1 request as it goes over the wire: request line, Host, User-Agent, Content-Length, then the
// other fields sorted by name. Nothing else is added.
//
//   std::string out;
//   write_request_head({.method = "GET", .target = "/", .host = "example.com", .user_agent = "k6"}, fields, out);
//
// Pure; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proto_http/headers.h"

namespace k6::http {

struct RequestHead {
    std::string_view method;
    std::string_view target;
    std::string_view host;
    /// Empty: no such header.
    std::string_view user_agent = {};
    /// nullopt: no such header.
    std::optional<std::size_t> content_length = {};
};

/// Appends the head to `out`. Sorts `fields` by name, keeping the order among equal names; it holds no field that is in
/// RequestHead.
void write_request_head(const RequestHead& head, std::span<Headers::Field> fields, std::string& out);

/// The length announced for a request: that of its body, 0 for methods that expect one, else none.
std::optional<std::size_t> announced_length(std::string_view method, bool has_body, std::size_t body_size);

}  // namespace k6::http
