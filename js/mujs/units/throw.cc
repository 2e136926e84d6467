// Exceptions on their way to the innermost handler: with interpreter.cc it stands in for jsrun.c. See "How exceptions
// travel" in js/mujs/README.md.
#include <csetjmp>

#include "js/mujs/runtime.h"

namespace k6::js {
namespace {

/// A thrown value that is no error has no frames of its own: describe() finds them here. While it passes one Guard
/// after the other, those of the first stand.
void note_place_of_throw(js_State* J, const js_Value& thrown) {
    Runtime& runtime = runtime_of(J);
    const bool allowed = std::exchange(runtime.above_limit_allowed, true);
    js_Property* value = jsV_setproperty(J, J->R, "@@internal:thrown");
    js_Property* place = jsV_setproperty(J, J->R, "@@internal:place");
    if (place->value.t.type == JS_TUNDEFINED || !same_value(value->value, thrown)) {
        value->value = thrown;
        place->value = object_value(new_error(J, J->Error_prototype, nullptr, 0));
    }
    runtime.above_limit_allowed = allowed;
}

/// Closes what was opened behind the handler that has just been taken. What goes wrong there gives way to `thrown`.
void close_iterations(js_State* J, Runtime& runtime, const js_Value& thrown) {
    auto& open = runtime.open_iterations;
    while (!open.empty() && open.back().handlers > runtime.handlers.size()) {
        const OpenIteration last = open.back();
        open.pop_back();
        if (runtime.uncatchable != nullptr) continue;
        js_pushvalue(J, thrown);
        js_pushobject(J, last.iteration);
        try {
            Guard guard(J);
            last.close(J, last.iteration);
        } catch (const ScriptException&) {
        }
        js_pop(J, 2);
    }
}

}  // namespace
}  // namespace k6::js

using namespace k6::js;

extern "C" {

/// The exception is the value on top of the stack.
void js_throw(js_State* J) {
    Runtime& runtime = runtime_of(J);
    js_Value thrown = J->stack[--J->top];
    if (runtime.uncatchable == nullptr && is_engine_report(thrown)) thrown = report_error(J, thrown);
    const bool is_error = is_object(thrown) && thrown.u.object->type == JS_CERROR;
    if (runtime.uncatchable == nullptr && !is_error && !runtime.handlers.empty() &&
        runtime.handlers.back().kind == Handler::Kind::guard) {
        note_place_of_throw(J, thrown);
    }
    for (;;) {
        if (runtime.handlers.empty()) std::abort();  // native code without a Guard
        const Handler handler = runtime.handlers.back();
        runtime.handlers.pop();
        runtime.frame = handler.frame;
        J->E = handler.scope;
        J->top = handler.top;
        J->bot = handler.bottom;
        J->strict = handler.strict;
        if (!runtime.open_iterations.empty()) [[unlikely]]
            close_iterations(J, runtime, thrown);
        if (handler.kind == Handler::Kind::guard) {
            if (runtime.uncatchable != nullptr) std::rethrow_exception(std::exchange(runtime.uncatchable, nullptr));
            throw ScriptException(Internal::value(runtime, thrown));
        }
        // The script's own catch and finally blocks must not see some exceptions.
        if (runtime.uncatchable != nullptr) continue;
        J->stack[J->top++] = thrown;
        handler.frame->pc = handler.pc;
        std::longjmp(*handler.buffer, 1);
    }
}

}  // extern "C"
