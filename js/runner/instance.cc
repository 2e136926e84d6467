#include "js/runner/instance.h"

#include <cmath>
#include <mutex>
#include <utility>

#include "base/random.h"
#include "engine/runtime/worker.h"
#include "js/builtins/array_buffer.h"
#include "js/builtins/builtins.h"
#include "js/builtins/promise.h"
#include "js/modules/exotic.h"
#include "js/modules/host_globals.h"
#include "js/modules/modules.h"
#include "js/mujs/binding.h"
#include "js/runner/data_json.h"
#include "js/support/lowered.h"
#include "js/support/support.h"

namespace k6::js {
namespace {

/// How a failed run of the loop reads as an error of the whole test. Rejections that nobody handles are less precise
/// than exceptions, and have an exit code of their own.
Error script_failure(const LoopResult& end) {
    Error failure = end.completion.error().to_error();
    if (end.rejected) {
        failure.error_class = ErrorClass::generic;
        failure.hint.clear();
    } else {
        failure.hint = "script exception";
    }
    return failure;
}

// The JSON text of a value by the script's own JSON.stringify; undefined has none.
std::optional<std::string> stringify(State& state, const Value& value) {
    const Value text = state.global().get("JSON").get("stringify").call({}, {value});
    if (!text.is_string()) return {};
    return text.as_string();
}

// Variables are texts: what a script assigns becomes one.
Value set_variable(Call& call) {
    call[0].set(call[1], call.state().string(call.text(2)));
    return true;
}

constexpr FunctionDefinition variable_traps[] = {{"set", 4, set_variable}};

[[noreturn]] Value refuse_change(Call&) { throw TypeError("__ENV is frozen"); }

constexpr FunctionDefinition frozen_variable_traps[] = {
    {"set", 4, refuse_change}, {"defineProperty", 3, refuse_change}, {"deleteProperty", 2, refuse_change}};

Value parse_json(State& state, const std::string& text) {
    return state.global().get("JSON").get("parse").call({}, {state.string(text)});
}

/// Evenly over 0 to 1, whatever run of numbers: the fractional part of their multiples of the golden ratio.
double spread(std::uint64_t number) {
    const double multiple = static_cast<double>(number) * 0.618033988749895;
    return multiple - std::floor(multiple);
}

}  // namespace

Instance::Instance(ScriptEnvironment& environment, Vu* vu, http::ClientShared* clients, WorkerShare* worker)
    : environment_(environment),
      state_({.blocks = worker == nullptr ? nullptr : &worker->blocks}),
      context_{.state = state_,
               .logger = environment.logger,
               .registry = environment.registry,
               .shared_arrays = environment.shared_arrays,
               .secrets = environment.secrets,
               .console = environment.console},
      linker_(environment.program, environment.files, context_) {
    context_.vu = vu;
    context_.worker = worker;
    if (vu != nullptr) {
        client_ = std::make_unique<http::Client>(*vu, *clients);
        context_.client = client_.get();
    }
    state_.set_context(&context_);
    state_.seed_random(RandomSource(environment_.seed + (vu == nullptr ? 0 : vu->id_in_test()))());
    state_.set_checkpoint(check_interruption);
    install_builtins(state_);
    install_support(state_.raw());
    state_.set_source_lowering(lower_source);
    install_host_globals(context_);
    install_globals();
}

Instance::~Instance() = default;

void Instance::check_interruption(State& state) {
    const Vu* vu = state.context<ScriptContext>().vu;
    if (vu != nullptr && vu->interruption_due()) throw Interrupted{};
}

void Instance::install_globals() {
    Value global = state_.global();
    linker_.install_globals();
    if (environment_.base_compatibility) global.remove("global");
    global.define("__VU", context_.vu == nullptr ? std::uint64_t{0} : context_.vu->id_in_instance());
    set_variables(nullptr);
}

// Most scripts ask for none or few of the variables: the object is made when it is first asked for.
void Instance::set_variables(const StringMap* over) {
    const Value make = state_.closure("__ENV", 0, [this, over](Call&) {
        Value variables = state_.object();
        for (const auto& [name, value] : environment_.variables) variables.set(name, state_.string(value));
        if (over != nullptr) {
            for (const auto& [name, value] : *over) variables.set(name, state_.string(value));
        }
        variables = environment_.frozen_variables ? exotic_object(state_, "__ENV", frozen_variable_traps, variables)
                                                  : exotic_object(state_, "__ENV", variable_traps, variables);
        state_.global().define("__ENV", variables);
        return variables;
    });
    const Value replace = state_.function("__ENV", 1, [](Call& call) -> Value {
        call.state().global().define("__ENV", call[0]);
        return {};
    });
    state_.global().define_accessor("__ENV", make, replace);
}

Result<void> Instance::initialise() {
    context_.phase = Phase::init;
    try {
        const LoopResult end = context_.loop.run([this]() -> Value {
            linker_.evaluate_entry(*environment_.entry);
            return {};
        });
        if (!end.completion) return script_failure(end);
    } catch (const InitFailure& failure) {
        return failure.error;
    } catch (const Interrupted&) {
        if (context_.abort_reason) return Error{ErrorClass::script_aborted, *context_.abort_reason};
        throw;
    }
    if (context_.vu != nullptr) {
        consolidate_exported_options();
        state_.hasten_collection(spread(context_.vu->id_in_test()));
    }
    return {};
}

Value Instance::exported(std::string_view name) {
    const Value ns = linker_.namespace_of(*environment_.entry);
    return ns.is_object() ? ns.get(name) : Value();
}

std::vector<std::string> Instance::exported_functions() {
    std::vector<std::string> names;
    const Value ns = linker_.namespace_of(*environment_.entry);
    ns.for_each([&](std::string_view name, const Value& value) {
        if (value.is_function()) names.emplace_back(name);
    });
    return names;
}

Result<std::optional<std::string>> Instance::options_json() {
    const Value options = exported("options");
    if (options.is_nullish()) return std::optional<std::string>();
    try {
        return stringify(state_, options);
    } catch (const ScriptException& thrown) {
        return Error{ErrorClass::invalid_config,
                     "the exported options cannot be converted to JSON: " + describe(state_, thrown.value()).message};
    }
}

// VUs see in their `options` what the test runs with.
void Instance::consolidate_exported_options() {
    const Value options = exported("options");
    if (!options.is_object()) return;
    try {
        parse_json(state_, options_to_json(context_.vu->plan().options))
            .for_each([&](std::string_view key, const Value& value) {
                if (!value.is_null()) options.set(key, value);
            });
    } catch (const ScriptException&) {
        // A frozen object keeps what it has.
    }
}

void Instance::activate(const Scenario& scenario) {
    context_.own_tags.clear();
    context_.own_metadata.clear();
    set_variables(&scenario.env);
    function_ = exported(scenario.exec);
}

Value Instance::setup_argument() {
    if (!setup_argument_) {
        const std::lock_guard lock(environment_.setup_data_mutex);
        setup_argument_ = environment_.setup_data ? parse_json(state_, *environment_.setup_data) : Value();
    }
    return *setup_argument_;
}

IterationEnd Instance::run_iteration(const Scenario& scenario) {
    context_.phase = Phase::iteration;
    if (!context_.vu->plan().no_cookies_reset) context_.cookies.clear();
    if (!std::exchange(iterates_, true)) {
        // There is no such name before; from now on it is read from the VU, which costs nothing per iteration.
        state_.global().define_accessor(
            "__ITER",
            state_.function("__ITER", 0,
                            [](Call& call) -> Value { return call.context<ScriptContext>().vu->iteration().of_vu; }),
            {});
    }
    const LoopResult end = context_.loop.run(function_, {setup_argument()});
    if (context_.vu->plan().no_vu_connection_reuse) context_.client->close_idle();
    if (end.completion) return IterationEnd::completed;
    log_failure(end, scenario);
    return IterationEnd::threw;
}

void Instance::log_failure(const LoopResult& end, const Scenario& scenario) {
    const std::string text = end.completion.error().log_text();
    const std::string_view executor = executor_name(scenario.executor);
    if (end.rejected) {
        context_.logger.error(text, {{"executor", executor}, {"scenario", scenario.name}});
    } else {
        context_.logger.error(text, {{"executor", executor},
                                     {"scenario", scenario.name},
                                     {"source", "stacktrace"},
                                     {"hint", "script exception"}});
    }
}

Result<Value> Instance::call_lifecycle(std::string_view function, Phase phase, std::initializer_list<Value> arguments) {
    context_.phase = phase;
    LoopResult end = context_.loop.run(exported(function), arguments);
    if (!end.completion) return script_failure(end);
    Value returned = *end.completion;
    if (!is_promise(returned)) return returned;
    if (promise_state(returned) == PromiseState::pending) {
        return Error{ErrorClass::script_exception,
                     std::string(function) + "() returned a promise that can never settle", "script exception"};
    }
    return promise_result(returned);
}

Result<std::optional<std::string>> Instance::run_setup() {
    auto returned = call_lifecycle("setup", Phase::setup, {});
    if (!returned) return returned.error();
    auto json = data_to_json(state_, *returned);
    if (!json) return with_context(json.error(), "error marshaling setup() data to JSON");
    return json;
}

Result<void> Instance::run_teardown() {
    auto returned = call_lifecycle("teardown", Phase::teardown, {setup_argument()});
    if (!returned) return returned.error();
    return {};
}

Result<std::optional<k6::Runner::SummaryParts>> Instance::run_handle_summary(const std::string& data_json) {
    auto returned = call_lifecycle("handleSummary", Phase::teardown, {parse_json(state_, data_json)});
    if (!returned) return returned.error();
    if (returned->is_nullish()) return std::optional<k6::Runner::SummaryParts>();
    if (!returned->is_object()) {
        return Error{ErrorClass::generic, "handleSummary() should return a map with string keys"};
    }
    try {
        std::optional<k6::Runner::SummaryParts> parts(std::in_place);
        std::string wrong;
        returned->for_each([&](std::string_view name, const Value& value) {
            if (value.is_string()) {
                parts->emplace_back(name, value.as_string());
            } else if (const auto bytes = bytes_of(value)) {
                parts->emplace_back(name, std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
            } else {
                wrong = name;
            }
        });
        if (wrong.empty()) return parts;
        return Error{ErrorClass::generic, "error handling summary object " + wrong +
                                              ": invalid type, it needs to be a string or ArrayBuffer"};
    } catch (const ScriptException& thrown) {
        return describe(state_, thrown.value()).to_error();
    }
}

}  // namespace k6::js
