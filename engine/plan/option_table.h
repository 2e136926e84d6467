// The one list of options: each with its spellings, its kind, and how text sets it. Everything that reads or writes
// options by name goes through it.
//
//   for (const OptionSpec& option : option_table()) {
//       if (!option.flag.empty()) add_flag(option.flag, option.short_flag, option.help);
//   }
//   Result<void> set = set_from_flag(*find_option_by_flag("stage"), {"10s:5", "30s:0"}, options);
//
// Constant data and pure functions; any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/plan/options.h"

namespace k6 {

enum class OptionKind {
    boolean,
    integer,
    duration,
    string,
    list,  // strings
    map,   // string to string
    stages,
    dns,
    segment,
    segment_sequence,
    /// Only as JSON.
    structured,
};

struct OptionSpec {
    /// The key in scripts and configuration files; for consoleOutput and localIPs only in `exec.test.options`.
    std::string_view key;
    OptionKind kind;
    /// Empty where there is none.
    std::string_view environment;
    std::string_view flag;
    /// '\0' where there is none.
    char short_flag;
    /// One line for the help text.
    std::string_view help;
    /// False for options that scripts and configuration files cannot set.
    bool in_json;
    /// An option of former days: still read, never written, not in help texts.
    bool old;
};

/// In the order of keys in JSON.
std::span<const OptionSpec> option_table();

/// nullptr if there is none.
const OptionSpec* find_option_by_flag(std::string_view flag);

/// Whether `options` has a value for it.
bool is_set(const OptionSpec& option, const Options& options);

/// Makes an option of `to` what it is in `from`, set or unset.
void copy_option(const OptionSpec& option, const Options& from, Options& to);

/// Checks all values and brings them into the form in which JSON gives them: for options written in C++, which nothing
/// has read. Errors are ErrorClass::invalid_config (a DNS time to live: generic) and name the field.
Result<Options> canonical(Options options);

/// Sets an option as its flag does. `values` are all values given, in order: scalars take the last, lists also split at
/// commas, `--tag` takes NAME=VALUE. A boolean takes "true" or "false". Errors (ErrorClass::generic) name the flag.
Result<void> set_from_flag(const OptionSpec& option, const std::vector<std::string>& values, Options& options);

/// Sets an option as its environment variable does. Errors are ErrorClass::invalid_config and name the variable.
Result<void> set_from_environment(const OptionSpec& option, std::string_view text, Options& options);

}  // namespace k6
