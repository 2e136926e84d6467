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

struct ErrorClass {
    const char* name;
    js_CFunction constructor;
    js_Object* js_State::*stock;  // null: in the Runtime
    js_Object* Runtime::*own;
};

/// Error first: the others' constructors inherit from its.
constexpr ErrorClass classes[] = {
    {"Error", error_constructor<&js_State::Error_prototype>, &js_State::Error_prototype, nullptr},
    {"EvalError", error_constructor<&js_State::EvalError_prototype>, &js_State::EvalError_prototype, nullptr},
    {"RangeError", error_constructor<&js_State::RangeError_prototype>, &js_State::RangeError_prototype, nullptr},
    {"ReferenceError", error_constructor<&js_State::ReferenceError_prototype>, &js_State::ReferenceError_prototype,
     nullptr},
    {"SyntaxError", error_constructor<&js_State::SyntaxError_prototype>, &js_State::SyntaxError_prototype, nullptr},
    {"TypeError", error_constructor<&js_State::TypeError_prototype>, &js_State::TypeError_prototype, nullptr},
    {"URIError", error_constructor<&js_State::URIError_prototype>, &js_State::URIError_prototype, nullptr},
    {"GoError", go_error_constructor, nullptr, &Runtime::go_error_prototype},
    {"AggregateError", aggregate_error_constructor, nullptr, &Runtime::aggregate_error_prototype},
};

js_Object* prototype_of(js_State* J, const ErrorClass& error_class) {
    return error_class.stock != nullptr ? J->*error_class.stock : runtime_of(J).*error_class.own;
}

void put(js_State* J, js_Object* object, const char* name, const js_Value& value, int attributes) {
    js_Property* property = jsV_setproperty(J, object, name);
    property->value = value;
    property->atts |= attributes;
}

/// Makes the constructor and fills the prototype, when one of them is touched or the first such error is made. Pushes
/// nothing: the stack may be full.
void set_up(js_State* J, const ErrorClass& error_class) {
    js_Object* prototype = prototype_of(J, error_class);
    if (property_root(prototype) != nullptr) return;
    Runtime& runtime = runtime_of(J);
    const bool allowed = std::exchange(runtime.above_limit_allowed, true);
    put(J, prototype, "name", literal_value(error_class.name), JS_DONTENUM);
    put(J, prototype, "message", literal_value(""), JS_DONTENUM);
    js_Object* constructor =
        new_library_constructor(J, error_class.constructor, error_class.constructor, error_class.name, 1);
    if (&error_class != &classes[0]) {
        set_up(J, classes[0]);
        constructor->prototype = jsV_getownproperty(J, J->Error_prototype, "constructor")->value.u.object;
    }
    put(J, constructor, "prototype", object_value(prototype), JS_READONLY | JS_DONTENUM | JS_DONTCONF);
    put(J, prototype, "constructor", object_value(constructor), JS_DONTENUM);
    put(J, J->G, error_class.name, object_value(constructor), JS_DONTENUM);
    runtime.above_limit_allowed = allowed;
}

template <std::size_t index>
void install_class(State& state) {
    set_up(state.raw(), classes[index]);
}

constexpr Installer installers[] = {
    {"Error", install_class<0>},          {"EvalError", install_class<1>},   {"RangeError", install_class<2>},
    {"ReferenceError", install_class<3>}, {"SyntaxError", install_class<4>}, {"TypeError", install_class<5>},
    {"URIError", install_class<6>},       {"GoError", install_class<7>},     {"AggregateError", install_class<8>},
};
static_assert(std::size(installers) == std::size(classes));

/// The parser's messages begin with file and position; where that is an offset, the line takes its place.
struct MessageWithLine {
    char text[512];
};
MessageWithLine with_line(js_State* J, const char* message) {
    MessageWithLine result;
    std::snprintf(result.text, sizeof result.text, "%s", message);
    const char* source = runtime_of(J).compiled_text;
    const char* mark = std::strstr(message, ":-");
    if (source == nullptr || mark == nullptr) return result;
    char* rest = nullptr;
    const long offset = std::strtol(mark + 2, &rest, 10) - 1;
    int line = 1;
    for (long i = 0; i < offset && source[i] != 0; ++i) line += source[i] == '\n';
    std::snprintf(result.text, sizeof result.text, "%.*s:%d%s", static_cast<int>(mark - message), message, line, rest);
    return result;
}

[[noreturn]] void throw_error(js_State* J, js_Object* prototype, const char* format, va_list arguments) {
    char message[1024];
    std::vsnprintf(message, sizeof message, format, arguments);
    js_pushobject(J, new_error(J, prototype, message, 0));
    js_throw(J);
}

}  // namespace

CapturedFrame capture(const Frame& frame) {
    if (frame.function == nullptr) return {frame.name, nullptr, 0};
    return {frame.function->name, frame.function->filename, frame.pc[0]};
}

CapturedFrames* capture_frames(js_State* J, int skip) {
    const Frame* innermost = runtime_of(J).frame;
    for (; skip > 0 && innermost->caller != nullptr; --skip) innermost = innermost->caller;
    int count = 0;
    auto visit = [&](auto&& take) {
        int n = 0;
        for (const Frame* frame = innermost; frame->caller != nullptr && n < max_frames; frame = frame->caller) {
            // The lowering's own functions are no part of the script.
            if (frame->function == nullptr && is_hidden_function(frame->name)) continue;
            take(n++, *frame);
        }
        count = n;
    };
    visit([](int, const Frame&) {});
    const std::size_t size = sizeof(CapturedFrames) + sizeof(CapturedFrame) * static_cast<std::size_t>(count);
    auto* captured = static_cast<CapturedFrames*>(js_malloc(J, static_cast<int>(size)));
    captured->count = count;
    visit([&](int n, const Frame& frame) { captured->frames[n] = capture(frame); });
    return captured;
}

js_Object* new_error(js_State* J, js_Object* prototype, const char* message, int skip) {
    if (property_root(prototype) == nullptr) {
        for (const ErrorClass& error_class : classes) {
            if (prototype_of(J, error_class) == prototype) set_up(J, error_class);
        }
    }
    js_Object* error = jsV_newobject(J, JS_CERROR, prototype);
    error->u.user.data = capture_frames(J, skip);
    if (message != nullptr) {
        const js_Value text = text_value(J, message);
        js_Property* property = jsV_setproperty(J, error, "message");
        property->value = text;
        property->atts |= JS_DONTENUM;
    }
    return error;
}

StackFrame described(const Runtime& runtime, const CapturedFrame& frame) {
    if (frame.file == nullptr) return {to_utf8(frame.name), "native", 0, 0};
    const auto [line, column] = source_place(runtime, frame.file, frame.position);
    return {to_utf8(frame.name), to_utf8(frame.file), line, column};
}

std::string stack_text(const Runtime& runtime, std::string_view head, std::span<const CapturedFrame> frames) {
    std::string text(head);
    text += '\n';
    for (const CapturedFrame& frame : frames) {
        text += format_frame(described(runtime, frame));
        text += '\n';
    }
    return text;
}

bool is_engine_report(const js_Value& value) {
    return value.t.type == JS_TLITSTR &&
           (value.u.litstr == stack_overflow_report || value.u.litstr == out_of_memory_report);
}

js_Value report_error(js_State* J, const js_Value& report) {
    Runtime& runtime = runtime_of(J);
    const bool allowed = std::exchange(runtime.above_limit_allowed, true);
    js_Object* error = report.u.litstr == out_of_memory_report
                           ? new_error(J, J->Error_prototype, "out of memory", 0)
                           : new_error(J, J->RangeError_prototype, "Maximum call stack size exceeded", 0);
    runtime.above_limit_allowed = allowed;
    if (report.u.litstr == out_of_memory_report) {
        runtime.recovering = true;
        runtime.request_collection();
    }
    return object_value(error);
}

}  // namespace k6::js

using namespace k6::js;

extern "C" {

#define K6_JS_ERROR_CLASS(function, Name)                                                   \
    void js_new##function(js_State* J, const char* message) {                               \
        js_pushobject(J, new_error(J, J->Name##_prototype, with_line(J, message).text, 0)); \
    }                                                                                       \
    void js_##function(js_State* J, const char* format, ...) {                              \
        va_list arguments;                                                                  \
        va_start(arguments, format);                                                        \
        throw_error(J, J->Name##_prototype, format, arguments);                             \
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
    throw_error(J, J->Error_prototype, format, arguments);
}

void jsB_initerror(js_State* J) {
    Runtime& runtime = runtime_of(J);
    js_pushobject(J, J->Error_prototype);
    jsB_propf(J, "toString", error_to_string, 0);
    js_pop(J, 1);
    runtime.go_error_prototype = jsV_newobject(J, JS_CERROR, J->Error_prototype);
    runtime.aggregate_error_prototype = jsV_newobject(J, JS_CERROR, J->Error_prototype);
    LazyTable table;
    table.kind = LazyTable::Kind::installers;
    table.entries = installers;
    table.count = static_cast<std::uint8_t>(std::size(installers));
    table.attributes = JS_DONTENUM;
    attach_table(J, J->G, table);
}

}  // extern "C"
