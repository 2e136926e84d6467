// The head of most responses, parsed in one go: HTTP/1.1, complete in what has arrived, its framing told by one
// Content-Length or by its status. Takes less than half the work of a parser that may be interrupted anywhere.
//
// Whatever is not of that kind, be it rare or wrong, is left to the ResponseParser's state machine: this accepts only
// what that accepts, and with the same outcome.
//
//   if (auto head = parse_usual_head(bytes, {.head_request = false, …}, response)) … head->size, head->content_length …
//
// Fills status, status text, protocol and headers of an empty response; if it returns nothing, that has to be undone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "proto_http/response.h"

namespace k6::http {

struct UsualHeadLimits {
    /// The response answers HEAD.
    bool head_request = false;
    std::size_t max_head_size = std::size_t{1} << 20;
    std::size_t max_headers = 1000;
};

struct UsualHead {
    /// Bytes, up to the body.
    std::size_t size = 0;
    /// Of the body that follows.
    std::uint64_t content_length = 0;
    bool keep_alive = true;
};

std::optional<UsualHead> parse_usual_head(std::string_view bytes, const UsualHeadLimits& limits, Response& response);

}  // namespace k6::http
