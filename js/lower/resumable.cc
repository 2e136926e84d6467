// Resumable functions arrive here as step functions (see resume.cc): called with how to go on (0 next, 1 throw,
// 2 return) and a value, they return what they yield or await, or, at the end, what $k_return gave them.
#include "js/lower/resumable.h"

#include <utility>

#include "js/builtins/promise.h"
#include "js/lower/support.h"
#include "js/mujs/binding.h"
#include "js/mujs/runtime.h"

namespace k6::js::lower {
namespace {

constexpr const char* result_property = "@@internal:result";
constexpr const char* task_property = "@@internal:task";

enum Mode { go_on, throw_in, return_from };

// ---- The end of a step function ----

/// Keeps the value and returns itself, as a mark that no script can make.
void k_return(js_State* J) {
    js_currentfunction(J);
    jsV_setproperty(J, js_toobject(J, -1), result_property)->value = *js_tovalue(J, 1);
}

/// If `result` is the mark of $k_return: the value that it keeps.
bool take_result(State& state, Value& result) {
    const js_Value raw = Internal::raw(result);
    if (raw.t.type != JS_TOBJECT || raw.u.object->type != JS_CCFUNCTION || raw.u.object->u.c.function != k_return) {
        return false;
    }
    js_Property* kept = jsV_setproperty(state.raw(), raw.u.object, result_property);
    result = Internal::value(state, std::exchange(kept->value, undefined_value()));
    return true;
}

// ---- Generators ----

struct Generator {
    static constexpr const char* js_name = "Generator";
    void js_trace(Tracer& tracer) const { tracer.visit(step); }

    // started → running ⇄ suspended; running → done; an error or `return` before the start: → done
    enum class Stage { start, suspended, running, done };
    TracedValue step;
    Stage stage = Stage::start;
};

Value iterator_result(State& state, const Value& value, bool done) {
    const Value result = state.object();
    result.define("value", value, Attributes::none);
    result.define("done", done, Attributes::none);
    return result;
}

Value resume(Call& call, Mode mode) {
    State& state = call.state();
    const Value self = call.this_value();
    Generator* generator = self.native<Generator>();
    if (generator == nullptr) throw TypeError("next method called on an incompatible receiver");
    if (generator->stage == Generator::Stage::running) throw TypeError("Generator is already running");
    if (generator->stage == Generator::Stage::start && mode != go_on) generator->stage = Generator::Stage::done;
    if (generator->stage == Generator::Stage::done) {
        generator->step = TracedValue();
        if (mode == throw_in) throw ScriptException(call[0]);
        return iterator_result(state, mode == return_from ? call[0] : Value(), true);
    }
    generator->stage = Generator::Stage::running;
    Value result;
    try {
        result = generator->step.load(state).call({}, {static_cast<int>(mode), call[0]});
    } catch (...) {
        generator->stage = Generator::Stage::done;
        throw;
    }
    const bool done = take_result(state, result);
    generator->stage = done ? Generator::Stage::done : Generator::Stage::suspended;
    if (done) generator->step = TracedValue();
    return iterator_result(state, result, done);
}

constexpr FunctionDefinition generator_methods[] = {
    {"next", 1, [](Call& call) -> Value { return resume(call, go_on); }},
    {"return", 1, [](Call& call) -> Value { return resume(call, return_from); }},
    {"throw", 1, [](Call& call) -> Value { return resume(call, throw_in); }},
};
constexpr FunctionDefinition iterable_methods[] = {
    {"@@iterator", 0, [](Call& call) -> Value { return call.this_value(); }},
};

/// Made when the first generator is.
Value generator_prototype(State& state) {
    Value prototype = state.hidden("Generator");
    if (!prototype.is_undefined()) return prototype;
    Value parent = state.hidden("Iterator");
    if (parent.is_undefined()) {
        parent = state.object();
        state.define_functions(parent, iterable_methods);
    }
    prototype = state.object(parent);
    state.define_functions(prototype, generator_methods);
    prototype.define("@@toStringTag", state.string("Generator"));
    state.set_hidden("Generator", prototype);
    return prototype;
}

Value k_generator(Call& call) {
    return call.state().native<Generator>(generator_prototype(call.state()), 0, TracedValue(call[0]));
}

// ---- yield* ----

/// The iterator of a value.
void k_iterator(js_State* J) {
    if (!js_iscoercible(J, 1)) js_typeerror(J, "%s is not iterable", js_isnull(J, 1) ? "null" : "undefined");
    js_getproperty(J, 1, "@@iterator");
    if (!js_iscallable(J, -1)) js_typeerror(J, "%s is not iterable", js_typeof(J, 1));
    js_copy(J, 1);
    js_call(J, 0);
    if (!js_isobject(J, -1)) js_typeerror(J, "Result of the Symbol.iterator method is not an object");
}

/// iterator, mode, value: hands the resumption on; returns the iterator's result object.
void k_forward(js_State* J) {
    static constexpr const char* methods[] = {"next", "throw", "return"};
    const int mode = js_tointeger(J, 2);
    js_getproperty(J, 1, methods[mode]);
    if (mode != go_on && !js_iscoercible(J, -1)) {
        js_pop(J, 1);
        if (mode == return_from) {
            js_newobject(J);
            js_copy(J, 3);
            js_setproperty(J, -2, "value");
            js_pushboolean(J, 1);
            js_setproperty(J, -2, "done");
            return;
        }
        js_getproperty(J, 1, "return");
        if (js_iscallable(J, -1)) {
            js_copy(J, 1);
            js_call(J, 0);
        }
        js_typeerror(J, "The iterator does not provide a 'throw' method");
    }
    js_copy(J, 1);
    js_copy(J, 3);
    js_call(J, 1);
    if (!js_isobject(J, -1)) js_typeerror(J, "Iterator result is not an object");
}

/// The keys that for-in visits.
void k_keys(js_State* J) {
    js_newarray(J);
    const int array = js_gettop(J) - 1;
    if (!js_iscoercible(J, 1)) return;
    js_pushiterator(J, 1, 0);
    int count = 0;
    while (const char* name = js_nextiterator(J, array + 1)) {
        js_pushstring(J, name);
        js_setindex(J, array, count++);
    }
    js_copy(J, array);
}

// ---- Async functions ----

/// An async function that has been suspended.
struct AsyncTask {
    static constexpr const char* js_name = "AsyncTask";
    void js_trace(Tracer& tracer) const {
        for (const TracedValue* value : {&step, &resolve, &reject, &on_value, &on_error}) tracer.visit(*value);
    }
    TracedValue step;
    TracedValue resolve;  // of the promise that the function returned
    TracedValue reject;
    TracedValue on_value;  // go on here
    TracedValue on_error;
};

void await_value(State& state, AsyncTask& task, const Value& value) {
    const Value promise = promise_resolve(state, value);
    state.hidden("then").call(promise, {task.on_value.load(state), task.on_error.load(state)});
}

Value go_on_with(Call& call, Mode mode) {
    State& state = call.state();
    const Value holder = call.callee().get(task_property);
    AsyncTask& task = *holder.native<AsyncTask>();
    Value result;
    try {
        result = task.step.load(state).call({}, {static_cast<int>(mode), call[0]});
    } catch (const ScriptException& exception) {
        task.reject.load(state).call({}, {exception.value()});
        return {};
    }
    if (take_result(state, result)) {
        task.resolve.load(state).call({}, {result});
    } else {
        await_value(state, task, result);
    }
    return {};
}

/// Remembers the functions that settle a new promise; see k_async.
Value executor(Call& call) {
    const Value task = call.callee().get(task_property);
    task.native<AsyncTask>()->resolve = TracedValue(call[0]);
    task.native<AsyncTask>()->reject = TracedValue(call[1]);
    return {};
}

Value k_async(Call& call) {
    State& state = call.state();
    Value result;
    try {
        result = call[0].call({}, {static_cast<int>(go_on), Value()});
    } catch (const ScriptException& exception) {
        PromiseHandle promise(state);
        promise.reject(exception.value());
        return promise.promise();
    }
    if (take_result(state, result)) {
        PromiseHandle promise(state);
        promise.resolve(result);
        return promise.promise();
    }
    if (state.hidden("then").is_undefined()) {
        // Taken before a script can have changed them only if that has not happened before the first await.
        state.set_hidden("then", state.hidden("Promise.prototype").get("then"));
        state.set_hidden("Promise", state.hidden("Promise.prototype").get("constructor"));
    }
    const Value holder = state.native<AsyncTask>({}, 0);
    AsyncTask& task = *holder.native<AsyncTask>();
    task.step = TracedValue(call[0]);
    const auto function = [&](NativeFunction native) {
        const Value value = state.function("", 1, native);
        value.define(task_property, holder);
        return value;
    };
    task.on_value = TracedValue(function([](Call& inner) -> Value { return go_on_with(inner, go_on); }));
    task.on_error = TracedValue(function([](Call& inner) -> Value { return go_on_with(inner, throw_in); }));
    const Value promise = state.hidden("Promise").construct(std::vector<Value>{function(executor)});
    await_value(state, task, result);
    return promise;
}

Value k_rejected(Call& call) {
    PromiseHandle promise(call.state());
    promise.reject(call[0]);
    return promise.promise();
}

constexpr StockFunction engine_functions[] = {
    {"$k_forward", k_forward, 3},
    {"$k_iterator", k_iterator, 1},
    {"$k_keys", k_keys, 1},
};

constexpr FunctionDefinition functions[] = {
    {"$k_async", 1, k_async},
    {"$k_generator", 1, k_generator},
    {"$k_rejected", 1, k_rejected},
};

}  // namespace

void install_resumable(js_State* J) {
    LazyTable table;
    table.entries = engine_functions;
    table.count = static_cast<std::uint8_t>(std::size(engine_functions));
    table.kind = LazyTable::Kind::engine;
    table.attributes = JS_DONTENUM;
    attach_table(J, J->G, table);
    // Known by its C function: made here, as functions of tables are wrapped.
    js_newcfunction(J, k_return, "$k_return", 1);
    js_defglobal(J, "$k_return", JS_DONTENUM);
    State& state = *runtime_of(J).state;
    state.define_functions(state.global(), functions);
}

bool is_async_function(js_State* J, int index) {
    const js_Value* value = js_tovalue(J, index);
    if (value->t.type != JS_TOBJECT || value->u.object->type != JS_CFUNCTION) return false;
    const js_Function* function = value->u.object->u.f.function;
    for (int i = 0; i < function->varlen; ++i)
        if (std::strcmp(function->vartab[i], "$k_async_function") == 0) return true;
    return false;
}

}  // namespace k6::js::lower
