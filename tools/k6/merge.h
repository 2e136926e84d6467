// `k6 merge a.k6r b.k6r …`: the summary, the thresholds and the exit code of a test whose parts ran apart.
#pragma once

#include <string>
#include <vector>

namespace k6 {

/// The process's exit code: that of one run of the whole; 255 if the records are not parts of one, or parts are
/// missing.
int merge_command(const std::string& command, const std::vector<std::string>& arguments);

}  // namespace k6
