// The commands that ask or steer a running test over its control API: status, stats, pause, resume, scale.
//
//   Result<std::string> yaml = ask("localhost:6565", Question::status);
//   Result<std::string> after = scale("localhost:6565", {.vus = 10});
//
// They block. Errors (ErrorClass::generic) say that nobody answered, or what the API refused. Any thread.
#pragma once

#include <string>

#include "base/error.h"
#include "engine/exec/run.h"

namespace k6::control {

enum class Question { status, stats, pause, resume };

/// What the command prints: YAML.
Result<std::string> ask(const std::string& address, Question question);
Result<std::string> scale(const std::string& address, const ExternalUpdate& update);

/// The YAML of a status document and of a metrics document.
Result<std::string> status_yaml(const std::string& document);
Result<std::string> metrics_yaml(const std::string& document);

}  // namespace k6::control
