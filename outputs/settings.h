// How outputs are configured: defaults, over them the configuration file's `collectors.TYPE`, over that environment
// variables, over them the argument of `--out`.
//
//   auto settings = Settings::of("csv", context);
//   std::string file = "file.csv";
//   settings->text("file_name", "K6_CSV_FILENAME", file);
//   if (auto read = settings->period("save_interval", "K6_CSV_SAVE_INTERVAL", interval); !read) return read.error();
//
// One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "base/error.h"
#include "outputs/output_context.h"

namespace k6::outputs {

/// "1s", "200ms", or a bare number of milliseconds.
Result<Duration> parse_period(std::string_view text);

Result<bool> parse_switch(std::string_view text);
Result<std::int64_t> parse_count(std::string_view text);
/// Split at commas; without empty parts.
std::vector<std::string> parse_list(std::string_view text);

/// Reads what is set and not empty into fields. `key` is the name in the configuration file ("" for none).
class Settings {
public:
    /// Errors (ErrorClass::invalid_config): the configuration file's entry is no JSON object, or holds another kind of
    /// value than texts, numbers, switches and lists of texts.
    static Result<Settings> of(std::string_view type, const OutputContext& context);

    void text(std::string_view key, std::string_view variable, std::string& field) const;
    Result<void> period(std::string_view key, std::string_view variable, Duration& field) const;
    Result<void> flag(std::string_view key, std::string_view variable, bool& field) const;
    Result<void> count(std::string_view key, std::string_view variable, std::int64_t& field) const;
    void list(std::string_view key, std::string_view variable, std::vector<std::string>& field) const;

    /// The variable alone; nothing if it is not set or empty.
    std::optional<std::string> variable(std::string_view name) const;
    /// Members of the object `key` of the configuration file, sorted.
    std::vector<std::pair<std::string, std::string>> members(std::string_view key) const;
    /// Variables whose name starts so and that are not empty: what follows the prefix, and the value.
    std::vector<std::pair<std::string, std::string>> variables(std::string_view prefix) const;

private:
    explicit Settings(const OutputContext& context)
        : environment_(context.environment), environment_names_(context.environment_names) {}
    /// The value and where it came from.
    std::optional<std::pair<std::string, std::string>> look_up(std::string_view key, std::string_view variable) const;

    std::function<std::optional<std::string>(std::string_view)> environment_;
    std::function<std::vector<std::string>()> environment_names_;
    /// Of the configuration file, as text; lists joined with commas, members of objects as "object.member".
    std::map<std::string, std::string, std::less<>> file_;
};

}  // namespace k6::outputs
