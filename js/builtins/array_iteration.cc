// Arrays: the constructor and the functions that ES5 has, but for those that change an array in place (array.cc).
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "js/builtins/array.h"

namespace k6::js {
namespace {

/// Notes that an object is being joined, so that one that contains itself shows as an empty string there.
class Joining {
public:
    Joining(Runtime& runtime, const js_Object* object) : list_(runtime.joining) { list_.push_back(object); }
    ~Joining() { list_.pop_back(); }
    Joining(const Joining&) = delete;
    Joining& operator=(const Joining&) = delete;

private:
    std::vector<const js_Object*>& list_;
};

template <bool locale>
void join(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    Runtime& runtime = runtime_of(J);
    const js_Object* self = js_toobject(J, 0);
    if (std::find(runtime.joining.begin(), runtime.joining.end(), self) != runtime.joining.end()) {
        return js_pushliteral(J, "");
    }
    const std::string_view separator = locale || js_isundefined(J, 1) ? "," : js_tostring(J, 1);
    run_native(J, [&] {
        std::string text;
        const Joining joining(runtime, self);
        Guard guard(J);
        const bool sparse = self->type == JS_CARRAY && self->u.a.simple && self->prototype == J->Array_prototype &&
                            indexed_count(J->Array_prototype) == 0;
        if (static_cast<double>(length - 1) * static_cast<double>(separator.size()) > JS_STRLIMIT) {
            throw RangeError("Invalid string length");
        }
        for (std::int64_t i = 0; i < length; ++i) {
            if (i > 0) append_text(text, separator);
            if (sparse && self->u.a.simple && i >= self->u.a.flat_length) {  // nothing is there
                if (separator.empty()) break;
                continue;
            }
            if (!locale && sparse && self->u.a.simple && is_string(self->u.a.array[i])) {
                append_text(text, string_bytes(self->u.a.array[i]));
                if (text.size() > JS_STRLIMIT) throw RangeError("Invalid string length");
                continue;
            }
            get_element(J, 0, i);
            if (js_iscoercible(J, -1)) {
                if (locale) {
                    js_getproperty(J, -1, "toLocaleString");
                    js_rot2(J);
                    js_call(J, 0);
                }
                append_text(text, js_tostring(J, -1));
            }
            js_pop(J, 1);
            if (text.size() > JS_STRLIMIT) throw RangeError("Invalid string length");
        }
        // In the place of `this`, which nobody looks at any more.
        J->stack[J->bot] = text_value(J, text);
    });
    js_copy(J, 0);
}

void to_string(js_State* J) {
    receiver(J);
    js_getproperty(J, 0, "join");
    if (!js_iscallable(J, -1)) {
        js_pop(J, 1);
        js_getglobal(J, "Object");
        js_getproperty(J, -1, "prototype");
        js_getproperty(J, -1, "toString");
    }
    js_copy(J, 0);
    js_call(J, 0);
}

/// Appends the value at stack index `index` to the new array at `result`, which has n elements; spreads what concat
/// spreads. Returns the new number of elements.
std::int64_t concat_value(js_State* J, js_Object* plain, int result, std::int64_t n, int index) {
    const js_Value value = *js_tovalue(J, index);
    bool spreads = false;
    if (is_object(value)) {
        get_property(J, value.u.object, "@@isConcatSpreadable", value);
        spreads = js_isundefined(J, -1) ? is_array(J, value.u.object) : js_toboolean(J, -1) != 0;
        js_pop(J, 1);
    }
    if (!spreads) {
        js_pushvalue(J, value);
        put_element(J, plain, result, n);
        return n + 1;
    }
    const std::int64_t length = length_at(J, index);
    for (std::int64_t i = 0; i < length; ++i) {
        if (has_element(J, index, i)) {
            put_element(J, plain, result, n + i);
        } else {
            i = last_hole(J, index, i, length);
        }
    }
    return n + length;
}

void concat(js_State* J) {
    receiver(J);
    const int top = js_gettop(J);
    js_Object* plain = push_species(J, 0);
    std::int64_t n = 0;
    for (int i = 0; i < top; ++i) n = concat_value(J, plain, top, n, i);
    set_length(J, top, n);
}

void slice(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    const std::int64_t start = relative_index(J, 1, length, 0);
    const std::int64_t end = relative_index(J, 2, length, length);
    const std::int64_t count = std::max<std::int64_t>(0, end - start);
    js_Object* plain = push_species(J, count);
    const int result = js_gettop(J) - 1;
    const js_Object* source = dense(J, 0);
    if (plain != nullptr && source != nullptr) {
        for (std::int64_t i = start; i < end; ++i) append_raw(J, plain, source->u.a.array[i]);
        return;
    }
    for (std::int64_t i = 0; i < count; ++i) {
        if (has_element(J, 0, start + i)) {
            put_element(J, plain, result, i);
        } else {
            i = last_hole(J, 0, start + i, end) - start;
        }
    }
    set_length(J, result, count);
}

void reverse(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    if (js_Object* array = dense(J, 0)) {
        std::reverse(array->u.a.array, array->u.a.array + length);
        js_copy(J, 0);
        return;
    }
    if (reverse_sparse(J, length)) return js_copy(J, 0);
    for (std::int64_t low = 0, high = length - 1; low < high; ++low, --high) {
        if ((low & 0xfff) == 0) run_checkpoint(J);
        const bool has_low = has_element(J, 0, low) != 0;
        if (!has_low) js_pushundefined(J);
        const bool has_high = has_element(J, 0, high) != 0;
        if (!has_high) js_pushundefined(J);
        // low high
        if (has_high) {
            set_element(J, 0, low);
        } else {
            js_pop(J, 1);
            delete_element(J, 0, low);
        }
        if (has_low) {
            set_element(J, 0, high);
        } else {
            js_pop(J, 1);
            delete_element(J, 0, high);
        }
    }
    js_copy(J, 0);
}

void pop(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    if (length == 0) {
        set_length(J, 0, 0);
        js_pushundefined(J);
        return;
    }
    if (js_Object* array = dense(J, 0)) {
        js_pushvalue(J, array->u.a.array[length - 1]);
        array->u.a.flat_length = array->u.a.length = length - 1;
        return;
    }
    get_element(J, 0, length - 1);
    delete_element(J, 0, length - 1);
    set_length(J, 0, length - 1);
}

void index_of(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    for (std::int64_t i = relative_index(J, 2, length, 0); i < length; ++i) {
        if (!has_element(J, 0, i)) {
            i = last_hole(J, 0, i, length);
            continue;
        }
        js_copy(J, 1);
        const bool found = js_strictequal(J) != 0;
        js_pop(J, 2);
        if (found) return js_pushnumber(J, i);
    }
    js_pushnumber(J, -1);
}

void last_index_of(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    double from = js_gettop(J) > 2 ? js_tonumber(J, 2) : length - 1;
    from = std::isnan(from) ? 0 : std::trunc(from);
    if (from < 0) from += length;
    for (std::int64_t i = static_cast<std::int64_t>(std::clamp<double>(from, -1, length - 1)); i >= 0; --i) {
        if (!has_element(J, 0, i)) {
            i = first_hole(J, 0, i);
            continue;
        }
        js_copy(J, 1);
        const bool found = js_strictequal(J) != 0;
        js_pop(J, 2);
        if (found) return js_pushnumber(J, i);
    }
    js_pushnumber(J, -1);
}

/// Calls argument 1 with element i if there is one; its result and below it the element are left on the stack.
bool visit_element(js_State* J, std::int64_t i) {
    if (!has_element(J, 0, i)) return false;
    js_copy(J, 1);
    js_copy(J, 2);
    js_copy(J, -3);
    js_pushnumber(J, i);
    js_copy(J, 0);
    js_call(J, 3);
    return true;
}

template <bool wanted>
void test_all(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    require_callable(J, 1);
    for (std::int64_t i = 0; i < length; ++i) {
        if (!visit_element(J, i)) {
            i = last_hole(J, 0, i, length);
            continue;
        }
        const bool answer = js_toboolean(J, -1) != 0;
        js_pop(J, 2);
        if (answer == wanted) return js_pushboolean(J, wanted);
    }
    js_pushboolean(J, !wanted);
}

void for_each(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    require_callable(J, 1);
    for (std::int64_t i = 0; i < length; ++i) {
        if (visit_element(J, i)) {
            js_pop(J, 2);
        } else {
            i = last_hole(J, 0, i, length);
        }
    }
    js_pushundefined(J);
}

void map(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    require_callable(J, 1);
    js_Object* plain = push_species(J, length);
    const int result = js_gettop(J) - 1;
    for (std::int64_t i = 0; i < length; ++i) {
        if (!visit_element(J, i)) {
            i = last_hole(J, 0, i, length);
            continue;
        }
        put_element(J, plain, result, i);
        js_pop(J, 1);
    }
    if (plain != nullptr && array_length(plain) < length) set_length(J, result, length);
    js_copy(J, result);
}

void filter(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    require_callable(J, 1);
    js_Object* plain = push_species(J, 0);
    const int result = js_gettop(J) - 1;
    std::int64_t n = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        if (!visit_element(J, i)) {
            i = last_hole(J, 0, i, length);
            continue;
        }
        const bool kept = js_toboolean(J, -1) != 0;
        js_pop(J, 1);
        if (kept) {
            put_element(J, plain, result, n++);
        } else {
            js_pop(J, 1);
        }
    }
    js_copy(J, result);
}

template <int step>
void reduce(js_State* J) {
    const int top = js_gettop(J);
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    require_callable(J, 1);
    std::int64_t i = step > 0 ? 0 : length - 1;
    bool has_value = top >= 3;
    if (has_value) js_copy(J, 2);
    for (; !has_value && i >= 0 && i < length; i += step) {
        has_value = has_element(J, 0, i) != 0;
        if (!has_value) i = step > 0 ? last_hole(J, 0, i, length) : first_hole(J, 0, i);
    }
    if (!has_value) js_typeerror(J, "Reduce of empty array with no initial value");
    for (; i >= 0 && i < length; i += step) {
        if (!has_element(J, 0, i)) {
            i = step > 0 ? last_hole(J, 0, i, length) : first_hole(J, 0, i);
            continue;
        }
        // accumulated element → accumulated
        js_copy(J, 1);
        js_pushundefined(J);
        js_copy(J, -4);
        js_copy(J, -4);
        js_pushnumber(J, i);
        js_copy(J, 0);
        js_call(J, 4);
        js_rot3pop2(J);
    }
}

constexpr StockFunction functions[] = {
    {"concat", concat, 0, 1},
    {"every", test_all<false>, 2},
    {"filter", filter, 2},
    {"forEach", for_each, 2},
    {"indexOf", index_of, 0, 1},
    {"join", join<false>, 1},
    {"lastIndexOf", last_index_of, 0, 1},
    {"map", map, 2},
    {"pop", pop, 0},
    {"reduce", reduce<1>, 0, 1},
    {"reduceRight", reduce<-1>, 0, 1},
    {"reverse", reverse, 0},
    {"slice", slice, 2},
    {"some", test_all<true>, 2},
    {"toLocaleString", join<true>, 0},
    {"toString", to_string, 0},
};

}  // namespace

std::int64_t length_at(js_State* J, int index) {
    const js_Value& value = *js_tovalue(J, index);
    if (value.t.type == JS_TOBJECT && value.u.object->type == JS_CARRAY) return array_length(value.u.object);
    js_getproperty(J, index, "length");
    const double length = js_tonumber(J, -1);
    js_pop(J, 1);
    if (!(length > 0)) return 0;
    return static_cast<std::int64_t>(std::min(length, static_cast<double>(max_length)));
}

bool inherits_no_elements(js_State* J, const js_Object* object) {
    return object->type == JS_CARRAY && object->prototype == J->Array_prototype && J->Array_prototype->u.a.simple &&
           J->Array_prototype->u.a.flat_length == 0;
}

std::int64_t last_hole(js_State* J, int index, std::int64_t i, std::int64_t length) {
    const js_Value& value = *js_tovalue(J, index);
    if (is_object(value) && inherits_no_elements(J, value.u.object)) {
        js_Object* array = value.u.object;
        if (array->u.a.simple && i >= array->u.a.flat_length) return length - 1;
        if (!array->u.a.simple) return std::clamp(next_element(J, array, i) - 1, i, length - 1);
    }
    if ((i & 0xfff) == 0) run_checkpoint(J);
    return i;
}

std::int64_t first_hole(js_State* J, int index, std::int64_t i) {
    const js_Value& value = *js_tovalue(J, index);
    if (is_object(value) && inherits_no_elements(J, value.u.object)) {
        js_Object* array = value.u.object;
        if (array->u.a.simple && i >= array->u.a.flat_length) return array->u.a.flat_length;
        if (!array->u.a.simple) return std::min(previous_element(J, array, i) + 1, i);
    }
    if ((i & 0xfff) == 0) run_checkpoint(J);
    return i;
}

void require_callable(js_State* J, int index) {
    if (js_iscallable(J, index)) return;
    if (js_isobject(J, index)) js_typeerror(J, "Value is not callable: [object Object]");
    const js_Value& value = *js_tovalue(J, index);
    js_typeerror(J, "Value is not callable: %s", is_symbol(value) ? "Symbol()" : js_tostring(J, index));
}

void receiver(js_State* J) {
    if (!js_iscoercible(J, 0)) js_typeerror(J, "Cannot convert undefined or null to object");
    js_toobject(J, 0);
}

js_Object* dense(js_State* J, int index) {
    const js_Value& value = *js_tovalue(J, index);
    if (value.t.type != JS_TOBJECT) return nullptr;
    js_Object* object = value.u.object;
    return object->type == JS_CARRAY && object->u.a.simple && object->u.a.flat_length == object->u.a.length ? object
                                                                                                            : nullptr;
}

void call_with_element(js_State* J, std::int64_t i) {
    get_element(J, 0, i);
    js_copy(J, 1);
    js_copy(J, 2);
    js_copy(J, -3);
    js_pushnumber(J, i);
    js_copy(J, 0);
    js_call(J, 3);
}

bool is_array_constructor(const js_Object* object) {
    return object->type == JS_CCFUNCTION && object->u.c.constructor != nullptr && object->u.c.name != nullptr &&
           std::strcmp(object->u.c.name, "Array") == 0;
}

js_Object* push_species(js_State* J, std::int64_t length) {
    const int base = js_gettop(J);
    if (js_isarray(J, 0)) {
        js_getproperty(J, 0, "constructor");
        if (js_isobject(J, -1)) {
            if (!is_array_constructor(js_toobject(J, -1))) {
                js_getproperty(J, -1, "@@species");
                if (js_iscoercible(J, -1)) {
                    js_pushnumber(J, length);
                    js_construct(J, 1);
                    js_rot2pop1(J);
                    js_Object* made = js_toobject(J, -1);
                    const bool plain = made->type == JS_CARRAY && made->u.a.simple && array_length(made) == 0;
                    return plain ? made : nullptr;
                }
            }
        } else if (js_isdefined(J, -1)) {
            js_typeerror(J, "Value is not a constructor");
        }
        js_pop(J, js_gettop(J) - base);
    }
    if (length > max_array_length) js_rangeerror(J, "Invalid array length");
    js_Object* array = new_array(J);
    js_pushobject(J, array);
    return array;
}

void put_element(js_State* J, js_Object* plain, int result, std::int64_t i) {
    if (plain != nullptr && plain->u.a.simple && plain->u.a.flat_length == i && array_length(plain) <= i) {
        append_raw(J, plain, *js_tovalue(J, -1));
        js_pop(J, 1);
        return;
    }
    char name[20];
    js_defproperty(J, result, index_name(name, i), 0);
}

void construct_array(js_State* J) {
    const int top = js_gettop(J);
    js_Object* array = new_array(J);
    js_pushobject(J, array);
    if (top == 2 && js_isnumber(J, 1)) {
        const double length = js_tonumber(J, 1);
        if (length < 0 || length != std::trunc(length) || length > 4294967295.0) {
            js_rangeerror(J, "Invalid array length");
        }
        set_array_length(array, static_cast<std::int64_t>(length));
        return;
    }
    for (int i = 1; i < top; ++i) append_raw(J, array, *js_tovalue(J, i));
}

void install_array_iteration(js_State* J, js_Object*) { attach_functions(J, J->Array_prototype, functions); }

}  // namespace k6::js
