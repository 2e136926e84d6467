// Readings of JavaScript values that several modules share.
//
// The State's thread only.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "js/mujs/state.h"
#include "metrics/tags.h"

namespace k6::js {

/// User tags, as text.
using ScriptTags = std::vector<std::pair<std::string, std::string>>;

/// The properties of a tag object; null and undefined have none. A value that is no string, number or boolean is a
/// GoError: "PREFIX: invalid value for metric tag 'x': only String, Boolean and Number types are accepted …".
ScriptTags read_tags(State& state, const Value& tags, std::string_view prefix);

/// The same as views, which hold as long as `tags`.
std::vector<metrics::Tag> views(const ScriptTags& tags);

/// A module's namespace whose exports are the members of an object, and whose default export is that object.
Value namespace_of(State& state, const Value& object);

/// What a promise of a host function is rejected with: no Error, but something that reads as its message.
Value host_rejection(State& state, const std::string& message);

}  // namespace k6::js
