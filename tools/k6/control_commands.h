// `k6 status`, `stats`, `pause`, `resume` and `scale`: command lines for tools/control/client.h.
//
//   if (is_control_command(command)) return run_control_command(command, arguments);
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace k6 {

bool is_control_command(std::string_view command);

/// Prints the answer; the process's exit code.
int run_control_command(const std::string& command, const std::vector<std::string>& arguments);

}  // namespace k6
