// Iteration: for-of, array patterns, spread and rest.
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "js/support/functions.h"

namespace k6::js::support {
namespace {

constexpr const char* walk_tag = "Iteration";
constexpr const char* iterator_key = "@@iterator";

/// Objects whose elements the engine finds by index and whose iteration visits just those.
bool is_indexed(const js_Object* object) { return object->type == JS_CARRAY || object->type == JS_CARGUMENTS; }

/// Pushes the value's iterator function; a TypeError if it has none. True if it is that of arrays.
bool push_iterator_function(js_State* J, int value) {
    if (!js_iscoercible(J, value)) js_typeerror(J, "%s is not iterable", js_isnull(J, value) ? "null" : "undefined");
    if (js_isobject(J, value) || js_isstring(J, value)) {
        js_getproperty(J, value, iterator_key);
        if (js_iscallable(J, -1)) {
            const js_Property* of_arrays = jsV_getproperty(J, J->Array_prototype, iterator_key);
            return of_arrays != nullptr && of_arrays->value.t.type == JS_TOBJECT &&
                   of_arrays->value.u.object == js_tovalue(J, -1)->u.object;
        }
    }
    js_typeerror(J, "%s is not iterable", js_typeof(J, value));
}

/// Takes the iterator function from the stack; pushes the iterator and its `next`.
void start_iteration(js_State* J, int value) {
    js_copy(J, value);
    js_call(J, 0);
    if (!js_isobject(J, -1)) js_typeerror(J, "Result of the Symbol.iterator method is not an object");
    js_getproperty(J, -1, "next");
}

/// With iterator and `next` at `iterator` and `iterator + 1` (absolute): pushes the next value, or nothing at the end.
bool step_iteration(js_State* J, int iterator) {
    js_copy(J, iterator + 1);
    js_copy(J, iterator);
    js_call(J, 0);
    if (!js_isobject(J, -1)) js_typeerror(J, "Iterator result is not an object");
    js_getproperty(J, -1, "done");
    const bool done = js_toboolean(J, -1) != 0;
    js_pop(J, 1);
    if (done) {
        js_pop(J, 1);
        return false;
    }
    js_getproperty(J, -1, "value");
    js_rot2pop1(J);
    return true;
}

/// Calls the iterator's `return` method, if it has one.
void close_iteration(js_State* J, int iterator) {
    js_getproperty(J, iterator, "return");
    if (!js_iscoercible(J, -1)) {
        js_pop(J, 1);
        return;
    }
    js_copy(J, iterator);
    js_call(J, 0);
    if (!js_isobject(J, -1)) js_typeerror(J, "Iterator result is not an object");
    js_pop(J, 1);
}

int character_size(const char* text) {
    const auto c = static_cast<unsigned char>(*text);
    const int size = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    for (int i = 1; i < size; ++i)
        if (text[i] == 0) return i;
    return size;
}

/// The string at `value` if it is one, or a String object with the usual iterator; else null.
const char* text_of(js_State* J, int value) {
    if (js_isstring(J, value)) return js_tostring(J, value);
    const js_Value* raw = js_tovalue(J, value);
    if (raw->t.type == JS_TOBJECT && raw->u.object->type == JS_CSTRING) return raw->u.object->u.s.string;
    return nullptr;
}

/// Pushes an array of the first `limit` characters, all if it is negative.
void push_characters(js_State* J, const char* text, int limit) {
    js_newarray(J);
    for (int i = 0; *text != 0 && i != limit; ++i) {
        const int size = character_size(text);
        js_pushlstring(J, text, size);
        js_setindex(J, -2, i);
        text += size;
    }
}

/// An iteration in progress that behaves as an array to `i < list.length` and `list[i]`: asking for the length goes
/// one step on.
struct Walk {
    js_Object* self;
    js_Property* iterator;
    js_Property* next;
    js_Property* value;
    bool done;
    bool by_index;  // each element that is asked for is one step
};

/// One step on; whether there is a value.
bool step_walk(js_State* J, Walk& walk) {
    if (walk.done) return false;
    walk.done = true;  // unless the step succeeds: an iterator that failed is not closed
    const int base = js_gettop(J);
    js_pushvalue(J, walk.iterator->value);
    js_pushvalue(J, walk.next->value);
    if (step_iteration(J, base)) {
        walk.value->value = *js_tovalue(J, -1);
        js_pop(J, 1);
        walk.done = false;
    }
    js_pop(J, 2);
    return !walk.done;
}

int walk_has(js_State* J, void* data, const char* name) {
    Walk& walk = *static_cast<Walk*>(data);
    if (name[0] >= '0' && name[0] <= '9') {
        if (walk.by_index && !step_walk(J, walk)) {
            js_pushundefined(J);
        } else {
            js_pushvalue(J, walk.value->value);
        }
        return 1;
    }
    if (std::strcmp(name, "length") != 0) return 0;
    js_pushnumber(J, step_walk(J, walk) ? HUGE_VAL : 0);
    return 1;
}

void walk_free(js_State*, void* data) { std::free(data); }

/// Pushes the walk over the value at 1, and returns it; or pushes something with a length and elements, and returns
/// null.
Walk* push_walk(js_State* J) {
    const js_Value* value = js_tovalue(J, 1);
    if (value->t.type == JS_TOBJECT && is_indexed(value->u.object)) {
        js_copy(J, 1);
        return nullptr;
    }
    if (const char* text = text_of(J, 1)) {
        push_characters(J, text, -1);
        return nullptr;
    }
    if (push_iterator_function(J, 1)) {
        js_copy(J, 1);
        return nullptr;
    }
    start_iteration(J, 1);
    const int iterator = js_gettop(J) - 2;
    auto* walk = static_cast<Walk*>(std::calloc(1, sizeof(Walk)));
    if (walk == nullptr) js_error(J, "out of memory");
    js_pushnull(J);
    js_newuserdatax(J, walk_tag, walk, walk_has, nullptr, nullptr, walk_free);
    walk->self = object_at(J, -1);
    walk->iterator = jsV_setproperty(J, walk->self, "iterator");
    walk->iterator->value = *js_tovalue(J, iterator);
    walk->next = jsV_setproperty(J, walk->self, "next");
    walk->next->value = *js_tovalue(J, iterator + 1);
    walk->value = jsV_setproperty(J, walk->self, "value");
    return walk;
}

/// for (x of value): something with a length and elements.
void k_of(js_State* J) { push_walk(J); }

/// Calls the iterator's `return`, unless the walk has come to its end.
void close_walk(js_State* J, Walk& walk) {
    if (walk.done) return;
    walk.done = true;
    js_pushvalue(J, walk.iterator->value);
    close_iteration(J, js_gettop(J) - 1);
    js_pop(J, 1);
}

void abandon_walk(js_State* J, js_Object* object) { close_walk(J, *static_cast<Walk*>(object->u.user.data)); }

/// Source of an array pattern, true if an exception shall close it: something whose elements can be asked for once
/// each, in order.
void k_steps(js_State* J) {
    Walk* walk = push_walk(J);
    if (walk == nullptr) return;
    walk->by_index = true;
    if (!js_toboolean(J, 2)) return;
    Runtime& runtime = runtime_of(J);
    runtime.open_iterations.push_back({walk->self, runtime.handlers.size(), abandon_walk});
}

/// A for-of loop is left early, or an array pattern has its values.
void k_close(js_State* J) {
    if (js_isuserdata(J, 1, walk_tag)) {
        Walk& walk = *static_cast<Walk*>(js_touserdata(J, 1, walk_tag));
        auto& open = runtime_of(J).open_iterations;
        if (!open.empty() && open.back().iteration == walk.self) open.pop_back();
        close_walk(J, walk);
    }
    push_undefined_result(J);
}

/// An exception leaves a for-of loop or an array pattern: it goes on, whatever closing the iterator does.
void k_abandon(js_State* J) {
    if (js_isuserdata(J, 1, walk_tag)) {
        run_native(J, [&] {
            try {
                Guard guard(J);
                close_walk(J, *static_cast<Walk*>(js_touserdata(J, 1, walk_tag)));
            } catch (const ScriptException&) {
            }
        });
    }
    push_undefined_result(J);
}

/// The values that an array pattern of `limit` elements takes; all if the limit is negative.
void k_array(js_State* J) {
    const js_Value* value = js_tovalue(J, 1);
    if (value->t.type == JS_TOBJECT && is_indexed(value->u.object)) {
        js_copy(J, 1);
        return;
    }
    const int limit = js_tointeger(J, 2);
    if (const char* text = text_of(J, 1)) {
        push_characters(J, text, limit);
        return;
    }
    if (push_iterator_function(J, 1)) {
        js_copy(J, 1);
        return;
    }
    start_iteration(J, 1);
    const int iterator = js_gettop(J) - 2;
    js_newarray(J);
    int i = 0;
    for (; i != limit; ++i) {
        if (!step_iteration(J, iterator)) return;
        js_setindex(J, -2, i);
    }
    close_iteration(J, iterator);
}

void push_slice(js_State* J, int list, int from) {
    if (js_isuserdata(J, list, walk_tag)) {
        Walk& walk = *static_cast<Walk*>(js_touserdata(J, list, walk_tag));
        js_newarray(J);
        for (int i = 0; step_walk(J, walk); ++i) {
            js_pushvalue(J, walk.value->value);
            js_setindex(J, -2, i);
        }
        return;
    }
    const int length = js_getlength(J, list);
    js_newarray(J);
    for (int i = from; i < length; ++i) {
        js_getindex(J, list, i);
        js_setindex(J, -2, i - from);
    }
}

void k_slice(js_State* J) { push_slice(J, 1, js_tointeger(J, 2)); }

/// Appends the elements of the iterable at `value` to the array at `array` (absolute), or, if that is 0, pushes them.
/// Returns how many.
int spread(js_State* J, int value, int array, int length) {
    int count = 0;
    const auto take = [&] {
        if (array != 0) js_setindex(J, array, length + count);
        ++count;
    };
    const js_Value* raw = js_tovalue(J, value);
    bool indexed = raw->t.type == JS_TOBJECT && is_indexed(raw->u.object);
    const char* text = indexed ? nullptr : text_of(J, value);
    if (text != nullptr) {
        while (*text != 0) {
            const int size = character_size(text);
            js_pushlstring(J, text, size);
            text += size;
            take();
        }
        return count;
    }
    if (!indexed) {
        indexed = push_iterator_function(J, value);
        if (indexed) js_pop(J, 1);
    }
    if (indexed) {
        for (int i = 0; i < js_getlength(J, value); ++i) {
            js_getindex(J, value, i);
            take();
        }
        return count;
    }
    start_iteration(J, value);
    int iterator = js_gettop(J) - 2;
    if (array == 0) {
        // The values are to stand where iterator and `next` do now: they go to an array first.
        js_newarray(J);
        const int values = js_gettop(J) - 1;
        while (step_iteration(J, iterator)) js_setindex(J, values, count++);
        js_copy(J, values);
        js_replace(J, iterator);
        js_pop(J, 2);
        for (int i = 0; i < count; ++i) js_getindex(J, iterator, i);
        js_remove(J, iterator);
        return count;
    }
    while (step_iteration(J, iterator)) take();
    js_pop(J, 2);
    return count;
}

/// Whether argument number i of a list is spread: masks are numbers, or strings of 0, 1 and 2 (a hole).
bool is_spread(js_State* J, int mask, int i) {
    if (js_isstring(J, mask)) return js_tostring(J, mask)[i] == '1';
    return (static_cast<unsigned>(js_tonumber(J, mask)) >> i & 1) != 0;
}

/// An array literal's element that is not there.
bool is_hole(js_State* J, int mask, int i) { return js_isstring(J, mask) && js_tostring(J, mask)[i] == '2'; }

}  // namespace

int push_arguments(js_State* J, int mask, int first, int end) {
    int count = 0;
    for (int i = first; i < end; ++i) {
        if (is_spread(J, mask, i - first)) {
            count += spread(J, i, 0, 0);
        } else {
            js_copy(J, i);
            ++count;
        }
    }
    return count;
}

namespace {

/// [a, ...b]: mask, a, b
void k_list(js_State* J) {
    const int end = js_gettop(J);
    js_newarray(J);
    const int array = end;
    int length = 0;
    for (int i = 2; i < end; ++i) {
        if (is_hole(J, 1, i - 2)) {
            js_setlength(J, array, ++length);
        } else if (is_spread(J, 1, i - 2)) {
            length += spread(J, i, array, length);
        } else {
            js_copy(J, i);
            js_setindex(J, array, length++);
        }
    }
}

/// f(...): f, mask, arguments
void k_apply(js_State* J) {
    const int end = js_gettop(J);
    js_copy(J, 1);
    js_pushundefined(J);
    runtime_of(J).tail_call = push_arguments(J, 2, 3, end);
}

/// mask, f, this, arguments
void k_apply_this(js_State* J) {
    const int end = js_gettop(J);
    js_copy(J, 2);
    js_copy(J, 3);
    runtime_of(J).tail_call = push_arguments(J, 1, 4, end);
}

/// o.key(...): o, key, mask, arguments
void k_invoke(js_State* J) {
    const int end = js_gettop(J);
    js_getproperty(J, 1, property_key(J, 2));
    js_copy(J, 1);
    runtime_of(J).tail_call = push_arguments(J, 3, 4, end);
}

/// new f(...): f, mask, arguments
void k_construct(js_State* J) {
    const int end = js_gettop(J);
    js_copy(J, 1);
    js_construct(J, push_arguments(J, 2, 3, end));
}

/// Rest parameters: arguments, index of the first
void k_rest(js_State* J) { push_slice(J, 1, js_tointeger(J, 2)); }

constexpr StockFunction functions[] = {
    {"$k_abandon", k_abandon, 1}, {"$k_apply", k_apply, 2}, {"$k_apply_this", k_apply_this, 3},
    {"$k_array", k_array, 2},     {"$k_close", k_close, 1}, {"$k_construct", k_construct, 2},
    {"$k_invoke", k_invoke, 3},   {"$k_list", k_list, 1},   {"$k_of", k_of, 1},
    {"$k_rest", k_rest, 2},       {"$k_slice", k_slice, 2}, {"$k_steps", k_steps, 2},
};

}  // namespace

std::span<const StockFunction> iteration_functions() { return functions; }

}  // namespace k6::js::support
