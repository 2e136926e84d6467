// How outputs are configured: defaults, over them environment variables, over them the argument of `--out`.
//
//   Settings settings(context.environment);
//   std::string file = "file.csv";
//   if (auto read = settings.text("K6_CSV_FILENAME", file); !read) return read.error();
//   Result<Arguments> arguments = parse_arguments("fileName=a.csv,saveInterval=2s");
//
// One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "base/error.h"

namespace k6::outputs {

/// "1s", "200ms", or a bare number of milliseconds.
Result<Duration> parse_period(std::string_view text);

Result<bool> parse_switch(std::string_view text);
Result<std::int64_t> parse_count(std::string_view text);
/// Split at commas; without empty parts.
std::vector<std::string> parse_list(std::string_view text);

/// Reads variables that are set and not empty into fields.
class Settings {
public:
    explicit Settings(std::function<std::optional<std::string>(std::string_view)> environment)
        : environment_(std::move(environment)) {}

    void text(std::string_view variable, std::string& field);
    Result<void> period(std::string_view variable, Duration& field);
    Result<void> flag(std::string_view variable, bool& field);
    Result<void> count(std::string_view variable, std::int64_t& field);
    void list(std::string_view variable, std::vector<std::string>& field);

private:
    std::optional<std::string> look_up(std::string_view variable) const;

    std::function<std::optional<std::string>(std::string_view)> environment_;
};

}  // namespace k6::outputs
