#include <cstring>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

bool is_accessor(const js_Property* property) { return property->getter != nullptr || property->setter != nullptr; }

/// An own property that the store does not hold: array elements and lengths, string characters, the indices of typed
/// arrays. Nothing if there is none of that name.
bool built_in_property(js_State* J, js_Object* object, const char* name, js_Value* value, int* attributes) {
    int index = 0;
    switch (object->type) {
        case JS_CARRAY:
            if (std::strcmp(name, "length") == 0) {
                *value = number_value(object->u.a.length);
                *attributes = JS_DONTENUM | JS_DONTCONF | (object->extensible ? 0 : JS_READONLY);
                return true;
            }
            if (!object->u.a.simple || !js_isarrayindex(J, name, &index) || index >= object->u.a.flat_length) {
                return false;
            }
            *value = object->u.a.array[index];
            *attributes = 0;
            return true;
        case JS_CSTRING:
            if (std::strcmp(name, "length") == 0) {
                *value = number_value(object->u.s.length);
                *attributes = JS_READONLY | JS_DONTENUM | JS_DONTCONF;
                return true;
            }
            if (!js_isarrayindex(J, name, &index) || index >= object->u.s.length) return false;
            js_pushobject(J, object);
            js_getindex(J, -1, index);
            *value = *js_tovalue(J, -1);
            js_pop(J, 2);
            *attributes = JS_READONLY | JS_DONTCONF;
            return true;
        case JS_CREGEXP:
            if (std::strcmp(name, "lastIndex") != 0) return false;
            *value = number_value(object->u.r.last);
            *attributes = JS_DONTENUM | JS_DONTCONF;
            return true;
        case JS_CUSERDATA:
            if (!is_native_object(object) || object->u.user.has == nullptr) return false;
            if (!object->u.user.has(J, object->u.user.data, name)) return false;
            *value = *js_tovalue(J, -1);
            js_pop(J, 1);
            *attributes = 0;
            return true;
        default:
            return false;
    }
}

js_Object* require_object(js_State* J, int index, const char* function) {
    if (!js_isobject(J, index)) js_typeerror(J, "%s called on a value that is no object", function);
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

void to_string(js_State* J) {
    if (js_isundefined(J, 0)) {
        js_pushliteral(J, "[object Undefined]");
        return;
    }
    if (js_isnull(J, 0)) {
        js_pushliteral(J, "[object Null]");
        return;
    }
    js_Object* object = js_toobject(J, 0);
    if (jsV_getproperty(J, object, "@@toStringTag") != nullptr) {
        js_getproperty(J, 0, "@@toStringTag");
        if (js_isstring(J, -1)) {
            js_pushliteral(J, "[object ");
            js_rot2(J);
            js_concat(J);
            js_pushliteral(J, "]");
            js_concat(J);
            return;
        }
    }
    switch (object->type) {
        case JS_CARRAY:
            js_pushliteral(J, "[object Array]");
            break;
        case JS_CFUNCTION:
        case JS_CSCRIPT:
        case JS_CCFUNCTION:
            js_pushliteral(J, "[object Function]");
            break;
        case JS_CERROR:
            js_pushliteral(J, "[object Error]");
            break;
        case JS_CBOOLEAN:
            js_pushliteral(J, "[object Boolean]");
            break;
        case JS_CNUMBER:
            js_pushliteral(J, "[object Number]");
            break;
        case JS_CSTRING:
            js_pushliteral(J, "[object String]");
            break;
        case JS_CREGEXP:
            js_pushliteral(J, "[object RegExp]");
            break;
        case JS_CDATE:
            js_pushliteral(J, "[object Date]");
            break;
        case JS_CMATH:
            js_pushliteral(J, "[object Math]");
            break;
        case JS_CJSON:
            js_pushliteral(J, "[object JSON]");
            break;
        case JS_CARGUMENTS:
            js_pushliteral(J, "[object Arguments]");
            break;
        default:
            js_pushliteral(J, "[object Object]");
            break;
    }
}

void to_locale_string(js_State* J) {
    js_getproperty(J, 0, "toString");
    js_copy(J, 0);
    js_call(J, 0);
}

void value_of(js_State* J) { js_pushobject(J, object_argument(J, 0)); }

void has_own_property(js_State* J) {
    const char* name = js_tostring(J, 1);
    js_Object* object = object_argument(J, 0);
    js_Value value;
    int attributes;
    js_pushboolean(
        J, built_in_property(J, object, name, &value, &attributes) || jsV_getownproperty(J, object, name) != nullptr);
}

void is_prototype_of(js_State* J) {
    bool found = false;
    if (js_isobject(J, 1)) {
        const js_Object* self = object_argument(J, 0);
        for (const js_Object* o = js_toobject(J, 1)->prototype; o != nullptr && !found; o = o->prototype) {
            found = o == self;
        }
    }
    js_pushboolean(J, found);
}

void property_is_enumerable(js_State* J) {
    const char* name = js_tostring(J, 1);
    js_Object* object = object_argument(J, 0);
    js_Value value;
    int attributes;
    if (!built_in_property(J, object, name, &value, &attributes)) {
        const js_Property* property = jsV_getownproperty(J, object, name);
        attributes = property == nullptr ? JS_DONTENUM : property->atts;
    }
    js_pushboolean(J, (attributes & JS_DONTENUM) == 0);
}

void get_prototype(js_State* J, js_Object* object) {
    if (object->prototype == nullptr) {
        js_pushnull(J);
    } else {
        js_pushobject(J, object->prototype);
    }
}

/// False if the object is not extensible; TypeError for a cycle.
bool set_prototype(js_State* J, js_Object* object, js_Object* prototype) {
    if (object->prototype == prototype) return true;
    if (!object->extensible) return false;
    for (const js_Object* o = prototype; o != nullptr; o = o->prototype) {
        if (o == object) js_typeerror(J, "Cyclic __proto__ value");
    }
    object->prototype = prototype;
    return true;
}

void proto_get(js_State* J) { get_prototype(J, object_argument(J, 0)); }

void proto_set(js_State* J) {
    if (js_isobject(J, 0) && (js_isobject(J, 1) || js_isnull(J, 1))) {
        if (!set_prototype(J, js_toobject(J, 0), js_isnull(J, 1) ? nullptr : js_toobject(J, 1))) {
            js_typeerror(J, "Object is not extensible");
        }
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
};

// ---- Object.*

void object_get_prototype_of(js_State* J) { get_prototype(J, object_argument(J, 1)); }

void object_set_prototype_of(js_State* J) {
    if (!js_iscoercible(J, 1)) js_typeerror(J, "Cannot convert undefined or null to object");
    if (!js_isobject(J, 2) && !js_isnull(J, 2)) js_typeerror(J, "Object prototype may only be an Object or null");
    if (js_isobject(J, 1)) {
        if (!set_prototype(J, js_toobject(J, 1), js_isnull(J, 2) ? nullptr : js_toobject(J, 2))) {
            js_typeerror(J, "Object is not extensible");
        }
    }
    js_copy(J, 1);
}

void object_is(js_State* J) { js_pushboolean(J, same_value(*js_tovalue(J, 1), *js_tovalue(J, 2))); }

void object_has_own(js_State* J) {
    object_argument(J, 1);
    js_copy(J, 1);
    js_copy(J, 2);
    js_remove(J, 0);
    has_own_property(J);
}

void object_is_extensible(js_State* J) { js_pushboolean(J, js_isobject(J, 1) && js_toobject(J, 1)->extensible != 0); }

Value change_integrity(Call& call, int attributes) {
    const Value target = call[0];
    if (target.is_object()) {
        js_State* J = call.state().raw();
        Guard guard(J);
        freeze_object(J, Internal::raw(target).u.object, attributes);
    }
    return target;
}

Value test_integrity(Call& call, int attributes) {
    const js_Value raw = argument_raw(call, 0);
    if (raw.t.type != JS_TOBJECT) return true;
    js_Object* object = raw.u.object;
    if (object->extensible) return false;
    if (object->type == JS_CARRAY && object->u.a.simple && object->u.a.flat_length > 0) return false;
    js_State* J = call.state().raw();
    Guard guard(J);
    for (const bool symbols : {false, true}) {
        order_properties(J, object, KeyFilter::all, symbols);
        for (const auto& [order, property] : runtime_of(J).enumeration) {
            const int wanted = is_accessor(property) ? attributes & ~JS_READONLY : attributes;
            if ((property->atts & wanted) != wanted) return false;
        }
    }
    return true;
}

Value object_freeze(Call& call) { return change_integrity(call, JS_READONLY | JS_DONTCONF); }
Value object_seal(Call& call) { return change_integrity(call, JS_DONTCONF); }
Value object_prevent_extensions(Call& call) { return change_integrity(call, 0); }
Value object_is_frozen(Call& call) { return test_integrity(call, JS_READONLY | JS_DONTCONF); }
Value object_is_sealed(Call& call) { return test_integrity(call, JS_DONTCONF); }

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
    js_Object* object = argument_object(J, call, 0);
    push_keys(J, object, KeyFilter::all, true, false);
    js_Object* keys = js_toobject(J, -1);
    if (object->type == JS_CARRAY || object->type == JS_CSTRING) append_raw(J, keys, literal_value("length"));
    if (object->type == JS_CREGEXP) append_raw(J, keys, literal_value("lastIndex"));
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
        if (!js::has_own_property(J, object, string_bytes(key))) continue;
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
            const char* name = string_bytes(keys->u.a.array[k]);
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
        const char* name = js_tostring(J, -2);
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
        const char* name = string_bytes(keys->u.a.array[i]);
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
    const char* name = js_tostring(J, -1);
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
    const char* name = js_tostring(J, -1);
    push_descriptor(J, object, name);
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
        const char* name = string_bytes(keys->u.a.array[i]);
        push_descriptor(J, object, name);
        jsV_setproperty(J, result, name)->value = *js_tovalue(J, -1);
        js_pop(J, 1);
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

/// Takes a field of the property description at stack index `object`, if it is there; leaves it on the stack, where it
/// stays alive.
bool take_field(js_State* J, int object, const char* name, js_Value* value) {
    if (!js_hasproperty(J, object, name)) return false;
    *value = *js_tovalue(J, -1);
    return true;
}

js_Object* accessor_function(js_State* J, const js_Value& value, const char* kind) {
    if (value.t.type == JS_TUNDEFINED) return nullptr;
    if (value.t.type != JS_TOBJECT || !is_callable(value.u.object)) js_typeerror(J, "%s must be a function", kind);
    return value.u.object;
}

}  // namespace

Descriptor to_descriptor(js_State* J, const js_Value& object) {
    if (object.t.type != JS_TOBJECT) js_typeerror(J, "Property description must be an object");
    const int self = js_gettop(J);
    js_pushvalue(J, object);
    Descriptor descriptor;
    js_Value value;
    auto flag = [&](const char* name, bool* has, bool* field) {
        *has = take_field(J, self, name, &value);
        if (*has) *field = jsV_toboolean(J, &value) != 0;
    };
    flag("enumerable", &descriptor.has_enumerable, &descriptor.enumerable);
    flag("configurable", &descriptor.has_configurable, &descriptor.configurable);
    flag("writable", &descriptor.has_writable, &descriptor.writable);
    descriptor.has_value = take_field(J, self, "value", &descriptor.value);
    descriptor.has_get = take_field(J, self, "get", &value);
    if (descriptor.has_get) descriptor.get = accessor_function(J, value, "Getter");
    descriptor.has_set = take_field(J, self, "set", &value);
    if (descriptor.has_set) descriptor.set = accessor_function(J, value, "Setter");
    if ((descriptor.has_get || descriptor.has_set) && (descriptor.has_value || descriptor.has_writable)) {
        js_typeerror(J, "Invalid property descriptor. Cannot both specify accessors and a value or writable attribute");
    }
    return descriptor;
}

bool define_own_property(js_State* J, js_Object* object, const char* name, const Descriptor& descriptor) {
    js_Value value;
    int attributes;
    const bool accessor = descriptor.has_get || descriptor.has_set;
    if (object->type == JS_CARRAY) {
        int index = 0;
        if (std::strcmp(name, "length") == 0) {
            if (accessor || descriptor.configurable || descriptor.enumerable) return false;
            if (descriptor.has_value) {
                js_pushobject(J, object);
                js_pushvalue(J, descriptor.value);
                js_setproperty(J, -2, "length");
                js_pop(J, 1);
            }
            return true;
        }
        if (object->u.a.simple && js_isarrayindex(J, name, &index)) {
            const bool present = index < object->u.a.flat_length;
            const bool plain = !accessor && (present ? (!descriptor.has_writable || descriptor.writable) &&
                                                           (!descriptor.has_enumerable || descriptor.enumerable) &&
                                                           (!descriptor.has_configurable || descriptor.configurable)
                                                     : descriptor.writable && descriptor.enumerable &&
                                                           descriptor.configurable && object->extensible != 0);
            if (plain && index <= object->u.a.flat_length) {
                if (present && descriptor.has_value) {
                    object->u.a.array[index] = descriptor.value;
                } else if (!present) {
                    append_raw(J, object, descriptor.value);
                }
                return true;
            }
            jsR_unflattenarray(J, object);
        }
        if (js_isarrayindex(J, name, &index) && index >= object->u.a.length) {
            if (!object->extensible) return false;
            object->u.a.length = index + 1;
        }
    } else if (built_in_property(J, object, name, &value, &attributes)) {
        if (object->type != JS_CUSERDATA || !descriptor.has_value || accessor) return false;
        js_pushobject(J, object);
        js_pushvalue(J, descriptor.value);
        js_setproperty(J, -2, name);
        js_pop(J, 1);
        return true;
    }

    js_Property* property = jsV_getownproperty(J, object, name);
    if (property == nullptr) {
        if (!object->extensible) return false;
        property = jsV_setproperty(J, object, name);
        property->value = descriptor.value;
        property->getter = descriptor.get;
        property->setter = descriptor.set;
        property->atts |= (accessor || descriptor.writable ? 0 : JS_READONLY) |
                          (descriptor.enumerable ? 0 : JS_DONTENUM) | (descriptor.configurable ? 0 : JS_DONTCONF);
        return true;
    }
    const bool was_accessor = is_accessor(property);
    if ((property->atts & JS_DONTCONF) != 0) {
        if (descriptor.configurable) return false;
        if (descriptor.has_enumerable && descriptor.enumerable == ((property->atts & JS_DONTENUM) != 0)) return false;
        if (accessor != was_accessor && (accessor || descriptor.has_value || descriptor.has_writable)) return false;
        if (was_accessor) {
            if (descriptor.has_get && descriptor.get != property->getter) return false;
            if (descriptor.has_set && descriptor.set != property->setter) return false;
        } else if ((property->atts & JS_READONLY) != 0) {
            if (descriptor.writable) return false;
            if (descriptor.has_value && !same_value(descriptor.value, property->value)) return false;
        }
    }
    auto change = [&](bool has, bool on, int bit) {
        if (has) property->atts = on ? property->atts & ~bit : property->atts | bit;
    };
    if (accessor) {
        if (!was_accessor) {
            property->value = undefined_value();
            property->atts &= ~JS_READONLY;
        }
        if (descriptor.has_get) property->getter = descriptor.get;
        if (descriptor.has_set) property->setter = descriptor.set;
    } else if (descriptor.has_value || descriptor.has_writable) {
        if (was_accessor) {
            property->getter = property->setter = nullptr;
            property->atts |= JS_READONLY;
        }
        if (descriptor.has_value) property->value = descriptor.value;
        change(descriptor.has_writable, descriptor.writable, JS_READONLY);
    }
    change(descriptor.has_enumerable, descriptor.enumerable, JS_DONTENUM);
    change(descriptor.has_configurable, descriptor.configurable, JS_DONTCONF);
    return true;
}

void push_descriptor(js_State* J, js_Object* object, const char* name) {
    js_Value value;
    int attributes = 0;
    js_Object* get = nullptr;
    js_Object* set = nullptr;
    bool accessor = false;
    if (!built_in_property(J, object, name, &value, &attributes)) {
        const js_Property* property = jsV_getownproperty(J, object, name);
        if (property == nullptr) {
            js_pushundefined(J);
            return;
        }
        value = property->value;
        attributes = property->atts;
        get = property->getter;
        set = property->setter;
        accessor = is_accessor(property);
    }
    js_newobject(J);
    js_Object* result = js_toobject(J, -1);
    auto put = [&](const char* field, const js_Value& content) { jsV_setproperty(J, result, field)->value = content; };
    if (accessor) {
        put("get", get == nullptr ? undefined_value() : object_value(get));
        put("set", set == nullptr ? undefined_value() : object_value(set));
    } else {
        put("value", value);
        put("writable", boolean_value((attributes & JS_READONLY) == 0));
    }
    put("enumerable", boolean_value((attributes & JS_DONTENUM) == 0));
    put("configurable", boolean_value((attributes & JS_DONTCONF) == 0));
}

void push_keys(js_State* J, js_Object* object, KeyFilter filter, bool strings, bool symbols) {
    js_Object* keys = new_array(J);
    js_pushobject(J, keys);
    if (strings) {
        visit_own_keys(J, object, filter, false, [&](const char* key) { append_raw(J, keys, text_value(J, key)); });
    }
    if (symbols) {
        visit_own_keys(J, object, filter, true, [&](const char* key) {
            if (std::strncmp(key, "@@internal:", 11) != 0) append_raw(J, keys, text_value(J, key));
        });
    }
}

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
