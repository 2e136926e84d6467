// JSON for native code, whatever scripts did to the global JSON.
//
//   Value value = parse_json(state, R"({"a": [1, 2]})");
//
// The State's thread only.
#pragma once

#include <string_view>

#include "js/mujs/state.h"

namespace k6::js {

/// Which of the members of one name in one object counts; JSON.parse takes the last one.
enum class RepeatedNames { last, first };

/// JSON.parse of UTF-8 text; bytes that are none become U+FFFD. Throws SyntaxError.
Value parse_json(State& state, std::string_view utf8, RepeatedNames repeated = RepeatedNames::last);

}  // namespace k6::js
