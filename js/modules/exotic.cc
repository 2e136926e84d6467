#include "js/modules/exotic.h"

#include <string_view>
#include <vector>

namespace k6::js {

Value exotic_object(State& state, const char* name, std::span<const FunctionDefinition> traps, const Value& target) {
    const std::string slot = std::string("exotic:") + name;
    Value handler = state.hidden(slot.c_str());
    if (!handler.is_object()) {
        handler = state.object(Value::null());
        state.define_functions(handler, traps);
        state.set_hidden(slot.c_str(), handler);
    }
    return state.global().get("Proxy").construct(std::vector<Value>{target, handler});
}

std::optional<std::string> trap_key(Call& call, std::size_t index) {
    const Value key = call[index];
    return key.is_string() ? std::optional(key.as_string()) : std::nullopt;
}

Value descriptor_of(State& state, const Value& value, bool writable) {
    Value descriptor = state.object();
    descriptor.set("value", value);
    descriptor.set("writable", writable);
    descriptor.set("enumerable", true);
    descriptor.set("configurable", true);
    return descriptor;
}

}  // namespace k6::js
