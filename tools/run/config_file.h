// The JSON configuration file: the lowest layer of options, and a few things about the run itself.
//
//   auto line = with_config_file(*parse_run_arguments(…), process_environment);
//   line->config_options.vus, line->outputs, line->warnings
//
// `process_environment` reads this process's environment; the rest is as thread-safe as the file system.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "tools/run/command_line.h"

namespace k6::run {

/// The command line with what the file says where neither flag nor variable has said anything. The file is the one that
/// it names, else k6/config.json of the user's configuration folder if there is one, else that of former days. Errors
/// are ErrorClass::invalid_config and name the file and the key.
Result<CommandLine> with_config_file(CommandLine line, const EnvironmentLookup& environment);

std::optional<std::string> process_environment(std::string_view name);
std::vector<std::string> process_environment_names();

}  // namespace k6::run
