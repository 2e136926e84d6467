// What this program calls itself.
#pragma once

#include <string_view>

namespace k6 {

inline constexpr std::string_view product_version = "0.1.0";
/// The User-Agent of requests unless the options say otherwise.
inline constexpr std::string_view product_user_agent = "k6/0.1.0";

}  // namespace k6
