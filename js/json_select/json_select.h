// Paths into JSON texts: the selectors of res.json().
//
//   auto found = select_json(R"({"friends": [{"first": "Dale", "age": 44}]})", "friends.#(age>40).first");
//   found == "\"Dale\"";                              // the text of what was selected, JSON again
//
// | form                       | meaning                                                                    |
// |----------------------------|----------------------------------------------------------------------------|
// | a.b, arr.1, fav\.movie     | member, element; a backslash takes a character as it is                     |
// | a*, c?ild                  | the first member whose key matches                                          |
// | arr.#, arr.#.x             | number of elements; x of each element that has one                          |
// | arr.#(x=="y"), arr.#(…)#   | the first, or all, elements for which the query holds: == != < <= > >= % !%  |
// | a|b                        | like a dot, but takes what the left side gave as a whole                    |
// | {a,"k":b.c}, [a,b.c]       | a new object or array                                                       |
// | !"text"                    | the literal                                                                 |
// | @reverse, @keys, @flatten… | modifiers of json_modifiers.h, `@name:argument`                             |
// | ..#                        | the document as lines of JSON; it is always one line                        |
//
// Pure; any thread. Recursion is bounded by max_selector_depth.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace k6::js {

/// Components, nested queries and multipaths of one selector.
inline constexpr std::size_t max_selector_depth = 256;

/// `json` must be JSON (json_text.h). Nothing if the path leads nowhere.
std::optional<std::string> select_json(std::string_view json, std::string_view path);

/// `*` is any run of characters, `?` one character, a backslash takes the next one as it is.
bool matches_wildcard(std::string_view text, std::string_view pattern);

}  // namespace k6::js
