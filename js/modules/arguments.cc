#include "js/modules/arguments.h"

#include "js/mujs/binding.h"
#include "js/mujs/errors.h"

namespace k6::js {

ScriptTags read_tags(State& state, const Value& tags, std::string_view prefix) {
    ScriptTags result;
    if (tags.is_nullish()) return result;
    if (!tags.is_object()) throw GoError(std::string(prefix) + ": the tags are no object");
    tags.for_each([&](std::string_view key, const Value& value) {
        if (!value.is_string() && !value.is_number() && !value.is_boolean()) {
            throw GoError(std::string(prefix) + ": invalid value for metric tag '" + std::string(key) +
                          "': only String, Boolean and Number types are accepted as a metric tag value");
        }
        result.emplace_back(key, value.to_string(state));
    });
    return result;
}

std::vector<metrics::Tag> views(const ScriptTags& tags) {
    std::vector<metrics::Tag> result;
    for (const auto& [key, value] : tags) result.push_back({key, value});
    return result;
}

Value namespace_of(State& state, const Value& object) {
    Value ns = state.object();
    object.for_each([&](std::string_view key, const Value& value) { ns.set(key, value); });
    ns.set("default", object);
    return ns;
}

Value host_rejection(State& state, const std::string& message) {
    const Value reason = state.object();
    reason.define("message", state.string(message));
    const Value to_text = state.closure("toString", 0, [message](Call& call) { return call.state().string(message); });
    reason.define("toString", to_text);
    reason.define("error", to_text);
    return reason;
}

}  // namespace k6::js
