#include <algorithm>
#include <cstring>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

// A bound function keeps what it is bound to in properties of its own, so that the collector sees it.
constexpr const char* bound_target = "@@internal:target";
constexpr const char* bound_this = "@@internal:this";
constexpr const char* bound_arguments = "@@internal:arguments";

js_Value own_value(js_State* J, js_Object* object, const char* name) {
    const js_Property* property = jsV_getownproperty(J, object, name);
    return property == nullptr ? undefined_value() : property->value;
}

/// Pushes the bound arguments and those of the call; returns how many.
int push_arguments(js_State* J, js_Object* bound, int top) {
    const js_Value arguments = own_value(J, bound, bound_arguments);
    int count = 0;
    if (arguments.t.type == JS_TOBJECT) {
        for (; count < arguments.u.object->u.a.flat_length; ++count) {
            js_pushvalue(J, arguments.u.object->u.a.array[count]);
        }
    }
    for (int i = 1; i < top; ++i, ++count) js_copy(J, i);
    return count;
}

void call_bound(js_State* J) {
    const int top = js_gettop(J);
    js_currentfunction(J);
    js_Object* bound = js_toobject(J, -1);
    js_pushvalue(J, own_value(J, bound, bound_target));
    js_pushvalue(J, own_value(J, bound, bound_this));
    js_call(J, push_arguments(J, bound, top));
}

void construct_bound(js_State* J) {
    const int top = js_gettop(J);
    js_currentfunction(J);
    js_Object* bound = js_toobject(J, -1);
    js_pushvalue(J, own_value(J, bound, bound_target));
    js_construct(J, push_arguments(J, bound, top));
}

Value bind(Call& call) {
    State& state = call.state();
    js_State* J = state.raw();
    const js_Value target = this_raw(call);
    if (target.t.type != JS_TOBJECT || !is_callable(target.u.object)) {
        throw TypeError("Bind must be called on a function");
    }
    Guard guard(J);
    js_pushvalue(J, target);
    js_getproperty(J, -1, "name");
    js_pushliteral(J, "bound ");
    js_rot2(J);
    js_concat(J);
    const char* name = js_intern(J, js_tostring(J, -1));
    js_getproperty(J, -2, "length");
    const int bound_count = static_cast<int>(call.size()) - 1;
    const int length = std::max(0, js_tointeger(J, -1) - std::max(0, bound_count));
    js_newcfunction(J, call_bound, name, 0);
    js_Object* bound = js_toobject(J, -1);
    bound->u.c.constructor = construct_bound;
    bound->extensible |= length << native_length_shift;
    define_hidden(J, bound, bound_target, target);
    define_hidden(J, bound, bound_this, argument_raw(call, 0));
    if (bound_count > 0) {
        js_Object* arguments = new_array(J);
        define_hidden(J, bound, bound_arguments, object_value(arguments));
        for (int i = 1; i <= bound_count; ++i) {
            append_raw(J, arguments, argument_raw(call, static_cast<std::size_t>(i)));
        }
    }
    return top_value(state);
}

constexpr FunctionDefinition prototype_natives[] = {
    {"bind", 1, bind},
};

}  // namespace

void install_function(State& state) {
    js_State* J = state.raw();
    state.define_functions(to_value(state, object_value(J->Function_prototype)), prototype_natives);
}

}  // namespace k6::js
