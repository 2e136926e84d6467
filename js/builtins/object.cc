#include <cstring>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

js_Object* require_object(js_State* J, int index, const char* function) {
    if (!js_isobject(J, index)) js_typeerror(J, "%s called on non-object", function);
    return js_toobject(J, index);
}

js_Object* object_argument(js_State* J, int index) {
    if (!js_iscoercible(J, index)) js_typeerror(J, "Cannot convert undefined or null to object");
    return js_toobject(J, index);
}

// ---- Object and Object.prototype

void construct_object(js_State* J) {
    if (js_iscoercible(J, 1)) {
        js_pushobject(J, js_toobject(J, 1));
    } else {
        js_newobject(J);
    }
}

const char* class_name(js_State* J, js_Object* object) {
    if (is_array(J, object)) return "Array";
    if (is_callable(object)) return "Function";
    switch (object->type) {
        case JS_CERROR:
            return "Error";
        case JS_CBOOLEAN:
            return "Boolean";
        case JS_CNUMBER:
            return "Number";
        case JS_CSTRING:
            return "String";
        case JS_CDATE:
            return "Date";
        case JS_CARGUMENTS:
            return "Arguments";
        default:
            return is_regexp_object(object) ? "RegExp" : "Object";
    }
}

void to_string(js_State* J) {
    if (js_isundefined(J, 0)) return js_pushliteral(J, "[object Undefined]");
    if (js_isnull(J, 0)) return js_pushliteral(J, "[object Null]");
    const char* name = class_name(J, js_toobject(J, 0));
    js_getproperty(J, 0, "@@toStringTag");
    if (!js_isstring(J, -1)) {
        js_pop(J, 1);
        js_pushliteral(J, name);
    }
    js_pushliteral(J, "[object ");
    js_rot2(J);
    js_concat(J);
    js_pushliteral(J, "]");
    js_concat(J);
}

void to_locale_string(js_State* J) {
    js_getproperty(J, 0, "toString");
    js_copy(J, 0);
    js_call(J, 0);
}

void value_of(js_State* J) { js_pushobject(J, object_argument(J, 0)); }

void has_own_property(js_State* J) {
    const char* name = property_key(J, 1);
    js_pushboolean(J, js::has_own_property(J, object_argument(J, 0), name));
}

void is_prototype_of(js_State* J) {
    bool found = false;
    if (js_isobject(J, 1)) {
        const js_Object* self = object_argument(J, 0);
        js_Object* object = get_prototype(J, js_toobject(J, 1));
        for (; object != nullptr && !found; object = get_prototype(J, object)) found = object == self;
    }
    js_pushboolean(J, found);
}

void property_is_enumerable(js_State* J) {
    const char* name = property_key(J, 1);
    Descriptor descriptor;
    const bool present = get_own_property(J, object_argument(J, 0), name, &descriptor);
    js_pushboolean(J, present && descriptor.enumerable);
}

void push_prototype(js_State* J, js_Object* object) {
    js_Object* prototype = get_prototype(J, object);
    if (prototype == nullptr) {
        js_pushnull(J);
    } else {
        js_pushobject(J, prototype);
    }
}

void change_prototype(js_State* J, js_Object* object, js_Object* prototype) {
    if (set_prototype(J, object, prototype)) return;
    if (object->type == class_proxy) js_typeerror(J, "'setPrototypeOf' on proxy: trap returned falsish");
    if (!object->extensible) js_typeerror(J, "Object is not extensible");
    js_typeerror(J, "Cyclic __proto__ value");
}

void proto_get(js_State* J) { push_prototype(J, object_argument(J, 0)); }

void proto_set(js_State* J) {
    if (js_isobject(J, 0) && (js_isobject(J, 1) || js_isnull(J, 1))) {
        change_prototype(J, js_toobject(J, 0), js_isnull(J, 1) ? nullptr : js_toobject(J, 1));
    }
    js_pushundefined(J);
}

/// __defineGetter__ and __defineSetter__
template <bool setter>
void legacy_define(js_State* J) {
    js_Object* object = object_argument(J, 0);
    if (!js_iscallable(J, 2)) js_typeerror(J, "Value is not a function");
    Descriptor descriptor;
    (setter ? descriptor.has_set : descriptor.has_get) = true;
    (setter ? descriptor.set : descriptor.get) = js_toobject(J, 2);
    descriptor.has_enumerable = descriptor.has_configurable = descriptor.enumerable = descriptor.configurable = true;
    const char* name = property_key(J, 1);
    if (!define_own_property(J, object, name, descriptor)) js_typeerror(J, "Cannot redefine property: %s", name);
    js_pushundefined(J);
}

/// __lookupGetter__ and __lookupSetter__
template <bool setter>
void legacy_lookup(js_State* J) {
    js_Object* object = object_argument(J, 0);
    const char* name = property_key(J, 1);
    for (; object != nullptr; object = get_prototype(J, object)) {
        Descriptor descriptor;
        if (!get_own_property(J, object, name, &descriptor)) continue;
        js_Object* function = setter ? descriptor.set : descriptor.get;
        if (function != nullptr) return js_pushobject(J, function);
        break;
    }
    js_pushundefined(J);
}

constexpr StockFunction prototype_functions[] = {
    {"toString", to_string, 0},
    {"toLocaleString", to_locale_string, 0},
    {"valueOf", value_of, 0},
    {"hasOwnProperty", has_own_property, 1},
    {"isPrototypeOf", is_prototype_of, 1},
    {"propertyIsEnumerable", property_is_enumerable, 1},
    {"__defineGetter__", legacy_define<false>, 2},
    {"__defineSetter__", legacy_define<true>, 2},
    {"__lookupGetter__", legacy_lookup<false>, 1},
    {"__lookupSetter__", legacy_lookup<true>, 1},
};

// ---- Object.*

void object_get_prototype_of(js_State* J) { push_prototype(J, object_argument(J, 1)); }

void object_set_prototype_of(js_State* J) {
    if (!js_iscoercible(J, 1)) js_typeerror(J, "Cannot convert undefined or null to object");
    if (!js_isobject(J, 2) && !js_isnull(J, 2)) js_typeerror(J, "Object prototype may only be an Object or null");
    if (js_isobject(J, 1)) change_prototype(J, js_toobject(J, 1), js_isnull(J, 2) ? nullptr : js_toobject(J, 2));
    js_copy(J, 1);
}

void object_is(js_State* J) { js_pushboolean(J, same_value(*js_tovalue(J, 1), *js_tovalue(J, 2))); }

void object_has_own(js_State* J) {
    js_Object* object = object_argument(J, 1);
    const char* name = property_key(J, 2);
    js_pushboolean(J, js::has_own_property(J, object, name));
}

void object_is_extensible(js_State* J) { js_pushboolean(J, js_isobject(J, 1) && is_extensible(J, js_toobject(J, 1))); }

/// freeze and seal of a proxy: by its traps.
void change_proxy(js_State* J, js_Object* proxy, bool freeze) {
    if (!prevent_extensions(J, proxy)) js_typeerror(J, "'preventExtensions' on proxy: trap returned falsish");
    push_keys(J, proxy, KeyFilter::all, true, true);
    const js_Object* keys = js_toobject(J, -1);
    for (int i = 0; i < keys->u.a.flat_length; ++i) {
        js_pushvalue(J, keys->u.a.array[i]);
        const char* name = property_key(J, -1);
        Descriptor own;
        const bool present = get_own_property(J, proxy, name, &own);
        Descriptor wanted;
        wanted.has_configurable = true;
        wanted.has_writable = freeze && present && !own.is_accessor();
        if (present && !define_own_property(J, proxy, name, wanted)) {
            js_typeerror(J, "'defineProperty' on proxy: trap returned falsish for property '%s'", name);
        }
        js_pop(J, 1);
    }
    js_pop(J, 1);
}

Value change_integrity(Call& call, int attributes) {
    const Value target = call[0];
    if (target.is_object()) {
        js_State* J = call.state().raw();
        Guard guard(J);
        js_Object* object = Internal::raw(target).u.object;
        if (indexed_count(object) > 0 && object->type == JS_CUSERDATA && (attributes & JS_READONLY) != 0) {
            throw TypeError("Cannot freeze array buffer views with elements");
        }
        if (object->type != class_proxy) {
            freeze_object(J, object, attributes);
        } else if (attributes != 0) {
            change_proxy(J, object, (attributes & JS_READONLY) != 0);
        } else if (!prevent_extensions(J, object)) {
            throw TypeError("'preventExtensions' on proxy: trap returned falsish");
        }
    }
    return target;
}

Value test_integrity(Call& call, bool frozen) {
    const js_Value raw = argument_raw(call, 0);
    if (raw.t.type != JS_TOBJECT) return true;
    js_Object* object = raw.u.object;
    js_State* J = call.state().raw();
    Guard guard(J);
    if (is_extensible(J, object)) return false;
    push_keys(J, object, KeyFilter::all, true, true);
    const js_Object* keys = js_toobject(J, -1);
    for (int i = 0; i < keys->u.a.flat_length; ++i) {
        const int top = J->top;
        js_pushvalue(J, keys->u.a.array[i]);
        Descriptor own;
        if (get_own_property(J, object, property_key(J, -1), &own) &&
            (own.configurable || (frozen && !own.is_accessor() && own.writable))) {
            return false;
        }
        J->top = top;
    }
    return true;
}

Value object_freeze(Call& call) { return change_integrity(call, JS_READONLY | JS_DONTCONF); }
Value object_seal(Call& call) { return change_integrity(call, JS_DONTCONF); }
Value object_prevent_extensions(Call& call) { return change_integrity(call, 0); }
Value object_is_frozen(Call& call) { return test_integrity(call, true); }
Value object_is_sealed(Call& call) { return test_integrity(call, false); }

js_Object* argument_object(js_State* J, Call& call, std::size_t index) {
    const js_Value raw = argument_raw(call, index);
    if (raw.t.type == JS_TOBJECT) return raw.u.object;
    return push_object_of(J, raw);
}

Value object_keys(Call& call) {
    js_State* J = call.state().raw();
    Guard guard(J);
    push_keys(J, argument_object(J, call, 0), KeyFilter::enumerable, true, false);
    return top_value(call.state());
}

Value object_get_own_property_names(Call& call) {
    js_State* J = call.state().raw();
    Guard guard(J);
    push_keys(J, argument_object(J, call, 0), KeyFilter::all, true, false);
    return top_value(call.state());
}

Value object_get_own_property_symbols(Call& call) {
    js_State* J = call.state().raw();
    Guard guard(J);
    push_keys(J, argument_object(J, call, 0), KeyFilter::all, false, true);
    return top_value(call.state());
}

enum class Part { values, entries };

Value own_parts(Call& call, Part part) {
    js_State* J = call.state().raw();
    Guard guard(J);
    js_Object* object = argument_object(J, call, 0);
    js_pushobject(J, object);
    push_keys(J, object, KeyFilter::enumerable, true, false);
    js_Object* keys = js_toobject(J, -1);
    js_Object* result = new_array(J);
    js_pushobject(J, result);
    for (int i = 0; i < keys->u.a.flat_length; ++i) {
        const js_Value key = keys->u.a.array[i];
        // A getter may have removed it.
        Descriptor own;
        const int top = J->top;
        const bool present = get_own_property(J, object, string_bytes(key), &own) && own.enumerable;
        J->top = top;
        if (!present) continue;
        js_getproperty(J, -3, string_bytes(key));
        if (part == Part::entries) {
            js_Object* pair = new_array(J);
            append_raw(J, pair, key);
            append_raw(J, pair, *js_tovalue(J, -1));
            append_raw(J, result, object_value(pair));
        } else {
            append_raw(J, result, *js_tovalue(J, -1));
        }
        js_pop(J, 1);
    }
    return top_value(call.state());
}

Value object_values(Call& call) { return own_parts(call, Part::values); }
Value object_entries(Call& call) { return own_parts(call, Part::entries); }

Value object_assign(Call& call) {
    js_State* J = call.state().raw();
    Guard guard(J);
    js_Object* target = push_object_of(J, argument_raw(call, 0));
    const int strict = J->strict;
    J->strict = 1;  // failing assignments throw
    for (std::size_t i = 1; i < call.size(); ++i) {
        const js_Value raw = argument_raw(call, i);
        if (raw.t.type == JS_TUNDEFINED || raw.t.type == JS_TNULL) continue;
        js_Object* source = push_object_of(J, raw);
        push_keys(J, source, KeyFilter::enumerable, true, true);
        js_Object* keys = js_toobject(J, -1);
        for (int k = 0; k < keys->u.a.flat_length; ++k) {
            js_Value key = keys->u.a.array[k];
            const char* name = property_key(J, &key);
            if (!js::has_own_property(J, source, name)) continue;
            js_pushobject(J, target);
            js_getproperty(J, -3, name);
            js_setproperty(J, -2, name);
            js_pop(J, 1);
        }
        js_pop(J, 2);
    }
    J->strict = strict;
    return to_value(call.state(), object_value(target));
}

Value object_from_entries(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    Guard guard(J);
    js_Object* result = jsV_newobject(J, JS_COBJECT, J->Object_prototype);
    js_pushobject(J, result);
    iterate(state, argument_raw(call, 0), [&](const js_Value& entry) {
        if (entry.t.type != JS_TOBJECT) throw TypeError("Iterator value is not an entry object");
        Guard inner(J);
        js_pushvalue(J, entry);
        js_getindex(J, -1, 0);
        js_getindex(J, -2, 1);
        const char* name = property_key(J, -2);
        jsV_setproperty(J, result, name)->value = *js_tovalue(J, -1);
    });
    return top_value(state);
}

void define_from(js_State* J, js_Object* object, const char* name, const js_Value& description) {
    const int top = js_gettop(J);
    if (!define_own_property(J, object, name, to_descriptor(J, description))) {
        js_typeerror(J, "Cannot redefine property: %s", name);
    }
    js_pop(J, js_gettop(J) - top);
}

void define_all(js_State* J, js_Object* object, js_Object* descriptions) {
    js_pushobject(J, descriptions);
    push_keys(J, descriptions, KeyFilter::enumerable, true, true);
    const js_Object* keys = js_toobject(J, -1);
    for (int i = 0; i < keys->u.a.flat_length; ++i) {
        js_Value key = keys->u.a.array[i];
        const char* name = property_key(J, &key);
        js_getproperty(J, -2, name);
        define_from(J, object, name, *js_tovalue(J, -1));
        js_pop(J, 1);
    }
    js_pop(J, 2);
}

Value object_create(Call& call) {
    js_State* J = call.state().raw();
    const js_Value prototype = argument_raw(call, 0);
    if (prototype.t.type != JS_TOBJECT && prototype.t.type != JS_TNULL) {
        throw TypeError("Object prototype may only be an Object or null");
    }
    Guard guard(J);
    js_Object* object = jsV_newobject(J, JS_COBJECT, prototype.t.type == JS_TNULL ? nullptr : prototype.u.object);
    js_pushobject(J, object);
    if (call.has(1)) {
        js_Object* descriptions = push_object_of(J, argument_raw(call, 1));
        define_all(J, object, descriptions);
        js_pop(J, 1);
    }
    return top_value(call.state());
}

Value object_define_property(Call& call) {
    js_State* J = call.state().raw();
    Guard guard(J);
    js_Object* object = require_object(J, 1, "Object.defineProperty");
    js_pushvalue(J, argument_raw(call, 1));
    const char* name = property_key(J, -1);
    define_from(J, object, name, argument_raw(call, 2));
    return call[0];
}

Value object_define_properties(Call& call) {
    js_State* J = call.state().raw();
    Guard guard(J);
    js_Object* object = require_object(J, 1, "Object.defineProperties");
    define_all(J, object, push_object_of(J, argument_raw(call, 1)));
    return call[0];
}

Value object_get_own_property_descriptor(Call& call) {
    js_State* J = call.state().raw();
    Guard guard(J);
    js_Object* object = argument_object(J, call, 0);
    js_pushvalue(J, argument_raw(call, 1));
    Descriptor descriptor;
    if (!get_own_property(J, object, property_key(J, -1), &descriptor)) return {};
    push_descriptor(J, descriptor);
    return top_value(call.state());
}

Value object_get_own_property_descriptors(Call& call) {
    js_State* J = call.state().raw();
    Guard guard(J);
    js_Object* object = argument_object(J, call, 0);
    push_keys(J, object, KeyFilter::all, true, true);
    const js_Object* keys = js_toobject(J, -1);
    js_newobject(J);
    js_Object* result = js_toobject(J, -1);
    for (int i = 0; i < keys->u.a.flat_length; ++i) {
        js_Value key = keys->u.a.array[i];
        const char* name = property_key(J, &key);
        const int top = J->top;
        Descriptor descriptor;
        if (get_own_property(J, object, name, &descriptor)) {
            push_descriptor(J, descriptor);
            jsV_setproperty(J, result, name)->value = *js_tovalue(J, -1);
        }
        J->top = top;
    }
    return top_value(call.state());
}

constexpr StockFunction static_functions[] = {
    {"getPrototypeOf", object_get_prototype_of, 1},
    {"setPrototypeOf", object_set_prototype_of, 2},
    {"is", object_is, 2},
    {"hasOwn", object_has_own, 2},
    {"isExtensible", object_is_extensible, 1},
};

constexpr FunctionDefinition static_natives[] = {
    {"assign", 2, object_assign},
    {"create", 2, object_create},
    {"defineProperties", 2, object_define_properties},
    {"defineProperty", 3, object_define_property},
    {"entries", 1, object_entries},
    {"freeze", 1, object_freeze},
    {"fromEntries", 1, object_from_entries},
    {"getOwnPropertyDescriptor", 2, object_get_own_property_descriptor},
    {"getOwnPropertyDescriptors", 1, object_get_own_property_descriptors},
    {"getOwnPropertyNames", 1, object_get_own_property_names},
    {"getOwnPropertySymbols", 1, object_get_own_property_symbols},
    {"isFrozen", 1, object_is_frozen},
    {"isSealed", 1, object_is_sealed},
    {"keys", 1, object_keys},
    {"preventExtensions", 1, object_prevent_extensions},
    {"seal", 1, object_seal},
    {"values", 1, object_values},
};

}  // namespace

void install_object(State& state) {
    js_State* J = state.raw();
    Guard guard(J);
    attach_functions(J, J->Object_prototype, prototype_functions);
    js_Property* proto = jsV_setproperty(J, J->Object_prototype, "__proto__");
    proto->getter = new_stock_function(J, {"__proto__", proto_get, 0});
    proto->setter = new_stock_function(J, {"__proto__", proto_set, 1});
    proto->atts |= JS_DONTENUM;
    js_Object* constructor =
        define_constructor(J, J->Object_prototype, "Object", 1, construct_object, construct_object);
    attach_functions(J, constructor, static_functions);
    state.define_functions(to_value(state, object_value(constructor)), static_natives);
}

}  // namespace k6::js
