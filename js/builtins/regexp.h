// What the regular expression functions share with those of String; private to js/builtins.
#pragma once

#include <string>
#include <string_view>

#include "js/builtins/library.h"
#include "js/mujs/regexp_object.h"

namespace k6::js {

/// ToString, as a script's string.
Value to_js_string(State& state, const Value& value);
/// ToString, as the engine's bytes.
std::string to_engine_string(State& state, const Value& value);

/// The bodies of RegExp.prototype[@@…]: `expression` may be any object.
Value regexp_match(State& state, const Value& expression, const Value& text);
Value regexp_match_all(State& state, const Value& expression, const Value& text);
Value regexp_replace(State& state, const Value& expression, const Value& text, const Value& replacement);
Value regexp_search(State& state, const Value& expression, const Value& text);
Value regexp_split(State& state, const Value& expression, const Value& text, const Value& limit);

/// True if the object does what RegExp.prototype says: nobody has overridden anything that its algorithms look up.
bool is_pristine_regexp(js_State* J, const js_Value& value);
/// IsRegExp (ECMA-262 7.2.8).
bool is_regexp_like(State& state, const Value& value);

/// What GetSubstitution (ECMA-262 22.1.3.19.1) needs of a match; all in the engine's form.
struct Substitution {
    std::string_view matched;
    std::string_view before;
    std::string_view after;
    /// Group n, n ≥ 1: false if there is none; it is empty if it took no part.
    std::function<bool(std::size_t n, std::string& out)> group = nullptr;
    /// Named groups; null: the pattern has none.
    std::function<std::string(const std::string& name)> named = nullptr;
    std::size_t groups = 0;
};
void substitute(std::string& out, std::string_view pattern, const Substitution& match);

}  // namespace k6::js
