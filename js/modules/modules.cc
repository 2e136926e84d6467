#include "js/modules/modules.h"

#include <array>
#include <stdexcept>

namespace k6::js {
namespace {

struct ModuleRow {
    std::string_view name;
    Value (*make)(ScriptContext&);
};

constexpr std::array modules{
    ModuleRow{"k6", make_k6_module},
    ModuleRow{"k6/http", make_http_module},
    ModuleRow{"k6/metrics", make_metrics_module},
};

const ModuleRow* find(std::string_view name) {
    for (const ModuleRow& row : modules) {
        if (row.name == name) return &row;
    }
    return nullptr;
}

}  // namespace

bool is_builtin_module(std::string_view name) { return find(name) != nullptr; }

Value make_builtin_module(ScriptContext& context, std::string_view name) {
    const ModuleRow* row = find(name);
    if (row == nullptr) throw std::logic_error("no built-in module " + std::string(name));
    return row->make(context);
}

Value namespace_of(State& state, const Value& object) {
    Value ns = state.object();
    object.for_each([&](const std::string& key, const Value& value) { ns.set(key, value); });
    ns.set("default", object);
    return ns;
}

}  // namespace k6::js
