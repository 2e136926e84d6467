// Classes: inheritance, super, new.target, private names.
#include <cstring>
#include <string_view>

#include "js/support/functions.h"

namespace k6::js::support {
namespace {

/// The name of a function whose key is at `index`: of a symbol "[description]".
void push_name_of_key(js_State* J, int index) {
    const char* key = property_key(J, index);
    if (!is_symbol_key(key)) {
        js_copy(J, index);
        return;
    }
    js_copy(J, index);
    js_getproperty(J, -1, "description");
    js_rot2pop1(J);
    if (!js_isdefined(J, -1)) {
        js_pop(J, 1);
        js_pushliteral(J, "");
        return;
    }
    js_pushliteral(J, "[");
    js_rot2(J);
    js_concat(J);
    js_pushliteral(J, "]");
    js_concat(J);
}

/// target, key, function, key, function, …
void k_methods(js_State* J) {
    const int end = js_gettop(J);
    js_Object* target = object_at(J, 1);
    for (int i = 2; i + 1 < end; i += 2) define_value(J, target, property_key(J, i), i + 1, JS_DONTENUM);
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
    if (!js_isobject(J, 2) || !is_constructor(object_at(J, 2)))
        js_typeerror(J, "Class extends value %s is not a constructor or null", js_typeof(J, 2));
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

/// `this` so far, what super() gave
void k_once(js_State* J) {
    if (js_isobject(J, 1)) js_referenceerror(J, "Super constructor may only be called once");
    js_copy(J, 2);
}

/// function, key, prefix: names an anonymous function or class by its computed key.
void k_named(js_State* J) {
    if (jsV_getownproperty(J, object_at(J, 1), "name") != nullptr) {
        js_getproperty(J, 1, "name");
        const bool named = !js_isstring(J, -1) || js_tostring(J, -1)[0] != 0;
        js_pop(J, 1);
        if (named) {
            js_copy(J, 1);
            return;
        }
    }
    js_pushstring(J, js_isdefined(J, 3) ? js_tostring(J, 3) : "");
    push_name_of_key(J, 2);
    js_concat(J);
    js_Property* slot = own_slot(J, object_at(J, 1), "name");
    slot->value = *js_tovalue(J, -1);
    set_attributes(slot, JS_DONTENUM | JS_READONLY);
    js_copy(J, 1);
}

/// `new.target` of the constructors that make the object, those that run.
js_Object* target_of_construction(const js_State* J, const js_Object* object) {
    int bottom = J->bot;
    for (const Frame* frame = runtime_of(const_cast<js_State*>(J)).frame; frame != nullptr; frame = frame->caller) {
        if (frame->function != nullptr && frame->construction != Construction::none) {
            const js_Value& self = J->stack[bottom];
            if (is_object(self) && self.u.object == object) return frame->new_target;
        }
        bottom = frame->bottom;
    }
    return nullptr;
}

/// The function at the bottom of this frame's call of a super class, `this`, and `count` arguments are on the stack.
void construct_super(js_State* J, int count) {
    const int base = js_gettop(J) - count - 2;
    if (!js_iscallable(J, base)) js_typeerror(J, "Super constructor is not a constructor");
    js_Object* parent = object_at(J, base);
    js_Object* created = object_at(J, base + 1);
    if (parent->type == class_proxy) {
        js_Object* new_target = target_of_construction(J, created);
        js_remove(J, base + 1);
        construct(J, count, new_target != nullptr ? new_target : parent);
        return;
    }
    if (parent->type != JS_CCFUNCTION) {
        js_copy(J, base + 1);
        if (count != 0) {
            // Below the arguments: what stays if the constructor returns no object.
            js_rot(J, count + 3);
        } else {
            js_rot3(J);
        }
        call_super(J, count, target_of_construction(J, created));
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
    runtime_of(J).super_prototype = created->prototype;
    js_construct(J, count);
    if (!js_isobject(J, -1)) return;
    object_at(J, -1)->prototype = created->prototype;
    object_at(J, -1)->gcmark |= object_bits::constructed;
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
void k_super_get(js_State* J) { push_super_property(J, 1, property_key(J, 2), 3); }

/// home, key, this, value
void k_super_set(js_State* J) {
    const char* key = property_key(J, 2);
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
    const char* key = property_key(J, 3);
    push_super_property(J, 2, key, 4);
    if (!js_iscallable(J, -1)) js_typeerror(J, "(intermediate value).%s is not a function", key);
    js_copy(J, 4);
    runtime_of(J).tail_call = push_arguments(J, 1, 5, end);
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

/// Called by a function itself: its new.target.
void k_new_target(js_State* J) {
    const Frame* caller = runtime_of(J).frame->caller;
    if (caller->function != nullptr && caller->construction != Construction::none && caller->new_target != nullptr) {
        js_pushobject(J, caller->new_target);
    } else {
        js_pushundefined(J);
    }
}

// ---- Private names: properties "@@#name:…" of the object itself, "@@#name^…" of the prototype that it was made with
// (own_private_methods() once it has got another); nothing lists them ----

const char* private_text(js_State* J, const char* key) {
    char text[128];
    std::size_t size = 0;
    for (const char* c = key + 3; *c != 0 && *c != ':' && *c != '^' && size + 1 < sizeof text; ++c) text[size++] = *c;
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

/// object, key: the object, if it has the private name.
void k_own(js_State* J) {
    const char* key = js_tostring(J, 2);
    if (!js_isobject(J, 1) || private_property(J, object_at(J, 1), key) == nullptr) {
        js_typeerror(J, "Cannot access private member #%s of an object whose class did not declare it",
                     private_text(J, key));
    }
    js_copy(J, 1);
}

/// object, key
void k_private(js_State* J) {
    const char* key = js_tostring(J, 2);
    if (!js_iscoercible(J, 1))
        js_typeerror(J, "Cannot read private member #%s of %s", private_text(J, key), js_tostring(J, 1));
    const js_Property* property = private_property(J, object_at(J, 1), key);
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
    js_pushboolean(J, private_property(J, object_at(J, 2), key) != nullptr);
}

void k_no_private(js_State* J) {
    js_typeerror(J, "Cannot write private member #%s to an object whose class did not declare it", js_tostring(J, 1));
}

void k_read_only_private(js_State* J) { js_typeerror(J, "Private method '#%s' is not writable", js_tostring(J, 1)); }

/// A key for a private name (with its : or ^) of a class that is made more than once.
void k_private_key(js_State* J) {
    char number[16];
    js_pushliteral(J, "@@#");
    js_copy(J, 1);
    js_concat(J);
    js_pushliteral(J, "~");
    js_concat(J);
    js_pushstring(J, js_itoa(number, J->nextref++));
    js_concat(J);
}

constexpr StockFunction functions[] = {
    {"$k_class", k_class, 2},
    {"$k_derived_result", k_derived_result, 2},
    {"$k_has_private", k_has_private, 2},
    {"$k_methods", k_methods, 1},
    {"$k_named", k_named, 3},
    {"$k_new_target", k_new_target, 0},
    {"$k_no_private", k_no_private, 1},
    {"$k_no_this", k_no_this, 0},
    {"$k_once", k_once, 2},
    {"$k_own", k_own, 2},
    {"$k_private", k_private, 2},
    {"$k_private_field", k_private_field, 3},
    {"$k_private_key", k_private_key, 1},
    {"$k_read_only_private", k_read_only_private, 1},
    {"$k_super", k_super, 2},
    {"$k_super_arguments", k_super_arguments, 3},
    {"$k_super_get", k_super_get, 3},
    {"$k_super_invoke", k_super_invoke, 4},
    {"$k_super_set", k_super_set, 4},
    {"$k_super_spread", k_super_spread, 3},
};

}  // namespace

std::span<const StockFunction> class_functions() { return functions; }

}  // namespace k6::js::support
