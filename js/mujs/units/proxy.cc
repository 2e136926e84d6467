// Proxy objects: the internal methods of ECMA-262 10.5, with the invariants that each trap's answer must keep. And
// namespaces of modules.
//
// These functions work on raw values on the engine's stack and hold no C++ object while script runs.
#include <algorithm>
#include <cstring>

#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

/// Pushes the handler's trap and, as its `this`, the handler; pushes nothing and returns false if there is none.
bool push_trap(js_State* J, js_Object* proxy, const char* name) {
    enter_library(J);  // proxies of proxies may nest deeply
    js_Object* handler = proxy_parts(proxy).handler;
    if (handler == nullptr) js_typeerror(J, "Cannot perform '%s' on a proxy that has been revoked", name);
    get_property(J, handler, name, object_value(handler));
    if (is_nullish(*js_tovalue(J, -1))) {
        js_pop(J, 1);
        return false;
    }
    if (!js_iscallable(J, -1)) js_typeerror(J, "Trap '%s' of a proxy is not a function", name);
    js_pushobject(J, handler);
    return true;
}

js_Object* target_of(js_Object* proxy) { return proxy_parts(proxy).target; }

/// Takes the result of a trap that answers yes or no.
bool take_boolean(js_State* J) {
    const bool answer = js_toboolean(J, -1) != 0;
    js_pop(J, 1);
    return answer;
}

[[noreturn]] void broken(js_State* J, const char* trap, const char* name, const char* why) {
    if (name != nullptr && is_symbol_key(name)) name = "Symbol()";
    if (name == nullptr) js_typeerror(J, "'%s' on proxy: %s", trap, why);
    js_typeerror(J, "'%s' on proxy: %s for property '%s'", trap, why, name);
}

/// True if a property may be described so, given what the target has: IsCompatiblePropertyDescriptor.
bool compatible(bool extensible, const Descriptor& wanted, const Descriptor* current) {
    if (current == nullptr) return extensible;
    if (current->configurable) return true;
    if (wanted.has_configurable && wanted.configurable) return false;
    if (wanted.has_enumerable && wanted.enumerable != current->enumerable) return false;
    if (wanted.is_accessor()) {
        if (!current->is_accessor()) return false;
        return (!wanted.has_get || wanted.get == current->get) && (!wanted.has_set || wanted.set == current->set);
    }
    if (!wanted.has_value && !wanted.has_writable) return true;
    if (current->is_accessor()) return false;
    if (current->writable) return true;
    return !(wanted.has_writable && wanted.writable) && (!wanted.has_value || same_value(wanted.value, current->value));
}

bool has_key(const js_Object* keys, const js_Value& key) {
    for (int i = 0; i < keys->u.a.flat_length; ++i) {
        if (same_value(keys->u.a.array[i], key)) return true;
    }
    return false;
}

// Namespaces of modules (ECMA-262 10.4.6): what the module exports, to be read alone.

constexpr const char* tag_key = "@@toStringTag";

bool namespace_has(js_State* J, js_Object* ns, const char* name) {
    return std::strcmp(name, tag_key) == 0 || has_own_property(J, target_of(ns), name);
}

/// Pushes the value of a property that is there. Of a variable that has none yet, that is a ReferenceError.
void push_namespace_value(js_State* J, js_Object* ns, const char* name) {
    if (std::strcmp(name, tag_key) == 0) return js_pushliteral(J, "Module");
    js_Object* target = target_of(ns);
    get_property(J, target, name, object_value(target));
}

bool namespace_get_own(js_State* J, js_Object* ns, const char* name, Descriptor* descriptor) {
    if (!namespace_has(J, ns, name)) return false;
    push_namespace_value(J, ns, name);
    const bool exported = std::strcmp(name, tag_key) != 0;
    *descriptor = {};
    descriptor->has_value = descriptor->has_writable = true;
    descriptor->has_enumerable = descriptor->has_configurable = true;
    descriptor->writable = descriptor->enumerable = exported;
    descriptor->value = *js_tovalue(J, -1);
    return true;
}

bool namespace_define(js_State* J, js_Object* ns, const char* name, const Descriptor& wanted) {
    Descriptor own;
    if (!namespace_get_own(J, ns, name, &own)) return false;
    if (wanted.is_accessor() || (wanted.has_configurable && wanted.configurable)) return false;
    if (wanted.has_enumerable && wanted.enumerable != own.enumerable) return false;
    if (wanted.has_writable && wanted.writable != own.writable) return false;
    return !wanted.has_value || same_value(wanted.value, own.value);
}

void namespace_own_keys(js_State* J, js_Object* ns) {
    push_keys(J, target_of(ns), KeyFilter::enumerable, true, false);
    js_Object* keys = js_tovalue(J, -1)->u.object;
    std::sort(keys->u.a.array, keys->u.a.array + keys->u.a.flat_length, [J](js_Value left, js_Value right) {
        return compare_text(jsV_tostring(J, &left), jsV_tostring(J, &right)) < 0;
    });
    append_raw(J, keys, key_value(J, tag_key));
}

}  // namespace

js_Object* module_namespace(js_State* J, js_Object* exports) {
    constexpr const char* key = "@@internal:namespace";
    if (const js_Property* made = jsV_getownproperty(J, exports, key)) return made->value.u.object;
    js_Object* ns = jsV_newobject(J, class_proxy, nullptr);
    proxy_parts(ns) = {exports, nullptr, false, false};
    const int extensible = exports->extensible;
    exports->extensible = 1;
    js_Property* property = jsV_setproperty(J, exports, key);
    exports->extensible = extensible;
    property->value = object_value(ns);
    property->atts |= JS_DONTENUM;
    return ns;
}

void proxy_get(js_State* J, js_Object* proxy, const char* name, const js_Value& receiver) {
    if (is_namespace(proxy)) {
        return namespace_has(J, proxy, name) ? push_namespace_value(J, proxy, name) : js_pushundefined(J);
    }
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "get")) return get_property(J, target, name, receiver);
    js_pushobject(J, target);
    js_pushvalue(J, key_value(J, name));
    js_pushvalue(J, receiver);
    js_call(J, 3);
    Descriptor own;
    const int top = J->top;
    if (get_own_property(J, target, name, &own) && !own.configurable) {
        if (!own.is_accessor() && !own.writable && !same_value(own.value, J->stack[top - 1])) {
            broken(J, "get", name, "trap returned another value than the target's");
        }
        if (own.is_accessor() && own.get == nullptr && J->stack[top - 1].t.type != JS_TUNDEFINED) {
            broken(J, "get", name, "trap returned a value while the target has no getter");
        }
    }
    J->top = top;
}

bool proxy_set(js_State* J, js_Object* proxy, const char* name, const js_Value& value, const js_Value& receiver) {
    if (is_namespace(proxy)) return false;
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "set")) return set_property(J, target, name, value, receiver) == Refusal::none;
    js_pushobject(J, target);
    js_pushvalue(J, key_value(J, name));
    js_pushvalue(J, value);
    js_pushvalue(J, receiver);
    js_call(J, 4);
    if (!take_boolean(J)) return false;
    Descriptor own;
    const int top = J->top;
    if (get_own_property(J, target, name, &own) && !own.configurable) {
        if (!own.is_accessor() && !own.writable && !same_value(own.value, value)) {
            broken(J, "set", name, "trap returned truish while the target's value is read-only");
        }
        if (own.is_accessor() && own.set == nullptr) {
            broken(J, "set", name, "trap returned truish while the target has no setter");
        }
    }
    J->top = top;
    return true;
}

bool proxy_has(js_State* J, js_Object* proxy, const char* name) {
    if (is_namespace(proxy)) return namespace_has(J, proxy, name);
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "has")) return has_property(J, target, name);
    js_pushobject(J, target);
    js_pushvalue(J, key_value(J, name));
    js_call(J, 2);
    if (take_boolean(J)) return true;
    Descriptor own;
    const int top = J->top;
    if (get_own_property(J, target, name, &own) && (!own.configurable || !is_extensible(J, target))) {
        broken(J, "has", name, "trap returned falsish while the target has it");
    }
    J->top = top;
    return false;
}

bool proxy_delete(js_State* J, js_Object* proxy, const char* name) {
    if (is_namespace(proxy)) return !namespace_has(J, proxy, name);
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "deleteProperty")) return delete_property(J, target, name);
    js_pushobject(J, target);
    js_pushvalue(J, key_value(J, name));
    js_call(J, 2);
    if (!take_boolean(J)) return false;
    Descriptor own;
    const int top = J->top;
    if (get_own_property(J, target, name, &own) && (!own.configurable || !is_extensible(J, target))) {
        broken(J, "deleteProperty", name, "trap returned truish while the target keeps it");
    }
    J->top = top;
    return true;
}

bool proxy_define(js_State* J, js_Object* proxy, const char* name, const Descriptor& descriptor) {
    if (is_namespace(proxy)) return namespace_define(J, proxy, name, descriptor);
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "defineProperty")) return define_own_property(J, target, name, descriptor);
    js_pushobject(J, target);
    js_pushvalue(J, key_value(J, name));
    push_descriptor(J, descriptor);
    js_call(J, 3);
    if (!take_boolean(J)) return false;
    const int top = J->top;
    Descriptor own;
    const bool present = get_own_property(J, target, name, &own);
    const bool permanent = descriptor.has_configurable && !descriptor.configurable;
    if (!present) {
        if (!is_extensible(J, target) || permanent) {
            broken(J, "defineProperty", name, "trap returned truish while the target cannot have it");
        }
    } else if (!compatible(is_extensible(J, target), descriptor, &own) || (permanent && own.configurable) ||
               (!own.is_accessor() && !own.configurable && own.writable && descriptor.has_writable &&
                !descriptor.writable)) {
        broken(J, "defineProperty", name, "trap returned truish for a definition that the target contradicts");
    }
    J->top = top;
    return true;
}

bool proxy_get_own(js_State* J, js_Object* proxy, const char* name, Descriptor* descriptor) {
    if (is_namespace(proxy)) return namespace_get_own(J, proxy, name, descriptor);
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "getOwnPropertyDescriptor")) return get_own_property(J, target, name, descriptor);
    js_pushobject(J, target);
    js_pushvalue(J, key_value(J, name));
    js_call(J, 2);
    constexpr const char* trap = "getOwnPropertyDescriptor";
    if (!js_isobject(J, -1) && !js_isundefined(J, -1)) {
        broken(J, trap, name, "trap returned neither object nor undefined");
    }
    const int result = js_gettop(J) - 1;
    Descriptor own;
    const bool present = get_own_property(J, target, name, &own);
    if (js_isundefined(J, result)) {
        if (present && (!own.configurable || !is_extensible(J, target))) {
            broken(J, trap, name, "trap returned undefined while the target has it");
        }
        return false;
    }
    const bool extensible = is_extensible(J, target);
    *descriptor = to_descriptor(J, *js_tovalue(J, result));
    const bool accessor = descriptor->is_accessor();
    descriptor->has_enumerable = descriptor->has_configurable = true;
    descriptor->has_get = descriptor->has_set = accessor;
    descriptor->has_value = descriptor->has_writable = !accessor;
    if (!compatible(extensible, *descriptor, present ? &own : nullptr)) {
        broken(J, trap, name, "trap returned a descriptor that the target contradicts");
    }
    if (!descriptor->configurable &&
        (!present || own.configurable || (!accessor && !descriptor->writable && own.writable))) {
        broken(J, trap, name, "trap reported non-configurability that the target does not have");
    }
    return true;
}

void proxy_own_keys(js_State* J, js_Object* proxy) {
    if (is_namespace(proxy)) return namespace_own_keys(J, proxy);
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "ownKeys")) return push_keys(J, target, KeyFilter::all, true, true);
    js_pushobject(J, target);
    js_call(J, 1);
    if (!js_isobject(J, -1)) broken(J, "ownKeys", nullptr, "trap returned no object");
    const int list = js_gettop(J) - 1;
    const int length = js_getlength(J, list);
    js_Object* keys = new_array(J);
    js_pushobject(J, keys);
    for (int i = 0; i < length; ++i) {
        js_getindex(J, list, i);
        const js_Value key = *js_tovalue(J, -1);
        if (!is_string(key) && !is_symbol(key)) {
            broken(J, "ownKeys", nullptr, "trap returned a key that is neither string nor symbol");
        }
        if (has_key(keys, key)) broken(J, "ownKeys", nullptr, "trap returned a key twice");
        append_raw(J, keys, key);
        js_pop(J, 1);
    }
    const bool extensible = is_extensible(J, target);
    push_keys(J, target, KeyFilter::all, true, true);
    const js_Object* own = js_tovalue(J, -1)->u.object;
    int found = 0;
    for (int i = 0; i < own->u.a.flat_length; ++i) {
        const js_Value key = own->u.a.array[i];
        if (has_key(keys, key)) {
            ++found;
            continue;
        }
        const int top = J->top;
        js_pushvalue(J, key);
        Descriptor descriptor;
        const char* name = property_key(J, -1);
        if (!extensible || (get_own_property(J, target, name, &descriptor) && !descriptor.configurable)) {
            broken(J, "ownKeys", name, "trap left out a key that the target keeps");
        }
        J->top = top;
    }
    if (!extensible && found != keys->u.a.flat_length) {
        broken(J, "ownKeys", nullptr, "trap added a key to a target that is not extensible");
    }
    js_pop(J, 1);
    js_rot2pop1(J);
}

js_Object* proxy_get_prototype(js_State* J, js_Object* proxy) {
    if (is_namespace(proxy)) return nullptr;
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "getPrototypeOf")) return get_prototype(J, target);
    js_pushobject(J, target);
    js_call(J, 1);
    if (!js_isobject(J, -1) && !js_isnull(J, -1)) {
        broken(J, "getPrototypeOf", nullptr, "trap returned neither object nor null");
    }
    js_Object* prototype = js_isobject(J, -1) ? js_tovalue(J, -1)->u.object : nullptr;
    if (!is_extensible(J, target) && get_prototype(J, target) != prototype) {
        broken(J, "getPrototypeOf", nullptr, "trap returned another prototype than the target's");
    }
    js_pop(J, 1);
    return prototype;
}

bool proxy_set_prototype(js_State* J, js_Object* proxy, js_Object* prototype) {
    if (is_namespace(proxy)) return prototype == nullptr;
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "setPrototypeOf")) return set_prototype(J, target, prototype);
    js_pushobject(J, target);
    if (prototype == nullptr) {
        js_pushnull(J);
    } else {
        js_pushobject(J, prototype);
    }
    js_call(J, 2);
    if (!take_boolean(J)) return false;
    if (!is_extensible(J, target) && get_prototype(J, target) != prototype) {
        broken(J, "setPrototypeOf", nullptr, "trap returned truish while the target keeps its prototype");
    }
    return true;
}

bool proxy_is_extensible(js_State* J, js_Object* proxy) {
    if (is_namespace(proxy)) return false;
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "isExtensible")) return is_extensible(J, target);
    js_pushobject(J, target);
    js_call(J, 1);
    const bool answer = take_boolean(J);
    if (answer != is_extensible(J, target)) broken(J, "isExtensible", nullptr, "trap contradicts the target");
    return answer;
}

bool proxy_prevent_extensions(js_State* J, js_Object* proxy) {
    if (is_namespace(proxy)) return true;
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "preventExtensions")) return prevent_extensions(J, target);
    js_pushobject(J, target);
    js_call(J, 1);
    const bool answer = take_boolean(J);
    if (answer && is_extensible(J, target)) {
        broken(J, "preventExtensions", nullptr, "trap returned truish while the target is extensible");
    }
    return answer;
}

namespace {

/// Moves the `count` values on top of the stack into an array, which is pushed.
void gather(js_State* J, int count) {
    js_Object* list = new_array(J);
    js_pushobject(J, list);
    for (int i = 0; i < count; ++i) append_raw(J, list, J->stack[J->top - 1 - count + i]);
    J->stack[J->top - 1 - count] = J->stack[J->top - 1];
    J->top -= count;
}

}  // namespace

void proxy_call(js_State* J, js_Object* proxy, int count) {
    const int base = J->top - count - 2;
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "apply")) {
        J->stack[base] = object_value(target);
        js_call(J, count);
        return;
    }
    // function this arguments… trap handler → trap handler target this [arguments]
    js_pushobject(J, target);
    js_pushvalue(J, J->stack[base + 1]);
    for (int i = 0; i < count; ++i) js_pushvalue(J, J->stack[base + 2 + i]);
    gather(J, count);
    js_call(J, 3);
    J->stack[base] = J->stack[J->top - 1];
    J->top = base + 1;
}

void proxy_construct(js_State* J, js_Object* proxy, int count, js_Object* new_target) {
    const int base = J->top - count - 1;
    js_Object* target = target_of(proxy);
    if (!push_trap(J, proxy, "construct")) {
        J->stack[base] = object_value(target);
        construct(J, count, new_target == proxy ? target : new_target);
        return;
    }
    js_pushobject(J, target);
    for (int i = 0; i < count; ++i) js_pushvalue(J, J->stack[base + 1 + i]);
    gather(J, count);
    js_pushobject(J, new_target);
    js_call(J, 3);
    if (!js_isobject(J, -1)) broken(J, "construct", nullptr, "trap returned no object");
    J->stack[base] = J->stack[J->top - 1];
    J->top = base + 1;
}

}  // namespace k6::js
