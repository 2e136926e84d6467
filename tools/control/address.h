// "host:port", as the control API's server and its clients take it.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace k6::control {

struct Address {
    std::string host;
    int port = 0;
};

/// "localhost:6565", "[::1]:0", ":6565" (localhost), with or without "http://".
Result<Address> parse_address(std::string_view text);

}  // namespace k6::control
