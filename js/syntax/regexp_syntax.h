// Checks the pattern and flags of a regular expression literal against ECMA-262 (22.2.1, with Annex B where there is no
// u flag): the literal's early errors.
//
//   check_regexp("(?<year>\\d+", "u")  // "Unterminated group"
//
// A pure function; any thread.
#pragma once

#include <string>
#include <string_view>

namespace k6::js::syntax {

/// What is wrong with the expression; "" if it is valid. `pattern` is UTF-8.
std::string check_regexp(std::string_view pattern, std::string_view flags);

}  // namespace k6::js::syntax
