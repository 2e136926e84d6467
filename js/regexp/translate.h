// Regular expressions in PCRE2's syntax.
//
// Nearly every pattern has an equivalent there. Those that have none, because ECMAScript and Perl differ in what a
// repetition leaves behind (captures are reset at each round, an empty round is refused), run in the matcher of
// js/regexp/backtrack.h instead.
//
//   std::optional<std::string> text = translate(parse_pattern("^\\d", {.multiline = true}));
//
// Pure functions; any thread.
#pragma once

#include <optional>
#include <string>

#include "js/regexp/pattern.h"

namespace k6::js::regexp {

/// Nothing if PCRE2 would not match as ECMA-262 says. To be compiled with PCRE2_DOTALL and PCRE2_UTF, and without
/// PCRE2_CASELESS, PCRE2_MULTILINE and PCRE2_UCP.
std::optional<std::string> translate(const Pattern& pattern);
/// One class, members with case closed over if `ignore_case`.
std::string translate_class(const CharClass& char_class, bool ignore_case, bool unicode);

}  // namespace k6::js::regexp
