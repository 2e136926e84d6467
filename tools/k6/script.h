// Scripts as the command line names them.
#pragma once

#include <memory>

#include "base/error.h"
#include "js/runner/runner.h"
#include "tools/run/run_test.h"

namespace k6 {

/// The script of the command line, from a file, standard input, a URL or an archive, loaded.
Result<std::unique_ptr<js::Runner>> load_script(const run::LoadContext& context);

/// The options that a script exports (or its archive holds); what is no option is warned of.
Result<Options> script_options(const js::Runner& script, const run::LoadContext& context);

}  // namespace k6
