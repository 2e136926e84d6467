// Function, Function.prototype and Boolean.
#include <algorithm>
#include <cstring>
#include <string>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

// A bound function keeps what it is bound to in properties of its own, so that the collector sees it.
constexpr const char* bound_target = "@@internal:target";
constexpr const char* bound_this = "@@internal:this";
constexpr const char* bound_arguments = "@@internal:arguments";

/// Of a function that Function made: its source.
constexpr const char* made_source = "@@internal:source";

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
    enter_library(J);
    const int top = js_gettop(J);
    js_currentfunction(J);
    js_Object* bound = js_toobject(J, -1);
    js_pushvalue(J, own_value(J, bound, bound_target));
    js_pushvalue(J, own_value(J, bound, bound_this));
    js_call(J, push_arguments(J, bound, top));
}

void construct_bound(js_State* J) {
    js_Object* new_target = runtime_of(J).native_target;
    enter_library(J);
    const int top = js_gettop(J);
    js_currentfunction(J);
    js_Object* bound = js_toobject(J, -1);
    js_pushvalue(J, own_value(J, bound, bound_target));
    construct(J, push_arguments(J, bound, top), new_target == bound ? nullptr : new_target);
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
    if (!js_isstring(J, -1)) {
        js_pop(J, 1);
        js_pushliteral(J, "");
    }
    js_pushliteral(J, "bound ");
    js_rot2(J);
    js_concat(J);
    const char* name = js_intern(J, js_tostring(J, -1));
    js_getproperty(J, -2, "length");
    const int bound_count = static_cast<int>(call.size()) - 1;
    const int length = js_isnumber(J, -1) ? std::max(0, js_tointeger(J, -1) - std::max(0, bound_count)) : 0;
    js_newcfunction(J, call_bound, name, 0);
    js_Object* bound = js_toobject(J, -1);
    if (is_constructor(target.u.object)) bound->u.c.constructor = construct_bound;
    bound->extensible |= std::min(length, 0xffff) << native_length_shift;
    bound->prototype = get_prototype(J, target.u.object);
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

void require_function(js_State* J, const char* name) {
    if (!js_iscallable(J, 0)) js_typeerror(J, "Function.prototype.%s called on a value that is no function", name);
}

void apply(js_State* J) {
    require_function(J, "apply");
    js_copy(J, 0);
    js_copy(J, 1);
    int count = 0;
    if (js_iscoercible(J, 2)) {
        if (!js_isobject(J, 2)) js_typeerror(J, "CreateListFromArrayLike called on non-object");
        count = js_getlength(J, 2);
        if (count > JS_STACKSIZE / 2) js_rangeerror(J, "Maximum call stack size exceeded");
        for (int i = 0; i < count; ++i) js_getindex(J, 2, i);
    }
    js_call(J, std::max(0, count));
}

void call_function(js_State* J) {
    require_function(J, "call");
    const int top = js_gettop(J);
    js_copy(J, 0);
    js_copy(J, 1);  // undefined if missing
    for (int i = 2; i < top; ++i) js_copy(J, i);
    js_call(J, std::max(0, top - 2));
}

Value to_string(Call& call) {
    const js_Value raw = this_raw(call);
    if (raw.t.type != JS_TOBJECT || !is_callable(raw.u.object)) {
        throw TypeError("Function.prototype.toString requires that 'this' be a Function");
    }
    js_State* J = call.state().raw();
    js_Object* object = raw.u.object;
    std::string text = "function ";
    if (object->type == JS_CFUNCTION) {
        const std::string_view source = function_text(runtime_of(J), object->u.f.function);
        if (!source.empty()) return call.state().string(source);
        const js_Value made = own_value(J, object, made_source);
        if (made.t.type != JS_TUNDEFINED) return to_value(call.state(), made);
        text += to_utf8(shown_function_name(object->u.f.function->name));
    } else if (object->type == JS_CCFUNCTION && object->u.c.name != nullptr &&
               jsV_getownproperty(J, object, bound_target) == nullptr) {
        text += to_utf8(object->u.c.name);
    }
    return call.state().string(text + "() { [native code] }");
}

/// Function(parameters…, body)
Value make_function(Call& call) {
    State& state = call.state();
    std::string parameters;
    for (std::size_t i = 0; i + 1 < call.size(); ++i) {
        if (i > 0) parameters += ',';
        parameters += call.text(i);
    }
    const std::string body(call.size() > 0 ? call.text(call.size() - 1) : std::string_view());
    js_State* J = state.raw();
    const std::string source = "(function anonymous(" + parameters + "\n) {\n" + body + "\n})";
    const Value shown = state.string(std::string_view(source).substr(1, source.size() - 2));
    const auto lower = runtime_of(J).lower_source;
    // Template libraries generate ES5 with `with`, which the lowering refuses and the engine takes as it is.
    if (lower == nullptr || (body.find("with") != std::string::npos && !lower(source))) {
        Guard guard(J);
        const std::string list = to_engine_text(parameters) + ")";
        js_Function* function =
            compile_function(J, parameters.empty() ? nullptr : list.c_str(), to_engine_text(body).c_str());
        js_newfunction(J, function, J->GE);
        define_hidden(J, js_toobject(J, -1), made_source, Internal::raw(shown));
        return top_value(state);
    }
    const Value function = evaluate_source(state, to_engine_text(source));
    if (function.is_function()) {
        Guard guard(J);
        define_hidden(J, Internal::raw(function).u.object, made_source, Internal::raw(shown));
    }
    return function;
}

Value eval(Call& call) {
    const Value source = call[0];
    return source.is_string() ? evaluate_source(call.state(), source.raw_text()) : source;
}

constexpr ClassDefinition function_class{
    .name = "Function", .length = 1, .construct = make_function, .call = make_function};

constexpr FunctionDefinition global_functions[] = {{"eval", 1, eval}};

constexpr FunctionDefinition prototype_natives[] = {
    {"bind", 1, bind},
    {"toString", 0, to_string},
};

constexpr StockFunction prototype_functions[] = {
    {"apply", apply, 2},
    {"call", call_function, 0, 1},
};

constexpr StockFunction has_instance_functions[] = {
    {"@@hasInstance", function_has_instance, 1},
};

// ---- Boolean

void call_boolean(js_State* J) { js_pushboolean(J, js_toboolean(J, 1)); }
void construct_boolean(js_State* J) { js_newboolean(J, js_toboolean(J, 1)); }

int this_boolean(js_State* J) {
    const js_Value& value = *js_tovalue(J, 0);
    if (value.t.type == JS_TBOOLEAN) return value.u.boolean;
    if (!is_object(value) || value.u.object->type != JS_CBOOLEAN) js_typeerror(J, "Value is not a boolean");
    return value.u.object->u.boolean;
}

void boolean_to_string(js_State* J) { js_pushliteral(J, this_boolean(J) ? "true" : "false"); }
void boolean_value_of(js_State* J) { js_pushboolean(J, this_boolean(J)); }

constexpr StockFunction boolean_functions[] = {
    {"toString", boolean_to_string, 0},
    {"valueOf", boolean_value_of, 0},
};

}  // namespace

void install_function(State& state) {
    js_State* J = state.raw();
    Guard guard(J);
    const Value prototype = to_value(state, object_value(J->Function_prototype));
    state.define_functions(prototype, prototype_natives);
    attach_functions(J, J->Function_prototype, prototype_functions);
    attach_functions(J, J->Function_prototype, has_instance_functions);
    state.global().define("Function", state.define_class(function_class, prototype));
    state.define_functions(state.global(), global_functions);
}

void install_boolean(State& state) {
    js_State* J = state.raw();
    Guard guard(J);
    attach_functions(J, J->Boolean_prototype, boolean_functions);
    define_constructor(J, J->Boolean_prototype, "Boolean", 1, call_boolean, construct_boolean);
}

}  // namespace k6::js
