// Numbers as text, by ECMAScript's rules, which the summary and all JSON follow.
//
//   std::string text;
//   append_number(text, 0.1);           // "0.1"; 1e21 gives "1e+21", 1e-7 gives "1e-7"
//   to_fixed(28.999, 2) == "29.00";
//   parse_number("1e3").value() == 1000;
//
// Any thread; pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace k6::metrics {

/// Number::toString (ECMA-262): the shortest digits that read back as the same double.
void append_number(std::string& text, double value);
std::string number_text(double value);

/// Number.prototype.toFixed (ECMA-262): ties away from zero; values from 1e21 on as number_text.
std::string to_fixed(double value, int digits);

/// A whole text as a double: decimal or hexadecimal (with its `p` exponent), sign, "Inf", "Infinity", "NaN" in any
/// case. nullopt for anything else, and where the value does not fit a double.
std::optional<double> parse_number(std::string_view text);

}  // namespace k6::metrics
