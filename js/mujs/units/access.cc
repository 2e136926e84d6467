// Property access as scripts see it, and the environments of variables: with stack.cc and interpreter.cc it stands in
// for jsrun.c.
//
// The store (property.cc) holds named properties; here are the objects that have others besides: array elements and
// lengths, characters of String objects, elements of typed arrays, and proxies, wherever they stand in a chain of
// prototypes.
#include <algorithm>
#include <charconv>
#include <climits>
#include <cstring>

#include "js/mujs/runtime.h"
#include "js/mujs/units/property_key.h"

namespace k6::js {
namespace {

bool is_length(const Key& key) { return key.size == 6 && std::memcmp(key.text, "length", 6) == 0; }

/// The array index that a key is, -1 if none.
int index_of(js_State* J, const Key& key) {
    int index;
    return key.text[0] >= '0' && key.text[0] <= '9' && js_isarrayindex(J, key.text, &index) != 0 ? index : -1;
}

/// The same beyond the range of int.
std::int64_t array_index_of(const Key& key) {
    return key.text[0] >= '0' && key.text[0] <= '9' ? array_index(key.text) : -1;
}

NativeHeader* indexed_native(const js_Object* object) {
    if (!is_native_object(object)) return nullptr;
    auto* header = static_cast<NativeHeader*>(object->u.user.data);
    return header->type->get_index == nullptr ? nullptr : header;
}

enum class Special { value, absent, elsewhere };

/// Looks at what an object has besides the store. `absent`: the key is one that only such properties could have, and
/// there is none in the whole chain.
Special special_property(js_State* J, js_Object* object, const Key& key, js_Value* value) {
    switch (object->type) {
        case JS_CARRAY: {
            if (is_length(key)) {
                *value = number_value(array_length(object));
                return Special::value;
            }
            if (!object->u.a.simple) return Special::elsewhere;
            const int index = index_of(J, key);
            if (index < 0 || index >= object->u.a.flat_length) return Special::elsewhere;
            *value = object->u.a.array[index];
            return Special::value;
        }
        case JS_CSTRING: {
            if (is_length(key)) {
                *value = number_value(object->u.s.length);
                return Special::value;
            }
            const int index = index_of(J, key);
            if (index < 0 || index >= object->u.s.length) return Special::elsewhere;
            *value = string_object_unit(J, object, index);
            return Special::value;
        }
        case JS_CUSERDATA: {
            if (object->u.user.has != nullptr && object->u.user.has(J, object->u.user.data, key.text)) {
                *value = *js_tovalue(J, -1);
                js_pop(J, 1);
                return Special::value;
            }
            NativeHeader* header = indexed_native(object);
            if (header == nullptr) return Special::elsewhere;
            const int index = index_of(J, key);
            if (index < 0) return Special::elsewhere;
            if (static_cast<std::size_t>(index) >= header->type->index_count(*header)) return Special::absent;
            *value = std::bit_cast<js_Value>(
                header->type->get_index(*header, *runtime_of(J).state, static_cast<std::size_t>(index)));
            return Special::value;
        }
        default:
            return Special::elsewhere;
    }
}

bool is_ordinary(const js_Object* object) {
    switch (object->type) {
        case JS_CARRAY:
        case JS_CSTRING:
        case JS_CUSERDATA:
        case class_proxy:
            return false;
        default:
            return true;
    }
}

void call_getter(js_State* J, js_Object* getter, const js_Value& receiver) {
    js_pushobject(J, getter);
    js_pushvalue(J, receiver);
    js_call(J, 0);
}

void call_setter(js_State* J, js_Object* setter, const js_Value& receiver, const js_Value& value) {
    js_pushobject(J, setter);
    js_pushvalue(J, receiver);
    js_pushvalue(J, value);
    js_call(J, 1);
    js_pop(J, 1);
}

void assign_array_length(js_State* J, js_Object* array, const js_Value& value, Refusal* refusal) {
    js_pushvalue(J, value);
    const double wanted = js_tonumber(J, -1);
    js_pop(J, 1);
    if (!(wanted >= 0 && wanted <= max_array_length)) js_rangeerror(J, "Invalid array length");
    const auto length = static_cast<std::int64_t>(wanted);
    if (static_cast<double>(length) != wanted) js_rangeerror(J, "Invalid array length");
    if (!array->extensible && length != array_length(array)) {
        *refusal = Refusal::read_only;
        return;
    }
    if (array->u.a.simple) {
        set_array_length(array, length);
        array->u.a.flat_length = static_cast<int>(std::min<std::int64_t>(array->u.a.flat_length, length));
    } else {
        jsV_resizearray(J, array, static_cast<int>(static_cast<std::uint32_t>(length)));
    }
}

/// [[Set]] of what an object has besides the store, or takes there. True if that is all there is to do.
bool set_special(js_State* J, js_Object* object, const Key& key, const js_Value& value, Refusal* refusal) {
    switch (object->type) {
        case JS_CARRAY: {
            if (is_length(key)) {
                assign_array_length(J, object, value, refusal);
                return true;
            }
            const std::int64_t index = array_index_of(key);
            if (index < 0 || !object->u.a.simple) return false;
            if (index <= object->u.a.flat_length && index <= array_length(object)) {
                set_array_element(J, object, static_cast<int>(index), value);
                return true;
            }
            jsR_unflattenarray(J, object);
            return false;
        }
        case JS_CSTRING: {
            const int index = index_of(J, key);
            if (!is_length(key) && (index < 0 || index >= object->u.s.length)) return false;
            *refusal = Refusal::read_only;
            return true;
        }
        case JS_CUSERDATA: {
            if (object->u.user.put != nullptr) {
                js_pushvalue(J, value);
                const bool taken = object->u.user.put(J, object->u.user.data, key.text) != 0;
                js_pop(J, 1);
                return taken;
            }
            NativeHeader* header = indexed_native(object);
            if (header == nullptr) return false;
            const int index = index_of(J, key);
            if (index < 0) return false;
            set_native_element(J, object, index, value);
            return true;
        }
        default:
            return false;
    }
}

/// The last part of OrdinarySet: the receiver gets a data property of its own, or a new value for the one it has.
Refusal set_on_receiver(js_State* J, js_Object* receiver, const char* name, const js_Value& value) {
    const int top = J->top;
    Descriptor old;
    Descriptor wanted;
    wanted.has_value = true;
    wanted.value = value;
    if (get_own_property(J, receiver, name, &old)) {
        J->top = top;
        if (old.is_accessor()) return Refusal::getter_only;
        if (!old.writable) return Refusal::read_only;
    } else {
        wanted.has_writable = wanted.has_enumerable = wanted.has_configurable = true;
        wanted.writable = wanted.enumerable = wanted.configurable = true;
    }
    const bool defined = define_own_property(J, receiver, name, wanted);
    J->top = top;
    if (defined) return Refusal::none;
    return receiver->type == class_proxy ? Refusal::by_proxy : Refusal::not_extensible;
}

/// `object` itself gets a new property of that name, which is nowhere in its chain, or above it and writable.
Refusal add_property(js_State* J, js_Object* object, const Key& key, const js_Value& value) {
    if (!object->extensible) return Refusal::not_extensible;
    if (object->type == JS_CARRAY) {
        const std::int64_t index = array_index_of(key);
        if (index >= array_length(object)) set_array_length(object, index + 1);
    }
    js_Property* property = jsV_setproperty(J, object, key.text);
    property->value = value;
    return Refusal::none;
}

}  // namespace

bool find_property(js_State* J, js_Object* object, const char* name, const js_Value& receiver) {
    const Key key(name);
    for (js_Object* o = object; o != nullptr; o = o->prototype) {
        if (!is_ordinary(o)) {
            if (o->type == class_proxy) {
                if (!proxy_has(J, o, name)) return false;
                proxy_get(J, o, name, receiver);
                return true;
            }
            js_Value value;
            switch (special_property(J, o, key, &value)) {
                case Special::value:
                    js_pushvalue(J, value);
                    return true;
                case Special::absent:
                    return false;
                case Special::elsewhere:
                    break;
            }
        }
        if (js_Property* property = own_property(J, o, key)) {
            if (property->getter != nullptr) {
                call_getter(J, property->getter, receiver);
            } else {
                js_pushvalue(J, property->value);
            }
            return true;
        }
    }
    return false;
}

void get_property(js_State* J, js_Object* object, const char* name, const js_Value& receiver) {
    const Key key(name);
    for (js_Object* o = object; o != nullptr; o = o->prototype) {
        if (!is_ordinary(o)) {
            if (o->type == class_proxy) return proxy_get(J, o, name, receiver);
            js_Value value;
            const Special special = special_property(J, o, key, &value);
            if (special == Special::value) return js_pushvalue(J, value);
            if (special == Special::absent) break;
        }
        if (js_Property* property = own_property(J, o, key)) {
            if (property->getter != nullptr) return call_getter(J, property->getter, receiver);
            return js_pushvalue(J, property->value);
        }
    }
    js_pushundefined(J);
}

/// Of an object that has its private methods itself, as its prototypes are not those that it was made with.
constexpr const char* owns_private_methods = "@@#owner";

js_Property* private_property(js_State* J, js_Object* object, const char* key) {
    if (std::strchr(key + 3, '^') == nullptr) return jsV_getownproperty(J, object, key);
    if ((object->gcmark & object_bits::constructed) != 0) return jsV_getproperty(J, object, key);
    return jsV_getownproperty(J, object, owns_private_methods) != nullptr ? jsV_getownproperty(J, object, key)
                                                                          : nullptr;
}

void own_private_methods(js_State* J, js_Object* object, js_Object* prototype) {
    const auto define = [&](const char* name, const js_Property* from) {
        const int extensible = object->extensible;
        object->extensible = 1;  // private members are no properties
        js_Property* property = jsV_setproperty(J, object, name);
        object->extensible = extensible;
        if (from != nullptr) {
            property->value = from->value;
            property->getter = from->getter;
            property->setter = from->setter;
        }
        property->atts = JS_DONTENUM;
    };
    bool any = false;
    const auto visit = [&](const auto& self, js_Property* node) -> void {
        if (node == nullptr) return;
        self(self, property_left(node));
        if (is_private_key(node->name) && std::strchr(node->name, '^') != nullptr &&
            jsV_getownproperty(J, object, node->name) == nullptr) {
            define(node->name, node);
            any = true;
        }
        self(self, property_right(node));
    };
    for (; prototype != nullptr && prototype->type != class_proxy; prototype = prototype->prototype) {
        visit(visit, property_root(prototype));
    }
    if (any) define(owns_private_methods, nullptr);
}

bool has_property(js_State* J, js_Object* object, const char* name) {
    if (is_private_key(name)) return private_property(J, object, name) != nullptr;
    const Key key(name);
    for (js_Object* o = object; o != nullptr; o = o->prototype) {
        if (!is_ordinary(o)) {
            if (o->type == class_proxy) return proxy_has(J, o, name);
            js_Value value;
            const Special special = special_property(J, o, key, &value);
            if (special != Special::elsewhere) return special == Special::value;
        }
        if (own_property(J, o, key) != nullptr) return true;
    }
    return false;
}

Refusal set_property(js_State* J, js_Object* object, const char* name, const js_Value& value,
                     const js_Value& receiver) {
    const Key key(name);
    const bool own_receiver = is_object(receiver) && receiver.u.object == object;
    for (js_Object* o = object; o != nullptr; o = o->prototype) {
        if (o->type == class_proxy) {
            if (is_namespace(o)) return Refusal::read_only;
            return proxy_set(J, o, name, value, receiver) ? Refusal::none : Refusal::by_proxy;
        }
        if (!is_ordinary(o)) {
            if (own_receiver && o == object) {
                Refusal refusal = Refusal::none;
                if (set_special(J, o, key, value, &refusal)) return refusal;
            } else if (o == object || o->type != JS_CARRAY) {
                js_Value present;
                const Special special = special_property(J, o, key, &present);
                if (special == Special::value) {
                    if (o->type == JS_CSTRING) return Refusal::read_only;
                    break;
                }
                if (special == Special::absent) return Refusal::none;
            }
        }
        js_Property* property = own_property(J, o, key);
        if (property == nullptr) continue;
        if (property->setter != nullptr) {
            call_setter(J, property->setter, receiver, value);
            return Refusal::none;
        }
        if (property->getter != nullptr) return Refusal::getter_only;
        if ((property->atts & JS_READONLY) != 0) return Refusal::read_only;
        if (o == object && own_receiver) {
            property->value = value;
            return Refusal::none;
        }
        break;
    }
    if (!is_object(receiver)) return Refusal::read_only;
    if (own_receiver) return add_property(J, object, key, value);
    return set_on_receiver(J, receiver.u.object, name, value);
}

void throw_refusal(js_State* J, Refusal refusal, const char* name) {
    const bool symbol = is_symbol_key(name);
    if (symbol) name = "Symbol()";
    switch (refusal) {
        case Refusal::getter_only:
            js_typeerror(J, "Cannot set property '%s' which has only a getter", name);
        case Refusal::not_extensible:
            js_typeerror(J, "Cannot add property %s, object is not extensible", name);
        case Refusal::by_proxy:
            js_typeerror(J, "'set' on proxy: trap returned falsish for property '%s'", name);
        default:
            js_typeerror(J, "Cannot assign to read only property '%s'", name);
    }
}

bool delete_property(js_State* J, js_Object* object, const char* name) {
    const Key key(name);
    switch (object->type) {
        case class_proxy:
            return proxy_delete(J, object, name);
        case JS_CARRAY: {
            if (is_length(key)) return false;
            if (!object->u.a.simple) break;
            const int index = index_of(J, key);
            if (index < 0) break;
            if (index >= object->u.a.flat_length) return true;
            if (index == object->u.a.flat_length - 1) {
                --object->u.a.flat_length;
                return true;
            }
            jsR_unflattenarray(J, object);
            break;
        }
        case JS_CSTRING: {
            const int index = index_of(J, key);
            if (is_length(key) || (index >= 0 && index < object->u.s.length)) return false;
            break;
        }
        case JS_CUSERDATA:
            if (object->u.user.delete_ != nullptr && object->u.user.delete_(J, object->u.user.data, name)) return true;
            if (NativeHeader* header = indexed_native(object)) {
                const int index = index_of(J, key);
                if (index >= 0) return static_cast<std::size_t>(index) >= header->type->index_count(*header);
            }
            break;
        default:
            break;
    }
    js_Property* property = own_property(J, object, key);
    if (property == nullptr) return true;
    if ((property->atts & JS_DONTCONF) != 0) return false;
    jsV_delproperty(J, object, name);
    return true;
}

js_Object* get_prototype(js_State* J, js_Object* object) {
    return object->type == class_proxy ? proxy_get_prototype(J, object) : object->prototype;
}

bool set_prototype(js_State* J, js_Object* object, js_Object* prototype) {
    if (object->type == class_proxy) return proxy_set_prototype(J, object, prototype);
    if (object->prototype == prototype) return true;
    if (!object->extensible) return false;
    for (const js_Object* o = prototype; o != nullptr && o->type != class_proxy; o = o->prototype) {
        if (o == object) return false;
    }
    if ((object->gcmark & object_bits::constructed) != 0) {
        own_private_methods(J, object, object->prototype);
        object->gcmark &= ~object_bits::constructed;
    }
    object->prototype = prototype;
    return true;
}

bool is_extensible(js_State* J, js_Object* object) {
    return object->type == class_proxy ? proxy_is_extensible(J, object) : (object->extensible & 1) != 0;
}

bool prevent_extensions(js_State* J, js_Object* object) {
    if (object->type == class_proxy) return proxy_prevent_extensions(J, object);
    freeze_object(J, object, 0);
    return true;
}

void set_array_element(js_State* J, js_Object* array, int k, const js_Value& value) {
    auto& a = array->u.a;
    if (k == a.flat_length) {
        if (k >= JS_ARRAYLIMIT) js_rangeerror(J, "Invalid array length");
        if (k == a.flat_capacity) {
            const int capacity = k == 0 ? 4 : k + k / 2 + 2;
            a.array = static_cast<js_Value*>(js_realloc(J, a.array, capacity * static_cast<int>(sizeof(js_Value))));
            a.flat_capacity = capacity;
        }
        ++a.flat_length;
        if (static_cast<std::uint32_t>(a.flat_length) > array_length(array)) a.length = a.flat_length;
    }
    a.array[k] = value;
}

const char* index_name(char* buffer, std::int64_t k) {
    if (k <= INT_MAX) return js_itoa(buffer, static_cast<int>(k));
    *std::to_chars(buffer, buffer + 19, k).ptr = 0;
    return buffer;
}

void get_element(js_State* J, int index, std::int64_t k) {
    const js_Object* object = js_toobject(J, index);
    if (object->type == JS_CARRAY && k >= 0 && k < object->u.a.flat_length) {
        js_pushvalue(J, object->u.a.array[k]);
        return;
    }
    char name[20];
    js_getproperty(J, index, index_name(name, k));
}

bool has_element(js_State* J, int index, std::int64_t k) {
    const js_Object* object = js_toobject(J, index);
    if (object->type == JS_CARRAY && k >= 0 && k < object->u.a.flat_length) {
        js_pushvalue(J, object->u.a.array[k]);
        return true;
    }
    char name[20];
    return js_hasproperty(J, index, index_name(name, k)) != 0;
}

void set_element(js_State* J, int index, std::int64_t k) {
    js_Object* object = js_toobject(J, index);
    if (object->type == JS_CARRAY && object->u.a.simple && k >= 0 && k <= object->u.a.flat_length &&
        k <= array_length(object)) {
        set_array_element(J, object, static_cast<int>(k), *js_tovalue(J, -1));
        js_pop(J, 1);
        return;
    }
    char name[20];
    js_setproperty(J, index, index_name(name, k));
}

void delete_element(js_State* J, int index, std::int64_t k) {
    char name[20];
    js_delproperty(J, index, index_name(name, k));
}

void set_length(js_State* J, int index, std::int64_t length) {
    js_pushnumber(J, static_cast<double>(length));
    js_setproperty(J, index < 0 ? index - 1 : index, "length");
}

void set_native_element(js_State* J, js_Object* object, int k, const js_Value& value) {
    auto* header = static_cast<NativeHeader*>(object->u.user.data);
    js_pushvalue(J, value);
    header->type->convert_element(*header, J);
    // The conversion may have run script; there is nothing to set beyond the end.
    if (static_cast<std::size_t>(k) < header->type->index_count(*header)) {
        header->type->set_index(*header, static_cast<std::size_t>(k), std::bit_cast<RawValue>(*js_tovalue(J, -1)));
    }
    js_pop(J, 1);
}

js_Object* symbol_prototype(js_State* J) {
    if (runtime_of(J).symbol_prototype == nullptr) jsV_getownproperty(J, J->G, "Symbol");
    return runtime_of(J).symbol_prototype;
}

js_Object* bigint_prototype(js_State* J) {
    if (runtime_of(J).bigint_prototype == nullptr) jsV_getownproperty(J, J->G, "BigInt");
    return runtime_of(J).bigint_prototype;
}

js_Value key_value(js_State* J, const char* key) {
    js_Value value = text_value(J, key);
    if (!is_symbol_key(key)) return value;
    if (value.t.type == JS_TSHRSTR) {
        value.u.memstr = jsV_newmemstring(J, key, static_cast<int>(std::strlen(key)));
    }
    value.t.type = type_symbol;
    return value;
}

bool is_array(js_State* J, js_Object* object) {
    while (object->type == class_proxy) {
        object = proxy_parts(object).target;
        if (object == nullptr) js_typeerror(J, "Cannot perform 'IsArray' on a proxy that has been revoked");
    }
    return object->type == JS_CARRAY;
}

}  // namespace k6::js

using namespace k6::js;

extern "C" {

int js_isarrayindex(js_State*, const char* text, int* index) {
    if (text[0] == '0') {
        *index = 0;
        return text[1] == 0;
    }
    std::int64_t number = 0;
    const char* c = text;
    for (; *c >= '0' && *c <= '9' && number < INT_MAX; ++c) number = number * 10 + (*c - '0');
    if (c == text || *c != 0 || number >= INT_MAX) return 0;
    *index = static_cast<int>(number);
    return 1;
}

/// The elements become named properties.
void jsR_unflattenarray(js_State* J, js_Object* array) {
    if (array->type != JS_CARRAY || !array->u.a.simple) return;
    Runtime& runtime = runtime_of(J);
    // Half of an array must not stay behind.
    const bool allowed = std::exchange(runtime.above_limit_allowed, true);
    for (int i = 0; i < array->u.a.flat_length; ++i) {
        char name[16];
        jsV_setproperty(J, array, js_itoa(name, i))->value = array->u.a.array[i];
    }
    runtime.above_limit_allowed = allowed;
    js_free(J, array->u.a.array);
    array->u.a.simple = 0;
    array->u.a.flat_length = 0;
    array->u.a.flat_capacity = 0;
    array->u.a.array = nullptr;
}

void js_getproperty(js_State* J, int index, const char* name) {
    js_Value& value = *js_tovalue(J, index);
    const js_Value receiver = value;
    get_property(J, js_toobject(J, index), name, receiver);
}

int js_hasproperty(js_State* J, int index, const char* name) {
    const js_Value receiver = *js_tovalue(J, index);
    return find_property(J, js_toobject(J, index), name, receiver);
}

/// Takes the value from the stack.
void js_setproperty(js_State* J, int index, const char* name) {
    const js_Value receiver = *js_tovalue(J, index);
    const js_Value value = *js_tovalue(J, -1);
    js_Object* object = js_toobject(J, index);
    const Refusal refusal = set_property(J, object, name, value, is_object(receiver) ? object_value(object) : receiver);
    if (refusal != Refusal::none && J->strict) throw_refusal(J, refusal, name);
    js_pop(J, 1);
}

void js_defproperty(js_State* J, int index, const char* name, int attributes) {
    Descriptor descriptor;
    descriptor.has_value = descriptor.has_writable = descriptor.has_enumerable = descriptor.has_configurable = true;
    descriptor.value = *js_tovalue(J, -1);
    descriptor.writable = (attributes & JS_READONLY) == 0;
    descriptor.enumerable = (attributes & JS_DONTENUM) == 0;
    descriptor.configurable = (attributes & JS_DONTCONF) == 0;
    if (!define_own_property(J, js_toobject(J, index), name, descriptor)) {
        js_typeerror(J, "Cannot redefine property: %s", name);
    }
    js_pop(J, 1);
}

void js_delproperty(js_State* J, int index, const char* name) {
    if (!delete_property(J, js_toobject(J, index), name) && J->strict) {
        js_typeerror(J, "Cannot delete property '%s'", name);
    }
}

void js_getindex(js_State* J, int index, int k) { get_element(J, index, k); }
int js_hasindex(js_State* J, int index, int k) { return has_element(J, index, k); }
void js_setindex(js_State* J, int index, int k) { set_element(J, index, k); }
void js_delindex(js_State* J, int index, int k) { delete_element(J, index, k); }

int js_getlength(js_State* J, int index) {
    const js_Value& value = *js_tovalue(J, index);
    if (value.t.type == JS_TOBJECT && value.u.object->type == JS_CARRAY) {
        return static_cast<int>(std::min<std::uint32_t>(array_length(value.u.object), INT_MAX));
    }
    js_getproperty(J, index, "length");
    const int length = js_tointeger(J, -1);
    js_pop(J, 1);
    return length;
}

void js_setlength(js_State* J, int index, int length) { set_length(J, index, length); }

void js_getglobal(js_State* J, const char* name) { get_property(J, J->G, name, object_value(J->G)); }

void js_setglobal(js_State* J, const char* name) {
    js_pushobject(J, J->G);
    js_rot2(J);
    js_setproperty(J, -2, name);
    js_pop(J, 1);
}

void js_defglobal(js_State* J, const char* name, int attributes) {
    js_pushobject(J, J->G);
    js_rot2(J);
    js_defproperty(J, -2, name, attributes);
    js_pop(J, 1);
}

void js_pushiterator(js_State* J, int index, int own) {
    js_pushobject(J, jsV_newiterator(J, js_toobject(J, index), own));
}

const char* js_nextiterator(js_State* J, int index) { return jsV_nextiterator(J, js_toobject(J, index)); }

js_Environment* jsR_newenvironment(js_State* J, js_Object* variables, js_Environment* outer) {
    auto* environment = static_cast<js_Environment*>(js_malloc(J, sizeof(js_Environment)));
    environment->gcmark = 0;
    environment->gcnext = J->gcenv;
    J->gcenv = environment;
    environment->outer = outer;
    environment->variables = variables;
    return environment;
}

}  // extern "C"
