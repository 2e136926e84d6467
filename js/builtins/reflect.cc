#include <vector>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

js_Object* target_of(Call& call) {
    const js_Value raw = argument_raw(call, 0);
    if (raw.t.type != JS_TOBJECT) throw TypeError("Reflect method called on a value that is no object");
    return raw.u.object;
}

/// Argument `index` as a property key, kept on the engine's stack.
const char* key_of(js_State* J, Call& call, std::size_t index) {
    js_pushvalue(J, argument_raw(call, index));
    return js_tostring(J, -1);
}

std::vector<Value> list_of(const Value& list) {
    if (!list.is_object()) throw TypeError("CreateListFromArrayLike called on a value that is no object");
    std::vector<Value> values;
    const std::size_t length = list.length();
    for (std::size_t i = 0; i < length; ++i) values.push_back(list.at(i));
    return values;
}

Value apply(Call& call) {
    if (!call[0].is_function()) throw TypeError("Reflect.apply called on a value that is no function");
    return call[0].call(call[1], list_of(call[2]));
}

Value construct(Call& call) {
    if (!call[0].is_function()) throw TypeError("Reflect.construct called on a value that is no constructor");
    const Value result = call[0].construct(list_of(call[1]));
    if (call.has(2) && !call[2].same_as(call[0])) {
        if (!call[2].is_function()) throw TypeError("Reflect.construct: newTarget is not a constructor");
        const Value prototype = call[2].get("prototype");
        if (prototype.is_object()) result.set_prototype(prototype);
    }
    return result;
}

Value define_property(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    const char* key = key_of(J, call, 1);
    return define_own_property(J, target, key, to_descriptor(J, argument_raw(call, 2)));
}

Value delete_property(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    const char* key = key_of(J, call, 1);
    const js_Property* property = jsV_getownproperty(J, target, key);
    if (property != nullptr && (property->atts & JS_DONTCONF) != 0) return false;
    if (property == nullptr && has_own_property(J, target, key) && target->type != JS_CARRAY) return false;
    js_pushobject(J, target);
    js_delproperty(J, -1, key);
    return true;
}

Value get(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    const char* key = key_of(J, call, 1);
    if (call.size() > 2) {
        const js_Property* property = jsV_getproperty(J, target, key);
        if (property != nullptr && property->getter != nullptr) {
            return to_value(state, object_value(property->getter)).call(call[2], {});
        }
    }
    js_pushobject(J, target);
    js_getproperty(J, -1, key);
    return top_value(state);
}

Value set(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    const char* key = key_of(J, call, 1);
    const js_Property* property = jsV_getproperty(J, target, key);
    if (property != nullptr) {
        if (property->setter != nullptr) {
            const Value receiver = call.size() > 3 ? call[3] : call[0];
            (void)to_value(state, object_value(property->setter)).call(receiver, {call[2]});
            return true;
        }
        if (property->getter != nullptr || (property->atts & JS_READONLY) != 0) return false;
    } else if (!target->extensible) {
        return false;
    }
    js_Object* receiver = target;
    if (call.size() > 3) {
        if (argument_raw(call, 3).t.type != JS_TOBJECT) return false;
        receiver = argument_raw(call, 3).u.object;
    }
    js_pushobject(J, receiver);
    js_pushvalue(J, argument_raw(call, 2));
    js_setproperty(J, -2, key);
    return true;
}

Value get_own_property_descriptor(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    push_descriptor(J, target, key_of(J, call, 1));
    return top_value(call.state());
}

Value get_prototype_of(Call& call) {
    target_of(call);
    return call[0].prototype();
}

Value set_prototype_of(Call& call) {
    const js_Object* target = target_of(call);
    if (!call[1].is_object() && !call[1].is_null()) throw TypeError("Object prototype may only be an Object or null");
    if (!target->extensible) return call[0].prototype().same_as(call[1]);
    try {
        call[0].set_prototype(call[1]);
    } catch (const TypeError&) {
        return false;  // a cycle
    }
    return true;
}

Value has(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    const char* key = key_of(J, call, 1);
    js_pushobject(J, target);
    return js_hasproperty(J, -1, key) != 0;
}

Value is_extensible(Call& call) { return target_of(call)->extensible != 0; }

Value own_keys(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    push_keys(J, target, KeyFilter::all, true, true);
    if (target->type == JS_CARRAY) append_raw(J, js_toobject(J, -1), literal_value("length"));
    return top_value(call.state());
}

Value prevent_extensions(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    freeze_object(J, target, 0);
    return true;
}

constexpr FunctionDefinition functions[] = {
    {"apply", 3, apply},
    {"construct", 2, construct},
    {"defineProperty", 3, define_property},
    {"deleteProperty", 2, delete_property},
    {"get", 2, get},
    {"getOwnPropertyDescriptor", 2, get_own_property_descriptor},
    {"getPrototypeOf", 1, get_prototype_of},
    {"has", 2, has},
    {"isExtensible", 1, is_extensible},
    {"ownKeys", 1, own_keys},
    {"preventExtensions", 1, prevent_extensions},
    {"set", 3, set},
    {"setPrototypeOf", 2, set_prototype_of},
};

}  // namespace

void install_reflect(State& state) {
    const Value reflect = state.object();
    state.define_functions(reflect, functions);
    reflect.define("@@toStringTag", state.literal("Reflect"));
    state.global().define("Reflect", reflect);
}

}  // namespace k6::js
