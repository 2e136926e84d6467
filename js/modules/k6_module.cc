#include <chrono>
#include <cmath>

#include "engine/exec/group.h"
#include "js/modules/arguments.h"
#include "js/modules/modules.h"
#include "js/mujs/binding.h"
#include "js/support/support.h"

namespace k6::js {
namespace {

// Longer sleeps than this (292 years) are for ever.
constexpr double longest_sleep_seconds = 9.2e9;

Value sleep(Call& call) {
    const double seconds = call.number(0);
    if (seconds > 0) sleep_for(Duration(static_cast<Duration::rep>(std::min(seconds, longest_sleep_seconds) * 1e9)));
    return {};
}

Value fail(Call& call) { throw GoError(call.has(0) ? std::string(call.text(0)) : std::string()); }

Value random_seed(Call& call) {
    call.state().seed_random(static_cast<std::uint64_t>(call.integer(0)));
    return {};
}

void require_valid_name(std::string_view name) {
    if (!valid_group_name(name)) throw GoError(std::string(invalid_group_name_message));
}

/// The script may have set the tag `group` by itself: within a group, and after it, it tells of groups again.
void forget_own_group(ScriptContext& context) { context.own_tags.erase("group"); }

Value group(Call& call) {
    auto& context = call.context<ScriptContext>();
    Vu& vu = context.require_vu("Using group()");
    const std::string name(call.text(0));
    require_valid_name(name);
    const Value body = call[1];
    if (!body.is_function()) throw GoError("group() requires a callback as a second argument");
    if (is_async_function(body)) {
        throw GoError("group() does not support async functions as arguments, please see the documentation of group()");
    }
    forget_own_group(context);
    struct Forget {
        ScriptContext& context;
        ~Forget() { forget_own_group(context); }
    } forget{context};
    const GroupScope scope(vu, name);
    return body.call({});
}

Value check(Call& call) {
    Vu& vu = call.context<ScriptContext>().require_vu("Using check()");
    if (call.size() < 2) throw GoError("no checks provided to `check`");
    const Value value = call[0];
    const Value checks = call[1];
    if (checks.is_nullish()) throw TypeError("Cannot convert undefined or null to object");
    ScriptTags given;
    std::vector<metrics::Tag> tags;
    if (call.has(2)) {
        given = read_tags(call.state(), call[2], "cannot add tags to checks");
        tags = views(given);
    }
    bool all = true;
    const TimePoint begin = vu.worker().now();
    const auto one = [&](std::string_view name, const Value& predicate) {
        require_valid_name(name);
        bool passed = false;
        if (predicate.is_function()) {
            if (is_async_function(predicate)) {
                throw GoError("check() does not support async functions: the promise of '" + std::string(name) +
                              "' would count as passed; await the value first");
            }
            try {
                passed = predicate.call({}, std::span(&value, 1)).truthy();
            } catch (const ScriptException&) {
                record_check(vu, name, false, tags, begin);
                throw;
            }
        } else {
            passed = predicate.truthy();
        }
        all = record_check(vu, name, passed, tags, begin) && all;
    };
    // A string's own properties are its characters.
    if (checks.is_object()) {
        checks.for_each(one);
    } else {
        call.state().global().get("Object").call({}, {checks}).for_each(one);
    }
    return all;
}

constexpr FunctionDefinition functions[] = {
    {"check", 2, check}, {"fail", 1, fail}, {"group", 2, group}, {"randomSeed", 1, random_seed}, {"sleep", 1, sleep},
};

}  // namespace

Value make_k6_module(ScriptContext& context) {
    Value members = context.state.object();
    context.state.define_functions(members, functions, Attributes::none);
    return namespace_of(context.state, members);
}

}  // namespace k6::js
