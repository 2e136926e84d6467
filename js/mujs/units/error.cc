// Errors and where they were made: stands in for jserror.c.
//
// An error object notes the frames at its making; the text of its `stack` property is put together when somebody asks
// for it (units/property.cc). The layout is k6's: "Name: message", then one line "\tat function (file:line)" per frame,
// innermost first.
#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

constexpr int max_frames = 64;

/// `this` is not looked at: new E(m) and E(m) are the same.
void construct_error(js_State* J, js_Object* prototype, int message_index) {
    js_Object* error = new_error(J, prototype, nullptr, 1);
    js_pushobject(J, error);
    if (js_isdefined(J, message_index)) {
        js_copy(J, message_index);
        js_tostring(J, -1);
        // Numbers and the like were converted in place; "undefined", "null" and booleans were not.
        if (!js_isstring(J, -1)) {
            const char* text = js_tostring(J, -1);
            js_pop(J, 1);
            js_pushstring(J, text);
        }
        js_defproperty(J, -2, "message", JS_DONTENUM);
    }
    if (js_isobject(J, message_index + 1)) {
        if (js_hasproperty(J, message_index + 1, "cause")) js_defproperty(J, -2, "cause", JS_DONTENUM);
    }
}

template <js_Object* js_State::*prototype>
void error_constructor(js_State* J) {
    construct_error(J, J->*prototype, 1);
}

void go_error_constructor(js_State* J) { construct_error(J, runtime_of(J).go_error_prototype, 1); }

/// AggregateError(errors, message, options)
void aggregate_error_constructor(js_State* J) {
    construct_error(J, runtime_of(J).aggregate_error_prototype, 2);
    js_newarray(J);
    if (js_isobject(J, 1)) {
        js_getproperty(J, 1, "length");
        const int length = js_tointeger(J, -1);
        js_pop(J, 1);
        for (int i = 0; i < length; ++i) {
            js_getindex(J, 1, i);
            js_setindex(J, -2, i);
        }
    }
    js_defproperty(J, -2, "errors", JS_DONTENUM);
}

void error_to_string(js_State* J) {
    if (!js_isobject(J, 0)) js_typeerror(J, "Error.prototype.toString called on a value that is no object");
    js_getproperty(J, 0, "name");
    if (js_isundefined(J, -1)) {
        js_pop(J, 1);
        js_pushliteral(J, "Error");
    }
    js_getproperty(J, 0, "message");
    if (js_isundefined(J, -1)) {
        js_pop(J, 1);
        js_pushliteral(J, "");
    }
    const bool has_name = js_tostring(J, -2)[0] != 0;
    const bool has_message = js_tostring(J, -1)[0] != 0;
    if (has_name && has_message) {
        js_pushliteral(J, ": ");
        js_rot2(J);
        js_concat(J);
        js_concat(J);
    } else if (has_name) {
        js_pop(J, 1);
    }
}

void define_error_class(js_State* J, js_Object* prototype, const char* name, js_CFunction constructor,
                        js_Object* parent) {
    js_pushobject(J, prototype);
    jsB_props(J, "name", name);
    jsB_props(J, "message", "");
    js_newcconstructor(J, constructor, constructor, name, 1);
    if (parent != nullptr) js_toobject(J, -1)->prototype = parent;
    js_defglobal(J, name, JS_DONTENUM);
}

/// MuJS's texts that differ from those scripts may know; the same arguments follow.
constexpr struct {
    const char* stock;
    const char* ours;
} texts[] = {
    {"%s is not callable", "%s is not a function"},
    {"'%s' is not defined", "%s is not defined"},
    {"assignment to undeclared variable '%s'", "%s is not defined"},
    {"'%s' is read-only", "Cannot assign to read only property '%s'"},
    {"'%s' is non-configurable", "Cannot delete property '%s'"},
    {"'%s' is read-only or non-configurable", "Cannot redefine property: %s"},
    {"cannot create property '%s' on transient object", "Cannot create property '%s' on a primitive value"},
    {"setting property '%s' that only has a getter", "Cannot set property '%s' which has only a getter"},
    {"operand to 'in' is not an object", "Value is not an object"},
    {"invalid array length", "Invalid array length"},
    {"array too large", "Invalid array length"},
    {"invalid string length", "Invalid string length"},
    {"no initial value", "Reduce of empty array with no initial value"},
};

const char* text_for(const char* format) {
    for (const auto& text : texts) {
        if (std::strcmp(format, text.stock) == 0) return text.ours;
    }
    return format;
}

[[noreturn]] void throw_error(js_State* J, js_Object* prototype, const char* format, va_list arguments) {
    char message[512];
    std::vsnprintf(message, sizeof message, text_for(format), arguments);
    js_pushobject(J, new_error(J, prototype, message, 0));
    js_throw(J);
}

}  // namespace

CapturedFrames* capture_frames(js_State* J, int skip) {
    const int count = std::clamp(J->tracetop - skip, 0, max_frames);
    const std::size_t size = sizeof(CapturedFrames) + sizeof(js_StackTrace) * static_cast<std::size_t>(count);
    auto* captured = static_cast<CapturedFrames*>(js_malloc(J, static_cast<int>(size)));
    captured->count = count;
    for (int i = 0; i < count; ++i) captured->frames[i] = J->trace[J->tracetop - skip - i];
    return captured;
}

js_Object* new_error(js_State* J, js_Object* prototype, const char* message, int skip) {
    js_Object* error = jsV_newobject(J, JS_CERROR, prototype);
    js_pushobject(J, error);
    error->u.user.data = capture_frames(J, skip);
    if (message != nullptr) {
        js_pushstring(J, message);
        js_defproperty(J, -2, "message", JS_DONTENUM);
    }
    js_pop(J, 1);
    return error;
}

std::string stack_text(std::string_view head, std::span<const js_StackTrace> frames) {
    std::string text(head);
    text += '\n';
    for (const js_StackTrace& frame : frames) {
        text += format_frame({frame.name, frame.line > 0 ? frame.file : "native", frame.line, 0});
        text += '\n';
    }
    return text;
}

}  // namespace k6::js

using namespace k6::js;

extern "C" {

#define K6_JS_ERROR_CLASS(function, Name)                                \
    void js_new##function(js_State* J, const char* message) {            \
        js_pushobject(J, new_error(J, J->Name##_prototype, message, 0)); \
    }                                                                    \
    void js_##function(js_State* J, const char* format, ...) {           \
        va_list arguments;                                               \
        va_start(arguments, format);                                     \
        throw_error(J, J->Name##_prototype, format, arguments);          \
    }

K6_JS_ERROR_CLASS(evalerror, EvalError)
K6_JS_ERROR_CLASS(rangeerror, RangeError)
K6_JS_ERROR_CLASS(referenceerror, ReferenceError)
K6_JS_ERROR_CLASS(syntaxerror, SyntaxError)
K6_JS_ERROR_CLASS(typeerror, TypeError)
K6_JS_ERROR_CLASS(urierror, URIError)

#undef K6_JS_ERROR_CLASS

void js_newerror(js_State* J, const char* message) { js_pushobject(J, new_error(J, J->Error_prototype, message, 0)); }

void js_error(js_State* J, const char* format, ...) {
    va_list arguments;
    va_start(arguments, format);
    // The interpreter's own report of too many frames is a plain Error; ours is the RangeError of other engines.
    if (std::strcmp(format, "call stack overflow") == 0) {
        js_pushliteral(J, "stack overflow");
        js_throw(J);
    }
    throw_error(J, J->Error_prototype, format, arguments);
}

void jsB_initerror(js_State* J) {
    Runtime& runtime = runtime_of(J);
    js_pushobject(J, J->Error_prototype);
    jsB_propf(J, "toString", error_to_string, 0);
    js_pop(J, 1);
    define_error_class(J, J->Error_prototype, "Error", error_constructor<&js_State::Error_prototype>, nullptr);
    js_getglobal(J, "Error");
    js_Object* parent = js_toobject(J, -1);
    runtime.go_error_prototype = jsV_newobject(J, JS_CERROR, J->Error_prototype);
    runtime.aggregate_error_prototype = jsV_newobject(J, JS_CERROR, J->Error_prototype);
    define_error_class(J, J->EvalError_prototype, "EvalError", error_constructor<&js_State::EvalError_prototype>,
                       parent);
    define_error_class(J, J->RangeError_prototype, "RangeError", error_constructor<&js_State::RangeError_prototype>,
                       parent);
    define_error_class(J, J->ReferenceError_prototype, "ReferenceError",
                       error_constructor<&js_State::ReferenceError_prototype>, parent);
    define_error_class(J, J->SyntaxError_prototype, "SyntaxError", error_constructor<&js_State::SyntaxError_prototype>,
                       parent);
    define_error_class(J, J->TypeError_prototype, "TypeError", error_constructor<&js_State::TypeError_prototype>,
                       parent);
    define_error_class(J, J->URIError_prototype, "URIError", error_constructor<&js_State::URIError_prototype>, parent);
    define_error_class(J, runtime.go_error_prototype, "GoError", go_error_constructor, parent);
    define_error_class(J, runtime.aggregate_error_prototype, "AggregateError", aggregate_error_constructor, parent);
    js_pop(J, 1);
}

}  // extern "C"
