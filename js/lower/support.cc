#include "js/lower/support.h"

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "js/lower/resumable.h"
#include "js/mujs/runtime.h"

namespace k6::js::lower {
namespace {

// A native function finds `this` at 0 and its arguments from 1 on, at least as many as its table entry says; what it
// leaves on top of the stack is its result.

constexpr int attribute_mask = 7;  // the engine keeps more than attributes in js_Property::atts
constexpr const char* walk_tag = "Iteration";
constexpr const char* iterator_key = "@@iterator";

js_Object* object_at(js_State* J, int index) { return js_toobject(J, index); }

void push_undefined_result(js_State* J) { js_pushundefined(J); }

/// Puts a property on an object as it is, whatever was there under that name.
js_Property* own_slot(js_State* J, js_Object* object, const char* name) {
    js_Property* slot = jsV_setproperty(J, object, name);
    if (slot == nullptr) js_typeerror(J, "Cannot define property %s, object is not extensible", name);
    return slot;
}

void set_attributes(js_Property* slot, int attributes) { slot->atts = (slot->atts & ~attribute_mask) | attributes; }

/// Own data property `name` of `object` = value at `value`.
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

// ---- Iteration ----

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
};

int walk_has(js_State* J, void* data, const char* name) {
    Walk& walk = *static_cast<Walk*>(data);
    if (name[0] >= '0' && name[0] <= '9') {
        js_pushvalue(J, walk.value->value);
        return 1;
    }
    if (std::strcmp(name, "length") != 0) return 0;
    if (walk.done) {
        js_pushnumber(J, 0);
        return 1;
    }
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
    js_pushnumber(J, walk.done ? 0 : HUGE_VAL);
    return 1;
}

void walk_free(js_State*, void* data) { std::free(data); }

/// for (x of value): something with a length and elements.
void k_of(js_State* J) {
    const js_Value* value = js_tovalue(J, 1);
    if (value->t.type == JS_TOBJECT && is_indexed(value->u.object)) {
        js_copy(J, 1);
        return;
    }
    if (const char* text = text_of(J, 1)) {
        push_characters(J, text, -1);
        return;
    }
    if (push_iterator_function(J, 1)) {
        js_copy(J, 1);
        return;
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
}

/// A for-of loop is left early.
void k_close(js_State* J) {
    if (js_isuserdata(J, 1, walk_tag)) {
        Walk& walk = *static_cast<Walk*>(js_touserdata(J, 1, walk_tag));
        if (!walk.done) {
            walk.done = true;
            js_pushvalue(J, walk.iterator->value);
            close_iteration(J, js_gettop(J) - 1);
        }
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

/// Whether argument number i of a list is spread: masks are numbers, or strings of 0 and 1 for long lists.
bool is_spread(js_State* J, int mask, int i) {
    if (js_isstring(J, mask)) return js_tostring(J, mask)[i] == '1';
    return (static_cast<unsigned>(js_tonumber(J, mask)) >> i & 1) != 0;
}

/// Pushes the arguments from `first` to `end` with those spread that the mask says; returns how many.
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

/// [a, ...b]: mask, a, b
void k_list(js_State* J) {
    const int end = js_gettop(J);
    js_newarray(J);
    const int array = end;
    int length = 0;
    for (int i = 2; i < end; ++i) {
        if (is_spread(J, 1, i - 2)) {
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
    js_call(J, push_arguments(J, 2, 3, end));
}

/// mask, f, this, arguments
void k_apply_this(js_State* J) {
    const int end = js_gettop(J);
    js_copy(J, 2);
    js_copy(J, 3);
    js_call(J, push_arguments(J, 1, 4, end));
}

/// o.key(...): o, key, mask, arguments
void k_invoke(js_State* J) {
    const int end = js_gettop(J);
    js_getproperty(J, 1, js_tostring(J, 2));
    js_copy(J, 1);
    js_call(J, push_arguments(J, 3, 4, end));
}

/// new f(...): f, mask, arguments
void k_construct(js_State* J) {
    const int end = js_gettop(J);
    js_copy(J, 1);
    js_construct(J, push_arguments(J, 2, 3, end));
}

/// Rest parameters: arguments, index of the first
void k_rest(js_State* J) { push_slice(J, 1, js_tointeger(J, 2)); }

// ---- Objects ----

void copy_property(js_State* J, js_Object* target, int source, const char* name) {
    js_getproperty(J, source, name);
    define_value(J, target, name, js_gettop(J) - 1, 0);
    js_pop(J, 1);
}

/// Appends the enumerable symbol keys of a property tree to the array on top of the stack.
void push_symbol_keys(js_State* J, js_Property* node) {
    if (node == nullptr) return;
    push_symbol_keys(J, property_left(node));
    if (is_symbol_key(node->name) && (node->atts & JS_DONTENUM) == 0) {
        js_pushstring(J, node->name);
        js_setindex(J, -2, js_getlength(J, -2));
    }
    push_symbol_keys(J, property_right(node));
}

bool has_symbol_keys(js_Property* node) {
    if (node == nullptr) return false;
    return (is_symbol_key(node->name) && (node->atts & JS_DONTENUM) == 0) || has_symbol_keys(property_left(node)) ||
           has_symbol_keys(property_right(node));
}

template <class Skip>
void copy_properties(js_State* J, js_Object* target, int source, const Skip& skip) {
    if (!js_iscoercible(J, source)) return;
    js_Object* object = object_at(J, source);
    js_pushiterator(J, source, 1);
    const int iterator = js_gettop(J) - 1;
    while (const char* name = js_nextiterator(J, iterator)) {
        if (skip(name)) continue;
        char index[16];
        if (std::strlen(name) < sizeof index) name = std::strcpy(index, name);
        copy_property(J, target, source, name);
    }
    js_pop(J, 1);
    js_Property* root = property_root(object);
    if (!has_symbol_keys(root)) return;
    js_newarray(J);
    push_symbol_keys(J, root);
    const int keys = js_gettop(J) - 1;
    const int count = js_getlength(J, keys);
    for (int i = 0; i < count; ++i) {
        js_getindex(J, keys, i);
        const char* name = js_tostring(J, -1);
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
    for (int i = 2; i < end; ++i) js_tostring(J, i);
    copy_properties(J, object_at(J, result), 1, [&](const char* name) {
        for (int i = 2; i < end; ++i)
            if (std::strcmp(js_tostring(J, i), name) == 0) return true;
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
    const char* name = js_tostring(J, 2);
    const int bits = js_tointeger(J, 3);
    js_Property* slot = own_slot(J, object_at(J, 1), name);
    slot->value = undefined_value();
    ((bits & 1) != 0 ? slot->setter : slot->getter) = object_at(J, 4);
    set_attributes(slot, (bits & 2) != 0 ? 0 : JS_DONTENUM);
    push_undefined_result(J);
}

/// target, key, value
void k_field(js_State* J) {
    define_value(J, object_at(J, 1), js_tostring(J, 2), 3, 0);
    push_undefined_result(J);
}

void k_key(js_State* J) { js_pushstring(J, js_tostring(J, 1)); }

// ---- Classes ----

/// target, key, function, key, function, …
void k_methods(js_State* J) {
    const int end = js_gettop(J);
    js_Object* target = object_at(J, 1);
    for (int i = 2; i + 1 < end; i += 2) define_value(J, target, js_tostring(J, i), i + 1, JS_DONTENUM);
    push_undefined_result(J);
}

/// The constructor and its super class; returns the prototype.
void k_class(js_State* J) {
    js_Object* constructor = object_at(J, 1);
    js_getproperty(J, 1, "prototype");
    js_Object* prototype = object_at(J, -1);
    if (js_isnull(J, 2)) {
        prototype->prototype = nullptr;
        return;
    }
    if (!js_iscallable(J, 2)) js_typeerror(J, "Class extends value %s is not a constructor or null", js_typeof(J, 2));
    js_getproperty(J, 2, "prototype");
    if (js_isobject(J, -1)) {
        prototype->prototype = object_at(J, -1);
    } else if (js_isnull(J, -1)) {
        prototype->prototype = nullptr;
    } else {
        js_typeerror(J, "Class extends value does not have valid prototype property %s", js_tostring(J, -1));
    }
    js_pop(J, 1);
    constructor->prototype = object_at(J, 2);
}

void k_class_call(js_State* J) {
    js_typeerror(J, "Class constructor %s cannot be invoked without 'new'", js_tostring(J, 1));
}

/// The function at the bottom of this frame's call of a super class, `this`, and `count` arguments are on the stack.
void construct_super(js_State* J, int count) {
    const int base = js_gettop(J) - count - 2;
    if (!js_iscallable(J, base)) js_typeerror(J, "Super constructor is not a constructor");
    js_Object* parent = object_at(J, base);
    js_Object* created = object_at(J, base + 1);
    if (parent->type != JS_CCFUNCTION) {
        js_copy(J, base + 1);
        if (count != 0) {
            // Below the arguments: what stays if the constructor returns no object.
            js_rot(J, count + 3);
        } else {
            js_rot3(J);
        }
        js_call(J, count);
        if (js_isobject(J, -1)) {
            js_rot2pop1(J);
        } else {
            js_pop(J, 1);
        }
        return;
    }
    const js_Property* object_constructor = jsV_getproperty(J, J->Object_prototype, "constructor");
    if (parent->u.c.constructor == nullptr)
        js_typeerror(J, "Super constructor %s is not a constructor", parent->u.c.name);
    if (object_constructor != nullptr && object_constructor->value.t.type == JS_TOBJECT &&
        object_constructor->value.u.object == parent) {
        js_pushobject(J, created);
        return;
    }
    // A native constructor makes an object of its own; it gets the prototype that `new` chose.
    js_remove(J, base + 1);
    js_construct(J, count);
    if (js_isobject(J, -1)) object_at(J, -1)->prototype = created->prototype;
}

/// super(...): super class, this, arguments
void k_super(js_State* J) {
    const int end = js_gettop(J);
    for (int i = 1; i < end; ++i) js_copy(J, i);
    construct_super(J, end - 3);
}

/// super class, this, mask, arguments
void k_super_spread(js_State* J) {
    const int end = js_gettop(J);
    js_copy(J, 1);
    js_copy(J, 2);
    construct_super(J, push_arguments(J, 3, 4, end));
}

/// super class, this, arguments object
void k_super_arguments(js_State* J) {
    const int count = js_getlength(J, 3);
    js_copy(J, 1);
    js_copy(J, 2);
    for (int i = 0; i < count; ++i) js_getindex(J, 3, i);
    construct_super(J, count);
}

/// Pushes super[key] as seen by `receiver`: looked up from the prototype of the home object on.
void push_super_property(js_State* J, int home, const char* key, int receiver) {
    js_Object* parent = object_at(J, home)->prototype;
    if (parent == nullptr) js_typeerror(J, "Cannot read properties of null (reading '%s')", key);
    const js_Property* property = jsV_getproperty(J, parent, key);
    if (property != nullptr && property->getter != nullptr) {
        js_pushobject(J, property->getter);
        js_copy(J, receiver);
        js_call(J, 0);
    } else if (property != nullptr && property->setter != nullptr) {
        js_pushundefined(J);
    } else if (property != nullptr) {
        js_pushvalue(J, property->value);
    } else {
        js_pushobject(J, parent);
        js_getproperty(J, -1, key);
        js_rot2pop1(J);
    }
}

/// home, key, this
void k_super_get(js_State* J) { push_super_property(J, 1, js_tostring(J, 2), 3); }

/// home, key, this, value
void k_super_set(js_State* J) {
    const char* key = js_tostring(J, 2);
    js_Object* parent = object_at(J, 1)->prototype;
    js_Property* property = parent == nullptr ? nullptr : jsV_getproperty(J, parent, key);
    if (property != nullptr && property->setter != nullptr) {
        js_pushobject(J, property->setter);
        js_copy(J, 3);
        js_copy(J, 4);
        js_call(J, 1);
    } else if (property != nullptr && (property->getter != nullptr || (property->atts & JS_READONLY) != 0)) {
        js_typeerror(J, "Cannot assign to read only property '%s'", key);
    } else {
        js_Property* own = js_isobject(J, 3) ? jsV_getownproperty(J, object_at(J, 3), key) : nullptr;
        if (own != nullptr || !js_isobject(J, 3)) {
            js_copy(J, 4);
            js_setproperty(J, 3, key);
        } else {
            define_value(J, object_at(J, 3), key, 4, 0);
        }
    }
    js_copy(J, 4);
}

/// super.key(...): mask, home, key, this, arguments
void k_super_invoke(js_State* J) {
    const int end = js_gettop(J);
    const char* key = js_tostring(J, 3);
    push_super_property(J, 2, key, 4);
    if (!js_iscallable(J, -1)) js_typeerror(J, "(intermediate value).%s is not a function", key);
    js_copy(J, 4);
    js_call(J, push_arguments(J, 1, 5, end));
}

void k_no_this(js_State* J) {
    js_referenceerror(J,
                      "Must call super constructor in derived class before accessing 'this' or returning from derived "
                      "constructor");
}

/// What the constructor of a derived class returns, and its `this`.
void k_derived_result(js_State* J) {
    if (js_isobject(J, 1)) {
        js_copy(J, 1);
        return;
    }
    if (js_isdefined(J, 1)) js_typeerror(J, "Derived constructors may only return object or undefined");
    if (!js_isobject(J, 2)) k_no_this(J);
    js_copy(J, 2);
}

/// this, function: new.target, as far as it can be seen from `this`.
void k_new_target(js_State* J) {
    if (js_isobject(J, 1)) {
        js_getproperty(J, 2, "prototype");
        if (js_isobject(J, -1)) {
            const js_Object* prototype = object_at(J, -1);
            js_Object* own = object_at(J, 1)->prototype;
            for (const js_Object* object = own; object != nullptr; object = object->prototype) {
                if (object != prototype) continue;
                js_pushobject(J, own);
                js_getproperty(J, -1, "constructor");
                if (!js_iscallable(J, -1)) js_copy(J, 2);
                return;
            }
        }
    }
    js_pushundefined(J);
}

// ---- Private names: properties "@@#name:…", which nothing lists ----

const char* private_text(js_State* J, const char* key) {
    char text[128];
    std::size_t size = 0;
    for (const char* c = key + 3; *c != 0 && *c != ':' && size + 1 < sizeof text; ++c) text[size++] = *c;
    text[size] = 0;
    return js_intern(J, text);
}

/// object, key, value
void k_private_field(js_State* J) {
    js_Object* object = object_at(J, 1);
    const char* key = js_tostring(J, 2);
    if (jsV_getownproperty(J, object, key) != nullptr)
        js_typeerror(J, "Cannot initialize #%s twice on the same object", private_text(J, key));
    // Even an object that takes no more properties takes these.
    const int extensible = object->extensible;
    object->extensible = 1;
    define_value(J, object, key, 3, JS_DONTENUM);
    object->extensible = extensible;
    push_undefined_result(J);
}

/// object, key
void k_private(js_State* J) {
    const char* key = js_tostring(J, 2);
    if (!js_iscoercible(J, 1))
        js_typeerror(J, "Cannot read private member #%s of %s", private_text(J, key), js_tostring(J, 1));
    const js_Property* property = jsV_getproperty(J, object_at(J, 1), key);
    if (property == nullptr) {
        js_typeerror(J, "Cannot read private member #%s from an object whose class did not declare it",
                     private_text(J, key));
    }
    if (property->getter != nullptr) {
        js_pushobject(J, property->getter);
        js_copy(J, 1);
        js_call(J, 0);
    } else if (property->setter != nullptr) {
        js_typeerror(J, "'#%s' was defined without a getter", private_text(J, key));
    } else {
        js_pushvalue(J, property->value);
    }
}

/// key, object
void k_has_private(js_State* J) {
    const char* key = js_tostring(J, 1);
    if (!js_isobject(J, 2)) {
        js_typeerror(J, "Cannot use 'in' operator to search for '#%s' in %s", private_text(J, key), js_tostring(J, 2));
    }
    js_pushboolean(J, jsV_getproperty(J, object_at(J, 2), key) != nullptr);
}

void k_no_private(js_State* J) {
    js_typeerror(J, "Cannot write private member #%s to an object whose class did not declare it", js_tostring(J, 1));
}

void k_read_only_private(js_State* J) { js_typeerror(J, "Private method '#%s' is not writable", js_tostring(J, 1)); }

/// A key for a private name of a class that is made more than once.
void k_private_key(js_State* J) {
    char number[16];
    js_pushliteral(J, "@@#");
    js_copy(J, 1);
    js_concat(J);
    js_pushliteral(J, ":~");
    js_concat(J);
    js_pushstring(J, js_itoa(number, J->nextref++));
    js_concat(J);
}

// ---- Templates and the rest ----

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
    for (int i = 1; i < end; ++i) {
        const char* part = js_tostring(J, i);
        const std::size_t length = std::strlen(part);
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

void k_typeof(js_State* J) {
    if (js_isstring(J, 1) && is_symbol_key(js_tostring(J, 1))) {
        js_pushliteral(J, "symbol");
    } else {
        js_pushliteral(J, js_typeof(J, 1));
    }
}

void k_power(js_State* J) {
    const double base = js_tonumber(J, 1);
    const double exponent = js_tonumber(J, 2);
    if (std::isnan(exponent) || (std::fabs(base) == 1 && std::isinf(exponent))) {
        js_pushnumber(J, std::nan(""));
    } else {
        js_pushnumber(J, std::pow(base, exponent));
    }
}

/// A regular expression literal with flags that the engine's syntax does not have: pattern, flags
void k_regexp(js_State* J) {
    js_getglobal(J, "RegExp");
    js_copy(J, 1);
    js_copy(J, 2);
    js_construct(J, 2);
}

/// A large literal.
void k_json(js_State* J) {
    js_getglobal(J, "JSON");
    js_getproperty(J, -1, "parse");
    js_rot2(J);
    js_copy(J, 1);
    js_call(J, 1);
}

void k_constant(js_State* J) { js_typeerror(J, "Assignment to constant variable."); }

void k_uninitialised(js_State* J) { js_referenceerror(J, "Cannot access a variable before initialization"); }

void k_eval(js_State* J) { js_evalerror(J, "eval is not supported"); }

constexpr StockFunction functions[] = {
    {"$k_accessor", k_accessor, 4},
    {"$k_apply", k_apply, 2},
    {"$k_apply_this", k_apply_this, 3},
    {"$k_array", k_array, 2},
    {"$k_assign", k_assign, 2},
    {"$k_class", k_class, 2},
    {"$k_class_call", k_class_call, 1},
    {"$k_close", k_close, 1},
    {"$k_coercible", k_coercible, 1},
    {"$k_constant", k_constant, 1},
    {"$k_construct", k_construct, 2},
    {"$k_derived_result", k_derived_result, 2},
    {"$k_eval", k_eval, 1},
    {"$k_field", k_field, 3},
    {"$k_has_private", k_has_private, 2},
    {"$k_invoke", k_invoke, 3},
    {"$k_json", k_json, 1},
    {"$k_key", k_key, 1},
    {"$k_list", k_list, 1},
    {"$k_methods", k_methods, 1},
    {"$k_new_target", k_new_target, 2},
    {"$k_no_private", k_no_private, 1},
    {"$k_no_this", k_no_this, 0},
    {"$k_of", k_of, 1},
    {"$k_omit", k_omit, 1},
    {"$k_power", k_power, 2},
    {"$k_private", k_private, 2},
    {"$k_private_field", k_private_field, 3},
    {"$k_private_key", k_private_key, 1},
    {"$k_read_only_private", k_read_only_private, 1},
    {"$k_regexp", k_regexp, 2},
    {"$k_rest", k_rest, 2},
    {"$k_set_prototype", k_set_prototype, 2},
    {"$k_slice", k_slice, 2},
    {"$k_super", k_super, 2},
    {"$k_super_arguments", k_super_arguments, 3},
    {"$k_super_get", k_super_get, 3},
    {"$k_super_invoke", k_super_invoke, 4},
    {"$k_super_set", k_super_set, 4},
    {"$k_super_spread", k_super_spread, 3},
    {"$k_template", k_template, 2},
    {"$k_text", k_text, 0},
    {"$k_typeof", k_typeof, 1},
    {"$k_uninitialised", k_uninitialised, 1},
};
static_assert(std::size(functions) <= 64, "a table of the engine has at most 64 entries");

void tick(js_State* J) {
    const auto hook = reinterpret_cast<void (*)(js_State*)>(js_currentfunctiondata(J));
    if (hook != nullptr) run_native(J, [&] { hook(J); });
    js_pushnumber(J, 0);
}

void initialise_export(js_State* J) {
    const auto* name = static_cast<const char*>(js_currentfunctiondata(J));
    define_value(J, object_at(J, 0), name, 1, 0);
    push_undefined_result(J);
}

void free_name(js_State*, void* name) { std::free(name); }

}  // namespace

void install_support(js_State* J, const SupportOptions& options) {
    LazyTable table;
    table.entries = functions;
    table.count = static_cast<std::uint8_t>(std::size(functions));
    table.kind = LazyTable::Kind::engine;
    table.attributes = JS_DONTENUM;
    attach_table(J, J->G, table);
    js_pushglobal(J);
    js_defglobal(J, "$k_global", JS_DONTENUM);
    js_newcfunctionx(J, tick, "$k_tick", 0, reinterpret_cast<void*>(options.tick), nullptr);
    js_defglobal(J, "$k_tick", JS_DONTENUM);
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

}  // namespace k6::js::lower
