// Reflect and Proxy.
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
    return property_key(J, -1);
}

/// Pushes the elements of a list of arguments; returns how many.
int push_list(js_State* J, const js_Value& list) {
    if (!is_object(list)) js_typeerror(J, "CreateListFromArrayLike called on non-object");
    js_pushvalue(J, list);
    const int at = js_gettop(J) - 1;
    const int length = js_getlength(J, at);
    if (length > JS_STACKSIZE / 2) js_rangeerror(J, "Maximum call stack size exceeded");
    for (int i = 0; i < length; ++i) js_getindex(J, at, i);
    js_remove(J, at);
    return length;
}

Value apply(Call& call) {
    if (!call[0].is_function()) throw TypeError("Reflect.apply called on a value that is no function");
    js_State* J = call.state().raw();
    Guard guard(J);
    js_pushvalue(J, argument_raw(call, 0));
    js_pushvalue(J, argument_raw(call, 1));
    js_call(J, push_list(J, argument_raw(call, 2)));
    return top_value(call.state());
}

Value reflect_construct(Call& call) {
    const js_Value target = argument_raw(call, 0);
    const js_Value new_target = call.size() > 2 ? argument_raw(call, 2) : target;
    for (const js_Value& constructor : {target, new_target}) {
        if (!is_object(constructor) || !is_constructor(constructor.u.object)) {
            throw TypeError("Value is not a constructor");
        }
    }
    js_State* J = call.state().raw();
    Guard guard(J);
    js_pushvalue(J, target);
    construct(J, push_list(J, argument_raw(call, 1)), new_target.u.object);
    return top_value(call.state());
}

Value define_property(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    const char* key = key_of(J, call, 1);
    return define_own_property(J, target, key, to_descriptor(J, argument_raw(call, 2)));
}

Value reflect_delete_property(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    return delete_property(J, target, key_of(J, call, 1));
}

Value get(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    get_property(J, target, key_of(J, call, 1), argument_raw(call, call.size() > 2 ? 2 : 0));
    return top_value(call.state());
}

Value set(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    return set_property(J, target, key_of(J, call, 1), argument_raw(call, 2),
                        argument_raw(call, call.size() > 3 ? 3 : 0)) == Refusal::none;
}

Value get_own_property_descriptor(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    Descriptor descriptor;
    if (!get_own_property(J, target, key_of(J, call, 1), &descriptor)) return {};
    push_descriptor(J, descriptor);
    return top_value(call.state());
}

Value get_prototype_of(Call& call) {
    target_of(call);
    return call[0].prototype();
}

Value set_prototype_of(Call& call) {
    js_Object* target = target_of(call);
    if (!call[1].is_object() && !call[1].is_null()) throw TypeError("Object prototype may only be an Object or null");
    Guard guard(call.state().raw());
    return set_prototype(call.state().raw(), target, call[1].is_null() ? nullptr : argument_raw(call, 1).u.object);
}

Value has(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    return has_property(J, target, key_of(J, call, 1));
}

Value reflect_is_extensible(Call& call) {
    js_Object* target = target_of(call);
    Guard guard(call.state().raw());
    return is_extensible(call.state().raw(), target);
}

Value own_keys(Call& call) {
    js_State* J = call.state().raw();
    js_Object* target = target_of(call);
    Guard guard(J);
    push_keys(J, target, KeyFilter::all, true, true);
    return top_value(call.state());
}

Value reflect_prevent_extensions(Call& call) {
    js_Object* target = target_of(call);
    Guard guard(call.state().raw());
    return prevent_extensions(call.state().raw(), target);
}

constexpr FunctionDefinition functions[] = {
    {"apply", 3, apply},
    {"construct", 2, reflect_construct},
    {"defineProperty", 3, define_property},
    {"deleteProperty", 2, reflect_delete_property},
    {"get", 2, get},
    {"getOwnPropertyDescriptor", 2, get_own_property_descriptor},
    {"getPrototypeOf", 1, get_prototype_of},
    {"has", 2, has},
    {"isExtensible", 1, reflect_is_extensible},
    {"ownKeys", 1, own_keys},
    {"preventExtensions", 1, reflect_prevent_extensions},
    {"set", 3, set},
    {"setPrototypeOf", 2, set_prototype_of},
};

// ---- Proxy

js_Object* new_proxy(Call& call) {
    const js_Value target = argument_raw(call, 0);
    const js_Value handler = argument_raw(call, 1);
    if (!is_object(target) || !is_object(handler)) {
        throw TypeError("Cannot create proxy with a non-object as target or handler");
    }
    js_State* J = call.state().raw();
    Guard guard(J);
    js_Object* proxy = jsV_newobject(J, class_proxy, nullptr);
    proxy_parts(proxy) = {target.u.object, handler.u.object, is_callable(target.u.object),
                          is_constructor(target.u.object)};
    return proxy;
}

Value construct_proxy(Call& call) { return to_value(call.state(), object_value(new_proxy(call))); }

Value revoke(Call& call) {
    const js_Property* proxy =
        jsV_getownproperty(call.state().raw(), Internal::raw(call.callee()).u.object, "@@internal:proxy");
    proxy_parts(proxy->value.u.object).target = nullptr;
    proxy_parts(proxy->value.u.object).handler = nullptr;
    return {};
}

Value revocable(Call& call) {
    State& state = call.state();
    const Value proxy = construct_proxy(call);
    const Value function = state.function("", 0, revoke);
    function.define("@@internal:proxy", proxy);
    const Value result = state.object();
    result.set("proxy", proxy);
    result.set("revoke", function);
    return result;
}

constexpr FunctionDefinition proxy_statics[] = {{"revocable", 2, revocable}};
constexpr ClassDefinition proxy_class{
    .name = "Proxy",
    .length = 2,
    .construct = construct_proxy,
    .statics = proxy_statics,
};

}  // namespace

void install_reflect(State& state) {
    const Value reflect = state.object();
    state.define_functions(reflect, functions);
    reflect.define("@@toStringTag", state.literal("Reflect"), Attributes::hidden | Attributes::read_only);
    state.global().define("Reflect", reflect);
}

void install_proxy(State& state) {
    const Value proxy = state.define_class(proxy_class);
    state.global().define("Proxy", proxy);
}

}  // namespace k6::js
