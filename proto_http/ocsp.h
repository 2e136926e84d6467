// The OCSP response that a server staples to its certificate, read for what it says, not for whether that is true.
//
//   OcspStaple staple = read_ocsp_staple({bytes, size});
//
// Pure; any thread.
#pragma once

#include <string_view>

#include "proto_http/response.h"

namespace k6::http {

/// `der` is an OCSPResponse (RFC 6960 section 4.2.1) about one certificate. The status is "unknown" for anything else.
OcspStaple read_ocsp_staple(std::string_view der);

}  // namespace k6::http
