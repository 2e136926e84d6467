// Own properties described and defined: ECMA-262 10.1.5, 10.1.6 and 10.1.11 for all kinds of objects.
#include <algorithm>
#include <cstring>

#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

bool is_accessor(const js_Property* property) { return property->getter != nullptr || property->setter != nullptr; }

/// An own property that the store does not hold: array elements and lengths, string characters, the elements of typed
/// arrays. False if there is none of that name.
bool built_in_property(js_State* J, js_Object* object, const char* name, js_Value* value, int* attributes) {
    int index = 0;
    switch (object->type) {
        case JS_CARRAY:
            if (std::strcmp(name, "length") == 0) {
                *value = number_value(array_length(object));
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
            *value = string_object_unit(J, object, index);
            *attributes = JS_READONLY | JS_DONTCONF;
            return true;
        case JS_CUSERDATA: {
            if (!is_native_object(object)) return false;
            auto* header = static_cast<NativeHeader*>(object->u.user.data);
            if (header->type->get_index == nullptr || !js_isarrayindex(J, name, &index)) return false;
            if (static_cast<std::size_t>(index) >= header->type->index_count(*header)) return false;
            *value = std::bit_cast<js_Value>(
                header->type->get_index(*header, *runtime_of(J).state, static_cast<std::size_t>(index)));
            *attributes = 0;
            return true;
        }
        default:
            return false;
    }
}

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
    descriptor.has_value = take_field(J, self, "value", &descriptor.value);
    flag("writable", &descriptor.has_writable, &descriptor.writable);
    descriptor.has_get = take_field(J, self, "get", &value);
    if (descriptor.has_get) descriptor.get = accessor_function(J, value, "Getter");
    descriptor.has_set = take_field(J, self, "set", &value);
    if (descriptor.has_set) descriptor.set = accessor_function(J, value, "Setter");
    if (descriptor.is_accessor() && (descriptor.has_value || descriptor.has_writable)) {
        js_typeerror(J, "Invalid property descriptor. Cannot both specify accessors and a value or writable attribute");
    }
    return descriptor;
}

bool define_own_property(js_State* J, js_Object* object, const char* name, const Descriptor& descriptor) {
    if (object->type == class_proxy) return proxy_define(J, object, name, descriptor);
    js_Value value;
    int attributes;
    const bool accessor = descriptor.is_accessor();
    if (object->type == JS_CARRAY) {
        if (std::strcmp(name, "length") == 0) {
            if (accessor || descriptor.configurable || descriptor.enumerable) return false;
            if (descriptor.has_value) {
                return set_property(J, object, name, descriptor.value, object_value(object)) == Refusal::none;
            }
            return true;
        }
        const std::int64_t index = array_index(name);
        if (object->u.a.simple && index >= 0) {
            const bool present = index < object->u.a.flat_length;
            const bool plain = !accessor && (present ? (!descriptor.has_writable || descriptor.writable) &&
                                                           (!descriptor.has_enumerable || descriptor.enumerable) &&
                                                           (!descriptor.has_configurable || descriptor.configurable)
                                                     : descriptor.writable && descriptor.enumerable &&
                                                           descriptor.configurable && object->extensible != 0);
            if (plain && index <= object->u.a.flat_length) {
                if (!present || descriptor.has_value)
                    set_array_element(J, object, static_cast<int>(index), descriptor.value);
                return true;
            }
            jsR_unflattenarray(J, object);
        }
        if (index >= array_length(object)) {
            if (!object->extensible) return false;
            set_array_length(object, index + 1);
        }
    } else if (built_in_property(J, object, name, &value, &attributes)) {
        if (accessor) return false;
        if (object->type != JS_CUSERDATA) {
            return !(descriptor.has_writable && descriptor.writable) &&
                   !(descriptor.has_configurable && descriptor.configurable) &&
                   (!descriptor.has_value || same_value(descriptor.value, value));
        }
        if (descriptor.has_value) {
            int index = 0;
            js_isarrayindex(J, name, &index);
            set_native_element(J, object, index, descriptor.value);
        }
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

bool get_own_property(js_State* J, js_Object* object, const char* name, Descriptor* descriptor) {
    if (object->type == class_proxy) return proxy_get_own(J, object, name, descriptor);
    *descriptor = {};
    descriptor->has_enumerable = descriptor->has_configurable = true;
    int attributes = 0;
    if (built_in_property(J, object, name, &descriptor->value, &attributes)) {
        descriptor->has_value = descriptor->has_writable = true;
    } else {
        const js_Property* property = jsV_getownproperty(J, object, name);
        if (property == nullptr) return false;
        attributes = property->atts;
        if (is_accessor(property)) {
            descriptor->has_get = descriptor->has_set = true;
            descriptor->get = property->getter;
            descriptor->set = property->setter;
        } else {
            descriptor->has_value = descriptor->has_writable = true;
            descriptor->value = property->value;
        }
    }
    descriptor->writable = descriptor->has_writable && (attributes & JS_READONLY) == 0;
    descriptor->enumerable = (attributes & JS_DONTENUM) == 0;
    descriptor->configurable = (attributes & JS_DONTCONF) == 0;
    return true;
}

void push_descriptor(js_State* J, const Descriptor& descriptor) {
    js_newobject(J);
    js_Object* result = js_toobject(J, -1);
    auto put = [&](bool has, const char* field, const js_Value& content) {
        if (has) jsV_setproperty(J, result, field)->value = content;
    };
    auto function = [](js_Object* object) { return object == nullptr ? undefined_value() : object_value(object); };
    put(descriptor.has_value, "value", descriptor.value);
    put(descriptor.has_writable, "writable", boolean_value(descriptor.writable));
    put(descriptor.has_get, "get", function(descriptor.get));
    put(descriptor.has_set, "set", function(descriptor.set));
    put(descriptor.has_enumerable, "enumerable", boolean_value(descriptor.enumerable));
    put(descriptor.has_configurable, "configurable", boolean_value(descriptor.configurable));
}

void push_keys(js_State* J, js_Object* object, KeyFilter filter, bool strings, bool symbols) {
    if (object->type == class_proxy) {
        proxy_own_keys(J, object);
        js_Object* all = js_tovalue(J, -1)->u.object;
        js_Object* keys = new_array(J);
        js_pushobject(J, keys);
        for (int i = 0; i < all->u.a.flat_length; ++i) {
            const js_Value key = all->u.a.array[i];
            if (is_symbol(key) ? !symbols : !strings) continue;
            const int top = J->top;
            js_pushvalue(J, key);
            Descriptor descriptor;
            const bool wanted =
                filter == KeyFilter::all ||
                (get_own_property(J, object, property_key(J, -1), &descriptor) && descriptor.enumerable);
            J->top = top;
            if (wanted) append_raw(J, keys, key);
        }
        js_rot2pop1(J);
        return;
    }
    js_Object* keys = new_array(J);
    js_pushobject(J, keys);
    if (strings) {
        bool length_due = filter == KeyFilter::all && (object->type == JS_CARRAY || object->type == JS_CSTRING);
        order_properties(J, object, filter, false);
        const int indices = indexed_count(object);
        char name[16];
        for (int i = 0; i < indices; ++i) append_raw(J, keys, text_value(J, js_itoa(name, i)));
        for (const auto& [order, property] : runtime_of(J).enumeration) {
            if (length_due && order >> 32 != 0) {
                append_raw(J, keys, literal_value("length"));
                length_due = false;
            }
            append_raw(J, keys, text_value(J, property->name));
        }
        if (length_due) append_raw(J, keys, literal_value("length"));
    }
    if (symbols) {
        order_properties(J, object, filter, true);
        for (const auto& [order, property] : runtime_of(J).enumeration) {
            if (!is_hidden_key(property->name)) append_raw(J, keys, key_value(J, property->name));
        }
    }
}

void append_raw(js_State* J, js_Object* array, const js_Value& value) {
    set_array_element(J, array, array->u.a.flat_length, value);
}

js_Object* new_array(js_State* J) {
    js_Object* array = jsV_newobject(J, JS_CARRAY, J->Array_prototype);
    array->u.a.simple = 1;
    return array;
}

js_Value text_value(js_State* J, std::string_view text) {
    if (text.size() < 16) return short_string_value(text.data(), text.size());
    if (text.size() > JS_STRLIMIT) js_rangeerror(J, "Invalid string length");
    return string_value(jsV_newmemstring(J, text.data(), static_cast<int>(text.size())));
}

bool same_value_zero(const js_Value& left, const js_Value& right) {
    if (is_string(left)) return is_string(right) && std::strcmp(string_bytes(left), string_bytes(right)) == 0;
    if (left.t.type != right.t.type) return false;
    switch (left.t.type) {
        case JS_TBOOLEAN:
            return left.u.boolean == right.u.boolean;
        case JS_TNUMBER:
            return left.u.number == right.u.number || (std::isnan(left.u.number) && std::isnan(right.u.number));
        case JS_TOBJECT:
            return left.u.object == right.u.object;
        case type_symbol:
            return left.u.memstr == right.u.memstr || std::strcmp(left.u.memstr->p, right.u.memstr->p) == 0;
        case type_bigint:
            return bigint_compare(left, right) == 0;
        default:
            return true;
    }
}

bool same_value(const js_Value& left, const js_Value& right) {
    if (left.t.type == JS_TNUMBER && right.t.type == JS_TNUMBER && left.u.number == 0 && right.u.number == 0) {
        return std::signbit(left.u.number) == std::signbit(right.u.number);
    }
    return same_value_zero(left, right);
}

}  // namespace k6::js
