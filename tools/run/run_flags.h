// The flags that are no options: one table of their names, environment variables, help texts and effects.
//
//   for (const RunFlag& flag : run_flags()) { if (flag.fronts & in(Front::inspect)) … }
//   flag.set(line, {"--" + flag.name, {"value"}});
//
// Private to tools/run. Constant; any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "tools/run/command_line.h"

namespace k6::run {

/// What a flag or variable was given.
struct Given {
    /// "--out" or "K6_OUT".
    std::string by;
    /// Never empty; in their order.
    std::vector<std::string> values;
    bool from_environment() const { return !by.starts_with('-'); }
};

enum class Takes { nothing, values, perhaps_a_value };

constexpr unsigned in(Front front) { return 1U << static_cast<unsigned>(front); }

struct RunFlag {
    std::string_view letter;  // one character, or empty
    std::string_view name;
    /// Empty where there is none.
    std::string_view environment;
    Takes takes;
    unsigned fronts;
    std::string_view placeholder;
    /// Empty: of former days, not in help texts.
    std::string_view help;
    std::function<Result<void>(CommandLine&, const Given&)> set;
};

const std::vector<RunFlag>& run_flags();

Error usage_error(std::string message);
Error invalid_argument(const Given& given, std::string_view reason);

}  // namespace k6::run
