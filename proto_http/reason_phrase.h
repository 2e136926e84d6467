// The standard reason phrases of status codes (IANA, RFC 9110), for protocols that do not send one.
//
//   reason_phrase(404) == "Not Found";
//
// Pure; any thread.
#pragma once

#include <string_view>

namespace k6::http {

/// Empty for a status that is not registered. Static text.
std::string_view reason_phrase(int status);

}  // namespace k6::http
