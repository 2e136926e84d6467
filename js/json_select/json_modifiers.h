// The modifiers of JSON selectors (`@reverse`, `@keys`, …): functions from JSON text to JSON text.
//
//   apply_json_modifier("reverse", "[1,2]", "") == "[2,1]";
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace k6::js {

bool is_json_modifier(std::string_view name);

/// `name` is a modifier. Nothing if there is no result for this value.
std::optional<std::string> apply_json_modifier(std::string_view name, std::string_view json, std::string_view argument);

}  // namespace k6::js
