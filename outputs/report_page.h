// The fixed parts of the HTML report: its style sheet and its script.
#pragma once

#include <string_view>

namespace k6::outputs {

extern const std::string_view report_style;
/// Sorts tables, shows values under the pointer, switches between light and dark. The page is complete without it.
extern const std::string_view report_script;

}  // namespace k6::outputs
