// Checks and canonical forms of the options that name hosts and addresses.
//
//   canonical_network("10.0.0.1/8").value() == "10.0.0.0/8";
//   is_host_pattern("*.example.com", false);
//
// Private to engine/plan; pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace k6 {

/// "ADDRESS/BITS" with the bits outside the network cleared; a bare address is a network of its own.
Result<std::string> canonical_network(std::string_view text);

/// Letters, digits, '-' and '.'; the first character may be the wildcard '*'; with `port_allowed`, ":PORT" may follow.
bool is_host_pattern(std::string_view text, bool port_allowed);

/// "IP", "IP:PORT", "[IPv6]:PORT" or a bare IPv6 address, in canonical text.
Result<std::string> canonical_host_address(std::string_view text);

}  // namespace k6
