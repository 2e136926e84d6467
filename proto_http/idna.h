// Names with letters beyond ASCII as DNS knows them: IDNA 2008 with the mapping of UTS #46, by libidn2.
//
//   ascii_host_name("bücher.test").value() == "xn--bcher-kva.test";
//
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace k6::http {

/// ASCII comes back as it is. The error's message says what is wrong with the name.
Result<std::string> ascii_host_name(std::string_view host);

}  // namespace k6::http
