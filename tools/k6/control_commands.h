// `k6 status`, `stats`, `pause`, `resume` and `scale`: command lines for tools/control/client.h.
//
//   return run_control_command("status", {"--address", "127.0.0.1:6565"});
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace k6 {

/// Prints the answer; the process's exit code.
int run_control_command(const std::string& command, const std::vector<std::string>& arguments);

}  // namespace k6
