#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "engine/exec/runner.h"
#include "engine/plan/options.h"
#include "engine/runtime/fiber.h"
#include "js/modules/arguments.h"
#include "js/modules/exotic.h"
#include "js/modules/modules.h"
#include "js/mujs/binding.h"

namespace k6::js {
namespace {

using metrics::SystemTag;
using OwnValues = std::map<std::string, std::optional<std::string>, std::less<>>;

ScriptContext& context_of(Call& call) { return call.context<ScriptContext>(); }

// ---- vu.tags and vu.metrics.metadata

/// What a VU carries by itself, before the script has its say.
std::map<std::string, std::string> given_tags(const Vu& vu) {
    std::map<std::string, std::string> tags(vu.plan().tags.begin(), vu.plan().tags.end());
    const metrics::SystemTagSet& wanted = vu.plan().system_tags;
    if (const Scenario* scenario = vu.scenario()) {
        for (const auto& [key, value] : scenario->tags) tags[key] = value;
        if (wanted.has(SystemTag::scenario)) tags["scenario"] = scenario->name;
    }
    if (wanted.has(SystemTag::group)) tags["group"] = vu.group_path;
    return tags;
}

std::map<std::string, std::string> given_metadata(const Vu& vu) {
    std::map<std::string, std::string> metadata;
    const metrics::SystemTagSet& wanted = vu.plan().system_tags;
    if (wanted.has(SystemTag::vu)) metadata["vu"] = std::to_string(vu.id_in_instance());
    if (wanted.has(SystemTag::iter)) metadata["iter"] = std::to_string(vu.iteration().of_vu);
    return metadata;
}

/// The two differ in where their values go.
struct TagsTraits {
    static constexpr const char* name = "vu.tags";
    static constexpr std::string_view what = "metric tag";
    static OwnValues& own(ScriptContext& context) { return context.own_tags; }
    static std::map<std::string, std::string> given(const Vu& vu) { return given_tags(vu); }
    static void set(Vu& vu, const std::string& key, const std::string& value) {
        vu.set_tags(vu.tag_table().with(vu.tags(), key, value));
    }
    static void remove(Vu& vu, const std::string& key) { vu.set_tags(vu.tag_table().without(vu.tags(), key)); }
};

struct MetadataTraits {
    static constexpr const char* name = "vu.metadata";
    static constexpr std::string_view what = "metric metadata";
    static OwnValues& own(ScriptContext& context) { return context.own_metadata; }
    static std::map<std::string, std::string> given(const Vu& vu) { return given_metadata(vu); }
    static void set(Vu& vu, const std::string& key, const std::string& value) { vu.metadata[key] = value; }
    static void remove(Vu& vu, const std::string& key) { vu.metadata.erase(key); }
};

template <class Traits>
std::optional<std::string> find(ScriptContext& context, const std::string& key) {
    const OwnValues& own = Traits::own(context);
    if (const auto found = own.find(key); found != own.end()) return found->second;
    const auto given = Traits::given(*context.vu);
    const auto found = given.find(key);
    return found == given.end() ? std::nullopt : std::optional(found->second);
}

template <class Traits>
void store(Call& call, const std::string& key, const Value& value) {
    if (!value.is_string() && !value.is_number() && !value.is_boolean()) {
        throw TypeError("invalid value for " + std::string(Traits::what) + " '" + key +
                        "': only String, Boolean and Number types are accepted as a " + std::string(Traits::what) +
                        " value");
    }
    ScriptContext& context = context_of(call);
    const std::string text = value.to_string(call.state());
    Traits::own(context)[key] = text;
    Traits::set(*context.vu, key, text);
}

template <class Traits>
Value get_trap(Call& call) {
    const auto key = trap_key(call);
    const auto value = key ? find<Traits>(context_of(call), *key) : std::nullopt;
    if (value) return call.state().string(*value);
    return call[0].get(call[1]);
}

template <class Traits>
Value has_trap(Call& call) {
    const auto key = trap_key(call);
    if (key && find<Traits>(context_of(call), *key)) return true;
    return key ? call[0].has(*key) : false;
}

template <class Traits>
Value set_trap(Call& call) {
    const auto key = trap_key(call);
    if (!key) return false;
    store<Traits>(call, *key, call[2]);
    return true;
}

template <class Traits>
Value define_trap(Call& call) {
    const auto key = trap_key(call);
    if (!key || !call[2].is_object()) return false;
    store<Traits>(call, *key, call[2].get("value"));
    return true;
}

template <class Traits>
Value delete_trap(Call& call) {
    const auto key = trap_key(call);
    if (!key) return true;
    ScriptContext& context = context_of(call);
    Traits::own(context)[*key] = std::nullopt;
    Traits::remove(*context.vu, *key);
    return true;
}

template <class Traits>
Value keys_trap(Call& call) {
    ScriptContext& context = context_of(call);
    auto all = Traits::given(*context.vu);
    for (const auto& [key, value] : Traits::own(context)) {
        if (value) {
            all[key] = *value;
        } else {
            all.erase(key);
        }
    }
    Value keys = call.state().array();
    for (const auto& [key, value] : all) keys.append(call.state().string(key));
    return keys;
}

template <class Traits>
Value descriptor_trap(Call& call) {
    const auto key = trap_key(call);
    const auto value = key ? find<Traits>(context_of(call), *key) : std::nullopt;
    if (!value) return {};
    return descriptor_of(call.state(), call.state().string(*value), true);
}

template <class Traits>
constexpr FunctionDefinition live_traps[] = {
    {"get", 3, get_trap<Traits>},
    {"has", 2, has_trap<Traits>},
    {"set", 4, set_trap<Traits>},
    {"defineProperty", 3, define_trap<Traits>},
    {"deleteProperty", 2, delete_trap<Traits>},
    {"ownKeys", 1, keys_trap<Traits>},
    {"getOwnPropertyDescriptor", 2, descriptor_trap<Traits>},
};

template <class Traits>
Value live_view(Call& call) {
    return exotic_object(call.state(), Traits::name, live_traps<Traits>, call.state().object());
}

// Assigning the whole is without effect.
Value ignore(Call&) { return {}; }

template <class Traits>
Value refuse(Call&) {
    const std::string_view name = Traits::name;
    throw TypeError("Cannot assign to read only property '" + std::string(name.substr(name.rfind('.') + 1)) + "'");
}

// ---- vu

constexpr AccessorDefinition metrics_members[] = {
    {"tags", live_view<TagsTraits>, refuse<TagsTraits>},
    {"metadata", live_view<MetadataTraits>, refuse<MetadataTraits>},
};

constexpr AccessorDefinition vu_members[] = {
    {"idInInstance", [](Call& call) -> Value { return context_of(call).vu->id_in_instance(); }},
    {"idInTest", [](Call& call) -> Value { return context_of(call).vu->id_in_test(); }},
    {"iterationInInstance", [](Call& call) -> Value { return context_of(call).vu->iteration().of_vu; }},
    {"iterationInScenario", [](Call& call) -> Value { return context_of(call).vu->iteration().of_vu_in_scenario; }},
    {"metrics",
     [](Call& call) {
         Value members = call.state().object();
         call.state().define_accessors(members, metrics_members, Attributes::none);
         return members;
     }},
    {"tags", live_view<TagsTraits>, ignore},
};

template <std::size_t Size>
Value view(Call& call, const AccessorDefinition (&members)[Size]) {
    Value object = call.state().object();
    call.state().define_accessors(object, members, Attributes::none);
    return object;
}

Value vu(Call& call) {
    const ScriptContext& context = context_of(call);
    if (context.phase == Phase::init) throw GoError("getting VU information in the init context is not supported");
    return view(call, vu_members);
}

// ---- scenario

const Scenario& scenario_of(Call& call) {
    const ScriptContext& context = context_of(call);
    if (context.phase != Phase::iteration || context.vu->scenario() == nullptr) {
        throw GoError("getting scenario information outside of the VU context is not supported");
    }
    return *context.vu->scenario();
}

ScenarioFacts scenario_facts(Call& call) {
    const Scenario& scenario = scenario_of(call);
    return context_of(call).vu->control().facts(scenario);
}

constexpr AccessorDefinition scenario_members[] = {
    {"name", [](Call& call) { return call.state().string(scenario_of(call).name); }},
    {"executor", [](Call& call) { return call.state().string(executor_name(scenario_of(call).executor)); }},
    {"startTime",
     [](Call& call) -> Value {
         return std::chrono::floor<std::chrono::milliseconds>(scenario_facts(call).start).time_since_epoch().count();
     }},
    {"progress", [](Call& call) -> Value { return scenario_facts(call).progress; }},
    {"iterationInInstance",
     [](Call& call) -> Value {
         scenario_of(call);
         return context_of(call).vu->iteration().of_scenario_in_instance;
     }},
    {"iterationInTest",
     [](Call& call) -> Value {
         scenario_of(call);
         return context_of(call).vu->iteration().of_scenario_in_test;
     }},
};

Value scenario(Call& call) {
    scenario_of(call);
    return view(call, scenario_members);
}

// ---- instance

RunFacts run_facts(Call& call) { return context_of(call).vu->control().facts(); }

constexpr AccessorDefinition instance_members[] = {
    {"currentTestRunDuration",
     [](Call& call) -> Value { return std::chrono::duration<double, std::milli>(run_facts(call).elapsed).count(); }},
    {"iterationsCompleted", [](Call& call) -> Value { return run_facts(call).complete_iterations; }},
    {"iterationsInterrupted", [](Call& call) -> Value { return run_facts(call).interrupted_iterations; }},
    {"vusActive", [](Call& call) -> Value { return run_facts(call).active_vus; }},
    {"vusInitialized", [](Call& call) -> Value { return run_facts(call).initialized_vus; }},
};

Value instance(Call& call) {
    const ScriptContext& context = context_of(call);
    if (context.phase == Phase::init) {
        throw GoError("getting instance information in the init context is not supported");
    }
    return view(call, instance_members);
}

// ---- test

std::string with_message(std::string text, Call& call) {
    if (call.has(0)) text += ": " + std::string(call.text(0));
    return text;
}

Value abort(Call& call) {
    ScriptContext& context = context_of(call);
    std::string reason = with_message("test aborted", call);
    for (const StackFrame& frame : call.state().stack_trace()) {
        if (frame.file == "native") continue;
        // "\tat f (file:///a.js:1:2)"
        reason += ' ' + format_frame(frame).substr(1);
        break;
    }
    if (context.vu == nullptr) {
        context.abort_reason = std::move(reason);
    } else {
        context.vu->control().stop({ErrorClass::script_aborted, std::move(reason)});
    }
    throw Interrupted{};
}

Value fail(Call& call) {
    const ScriptContext& context = context_of(call);
    if (context.phase == Phase::init) throw GoError("failing the test in the init context is not supported");
    context.logger.error(with_message("test marked as failed", call));
    context.vu->control().mark_failed("test run was marked as failed");
    return {};
}

void freeze_deeply(const Value& value) {
    if (!value.is_object()) return;
    value.for_each([](std::string_view, const Value& member) { freeze_deeply(member); });
    value.freeze();
}

Value options(Call& call) {
    const ScriptContext& context = context_of(call);
    State& state = call.state();
    if (context.phase == Phase::init) {
        throw GoError("getting test options in the init context is not supported");
    }
    constexpr const char* kept = "test.options";
    Value known = state.hidden(kept);
    if (!known.is_object()) {
        known = state.global().get("JSON").get("parse").call(
            {}, {state.string(test_options_to_json(context.vu->plan().options))});
        freeze_deeply(known);
        state.set_hidden(kept, known);
    }
    return known;
}

constexpr FunctionDefinition test_functions[] = {{"abort", 1, abort}, {"fail", 1, fail}};
constexpr AccessorDefinition test_members[] = {{"options", options}};

Value test(Call& call) {
    Value object = view(call, test_members);
    call.state().define_functions(object, test_functions, Attributes::none);
    return object;
}

constexpr AccessorDefinition module_members[] = {
    {"instance", instance},
    {"scenario", scenario},
    {"test", test},
    {"vu", vu},
};

}  // namespace

Value make_execution_module(ScriptContext& context) {
    State& state = context.state;
    Value members = state.object();
    state.define_accessors(members, module_members, Attributes::none);
    // Named exports are asked for anew at each use, too.
    Value ns = state.object();
    state.define_accessors(ns, module_members, Attributes::none);
    ns.set("default", members);
    return ns;
}

}  // namespace k6::js
