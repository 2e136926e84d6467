// Case mapping, normalization and collation of strings; private to js/builtins. Texts are in the engine's form. Pure
// functions; any thread.
#pragma once

#include <string>
#include <string_view>

namespace k6::js {

std::string to_upper_case(std::string_view text);
std::string to_lower_case(std::string_view text);

enum class NormalizationForm { nfc, nfd, nfkc, nfkd };
std::string normalize(std::string_view text, NormalizationForm form);

/// -1, 0 or 1: base letters first, then accents, then lower case before upper case; punctuation before digits before
/// letters, as the root collation of CLDR orders them.
int compare_collated(std::string_view left, std::string_view right);

}  // namespace k6::js
