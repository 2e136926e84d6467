#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "js/modules/arguments.h"
#include "js/modules/exotic.h"
#include "js/modules/modules.h"
#include "js/modules/shared_arrays.h"
#include "js/mujs/binding.h"
#include "js/mujs/native.h"
#include "js/support/support.h"

namespace k6::js {
namespace {

/// What a SharedArray's target array refers to, under a key that scripts do not see.
struct SharedArrayHandle {
    static constexpr const char* js_name = "SharedArrayHandle";
    std::shared_ptr<const SharedArrayData> data;
};
constexpr const char* handle_key = "@@k6:shared";

const SharedArrayData& data_of(const Value& target) {
    return *target.get(handle_key).native<SharedArrayHandle>()->data;
}

std::optional<std::size_t> index_of(const std::string& key) {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
    if (error != std::errc() || end != key.data() + key.size()) return {};
    if (key.size() > 1 && key[0] == '0') return {};
    return index;
}

void freeze_deeply(const Value& value, int depth = 0) {
    if (!value.is_object()) return;
    // Each level takes C stack, of which a fiber has little.
    constexpr int deepest = 500;
    if (depth == deepest) throw RangeError("an element of a SharedArray is nested too deeply");
    value.for_each([&](std::string_view, const Value& member) { freeze_deeply(member, depth + 1); });
    value.freeze();
}

Value element(State& state, const SharedArrayData& data, std::size_t index) {
    if (index >= data.size()) return {};
    const Value parsed = state.global().get("JSON").get("parse").call({}, {state.string(data.element(index))});
    freeze_deeply(parsed);
    return parsed;
}

[[noreturn]] void immutable() { throw TypeError("SharedArray is immutable"); }

Value get(Call& call) {
    const Value target = call[0];
    const auto key = trap_key(call);
    if (key) {
        if (const auto index = index_of(*key)) return element(call.state(), data_of(target), *index);
        if (*key == "length") return data_of(target).size();
    }
    return target.get(call[1]);
}

Value has(Call& call) {
    const Value target = call[0];
    const auto key = trap_key(call);
    if (key) {
        if (const auto index = index_of(*key)) return *index < data_of(target).size();
    }
    return key ? target.has(*key) : false;
}

Value own_keys(Call& call) {
    Value keys = call.state().array();
    const std::size_t size = data_of(call[0]).size();
    for (std::size_t i = 0; i < size; ++i) keys.append(call.state().string(std::to_string(i)));
    keys.append(call.state().literal("length"));
    return keys;
}

Value get_own_property_descriptor(Call& call) {
    State& state = call.state();
    const SharedArrayData& data = data_of(call[0]);
    const auto key = trap_key(call);
    if (!key) return {};
    if (*key == "length") {
        // The target's own length can be written as far as the language is concerned, so it may be told otherwise.
        Value descriptor = descriptor_of(state, data.size(), true);
        descriptor.set("enumerable", false);
        descriptor.set("configurable", false);
        return descriptor;
    }
    const auto index = index_of(*key);
    if (!index || *index >= data.size()) return {};
    return descriptor_of(state, element(state, data, *index), true);
}

Value refuse(Call&) { immutable(); }

constexpr FunctionDefinition traps[] = {
    {"get", 3, get},
    {"has", 2, has},
    {"ownKeys", 1, own_keys},
    {"getOwnPropertyDescriptor", 2, get_own_property_descriptor},
    {"set", 4, refuse},
    {"defineProperty", 3, refuse},
    {"deleteProperty", 2, refuse},
    {"setPrototypeOf", 2, refuse},
    {"preventExtensions", 1, refuse},
};

std::shared_ptr<const SharedArrayData> build(State& state, const Value& function) {
    const Value array = function.call({});
    if (!array.is_array()) throw GoError("only arrays can be made into SharedArray");
    auto data = std::make_shared<SharedArrayData>();
    const Value stringify = state.global().get("JSON").get("stringify");
    const std::size_t length = array.length();
    for (std::size_t i = 0; i < length; ++i) {
        const Value text = stringify.call({}, {array.at(i)});
        data->append(text.is_string() ? text.as_string() : std::string());
    }
    data->finish();
    return data;
}

Value construct(Call& call) {
    auto& context = call.context<ScriptContext>();
    State& state = call.state();
    if (context.phase != Phase::init) throw GoError("new SharedArray must be called in the init context");
    const std::string name = call[0].to_string(state);
    if (name.empty()) throw GoError("empty name provided to SharedArray's constructor");
    const Value function = call[1];
    if (!function.is_function()) {
        throw GoError("a function is expected as the second argument of SharedArray's constructor");
    }
    if (is_async_function(function)) {
        throw GoError("SharedArray constructor does not support async functions as second argument");
    }
    auto data = context.shared_arrays.find_or_make(name, [&] { return build(state, function); });
    Value target = state.array();
    target.define(handle_key, state.native<SharedArrayHandle>({}, 0, std::move(data)));
    return exotic_object(state, "SharedArray", traps, target);
}

constexpr ClassDefinition shared_array_class{
    .name = "SharedArray", .length = 2, .construct = construct, .call = construct};

}  // namespace

Value make_data_module(ScriptContext& context) {
    Value members = context.state.object();
    members.set("SharedArray", context.state.define_class(shared_array_class));
    return namespace_of(context.state, members);
}

}  // namespace k6::js
