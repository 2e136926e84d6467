// Resumable functions arrive here as step functions (see js/lower/resume.cc): called with how to go on (0 next, 1
// throw, 2 return) and a value, they return what they yield or await, or, at the end, what $k_return gave them.
#include "js/support/resumable.h"

#include <deque>
#include <utility>
#include <vector>

#include "js/builtins/promise.h"
#include "js/mujs/binding.h"
#include "js/mujs/runtime.h"
#include "js/support/support.h"

namespace k6::js {
namespace {

constexpr const char* task_property = "@@internal:task";

enum Mode { go_on, throw_in, return_from };

// ---- What a step function returns ----

/// Keeps the value and returns itself, as a mark that no script can make.
void keep_result(js_State* J) {
    runtime_of(J).kept_result = *js_tovalue(J, 1);
    js_currentfunction(J);
}
/// The function has ended.
void k_return(js_State* J) { keep_result(J); }
/// An async generator awaits; other async functions do nothing else, so they return the value itself.
void k_await(js_State* J) { keep_result(J); }

bool is_mark(const Value& result, js_CFunction marker) {
    const js_Value raw = Internal::raw(result);
    return raw.t.type == JS_TOBJECT && raw.u.object->type == JS_CCFUNCTION && raw.u.object->u.c.function == marker;
}

struct Step {
    Value value;
    bool ended = false;
    bool awaits = false;  // of an async generator
};

/// Runs a step function. It may itself run within another one, between what that returns and its end: in a `finally`
/// block that closes a generator.
Step run_step(State& state, const Value& function, Mode mode, const Value& value) {
    Runtime& runtime = runtime_of(state.raw());
    const Value outer = Internal::value(state, std::exchange(runtime.kept_result, undefined_value()));
    const auto restore = [&] {
        return Internal::value(state, std::exchange(runtime.kept_result, Internal::raw(outer)));
    };
    Step step;
    try {
        step.value = function.call({}, {static_cast<int>(mode), value});
    } catch (...) {
        restore();
        throw;
    }
    step.ended = is_mark(step.value, k_return);
    step.awaits = is_mark(step.value, k_await);
    const Value kept = restore();
    if (step.ended || step.awaits) step.value = kept;
    return step;
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
    Step step;
    try {
        step = run_step(state, generator->step.load(state), mode, call[0]);
    } catch (...) {
        generator->stage = Generator::Stage::done;
        throw;
    }
    generator->stage = step.ended ? Generator::Stage::done : Generator::Stage::suspended;
    if (step.ended) generator->step = TracedValue();
    return iterator_result(state, step.value, step.ended);
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
    // %GeneratorFunction.prototype%, of which no function is an instance here.
    prototype.define("constructor", state.object(state.global().get("Function").get("prototype")));
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
    if (!js_iscallable(J, -1) && js_isobject(J, 1) && js_toobject(J, 1)->type == JS_CARGUMENTS) {
        js_pop(J, 1);
        js_pushobject(J, J->Array_prototype);
        js_getproperty(J, -1, "@@iterator");
        js_rot2pop1(J);
    }
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

void take_promise_functions(State& state) {
    // Installs Promise, and notes its functions before a script can change them.
    if (state.hidden("then").is_undefined()) state.hidden("Promise.prototype");
}

void await_value(State& state, AsyncTask& task, const Value& value) {
    const Value promise = promise_resolve(state, value);
    state.hidden("then").call(promise, {task.on_value.load(state), task.on_error.load(state)});
}

Value go_on_with(Call& call, Mode mode) {
    State& state = call.state();
    const Value holder = call.callee().get(task_property);
    AsyncTask& task = *holder.native<AsyncTask>();
    Step step;
    try {
        step = run_step(state, task.step.load(state), mode, call[0]);
    } catch (const ScriptException& exception) {
        task.reject.load(state).call({}, {exception.value()});
        return {};
    }
    if (step.ended) {
        task.resolve.load(state).call({}, {step.value});
    } else {
        await_value(state, task, step.value);
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

/// An async function is about to run its step function: what was kept for another one, to be handed back.
void k_begin(js_State* J) { js_pushvalue(J, std::exchange(runtime_of(J).kept_result, undefined_value())); }

/// What k_begin gave, the step function, and what its first call returned.
Value k_async(Call& call) {
    State& state = call.state();
    const Value kept =
        Internal::value(state, std::exchange(runtime_of(state.raw()).kept_result, Internal::argument_raw(call, 0)));
    if (is_mark(call[2], k_return)) {
        PromiseHandle promise(state);
        promise.resolve(kept);
        return promise.promise();
    }
    take_promise_functions(state);
    const Value holder = state.native<AsyncTask>({}, 0);
    AsyncTask& task = *holder.native<AsyncTask>();
    task.step = TracedValue(call[1]);
    const auto function = [&](NativeFunction native) {
        const Value value = state.function("", 1, native);
        value.define(task_property, holder);
        return value;
    };
    task.on_value = TracedValue(function([](Call& inner) -> Value { return go_on_with(inner, go_on); }));
    task.on_error = TracedValue(function([](Call& inner) -> Value { return go_on_with(inner, throw_in); }));
    const Value promise = state.hidden("Promise").construct(std::vector<Value>{function(executor)});
    await_value(state, task, call[2]);
    return promise;
}

/// An error, and what k_begin gave if that was called.
Value k_rejected(Call& call) {
    if (call.size() > 1) runtime_of(call.state().raw()).kept_result = Internal::argument_raw(call, 1);
    PromiseHandle promise(call.state());
    promise.reject(call[0]);
    return promise.promise();
}

// ---- Async generators (ECMA-262 27.6) ----

/// A promise and the functions that settle it.
struct Capability {
    static constexpr const char* js_name = "Capability";
    void js_trace(Tracer& tracer) const {
        for (const TracedValue* value : {&promise, &resolve, &reject}) tracer.visit(*value);
    }
    TracedValue promise;
    TracedValue resolve;
    TracedValue reject;
};

Value new_capability(State& state) {
    take_promise_functions(state);
    const Value holder = state.native<Capability>({}, 0);
    const Value run = state.function("", 2, [](Call& call) -> Value {
        Capability& capability = *call.callee().get(task_property).native<Capability>();
        capability.resolve = TracedValue(call[0]);
        capability.reject = TracedValue(call[1]);
        return {};
    });
    run.define(task_property, holder);
    const Value promise = state.hidden("Promise").construct(std::vector<Value>{run});
    holder.native<Capability>()->promise = TracedValue(promise);
    return holder;
}

struct AsyncGenerator {
    static constexpr const char* js_name = "AsyncGenerator";
    // start → running ⇄ suspended; running → done; an error or `return` before the start: → done. Running includes
    // waiting for a promise, that of a value to return after the end too.
    enum class Stage { start, suspended, running, done };
    struct Request {
        Mode mode;
        TracedValue value;
        TracedValue capability;
    };
    void js_trace(Tracer& tracer) const {
        tracer.visit(step);
        for (const Request& request : requests) {
            tracer.visit(request.value);
            tracer.visit(request.capability);
        }
    }
    TracedValue step;
    Stage stage = Stage::start;
    std::deque<Request> requests;
};

/// Settles the promise of the first request and drops it.
void answer(State& state, AsyncGenerator& generator, bool rejected, const Value& value) {
    const Value holder = generator.requests.front().capability.load(state);
    generator.requests.pop_front();
    const Capability& capability = *holder.native<Capability>();
    (rejected ? capability.reject : capability.resolve).load(state).call({}, {value});
}

Value bound(State& state, NativeFunction function, const Value& generator) {
    const Value value = state.function("", 1, function);
    value.define(task_property, generator);
    return value;
}

void run_generator(State& state, const Value& self, Mode mode, const Value& value);
void answer_requests(State& state, const Value& self);

template <Mode mode>
Value resume_generator(Call& call) {
    const Value self = call.callee().get(task_property);
    run_generator(call.state(), self, mode, call[0]);
    answer_requests(call.state(), self);
    return {};
}

/// A value to return was waited for; the generator has ended.
template <bool rejected>
Value return_waited_for(Call& call) {
    State& state = call.state();
    const Value self = call.callee().get(task_property);
    AsyncGenerator& generator = *self.native<AsyncGenerator>();
    generator.stage = AsyncGenerator::Stage::done;
    answer(state, generator, rejected, rejected ? call[0] : iterator_result(state, call[0], true));
    answer_requests(state, self);
    return {};
}

void run_generator(State& state, const Value& self, Mode mode, const Value& value) {
    AsyncGenerator& generator = *self.native<AsyncGenerator>();
    generator.stage = AsyncGenerator::Stage::running;
    Step step;
    try {
        step = run_step(state, generator.step.load(state), mode, value);
        if (step.awaits) {
            const Value promise = promise_resolve(state, step.value);
            state.hidden("then").call(
                promise, {bound(state, resume_generator<go_on>, self), bound(state, resume_generator<throw_in>, self)});
            return;
        }
    } catch (const ScriptException& exception) {
        generator.stage = AsyncGenerator::Stage::done;
        generator.step = TracedValue();
        answer(state, generator, true, exception.value());
        return;
    }
    generator.stage = step.ended ? AsyncGenerator::Stage::done : AsyncGenerator::Stage::suspended;
    if (step.ended) generator.step = TracedValue();
    answer(state, generator, false, iterator_result(state, step.value, step.ended));
}

/// Works off the requests until the generator waits or none is left.
void answer_requests(State& state, const Value& self) {
    AsyncGenerator& generator = *self.native<AsyncGenerator>();
    while (generator.stage != AsyncGenerator::Stage::running && !generator.requests.empty()) {
        const Mode mode = generator.requests.front().mode;
        const Value value = generator.requests.front().value.load(state);
        if (generator.stage == AsyncGenerator::Stage::start && mode != go_on) {
            generator.stage = AsyncGenerator::Stage::done;
            generator.step = TracedValue();
        }
        if (generator.stage != AsyncGenerator::Stage::done) {
            run_generator(state, self, mode, value);
        } else if (mode == return_from) {
            generator.stage = AsyncGenerator::Stage::running;
            const Value promise = promise_resolve(state, value);
            state.hidden("then").call(
                promise, {bound(state, return_waited_for<false>, self), bound(state, return_waited_for<true>, self)});
        } else {
            answer(state, generator, mode == throw_in, mode == throw_in ? value : iterator_result(state, {}, true));
        }
    }
}

template <Mode mode>
Value request(Call& call) {
    State& state = call.state();
    const Value self = call.this_value();
    const Value holder = new_capability(state);
    const Value promise = holder.native<Capability>()->promise.load(state);
    AsyncGenerator* generator = self.native<AsyncGenerator>();
    if (generator == nullptr) {
        holder.native<Capability>()->reject.load(state).call(
            {}, {state.error(TypeError("next method called on an incompatible receiver"))});
        return promise;
    }
    generator->requests.push_back({mode, TracedValue(call[0]), TracedValue(holder)});
    answer_requests(state, self);
    return promise;
}

constexpr FunctionDefinition async_generator_methods[] = {
    {"next", 1, request<go_on>},
    {"return", 1, request<return_from>},
    {"throw", 1, request<throw_in>},
};
constexpr FunctionDefinition async_iterable_methods[] = {
    {"@@asyncIterator", 0, [](Call& call) -> Value { return call.this_value(); }},
};

Value k_async_generator(Call& call) {
    State& state = call.state();
    Value prototype = state.hidden("AsyncGenerator");
    if (prototype.is_undefined()) {
        const Value parent = state.object();
        state.define_functions(parent, async_iterable_methods);
        prototype = state.object(parent);
        state.define_functions(prototype, async_generator_methods);
        prototype.define("constructor", state.object(state.global().get("Function").get("prototype")));
        prototype.define("@@toStringTag", state.string("AsyncGenerator"));
        state.set_hidden("AsyncGenerator", prototype);
    }
    return state.native<AsyncGenerator>(prototype, 0, TracedValue(call[0]));
}

// ---- for await and yield* of async generators ----

/// An iterator of plain values as an asynchronous one: its values are awaited.
struct SyncIterator {
    static constexpr const char* js_name = "AsyncFromSyncIterator";
    void js_trace(Tracer& tracer) const { tracer.visit(iterator); }
    TracedValue iterator;
};

/// A promise of the result with its value awaited.
Value await_result(State& state, const Value& result) {
    if (!result.is_object()) throw TypeError("Iterator result is not an object");
    const bool done = result.get("done").truthy();
    const Value promise = promise_resolve(state, result.get("value"));
    const Value wrap = state.function(
        "", 1,
        done ? [](Call& inner) -> Value { return iterator_result(inner.state(), inner[0], true); }
             : [](Call& inner) -> Value { return iterator_result(inner.state(), inner[0], false); });
    return state.hidden("then").call(promise, {wrap});
}

template <Mode mode>
Value forward_to_sync(Call& call) {
    static constexpr const char* names[] = {"next", "throw", "return"};
    State& state = call.state();
    take_promise_functions(state);
    try {
        const Value iterator = call.this_value().native<SyncIterator>()->iterator.load(state);
        const Value method = iterator.get(names[mode]);
        if (mode != go_on && method.is_nullish()) {
            PromiseHandle promise(state);
            if (mode == throw_in) {
                promise.reject(call[0]);
            } else {
                promise.resolve(iterator_result(state, call[0], true));
            }
            return promise.promise();
        }
        return await_result(state, call.size() == 0 ? method.call(iterator) : method.call(iterator, {call[0]}));
    } catch (const ScriptException& exception) {
        PromiseHandle promise(state);
        promise.reject(exception.value());
        return promise.promise();
    } catch (const HostError& error) {
        PromiseHandle promise(state);
        promise.reject(state.error(error));
        return promise.promise();
    }
}

constexpr FunctionDefinition sync_iterator_methods[] = {
    {"next", 1, forward_to_sync<go_on>},
    {"return", 1, forward_to_sync<return_from>},
    {"throw", 1, forward_to_sync<throw_in>},
};

Value k_async_iterator(Call& call) {
    State& state = call.state();
    const Value iterable = call[0];
    if (iterable.is_nullish()) throw TypeError(iterable.to_string(state) + " is not async iterable");
    const Value object = iterable.is_object() ? iterable : state.global().get("Object").call({}, {iterable});
    Value method = object.get("@@asyncIterator");
    if (!method.is_nullish()) {
        if (!method.is_function()) throw TypeError("Symbol.asyncIterator is not a function");
        const Value iterator = method.call(iterable);
        if (!iterator.is_object()) throw TypeError("Result of the Symbol.asyncIterator method is not an object");
        return iterator;
    }
    method = object.get("@@iterator");
    if (!method.is_function()) throw TypeError("value is not async iterable");
    const Value iterator = method.call(iterable);
    if (!iterator.is_object()) throw TypeError("Result of the Symbol.iterator method is not an object");
    Value prototype = state.hidden("AsyncFromSyncIterator");
    if (prototype.is_undefined()) {
        prototype = state.object();
        state.define_functions(prototype, sync_iterator_methods);
        state.set_hidden("AsyncFromSyncIterator", prototype);
    }
    return state.native<SyncIterator>(prototype, 0, TracedValue(iterator));
}

Value k_async_next(Call& call) { return call[0].get("next").call(call[0]); }

/// What the iterator's `return` gives; undefined if it has none.
Value k_async_close(Call& call) {
    const Value method = call[0].get("return");
    if (method.is_nullish()) return {};
    const Value result = method.call(call[0]);
    if (result.is_undefined()) throw TypeError("Iterator result is not an object");
    return result;
}

Value k_power_of_any(Call& call) {
    State& state = call.state();
    Value power = state.hidden("pow");
    if (power.is_undefined()) power = state.global().get("Math").get("pow");
    return power.call({}, {call[0], call[1]});
}

Value k_result(Call& call) {
    if (!call[0].is_object()) throw TypeError("Iterator result is not an object");
    return call[0];
}

constexpr StockFunction engine_functions[] = {
    {"$k_begin", k_begin, 0},
    {"$k_forward", k_forward, 3},
    {"$k_iterator", k_iterator, 1},
    {"$k_keys", k_keys, 1},
};

constexpr FunctionDefinition functions[] = {
    {"$k_async", 3, k_async},
    {"$k_async_close", 1, k_async_close},
    {"$k_async_generator", 1, k_async_generator},
    {"$k_async_iterator", 1, k_async_iterator},
    {"$k_async_next", 1, k_async_next},
    {"$k_generator", 1, k_generator},
    {"$k_power_of_any", 2, k_power_of_any},
    {"$k_rejected", 2, k_rejected},
    {"$k_result", 1, k_result},
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
    js_newcfunction(J, k_await, "$k_await", 1);
    js_defglobal(J, "$k_await", JS_DONTENUM);
    State& state = *runtime_of(J).state;
    state.define_functions(state.global(), functions);
}

bool is_async_function(js_State* J, int index) {
    const js_Value* value = js_tovalue(J, index);
    return is_object(*value) && is_async_function(value->u.object);
}

bool is_async_function(const js_Object* object) {
    if (object->type != JS_CFUNCTION) return false;
    const auto kind = function_kind(object->u.f.function);
    return kind == FunctionSource::Kind::async_function || kind == FunctionSource::Kind::async_generator;
}

}  // namespace k6::js
