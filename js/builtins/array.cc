// Arrays: ES2015 and later, and those ES5 functions that change an array in place. The others: array_iteration.cc.
#include "js/builtins/array.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "js/builtins/iterators.h"
#include "js/builtins/library.h"

namespace k6::js {
namespace {

/// In long loops without calls: ends the script when its time is up.
void breathe(js_State* J, std::int64_t i) {
    if ((i & 0xfff) == 0) run_checkpoint(J);
}

void array_is_array(js_State* J) { js_pushboolean(J, js_isarray(J, 1)); }

/// For Array.of and Array.from of a subclass: pushes new this(…); of Array itself, a plain array, which is returned.
js_Object* push_new_of_this(js_State* J, const js_Value& self, int length) {
    if (is_object(self) && is_constructor(self.u.object) && !is_array_constructor(self.u.object)) {
        js_pushvalue(J, self);
        if (length >= 0) js_pushnumber(J, length);
        js_construct(J, length >= 0 ? 1 : 0);
        js_Object* made = js_toobject(J, -1);
        return made->type == JS_CARRAY && made->u.a.simple && array_length(made) == 0 ? made : nullptr;
    }
    js_Object* array = new_array(J);
    js_pushobject(J, array);
    return array;
}

void array_of(js_State* J) {
    const int top = js_gettop(J);
    js_Object* plain = push_new_of_this(J, *js_tovalue(J, 0), top - 1);
    for (int i = 1; i < top; ++i) {
        js_copy(J, i);
        put_element(J, plain, top, i - 1);
    }
    set_length(J, top, top - 1);
}

enum class Found { element, index };

template <Found what, bool from_end>
void find(js_State* J) {
    receiver(J);
    require_callable(J, 1);
    const std::int64_t length = length_at(J, 0);
    for (std::int64_t n = 0; n < length; ++n) {
        const std::int64_t i = from_end ? length - 1 - n : n;
        call_with_element(J, i);
        if (js_toboolean(J, -1)) {
            if (what == Found::index) {
                js_pushnumber(J, i);
            } else {
                js_pop(J, 1);
            }
            return;
        }
        js_pop(J, 2);
    }
    if (what == Found::index) {
        js_pushnumber(J, -1);
    } else {
        js_pushundefined(J);
    }
}

void includes(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    const js_Value wanted = *js_tovalue(J, 1);
    for (std::int64_t i = relative_index(J, 2, length, 0); i < length; ++i) {
        if (const std::int64_t end = last_hole(J, 0, i, length); end > i) {
            if (wanted.t.type == JS_TUNDEFINED) return js_pushboolean(J, 1);
            i = end;
            continue;
        }
        get_element(J, 0, i);
        const bool found = same_value_zero(*js_tovalue(J, -1), wanted);
        js_pop(J, 1);
        if (found) {
            js_pushboolean(J, 1);
            return;
        }
    }
    js_pushboolean(J, 0);
}

void at(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    const double position = js_tonumber(J, 1);
    const double index = std::isnan(position) ? 0 : std::trunc(position) + (position <= -1 ? length : 0);
    if (index < 0 || index >= length) {
        js_pushundefined(J);
    } else {
        get_element(J, 0, static_cast<std::int64_t>(index));
    }
}

void fill(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    const std::int64_t end = relative_index(J, 3, length, length);
    const std::int64_t start = relative_index(J, 2, length, 0);
    js_Object* array = js_toobject(J, 0);
    for (std::int64_t i = start; i < end; ++i) {
        // `new Array(n).fill(v)`: elements are appended until the array is dense.
        if (array->type == JS_CARRAY && array->u.a.simple && array->u.a.flat_length == i) {
            append_raw(J, array, *js_tovalue(J, 1));
            set_array_length(array, std::max<std::int64_t>(array_length(array), length));
            continue;
        }
        js_copy(J, 1);
        set_element(J, 0, i);
    }
    js_copy(J, 0);
}

void copy_within(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    const std::int64_t end = relative_index(J, 3, length, length);
    const std::int64_t start = relative_index(J, 2, length, 0);
    const std::int64_t target = relative_index(J, 1, length, 0);
    const std::int64_t count = std::min(end - start, length - target);
    const bool backwards = start < target;
    for (std::int64_t n = 0; n < count; ++n) {
        const std::int64_t i = backwards ? count - 1 - n : n;
        breathe(J, n);
        if (has_element(J, 0, start + i)) {
            set_element(J, 0, target + i);
        } else {
            delete_element(J, 0, target + i);
        }
    }
    js_copy(J, 0);
}

/// The array that flat and flatMap make: at `index` of the stack, `plain` if it is one of ours.
struct Flattened {
    js_Object* plain;
    int index;
    std::int64_t count = 0;

    void add(js_State* J) {
        js_copy(J, -1);
        put_element(J, plain, index, count++);
    }
};

void flatten_into(js_State* J, Flattened& result, int source, double depth) {
    // The source array is at stack index `source` (absolute).
    const std::int64_t length = length_at(J, source);
    for (std::int64_t i = 0; i < length; ++i) {
        if (!has_element(J, source, i)) {
            i = last_hole(J, source, i, length);
            continue;
        }
        if (depth > 0 && js_isarray(J, -1)) {
            if (js_gettop(J) > 2000) js_rangeerror(J, "Maximum call stack size exceeded");
            flatten_into(J, result, js_gettop(J) - 1, depth - 1);
        } else {
            result.add(J);
        }
        js_pop(J, 1);
    }
}

void flat(js_State* J) {
    receiver(J);
    const double depth = js_isundefined(J, 1) ? 1 : js_tonumber(J, 1);
    Flattened result{.plain = push_species(J, 0), .index = js_gettop(J) - 1};
    flatten_into(J, result, 0, std::isnan(depth) ? 0 : std::trunc(depth));
}

void flat_map(js_State* J) {
    receiver(J);
    require_callable(J, 1);
    const std::int64_t length = length_at(J, 0);
    Flattened result{.plain = push_species(J, 0), .index = js_gettop(J) - 1};
    for (std::int64_t i = 0; i < length; ++i) {
        if (!has_element(J, 0, i)) {
            i = last_hole(J, 0, i, length);
            continue;
        }
        js_pop(J, 1);
        call_with_element(J, i);
        if (js_isarray(J, -1)) {
            flatten_into(J, result, js_gettop(J) - 1, 0);
        } else {
            result.add(J);
        }
        js_pop(J, 2);
    }
}

/// A new dense array of elements [from, to) of `this`, left on the stack.
js_Object* copy_elements(js_State* J, std::int64_t from, std::int64_t to) {
    js_Object* result = new_array(J);
    js_pushobject(J, result);
    for (std::int64_t i = from; i < to; ++i) {
        get_element(J, 0, i);
        append_raw(J, result, *js_tovalue(J, -1));
        js_pop(J, 1);
    }
    return result;
}

void with(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    const double position = js_tonumber(J, 1);
    const double index = std::isnan(position) ? 0 : std::trunc(position) + (position <= -1 ? length : 0);
    if (index < 0 || index >= length) js_rangeerror(J, "Invalid index");
    copy_elements(J, 0, length)->u.a.array[static_cast<int>(index)] = *js_tovalue(J, 2);
}

void to_reversed(js_State* J) {
    receiver(J);
    js_Object* result = copy_elements(J, 0, length_at(J, 0));
    std::reverse(result->u.a.array, result->u.a.array + result->u.a.flat_length);
}

void to_spliced(js_State* J) {
    receiver(J);
    const int top = js_gettop(J);
    const std::int64_t length = length_at(J, 0);
    const std::int64_t start = relative_index(J, 1, length, 0);
    const double wanted = top < 3 ? (top < 2 ? 0 : length - start) : js_tonumber(J, 2);
    const std::int64_t removed =
        static_cast<std::int64_t>(std::clamp<double>(std::isnan(wanted) ? 0 : wanted, 0, length - start));
    js_Object* result = copy_elements(J, 0, start);
    for (int i = 3; i < top; ++i) append_raw(J, result, *js_tovalue(J, i));
    for (std::int64_t i = start + removed; i < length; ++i) {
        get_element(J, 0, i);
        append_raw(J, result, *js_tovalue(J, -1));
        js_pop(J, 1);
    }
}

void require_changeable(js_State* J, const js_Object* array) {
    if (!array->extensible)
        js_typeerror(J, "Cannot add property %.0f, object is not extensible", static_cast<double>(array_length(array)));
}

/// Moves elements from `from` on by `by` places within a dense array whose length becomes `length`.
void shift_dense(js_State* J, js_Object* array, std::int64_t from, std::int64_t by, std::int64_t new_length) {
    auto& a = array->u.a;
    if (new_length > JS_ARRAYLIMIT) js_rangeerror(J, "Invalid array length");
    const int length = static_cast<int>(new_length);
    if (length > a.flat_capacity) {
        int capacity = std::max(8, a.flat_capacity);
        while (capacity < length) capacity *= 2;
        a.array = static_cast<js_Value*>(js_realloc(J, a.array, capacity * static_cast<int>(sizeof(js_Value))));
        a.flat_capacity = capacity;
    }
    if (by != 0 && a.flat_length > from) {
        std::memmove(a.array + from + by, a.array + from,
                     sizeof(js_Value) * static_cast<std::size_t>(a.flat_length - from));
    }
    a.flat_length = a.length = length;
}

void splice(js_State* J) {
    receiver(J);
    const int top = js_gettop(J);
    const std::int64_t length = length_at(J, 0);
    const std::int64_t start = relative_index(J, 1, length, 0);
    const double wanted = top < 3 ? (top < 2 ? 0 : length - start) : js_tonumber(J, 2);
    const std::int64_t removed =
        static_cast<std::int64_t>(std::clamp<double>(std::isnan(wanted) ? 0 : wanted, 0, length - start));
    const int added = std::max(0, top - 3);
    const std::int64_t change = added - removed;
    js_Object* plain = push_species(J, removed);
    for (std::int64_t i = 0; i < removed; ++i) {
        if (has_element(J, 0, start + i)) {
            put_element(J, plain, top, i);
        } else {
            i = last_hole(J, 0, start + i, start + removed) - start;
        }
    }
    set_length(J, top, removed);
    if (js_Object* array = dense(J, 0)) {
        if (change > 0) require_changeable(J, array);
        shift_dense(J, array, start + removed, change, length + change);
        for (int i = 0; i < added; ++i) array->u.a.array[start + i] = *js_tovalue(J, 3 + i);
        return;
    }
    if (shift_sparse(J, start + removed, change)) {
        // What stands behind has been moved.
    } else if (change < 0) {
        for (std::int64_t i = start + removed; i < length; ++i) {
            breathe(J, i);
            if (has_element(J, 0, i)) {
                set_element(J, 0, i + change);
            } else {
                delete_element(J, 0, i + change);
            }
        }
        for (std::int64_t i = length - 1; i >= length + change; --i) delete_element(J, 0, i);
    } else if (change > 0) {
        for (std::int64_t i = length - 1; i >= start + removed; --i) {
            breathe(J, i);
            if (has_element(J, 0, i)) {
                set_element(J, 0, i + change);
            } else {
                delete_element(J, 0, i + change);
            }
        }
    }
    for (int i = 0; i < added; ++i) {
        js_copy(J, 3 + i);
        set_element(J, 0, start + i);
    }
    js_pushnumber(J, length + change);
    js_setproperty(J, 0, "length");
}

void unshift(js_State* J) {
    receiver(J);
    const int added = js_gettop(J) - 1;
    const std::int64_t length = length_at(J, 0);
    if (js_Object* array = dense(J, 0)) {
        require_changeable(J, array);
        shift_dense(J, array, 0, added, length + added);
        for (int i = 0; i < added; ++i) array->u.a.array[i] = *js_tovalue(J, 1 + i);
    } else {
        if (length + added > max_length) js_typeerror(J, "Invalid array length");
        const bool moved = shift_sparse(J, 0, added);
        for (std::int64_t i = length - 1; i >= 0 && added > 0 && !moved; --i) {
            breathe(J, i);
            if (has_element(J, 0, i)) {
                set_element(J, 0, i + added);
            } else {
                delete_element(J, 0, i + added);
            }
        }
        for (int i = 0; i < added; ++i) {
            js_copy(J, 1 + i);
            set_element(J, 0, i);
        }
        js_pushnumber(J, length + added);
        js_setproperty(J, 0, "length");
    }
    js_pushnumber(J, length + added);
}

void shift(js_State* J) {
    receiver(J);
    const std::int64_t length = length_at(J, 0);
    if (length == 0) {
        js_pushnumber(J, 0);
        js_setproperty(J, 0, "length");
        js_pushundefined(J);
        return;
    }
    get_element(J, 0, 0);
    if (js_Object* array = dense(J, 0)) {
        shift_dense(J, array, 1, -1, length - 1);
        return;
    }
    const bool moved = shift_sparse(J, 1, -1);
    for (std::int64_t i = 1; i < length && !moved; ++i) {
        breathe(J, i);
        if (has_element(J, 0, i)) {
            set_element(J, 0, i - 1);
        } else {
            delete_element(J, 0, i - 1);
        }
    }
    delete_element(J, 0, length - 1);
    js_pushnumber(J, length - 1);
    js_setproperty(J, 0, "length");
}

void push(js_State* J) {
    receiver(J);
    const int top = js_gettop(J);
    std::int64_t length = length_at(J, 0);
    js_Object* array = dense(J, 0);
    if (array != nullptr || js_isarray(J, 0)) require_changeable(J, js_toobject(J, 0));
    if (length + top - 1 > max_length) js_typeerror(J, "Invalid array length");
    for (int i = 1; i < top; ++i, ++length) {
        if (array != nullptr) {
            append_raw(J, array, *js_tovalue(J, i));
        } else {
            js_copy(J, i);
            set_element(J, 0, length);
        }
    }
    if (array == nullptr) set_length(J, 0, length);
    js_pushnumber(J, length);
}

// ---- sorting

/// Orders by the script's comparison function, or by text.
class Sorter {
public:
    Sorter(js_State* J, const js_Value& compare) : J_(J), compare_(compare) {}

    /// Stable merge sort; the values stay alive elsewhere.
    void sort(std::vector<js_Value>& values) {
        if (compare_.t.type == JS_TUNDEFINED) {
            sort_by_text(values);
            return;
        }
        std::vector<js_Value> other(values.size());
        merge_sort(values, other, 0, values.size());
    }

private:
    static constexpr std::size_t run_length = 8;

    bool less(const js_Value& left, const js_Value& right) {
        js_pushvalue(J_, compare_);
        js_pushundefined(J_);
        js_pushvalue(J_, left);
        js_pushvalue(J_, right);
        js_call(J_, 2);
        const double order = js_tonumber(J_, -1);
        js_pop(J_, 1);
        return order < 0;
    }

    void merge_sort(std::vector<js_Value>& values, std::vector<js_Value>& other, std::size_t first, std::size_t last) {
        if (last - first <= run_length) {
            for (std::size_t i = first + 1; i < last; ++i) {
                const js_Value value = values[i];
                std::size_t k = i;
                for (; k > first && less(value, values[k - 1]); --k) values[k] = values[k - 1];
                values[k] = value;
            }
            return;
        }
        const std::size_t middle = first + (last - first) / 2;
        merge_sort(values, other, first, middle);
        merge_sort(values, other, middle, last);
        if (!less(values[middle], values[middle - 1])) return;
        std::copy(values.begin() + static_cast<std::ptrdiff_t>(first),
                  values.begin() + static_cast<std::ptrdiff_t>(last),
                  other.begin() + static_cast<std::ptrdiff_t>(first));
        std::size_t left = first;
        std::size_t right = middle;
        for (std::size_t out = first; out < last; ++out) {
            const bool take_right = left == middle || (right < last && less(other[right], other[left]));
            values[out] = take_right ? other[right++] : other[left++];
        }
    }

    void sort_by_text(std::vector<js_Value>& values) {
        std::vector<std::pair<std::string, js_Value>> keyed;
        keyed.reserve(values.size());
        for (const js_Value& value : values) {
            js_pushvalue(J_, value);
            keyed.emplace_back(js_tostring(J_, -1), value);
            js_pop(J_, 1);
        }
        std::stable_sort(keyed.begin(), keyed.end(), [](const auto& left, const auto& right) {
            return compare_text(left.first.c_str(), right.first.c_str()) < 0;
        });
        std::transform(keyed.begin(), keyed.end(), values.begin(), [](const auto& entry) { return entry.second; });
    }

    js_State* J_;
    js_Value compare_;
};

/// The sorted elements of the array-like at stack index `source`: undefined ones last, holes left out. They stay alive
/// through an array pushed on the stack.
std::vector<js_Value> sorted_elements(js_State* J, int source, const js_Value& compare, bool keep_holes) {
    if (compare.t.type != JS_TUNDEFINED && (compare.t.type != JS_TOBJECT || !is_callable(compare.u.object))) {
        throw TypeError("The comparison function must be either a function or undefined");
    }
    const std::int64_t length = length_at(J, source);
    js_Object* keeper = new_array(J);
    js_pushobject(J, keeper);
    std::vector<js_Value> values;
    std::size_t undefined_count = 0;
    for (std::int64_t i = 0; i < length; ++i) {
        if (!has_element(J, source, i)) {
            const std::int64_t end = last_hole(J, source, i, length);
            if (keep_holes) undefined_count += static_cast<std::size_t>(end - i + 1);
            i = end;
            continue;
        }
        const js_Value value = *js_tovalue(J, -1);
        if (value.t.type == JS_TUNDEFINED) {
            ++undefined_count;
        } else {
            append_raw(J, keeper, value);
            values.push_back(value);
        }
        js_pop(J, 1);
    }
    Sorter(J, compare).sort(values);
    if (undefined_count > static_cast<std::size_t>(JS_ARRAYLIMIT)) throw RangeError("Invalid array length");
    values.insert(values.end(), undefined_count, undefined_value());
    return values;
}

Value sort(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    Guard guard(J);
    const js_Object* object = push_object_of(J, this_raw(call));
    const int self = js_gettop(J) - 1;
    const std::int64_t length = length_at(J, self);
    const std::vector<js_Value> values = sorted_elements(J, self, argument_raw(call, 0), false);
    if (object->type == JS_CARRAY && !object->extensible) throw TypeError("Cannot assign to read only property '0'");
    const int strict = J->strict;
    J->strict = 1;
    for (std::int64_t i = 0; i < length; ++i) {
        if (static_cast<std::size_t>(i) < values.size()) {
            js_pushvalue(J, values[static_cast<std::size_t>(i)]);
            set_element(J, self, i);
        } else {
            const std::int64_t end = last_hole(J, self, i, length);
            if (end == i) delete_element(J, self, i);
            i = end;
        }
    }
    J->strict = strict;
    js_copy(J, self);
    return top_value(state);
}

Value to_sorted(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    Guard guard(J);
    push_object_of(J, this_raw(call));
    const std::vector<js_Value> values = sorted_elements(J, js_gettop(J) - 1, argument_raw(call, 0), true);
    js_Object* result = new_array(J);
    js_pushobject(J, result);
    for (const js_Value& value : values) append_raw(J, result, value);
    return top_value(state);
}

// ---- iteration

template <IterationKind kind>
Value iterator(Call& call) {
    const Value self = call.this_value();
    if (self.is_nullish()) throw TypeError("Array.prototype method called on null or undefined");
    return array_iterator(call.state(), self, kind);
}

Value array_from(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    const js_Value source = argument_raw(call, 0);
    const js_Value map = argument_raw(call, 1);
    const js_Value map_this = argument_raw(call, 2);
    const bool mapping = map.t.type != JS_TUNDEFINED;
    if (mapping && (map.t.type != JS_TOBJECT || !is_callable(map.u.object))) {
        throw TypeError("The mapping argument of Array.from is not a function");
    }
    Guard guard(J);
    js_Object* plain = push_new_of_this(J, this_raw(call), -1);
    const int result = js_gettop(J) - 1;
    std::int64_t count = 0;
    auto add = [&](const js_Value& value) {
        if (!mapping) {
            js_pushvalue(J, value);
        } else {
            js_pushvalue(J, map);
            js_pushvalue(J, map_this);
            js_pushvalue(J, value);
            js_pushnumber(J, count);
            js_call(J, 2);
        }
        put_element(J, plain, result, count++);
    };
    bool iterable = is_string(source);
    if (!iterable) {
        const js_Object* object = push_object_of(J, source);
        iterable = object->type == JS_CARRAY;
        if (!iterable) {
            js_getproperty(J, -1, "@@iterator");
            iterable = js_iscoercible(J, -1) != 0;
            js_pop(J, 1);
        }
    }
    if (iterable) {
        iterate(state, source, [&](const js_Value& value) {
            Guard inner(J);
            add(value);
        });
    } else {
        const int self = js_gettop(J) - 1;
        const std::int64_t length = length_at(J, self);
        for (std::int64_t i = 0; i < length; ++i) {
            get_element(J, self, i);
            add(*js_tovalue(J, -1));
            js_pop(J, 1);
        }
    }
    set_length(J, result, count);
    return to_value(state, *js_tovalue(J, result));
}

constexpr StockFunction static_functions[] = {
    {"isArray", array_is_array, 1},
    {"of", array_of, 0},
};
constexpr FunctionDefinition static_natives[] = {
    {"from", 1, array_from},
};
constexpr StockFunction prototype_functions[] = {
    {"at", at, 1},
    {"copyWithin", copy_within, 3},
    {"fill", fill, 3},
    {"find", find<Found::element, false>, 2},
    {"findIndex", find<Found::index, false>, 2},
    {"findLast", find<Found::element, true>, 2},
    {"findLastIndex", find<Found::index, true>, 2},
    {"flat", flat, 1},
    {"flatMap", flat_map, 2},
    {"includes", includes, 2},
    {"push", push, 0, 1},
    {"shift", shift, 0},
    {"splice", splice, 0, 2},
    {"toReversed", to_reversed, 0},
    {"toSpliced", to_spliced, 0, 2},
    {"unshift", unshift, 0, 1},
    {"with", with, 2},
};
constexpr FunctionDefinition prototype_natives[] = {
    {"entries", 0, iterator<IterationKind::entries>},
    {"keys", 0, iterator<IterationKind::keys>},
    {"values", 0, iterator<IterationKind::values>},
    {"@@iterator", 0, iterator<IterationKind::values>},
    {"sort", 1, sort},
    {"toSorted", 1, to_sorted},
};

}  // namespace

void install_array(State& state) {
    js_State* J = state.raw();
    Guard guard(J);
    attach_functions(J, J->Array_prototype, prototype_functions);
    state.define_functions(to_value(state, object_value(J->Array_prototype)), prototype_natives);
    js_Object* constructor = define_constructor(J, J->Array_prototype, "Array", 0, construct_array, construct_array);
    constructor->extensible |= 1 << native_length_shift;
    install_array_iteration(J, constructor);
    define_species(state, constructor);
    attach_functions(J, constructor, static_functions);
    state.define_functions(to_value(state, object_value(constructor)), static_natives);
}

}  // namespace k6::js
