#include "js/support/support.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "base/surrogates.h"
#include "js/mujs/regexp_object.h"
#include "js/mujs/runtime.h"
#include "js/support/functions.h"
#include "js/support/resumable.h"

namespace k6::js {
namespace support {

js_Property* own_slot(js_State* J, js_Object* object, const char* name) {
    js_Property* slot = jsV_setproperty(J, object, name);
    if (slot == nullptr) js_typeerror(J, "Cannot define property %s, object is not extensible", name);
    return slot;
}

void define_value(js_State* J, js_Object* object, const char* name, int value, int attributes) {
    int index;
    if ((object->type == JS_CARRAY || object->type == JS_CUSERDATA) && js_isarrayindex(J, name, &index)) {
        js_pushobject(J, object);
        js_copy(J, value);
        js_setproperty(J, -2, name);
        js_pop(J, 1);
        return;
    }
    js_Property* slot = own_slot(J, object, name);
    slot->getter = slot->setter = nullptr;
    slot->value = *js_tovalue(J, value);
    set_attributes(slot, attributes);
}

}  // namespace support

namespace {

using namespace support;

// ---- Objects ----

void copy_property(js_State* J, js_Object* target, int source, const char* name) {
    js_getproperty(J, source, name);
    define_value(J, target, name, js_gettop(J) - 1, 0);
    js_pop(J, 1);
}

template <class Skip>
void copy_properties(js_State* J, js_Object* target, int source, const Skip& skip) {
    if (!js_iscoercible(J, source)) return;
    push_keys(J, object_at(J, source), KeyFilter::enumerable, true, true);
    const js_Object* keys = object_at(J, -1);
    for (int i = 0; i < keys->u.a.flat_length; ++i) {
        js_pushvalue(J, keys->u.a.array[i]);
        const char* name = property_key(J, -1);
        if (!skip(name)) copy_property(J, target, source, name);
        js_pop(J, 1);
    }
    js_pop(J, 1);
}

/// {...source}: target, source
void k_assign(js_State* J) {
    copy_properties(J, object_at(J, 1), 2, [](const char*) { return false; });
    js_copy(J, 1);
}

/// {a, ...rest} = source: source, keys
void k_omit(js_State* J) {
    const int end = js_gettop(J);
    js_newobject(J);
    const int result = js_gettop(J) - 1;
    for (int i = 2; i < end; ++i) property_key(J, i);
    copy_properties(J, object_at(J, result), 1, [&](const char* name) {
        for (int i = 2; i < end; ++i)
            if (std::strcmp(property_key(J, i), name) == 0) return true;
        return false;
    });
    js_copy(J, result);
}

void k_coercible(js_State* J) {
    if (!js_iscoercible(J, 1)) {
        js_typeerror(J, "Cannot destructure '%s' as it is %s.", js_tostring(J, 1), js_tostring(J, 1));
    }
    js_copy(J, 1);
}

void k_set_prototype(js_State* J) {
    if (js_isobject(J, 2)) {
        object_at(J, 1)->prototype = object_at(J, 2);
    } else if (js_isnull(J, 2)) {
        object_at(J, 1)->prototype = nullptr;
    }
    js_copy(J, 1);
}

/// target, key, 1: setter + 2: enumerable, function
void k_accessor(js_State* J) {
    const char* name = property_key(J, 2);
    const int bits = js_tointeger(J, 3);
    js_Property* slot = own_slot(J, object_at(J, 1), name);
    slot->value = undefined_value();
    ((bits & 1) != 0 ? slot->setter : slot->getter) = object_at(J, 4);
    set_attributes(slot, (bits & 2) != 0 ? 0 : JS_DONTENUM);
    push_undefined_result(J);
}

/// target, key, value
void k_field(js_State* J) {
    define_value(J, object_at(J, 1), property_key(J, 2), 3, 0);
    push_undefined_result(J);
}

void k_key(js_State* J) { js_pushvalue(J, key_value(J, property_key(J, 1))); }

// ---- Templates and the rest ----

/// A high surrogate (`kind` 0xA0) or a low one (0xB0).
bool is_surrogate(const char* text, unsigned char kind) {
    return static_cast<unsigned char>(text[0]) == 0xED && (static_cast<unsigned char>(text[1]) & 0xF0) == kind;
}

/// A template literal's parts.
void k_text(js_State* J) {
    const int end = js_gettop(J);
    std::size_t size = 0;
    for (int i = 1; i < end; ++i) size += std::strlen(js_tostring(J, i));
    if (size > JS_STRLIMIT) js_rangeerror(J, "Invalid string length");
    char* out;
    js_Value result = undefined_value();
    if (size < 16) {
        std::memset(result.u.shrstr, 0, sizeof result.u.shrstr);
        result.t.type = JS_TSHRSTR;
        out = result.u.shrstr;
    } else {
        auto* string = static_cast<js_String*>(js_malloc(J, static_cast<int>(offsetof(js_String, p) + size + 1)));
        string->gcmark = 0;
        string->gcnext = J->gcstr;
        J->gcstr = string;
        ++J->gccounter;
        result.t.type = JS_TMEMSTR;
        result.u.memstr = string;
        out = string->p;
    }
    const char* const begin = out;
    for (int i = 1; i < end; ++i) {
        const char* part = js_tostring(J, i);
        std::size_t length = std::strlen(part);
        if (length >= 3 && out - begin >= 3 && is_surrogate(part, 0xB0) && is_surrogate(out - 3, 0xA0)) {
            // The halves of a pair: one character.
            const auto high = static_cast<std::uint32_t>(code_point_at(std::string_view(out - 3, 3), 0));
            const auto low = static_cast<std::uint32_t>(code_point_at(std::string_view(part, 3), 0));
            out += encode_code_point(static_cast<int>(join_surrogates(high, low)), out - 3) - 3;
            part += 3;
            length -= 3;
        }
        std::memcpy(out, part, length);
        out += length;
    }
    *out = 0;
    js_pushvalue(J, result);
}

void freeze_on_top(js_State* J) {
    js_getglobal(J, "Object");
    js_getproperty(J, -1, "freeze");
    if (js_iscallable(J, -1)) {
        js_rot2(J);
        js_copy(J, -3);
        js_call(J, 1);
        js_pop(J, 1);
    } else {
        js_pop(J, 2);
    }
}

/// The strings object of a tagged template: cooked, raw
void k_template(js_State* J) {
    js_copy(J, 2);
    freeze_on_top(J);
    js_pop(J, 1);
    js_copy(J, 1);
    js_copy(J, 2);
    js_defproperty(J, -2, "raw", JS_DONTENUM);
    freeze_on_top(J);
}

void k_power(js_State* J) {
    to_numeric(J, js_tovalue(J, 1));
    to_numeric(J, js_tovalue(J, 2));
    const js_Value left = *js_tovalue(J, 1);
    const js_Value right = *js_tovalue(J, 2);
    if (is_bigint(left) && is_bigint(right)) return js_pushvalue(J, bigint_power(J, left, right));
    if (is_bigint(left) || is_bigint(right)) {
        js_typeerror(J, "Cannot mix BigInt and other types, use explicit conversions");
    }
    const double base = left.u.number;
    const double exponent = right.u.number;
    if (std::isnan(exponent) || (std::fabs(base) == 1 && std::isinf(exponent))) {
        js_pushnumber(J, std::nan(""));
    } else {
        js_pushnumber(J, std::pow(base, exponent));
    }
}

/// 10n
void k_bigint(js_State* J) {
    js_getglobal(J, "BigInt");
    js_pushundefined(J);
    js_copy(J, 1);
    js_call(J, 1);
}

/// A regular expression literal that the engine's syntax does not have: pattern, flags. Both are literals.
void k_regexp(js_State* J) {
    if (js_tovalue(J, 1)->t.type != JS_TLITSTR) js_typeerror(J, "a pattern must be a literal");  // it is remembered
    int flags = 0;
    for (const char* flag = js_tostring(J, 2); *flag != 0; ++flag) {
        switch (*flag) {
            case 'g':
                flags |= JS_REGEXP_G;
                break;
            case 'i':
                flags |= JS_REGEXP_I;
                break;
            case 'm':
                flags |= JS_REGEXP_M;
                break;
            case 's':
                flags |= regexp_literal_flags::dot_all;
                break;
            case 'u':
                flags |= regexp_literal_flags::unicode;
                break;
            case 'y':
                flags |= regexp_literal_flags::sticky;
                break;
            default:
                flags |= regexp_literal_flags::has_indices;
                break;
        }
    }
    js_newregexp(J, js_tostring(J, 1), flags);
}

/// A large literal.
void k_json(js_State* J) {
    js_getglobal(J, "JSON");
    js_getproperty(J, -1, "parse");
    js_rot2(J);
    js_copy(J, 1);
    js_call(J, 1);
}

void k_delete_super(js_State* J) { js_referenceerror(J, "Unsupported reference to 'super'"); }

void k_constant(js_State* J) { js_typeerror(J, "Assignment to constant variable."); }

/// `import * as` as a value: the object that holds the exports
void k_namespace(js_State* J) { js_pushobject(J, module_namespace(J, object_at(J, 1))); }

/// key: of a module's namespace
void k_read_only(js_State* J) {
    const char* key = property_key(J, 1);
    js_typeerror(J, "Cannot assign to read only property '%s' of object '[object Module]'", key);
}

void k_uninitialised(js_State* J) { js_referenceerror(J, "Cannot access a variable before initialization"); }

constexpr StockFunction functions[] = {
    {"$k_accessor", k_accessor, 4},   {"$k_assign", k_assign, 2},     {"$k_bigint", k_bigint, 1},
    {"$k_coercible", k_coercible, 1}, {"$k_constant", k_constant, 1}, {"$k_delete_super", k_delete_super, 0},
    {"$k_field", k_field, 3},         {"$k_json", k_json, 1},         {"$k_key", k_key, 1},
    {"$k_namespace", k_namespace, 1}, {"$k_omit", k_omit, 1},         {"$k_power", k_power, 2},
    {"$k_read_only", k_read_only, 1}, {"$k_regexp", k_regexp, 2},     {"$k_set_prototype", k_set_prototype, 2},
    {"$k_template", k_template, 2},   {"$k_text", k_text, 0},         {"$k_uninitialised", k_uninitialised, 1},
};

void initialise_export(js_State* J) {
    const auto* name = static_cast<const char*>(js_currentfunctiondata(J));
    define_value(J, object_at(J, 0), name, 1, 0);
    push_undefined_result(J);
}

void free_name(js_State*, void* name) { std::free(name); }

}  // namespace

void install_support(js_State* J) {
    for (const std::span<const StockFunction> functions_of_one_kind :
         {std::span<const StockFunction>(functions), iteration_functions(), class_functions()}) {
        LazyTable table;
        table.entries = functions_of_one_kind.data();
        table.count = static_cast<std::uint8_t>(functions_of_one_kind.size());
        table.kind = LazyTable::Kind::engine;
        table.attributes = JS_DONTENUM;
        attach_table(J, J->G, table);
    }
    js_pushglobal(J);
    js_defglobal(J, "$k_global", JS_DONTENUM);
    install_resumable(J);
}

void define_uninitialised_export(js_State* J, const char* name) {
    js_Object* object = js_toobject(J, -1);
    js_newcfunction(J, k_uninitialised, "get", 0);
    char* copy = ::strdup(name);
    if (copy == nullptr) js_error(J, "out of memory");
    js_newcfunctionx(J, initialise_export, "set", 1, copy, free_name);
    js_Property* slot = own_slot(J, object, name);
    slot->getter = js_toobject(J, -2);
    slot->setter = js_toobject(J, -1);
    set_attributes(slot, 0);
    js_pop(J, 2);
}

void define_uninitialised_export(State& state, const Value& object, const char* name) {
    Guard guard(state.raw());
    js_pushvalue(state.raw(), Internal::raw(object));
    define_uninitialised_export(state.raw(), name);
}

Value module_namespace(State& state, const Value& exports) {
    Guard guard(state.raw());
    return Internal::value(state, object_value(module_namespace(state.raw(), Internal::raw(exports).u.object)));
}

bool is_async_function(const Value& function) {
    const js_Value raw = Internal::raw(function);
    return is_object(raw) && is_async_function(raw.u.object);
}

}  // namespace k6::js
