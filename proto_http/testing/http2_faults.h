// What a hostile HTTP/2 server may send in answer to a request on stream 1, behind its SETTINGS, and the error code
// that must come of it.
//
//   for (const Http2Fault& fault : http2_faults()) … send(settings() + fault.bytes) … EXPECT_EQ(code, fault.code)
//
// For tests; the fuzz target starts from the same bytes.
#pragma once

#include <string>
#include <vector>

#include "proto_http/testing/http2_frames.h"

namespace k6::http::testing {

struct Http2Fault {
    std::string name;
    std::string bytes;
    /// `error_code` of the response: 1630 and up for the stream, 1650 and up for the connection, 1000 for what is no
    /// matter of HTTP/2; 0: it is put up with.
    int code = 0;
};

std::vector<Http2Fault> http2_faults();

}  // namespace k6::http::testing
