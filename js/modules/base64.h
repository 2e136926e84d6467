// Base64 (RFC 4648) in the four forms that k6/encoding and k6/crypto know.
//
//   base64_encode("hi", {}) == "aGk=";
//   base64_decode("aGk", Base64{.padded = false}).value() == "hi";
//
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace k6::js {

struct Base64 {
    /// The alphabet with - and _ for + and /.
    bool url = false;
    bool padded = true;
};

std::string base64_encode(std::string_view bytes, Base64 form);
/// Line ends are passed over; padding has to be there exactly if the form has it. The error is "illegal base64 data at
/// input byte N".
Result<std::string> base64_decode(std::string_view text, Base64 form);

}  // namespace k6::js
