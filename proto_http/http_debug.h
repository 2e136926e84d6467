// What the option `httpDebug` prints: each request and response as HTTP/1.1 text, in the log.
//
//   const std::string id = log_request(vu, head, body, full);
//   log_response(vu, id, response, full);
//
// Worker thread only.
#pragma once

#include <string>
#include <string_view>

#include "engine/exec/vu.h"
#include "proto_http/response.h"

namespace k6::http {

/// `head` as it is sent. Returns the id that both records of a round trip share.
std::string log_request(const Vu& vu, std::string_view head, std::string_view body, bool with_body);

/// Before the body is decoded.
void log_response(const Vu& vu, std::string_view id, const Response& response, bool with_body);

}  // namespace k6::http
