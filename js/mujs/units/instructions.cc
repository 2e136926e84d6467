// The interpreter's less simple instructions: properties, variables, literals.
#include "js/mujs/units/instructions.h"

#include <cstring>

namespace k6::js {

const char* describe_value(js_State* J, js_Value value) {
    if (is_symbol(value)) return "Symbol()";
    js_pushvalue(J, value);
    return js_tostring(J, -1);
}

namespace {

[[noreturn]] void throw_no_base(js_State* J, js_Value key, bool writes) {
    const char* name = is_symbol(key) ? "Symbol()" : describe_value(J, key);
    if (writes) js_typeerror(J, "Cannot set property '%s' of undefined or null", name);
    js_typeerror(J, "Cannot read property '%s' of undefined", name);
}

/// Where the properties of a primitive value are looked up.
js_Object* prototype_of_primitive(js_State* J, const js_Value& value) {
    switch (value.t.type) {
        case JS_TNUMBER:
            return J->Number_prototype;
        case JS_TBOOLEAN:
            return J->Boolean_prototype;
        case type_symbol:
            return symbol_prototype(J);
        case type_bigint:
            return bigint_prototype(J);
        default:
            return J->String_prototype;
    }
}

bool is_length_name(const char* name) { return name[0] == 'l' && std::strcmp(name, "length") == 0; }

/// base.name = value, for base and value on top of the stack.
void set_named(js_State* J, const js_Value& base, const char* name, const js_Value& value) {
    if (is_nullish(base)) throw_no_base(J, literal_value(name), true);
    js_Object* object = is_object(base) ? base.u.object : prototype_of_primitive(J, base);
    const Refusal refusal = set_property(J, object, name, value, base);
    if (refusal != Refusal::none && J->strict) throw_refusal(J, refusal, name);
}

}  // namespace

void get_named(js_State* J, const char* name) {
    const js_Value base = J->stack[J->top - 1];
    if (is_object(base)) {
        if (!is_length_name(name)) {
            bool elsewhere = false;
            const js_Property* property = find_named(J, base.u.object, name, &elsewhere);
            if (!elsewhere && (property == nullptr || property->getter == nullptr)) {
                J->stack[J->top - 1] = property == nullptr ? undefined_value() : property->value;
                return;
            }
        } else if (base.u.object->type == JS_CARRAY) {
            J->stack[J->top - 1] = number_value(array_length(base.u.object));
            return;
        }
        get_property(J, base.u.object, name, base);
    } else if (is_nullish(base)) {
        throw_no_base(J, literal_value(name), false);
    } else if (is_string(base) && is_length_name(name)) {
        js_pushnumber(J, string_length(J, base));
    } else {
        get_property(J, prototype_of_primitive(J, base), name, base);
    }
    js_rot2pop1(J);
}

void get_keyed(js_State* J) {
    const js_Value base = J->stack[J->top - 2];
    const js_Value key = J->stack[J->top - 1];
    if (is_nullish(base)) throw_no_base(J, key, false);
    if (key.t.type == JS_TNUMBER && key.u.number >= 0 && key.u.number <= INT_MAX &&
        key.u.number == static_cast<int>(key.u.number)) {
        const int index = static_cast<int>(key.u.number);
        if (is_string(base)) {
            js_pushvalue(J, string_unit(J, base, index));
            js_rot3pop2(J);
            return;
        }
        if (is_object(base) && is_native_object(base.u.object)) {
            auto* header = static_cast<NativeHeader*>(base.u.object->u.user.data);
            if (header->type->get_index != nullptr &&
                static_cast<std::size_t>(index) < header->type->index_count(*header)) {
                js_pushvalue(J, std::bit_cast<js_Value>(header->type->get_index(*header, *runtime_of(J).state,
                                                                                static_cast<std::size_t>(index))));
                js_rot3pop2(J);
                return;
            }
        }
    }
    const char* name = property_key(J, -1);
    if (is_private_key(name)) {
        const js_Property* property = is_object(base) ? private_property(J, base.u.object, name) : nullptr;
        js_pushvalue(J, property == nullptr ? undefined_value() : property->value);
    } else if (is_object(base)) {
        get_property(J, base.u.object, name, base);
    } else if (int index; is_string(base) && js_isarrayindex(J, name, &index) != 0) {
        js_pushvalue(J, string_unit(J, base, index));
    } else if (is_string(base) && is_length_name(name)) {
        js_pushnumber(J, string_length(J, base));
    } else {
        get_property(J, prototype_of_primitive(J, base), name, base);
    }
    js_rot3pop2(J);
}

void assign_named(js_State* J, const js_Value& base, const char* name, const js_Value& value) {
    if (is_object(base) && base.u.object->type != JS_CARRAY && base.u.object->type != JS_CSTRING) {
        js_Property* property = find_own_named(J, base.u.object, name);
        if (property != nullptr && property->setter == nullptr && property->getter == nullptr &&
            (property->atts & JS_READONLY) == 0) {
            property->value = value;
            return;
        }
    }
    set_named(J, base, name, value);
}

void set_keyed(js_State* J) {
    const js_Value base = J->stack[J->top - 3];
    const js_Value key = J->stack[J->top - 2];
    const js_Value value = J->stack[J->top - 1];
    if (is_nullish(base)) throw_no_base(J, key, true);
    if (key.t.type == JS_TNUMBER && is_object(base) && is_native_object(base.u.object) && key.u.number >= 0 &&
        key.u.number <= INT_MAX && key.u.number == static_cast<int>(key.u.number)) {
        const auto* header = static_cast<NativeHeader*>(base.u.object->u.user.data);
        if (header->type->get_index != nullptr) {
            set_native_element(J, base.u.object, static_cast<int>(key.u.number), value);
            js_rot3pop2(J);
            return;
        }
    }
    const char* name = property_key(J, -2);
    set_named(J, base, name, value);
    js_rot3pop2(J);
}

bool delete_from(js_State* J, const js_Value& base, js_Value key) {
    if (is_nullish(base)) js_typeerror(J, "Cannot convert undefined or null to object");
    if (!is_object(base)) return true;
    const char* name = property_key(J, &key);
    const bool deleted = delete_property(J, base.u.object, name);
    if (!deleted && J->strict) js_typeerror(J, "Cannot delete property '%s'", name);
    return deleted;
}

bool push_variable(js_State* J, const char* name) {
    js_Environment* owner;
    const js_Property* variable = find_variable(J, name, &owner);
    if (variable == nullptr) return false;
    if (variable->getter != nullptr) {
        js_pushobject(J, variable->getter);
        js_pushobject(J, owner->variables);
        js_call(J, 0);
    } else {
        js_pushvalue(J, variable->value);
    }
    return true;
}

void get_variable(js_State* J, const char* name) {
    if (!push_variable(J, name)) js_referenceerror(J, "%s is not defined", name);
}

void set_variable(js_State* J, const char* name) {
    js_Environment* owner;
    js_Property* variable = find_variable(J, name, &owner);
    const js_Value value = J->stack[J->top - 1];
    if (variable == nullptr) {
        if (J->strict) js_referenceerror(J, "%s is not defined", name);
        js_copy(J, -1);
        js_setglobal(J, name);
    } else if (variable->setter != nullptr) {
        js_pushobject(J, variable->setter);
        js_pushobject(J, owner->variables);
        js_pushvalue(J, value);
        js_call(J, 1);
        js_pop(J, 1);
    } else if ((variable->atts & JS_READONLY) != 0 || variable->getter != nullptr) {
        if (J->strict) js_typeerror(J, "Cannot assign to read only property '%s'", name);
    } else {
        variable->value = value;
    }
}

bool delete_variable(js_State* J, const char* name) {
    js_Environment* owner;
    const js_Property* variable = find_variable(J, name, &owner);
    if (variable == nullptr) return true;
    if ((variable->atts & JS_DONTCONF) != 0) return false;
    jsV_delproperty(J, owner->variables, name);
    return true;
}

void init_property(js_State* J) {
    js_Object* object = J->stack[J->top - 3].u.object;
    const char* name = property_key(J, -2);
    const js_Value value = J->stack[J->top - 1];
    if (std::strcmp(name, "__proto__") == 0) {
        if (is_object(value)) object->prototype = value.u.object;
        if (value.t.type == JS_TNULL) object->prototype = nullptr;
    } else {
        js_Property* property = jsV_setproperty(J, object, name);
        property->value = value;
        property->getter = property->setter = nullptr;
    }
    js_pop(J, 2);
}

void init_accessor(js_State* J, bool setter) {
    js_Object* object = J->stack[J->top - 3].u.object;
    js_Property* property = jsV_setproperty(J, object, property_key(J, -2));
    js_Object* function = J->stack[J->top - 1].u.object;
    function->gcmark |= object_bits::not_constructor;
    property->value = undefined_value();
    (setter ? property->setter : property->getter) = function;
    js_pop(J, 2);
}

void init_element(js_State* J) {
    js_Object* array = J->stack[J->top - 2].u.object;
    if (array->u.a.simple && array->u.a.flat_length == array->u.a.length) {
        set_array_element(J, array, array->u.a.length, J->stack[J->top - 1]);
        --J->top;
    } else {
        set_element(J, -2, array_length(array));
    }
}

void next_key(js_State* J) {
    if (js_isobject(J, -1)) {
        if (const char* name = jsV_nextiterator(J, js_toobject(J, -1))) {
            js_pushstring(J, name);
            js_pushboolean(J, 1);
            return;
        }
    }
    js_pop(J, 1);
    js_pushboolean(J, 0);
}

void begin_catch(js_State* J, const char* name) {
    js_Environment* environment = jsR_newenvironment(J, jsV_newobject(J, JS_COBJECT, nullptr), J->E);
    jsV_setproperty(J, environment->variables, name)->value = J->stack[J->top - 1];
    J->E = environment;
    js_pop(J, 1);
}

/// Code of a lowered script knows nothing of the variables around it: its eval is the indirect one.
void eval_direct(js_State* J) {
    if (!js_isstring(J, -1)) return;
    if (runtime_of(J).lower_source != nullptr) {
        js_getglobal(J, "eval");
        js_rot2(J);
        js_pushundefined(J);
        js_rot2(J);
        js_call(J, 1);
        return;
    }
    js_loadeval(J, "(eval)", js_tostring(J, -1));
    js_rot2pop1(J);
    js_copy(J, 0);
    js_call(J, 0);
}

bool is_constructor(const js_Object* object) {
    switch (object->type) {
        case JS_CFUNCTION:
            return (object->gcmark & object_bits::not_constructor) == 0;
        case JS_CCFUNCTION:
            return object->u.c.constructor != nullptr;
        case class_proxy:
            return proxy_parts(object).constructs;
        default:
            return false;
    }
}

const char* type_name(const js_Value& value) {
    switch (value.t.type) {
        case JS_TUNDEFINED:
            return "undefined";
        case JS_TNULL:
            return "object";
        case JS_TBOOLEAN:
            return "boolean";
        case JS_TNUMBER:
            return "number";
        case type_symbol:
            return "symbol";
        case type_bigint:
            return "bigint";
        case JS_TOBJECT:
            return is_callable(value.u.object) ? "function" : "object";
        default:
            return "string";
    }
}

}  // namespace k6::js
