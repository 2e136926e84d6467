// Promises (ECMA-262 27.2), natively. The order of microtasks is the specification's.
#include "js/builtins/promise.h"

#include <memory>
#include <utility>
#include <vector>

#include "js/builtins/library.h"

namespace k6::js {
namespace {

using Settled = std::function<void(State&, const Value&)>;

/// What happens when a promise settles: script handlers with the promise that `then` returned, or native callbacks.
struct Reaction {
    TracedValue on_fulfilled;
    TracedValue on_rejected;
    TracedValue derived;
    Settled native_fulfilled;
    Settled native_rejected;
};

struct Promise {
    static constexpr const char* js_name = "Promise";
    void js_trace(Tracer& tracer) const {
        tracer.visit(result);
        for (const Reaction& reaction : reactions) {
            tracer.visit(reaction.on_fulfilled);
            tracer.visit(reaction.on_rejected);
            tracer.visit(reaction.derived);
        }
    }
    PromiseState state = PromiseState::pending;
    bool handled = false;
    TracedValue result;
    std::vector<Reaction> reactions;
};

/// What a pair of resolving functions shares.
struct Resolver {
    static constexpr const char* js_name = "Resolver";
    void js_trace(Tracer& tracer) const { tracer.visit(promise); }
    TracedValue promise;
    bool used = false;
};

constexpr const char* resolver_property = "@@internal:resolver";

Promise* promise_of(const Value& value) { return value.native<Promise>(); }

Value new_promise(State& state) { return state.native<Promise>(state.hidden("Promise.prototype"), 0); }

void resolve_promise(State& state, const Value& promise, const Value& resolution);
void reject_promise(State& state, const Value& promise, const Value& reason);

// ---- Capabilities: what settles a promise of any constructor. That of a promise of ours is the promise itself.

struct Capability {
    static constexpr const char* js_name = "PromiseCapability";
    void js_trace(Tracer& tracer) const {
        tracer.visit(promise);
        tracer.visit(resolve);
        tracer.visit(reject);
    }
    TracedValue promise;
    TracedValue resolve;
    TracedValue reject;
};

constexpr const char* capability_property = "@@internal:capability";

Value keep_resolving_functions(Call& call) {
    Capability& capability = *call.callee().get(capability_property).native<Capability>();
    if (!capability.resolve.load(call.state()).is_undefined() || !capability.reject.load(call.state()).is_undefined())
        throw TypeError("Promise executor has already been invoked with non-undefined arguments");
    capability.resolve = TracedValue(call[0]);
    capability.reject = TracedValue(call[1]);
    return {};
}

bool is_own_constructor(State& state, const Value& constructor) {
    return constructor.is_undefined() || constructor.same_as(state.hidden("Promise"));
}

/// NewPromiseCapability; `constructor` undefined: our own.
Value new_capability(State& state, const Value& constructor) {
    if (is_own_constructor(state, constructor)) return new_promise(state);
    if (!constructor.is_object() || !is_constructor(Internal::raw(constructor).u.object))
        throw TypeError("Promise resolve or reject function is not callable");
    const Value capability = state.native<Capability>({}, 0);
    const Value executor = state.function("", 2, keep_resolving_functions);
    executor.define(capability_property, capability);
    const Value promise = constructor.construct(std::vector<Value>{executor});
    Capability& data = *capability.native<Capability>();
    if (!data.resolve.load(state).is_function() || !data.reject.load(state).is_function())
        throw TypeError("Promise resolve or reject function is not callable");
    data.promise = TracedValue(promise);
    return capability;
}

Value promise_in(State& state, const Value& capability) {
    const Capability* data = capability.native<Capability>();
    return data == nullptr ? capability : data->promise.load(state);
}

void resolve_capability(State& state, const Value& capability, const Value& resolution) {
    if (const Capability* data = capability.native<Capability>()) {
        data->resolve.load(state).call({}, {resolution});
    } else {
        resolve_promise(state, capability, resolution);
    }
}

void reject_capability(State& state, const Value& capability, const Value& reason) {
    if (const Capability* data = capability.native<Capability>()) {
        data->reject.load(state).call({}, {reason});
    } else {
        reject_promise(state, capability, reason);
    }
}

/// SpeciesConstructor of a promise; undefined: our own.
Value species_of(State& state, const Value& promise) {
    const Value constructor = promise.get("constructor");
    if (is_own_constructor(state, constructor)) return {};
    if (!constructor.is_object()) throw TypeError("The .constructor property is not an object");
    const Value species = constructor.get("@@species");
    return species.is_nullish() ? Value() : species;
}

/// PromiseResolve
Value resolved_by(State& state, const Value& constructor, const Value& value) {
    const bool own = is_own_constructor(state, constructor);
    if (own) return promise_resolve(state, value);
    if (promise_of(value) != nullptr && value.get("constructor").same_as(constructor)) return value;
    const Value capability = new_capability(state, constructor);
    resolve_capability(state, capability, value);
    return promise_in(state, capability);
}

/// Runs a handler; what it returns or throws settles the derived promise, if there is one.
template <class Body>
void run_job(State& state, const Value& derived, Body&& body) {
    try {
        const Value result = body();
        if (!derived.is_undefined()) resolve_capability(state, derived, result);
    } catch (const ScriptException& exception) {
        if (!derived.is_undefined()) reject_capability(state, derived, exception.value());
    } catch (const HostError& error) {
        if (!derived.is_undefined()) reject_capability(state, derived, state.error(error));
    }
}

void enqueue_reaction(State& state, PromiseState settled, const Value& result, const Reaction& reaction) {
    const bool fulfilled = settled == PromiseState::fulfilled;
    if (const Settled& native = fulfilled ? reaction.native_fulfilled : reaction.native_rejected) {
        state.enqueue_microtask([native, result](State& s) { native(s, result); });
        return;
    }
    const Value handler = (fulfilled ? reaction.on_fulfilled : reaction.on_rejected).load(state);
    const Value derived = reaction.derived.load(state);
    if (derived.is_undefined() && !handler.is_function()) return;  // a native reaction to the other outcome
    state.enqueue_microtask([=](State& s) {
        if (handler.is_function()) {
            run_job(s, derived, [&] { return handler.call({}, {result}); });
        } else if (fulfilled) {
            resolve_capability(s, derived, result);
        } else {
            reject_capability(s, derived, result);
        }
    });
}

void settle(State& state, const Value& promise, PromiseState settled, const Value& result) {
    Promise& data = *promise_of(promise);
    if (data.state != PromiseState::pending) return;
    data.state = settled;
    data.result = TracedValue(result);
    const std::vector<Reaction> reactions = std::exchange(data.reactions, {});
    if (settled == PromiseState::rejected && !data.handled) state.promise_rejected(promise, result);
    for (const Reaction& reaction : reactions) enqueue_reaction(state, settled, result, reaction);
}

void reject_promise(State& state, const Value& promise, const Value& reason) {
    settle(state, promise, PromiseState::rejected, reason);
}

Resolver& resolver_of(Call& call) {
    js_State* J = call.state().raw();
    const js_Property* property = jsV_getownproperty(J, Internal::raw(call.callee()).u.object, resolver_property);
    return native_box<Resolver>(property->value)->value;
}

Value resolve_function(Call& call) {
    Resolver& resolver = resolver_of(call);
    if (!std::exchange(resolver.used, true))
        resolve_promise(call.state(), resolver.promise.load(call.state()), call[0]);
    return {};
}

Value reject_function(Call& call) {
    Resolver& resolver = resolver_of(call);
    if (!std::exchange(resolver.used, true)) reject_promise(call.state(), resolver.promise.load(call.state()), call[0]);
    return {};
}

std::pair<Value, Value> resolving_functions(State& state, const Value& promise) {
    const Value resolver = state.native<Resolver>({}, 0, TracedValue(promise));
    const Value resolve_value = state.function("", 1, resolve_function);
    const Value reject_value = state.function("", 1, reject_function);
    resolve_value.define(resolver_property, resolver);
    reject_value.define(resolver_property, resolver);
    return {resolve_value, reject_value};
}

void resolve_promise(State& state, const Value& promise, const Value& resolution) {
    if (promise_of(promise)->state != PromiseState::pending) return;
    if (resolution.same_as(promise)) {
        reject_promise(state, promise, state.error(TypeError("A promise cannot be resolved with itself")));
        return;
    }
    if (!resolution.is_object()) {
        settle(state, promise, PromiseState::fulfilled, resolution);
        return;
    }
    Value then;
    try {
        then = resolution.get("then");
    } catch (const ScriptException& exception) {
        reject_promise(state, promise, exception.value());
        return;
    }
    if (!then.is_function()) {
        settle(state, promise, PromiseState::fulfilled, resolution);
        return;
    }
    state.enqueue_microtask([promise, resolution, then](State& s) {
        const auto [resolve_value, reject_value] = resolving_functions(s, promise);
        try {
            then.call(resolution, {resolve_value, reject_value});
        } catch (const ScriptException& exception) {
            reject_value.call({}, {exception.value()});
        } catch (const HostError& error) {
            reject_value.call({}, {s.error(error)});
        }
    });
}

/// Adds a reaction, or enqueues it if the promise has settled.
void react(State& state, const Value& promise, Reaction reaction) {
    Promise& data = *promise_of(promise);
    if (data.state == PromiseState::pending) {
        data.reactions.push_back(std::move(reaction));
    } else {
        if (data.state == PromiseState::rejected && !data.handled) state.promise_handled(promise);
        enqueue_reaction(state, data.state, data.result.load(state), reaction);
    }
    data.handled = true;
}

Value then(Call& call) {
    State& state = call.state();
    const Value self = call.this_value();
    if (promise_of(self) == nullptr) throw TypeError("Promise.prototype.then called on a value that is no Promise");
    const Value derived = new_capability(state, species_of(state, self));
    Reaction reaction;
    if (call[0].is_function()) reaction.on_fulfilled = TracedValue(call[0]);
    if (call[1].is_function()) reaction.on_rejected = TracedValue(call[1]);
    reaction.derived = TracedValue(derived);
    react(state, self, std::move(reaction));
    return promise_in(state, derived);
}

Value catch_function(Call& call) {
    const Value self = call.this_value();
    return self.get("then").call(self, {Value(), call[0]});
}

/// finally(f): `then` with f's value passed over, but waited for.
Value finally_function(Call& call) {
    State& state = call.state();
    const Value self = call.this_value();
    const Value on_finally = call[0];
    if (!self.is_object()) throw TypeError("Promise.prototype.finally called on a non-object");
    const Value constructor = species_of(state, self);
    if (!on_finally.is_function()) return self.get("then").call(self, {on_finally, on_finally});
    // The closures keep f alive, f may keep the promise alive, and the promise its reactions: so they hold f as a
    // property, which the collector sees.
    const auto make = [&](NativeFunction function) {
        const Value value = state.function("", 1, function);
        value.define("@@internal:finally", on_finally);
        if (!constructor.is_undefined()) value.define("@@internal:constructor", constructor);
        return value;
    };
    const auto pass_value = [](Call& inner) -> Value {
        const Value result = inner.callee().get("@@internal:finally").call({});
        const Value waited = resolved_by(inner.state(), inner.callee().get("@@internal:constructor"), result);
        const Value give =
            inner.state().function("", 0, [](Call& last) -> Value { return last.callee().get("@@internal:value"); });
        give.define("@@internal:value", inner[0]);
        return waited.get("then").call(waited, {give});
    };
    const auto pass_reason = [](Call& inner) -> Value {
        const Value result = inner.callee().get("@@internal:finally").call({});
        const Value waited = resolved_by(inner.state(), inner.callee().get("@@internal:constructor"), result);
        const Value give = inner.state().function(
            "", 0, [](Call& last) -> Value { throw ScriptException(last.callee().get("@@internal:value")); });
        give.define("@@internal:value", inner[0]);
        return waited.get("then").call(waited, {give});
    };
    return self.get("then").call(self, {make(pass_value), make(pass_reason)});
}

Value construct(Call& call) {
    State& state = call.state();
    if (!call[0].is_function()) throw TypeError("Promise resolver " + call[0].to_string(state) + " is not a function");
    const Value promise = call.native<Promise>();
    const auto [resolve_value, reject_value] = resolving_functions(state, promise);
    try {
        call[0].call({}, {resolve_value, reject_value});
    } catch (const ScriptException& exception) {
        reject_value.call({}, {exception.value()});
    }
    return promise;
}

Value static_resolve(Call& call) {
    const Value self = call.this_value();
    if (!self.is_object()) throw TypeError("PromiseResolve called on non-object");
    return resolved_by(call.state(), self, call[0]);
}

Value static_reject(Call& call) {
    if (!call.this_value().is_object()) throw TypeError("Promise.reject called on non-object");
    const Value capability = new_capability(call.state(), call.this_value());
    reject_capability(call.state(), capability, call[0]);
    return promise_in(call.state(), capability);
}

enum class Combination { all, all_settled, any, race };

/// The progress of a combination, shared by the reactions of its parts.
struct Progress {
    Value result;  // capability
    Value values;  // array
    std::size_t left = 1;
};

void finish(State& state, Combination kind, const std::shared_ptr<Progress>& progress) {
    if (--progress->left > 0 || kind == Combination::race) return;
    if (kind == Combination::any) {
        const Value error =
            state.global()
                .get("AggregateError")
                .construct(std::vector<Value>{progress->values, state.string("All promises were rejected")});
        reject_capability(state, progress->result, error);
    } else {
        resolve_capability(state, progress->result, progress->values);
    }
}

Value settled_record(State& state, bool fulfilled, const Value& result) {
    const Value record = state.object();
    record.set("status", state.string(fulfilled ? "fulfilled" : "rejected"));
    record.set(fulfilled ? "value" : "reason", result);
    return record;
}

/// Calls promise.then: natively if nothing of the promise is a script's.
void react_to(State& state, const Value& promise, const Settled& fulfilled, const Settled& rejected) {
    if (promise_of(promise) != nullptr && promise.prototype().same_as(state.hidden("Promise.prototype"))) {
        const Value method = promise.get("then");
        if (method.same_as(state.hidden("then"))) {
            promise_then(state, promise, fulfilled, rejected);
            return;
        }
    }
    const auto once = [&](const Settled& settled) {
        return state.closure("", 1, [settled, called = std::make_shared<bool>(false)](Call& inner) -> Value {
            if (!std::exchange(*called, true)) settled(inner.state(), inner[0]);
            return {};
        });
    };
    promise.get("then").call(promise, {once(fulfilled), once(rejected)});
}

template <Combination kind>
Value combine(Call& call) {
    State& state = call.state();
    const Value constructor = call.this_value();
    if (!constructor.is_object()) throw TypeError("Promise combinator called on non-object");
    auto progress = std::make_shared<Progress>();
    progress->result = new_capability(state, constructor);
    progress->values = state.array();
    const Value result = progress->result;
    std::size_t count = 0;
    try {
        const Value resolve = constructor.get("resolve");
        if (!resolve.is_function()) throw TypeError("Promise resolve or reject function is not callable");
        iterate(state, argument_raw(call, 0), [&](const js_Value& item) {
            const std::size_t index = count++;
            const Value promise = resolve.call(constructor, {to_value(state, item)});
            ++progress->left;
            if (kind != Combination::race) progress->values.append({});
            const auto keep = [progress, index](State& s, const Value& value) {
                progress->values.set_at(index, value);
                finish(s, kind, progress);
            };
            const auto pass = [progress](State& s, const Value& value) {
                resolve_capability(s, progress->result, value);
            };
            const auto fail = [progress](State& s, const Value& reason) {
                reject_capability(s, progress->result, reason);
            };
            switch (kind) {
                case Combination::all:
                    react_to(state, promise, keep, fail);
                    break;
                case Combination::all_settled:
                    react_to(
                        state, promise,
                        [keep](State& s, const Value& value) { keep(s, settled_record(s, true, value)); },
                        [keep](State& s, const Value& reason) { keep(s, settled_record(s, false, reason)); });
                    break;
                case Combination::any:
                    react_to(state, promise, pass, keep);
                    break;
                case Combination::race:
                    react_to(state, promise, pass, fail);
                    break;
            }
        });
        finish(state, kind, progress);
    } catch (const ScriptException& exception) {
        reject_capability(state, result, exception.value());
    } catch (const HostError& error) {
        reject_capability(state, result, state.error(error));
    }
    return promise_in(state, result);
}

constexpr FunctionDefinition methods[] = {
    {"catch", 1, catch_function},
    {"finally", 1, finally_function},
    {"then", 2, then},
};
constexpr FunctionDefinition statics[] = {
    {"all", 1, combine<Combination::all>}, {"allSettled", 1, combine<Combination::all_settled>},
    {"any", 1, combine<Combination::any>}, {"race", 1, combine<Combination::race>},
    {"reject", 1, static_reject},          {"resolve", 1, static_resolve},
};
constexpr ClassDefinition promise_class{
    .name = "Promise", .length = 1, .construct = construct, .methods = methods, .statics = statics};

}  // namespace

PromiseHandle::PromiseHandle(State& state)
    : state_(&state), promise_(new_promise(state)), settled_(std::make_shared<bool>(false)) {}

void PromiseHandle::resolve(const Value& value) {
    if (std::exchange(*settled_, true)) return;
    resolve_promise(*state_, promise_, value);
}

void PromiseHandle::reject(const Value& reason) {
    if (std::exchange(*settled_, true)) return;
    reject_promise(*state_, promise_, reason);
}

Value promise_resolve(State& state, const Value& value) {
    if (promise_of(value) != nullptr) {
        if (value.prototype().same_as(state.hidden("Promise.prototype"))) return value;
        if (value.get("constructor").same_as(state.hidden("Promise"))) return value;
    }
    const Value promise = new_promise(state);
    resolve_promise(state, promise, value);
    return promise;
}

bool is_promise(const Value& value) { return promise_of(value) != nullptr; }

PromiseState promise_state(const Value& promise) {
    const Promise* data = promise_of(promise);
    return data == nullptr ? PromiseState::pending : data->state;
}

Value promise_result(const Value& promise) {
    const Promise* data = promise_of(promise);
    return data == nullptr ? Value() : data->result.load(*promise.state());
}

void promise_then(State& state, const Value& promise, std::function<void(State&, const Value&)> fulfilled,
                  std::function<void(State&, const Value&)> rejected) {
    Reaction reaction;
    reaction.native_fulfilled = std::move(fulfilled);
    reaction.native_rejected = std::move(rejected);
    react(state, promise, std::move(reaction));
}

void install_promise(State& state) {
    const Value constructor = state.define_class(promise_class);
    const Value prototype = constructor.get("prototype");
    prototype.define("@@toStringTag", state.literal("Promise"), Attributes::hidden | Attributes::read_only);
    define_species(state, Internal::raw(constructor).u.object);
    state.set_hidden("Promise.prototype", prototype);
    state.set_hidden("Promise", constructor);
    state.set_hidden("then", prototype.get("then"));
    state.global().define("Promise", constructor);
}

}  // namespace k6::js
