#include "js/runner/instance.h"

#include "base/random.h"
#include "js/builtins/array_buffer.h"
#include "js/builtins/builtins.h"
#include "js/builtins/promise.h"
#include "js/lower/support.h"
#include "js/modules/console.h"
#include "js/modules/modules.h"
#include "js/mujs/binding.h"

namespace k6::js {
namespace {

Error script_failure(const ScriptError& error) {
    Error failure = error.to_error();
    failure.hint = "script exception";
    return failure;
}

// The JSON text of a value by the script's own JSON.stringify; undefined has none.
std::optional<std::string> stringify(State& state, const Value& value) {
    const Value text = state.global().get("JSON").get("stringify").call({}, {value});
    if (!text.is_string()) return {};
    return text.as_string();
}

// Whether a module exports a name, itself or by `export *`. Modules in `asked` are being asked already.
bool exports_name(const SourceModule& module, const std::string& name, std::vector<const SourceModule*> asked = {}) {
    if (module.lowered.kind == lower::LoweredModule::Kind::commonjs) return true;
    for (const SourceModule* earlier : asked) {
        if (earlier == &module) return false;
    }
    asked.push_back(&module);
    for (const lower::ExportBinding& binding : module.lowered.exports) {
        if (binding.kind != lower::ExportBinding::Kind::star) {
            if (binding.name == name) return true;
            continue;
        }
        const SourceModule* from = module.requests.at(binding.request).source;
        if (name != "default" && (from == nullptr || exports_name(*from, name, asked))) return true;
    }
    return false;
}

}  // namespace

/// While it lives, a module's top level runs.
class Instance::Evaluating {
public:
    Evaluating(Instance& instance, const SourceModule& module) : instance_(instance) {
        instance_.evaluating_.push_back(&module);
    }
    ~Evaluating() { instance_.evaluating_.pop_back(); }
    Evaluating(const Evaluating&) = delete;
    Evaluating& operator=(const Evaluating&) = delete;

private:
    Instance& instance_;
};

Instance::Instance(ScriptEnvironment& environment, Vu* vu, http::ClientShared* clients)
    : environment_(environment),
      context_{.state = state_, .logger = environment.logger, .registry = environment.registry} {
    context_.vu = vu;
    if (vu != nullptr) {
        client_ = std::make_unique<http::Client>(*vu, *clients);
        context_.client = client_.get();
    }
    state_.set_context(&context_);
    state_.seed_random(RandomSource(environment_.seed + (vu == nullptr ? 0 : vu->id_in_test()))());
    install_builtins(state_);
    lower::install_support(state_.raw(), {});
    install_console(context_);
    install_globals();
}

Instance::~Instance() = default;

void Instance::install_globals() {
    Value global = state_.global();
    global.define("open", state_.closure("open", 2, [this](Call& call) { return open(call); }));
    global.define("require", state_.closure("require", 1, [this](Call& call) { return require(call); }));
    global.define("__VU", context_.vu == nullptr ? std::uint64_t{0} : context_.vu->id_in_instance());
    set_variables(nullptr);
}

void Instance::set_variables(const StringMap* over) {
    Value variables = state_.object();
    for (const auto& [name, value] : environment_.variables) variables.set(name, state_.string(value));
    if (over != nullptr) {
        for (const auto& [name, value] : *over) variables.set(name, state_.string(value));
    }
    state_.global().define("__ENV", variables);
}

Result<void> Instance::initialise() {
    context_.phase = Phase::init;
    // Entered through a native function, so that what the modules throw arrives here as a completion.
    const Value run = state_.closure("init", 0, [this](Call&) { return evaluate_module(*environment_.entry); });
    const Completion done = finish(state_.call(run, {}));
    if (!done) return script_failure(done.error());
    return {};
}

Value Instance::namespace_of_request(const SourceModule::Request& request) {
    if (request.source != nullptr) return evaluate_module(*request.source);
    const auto found = builtins_.find(request.builtin);
    if (found != builtins_.end()) return found->second;
    return builtins_.emplace(request.builtin, make_builtin_module(context_, request.builtin)).first->second;
}

Value Instance::evaluate_module(const SourceModule& module) {
    if (const auto found = namespaces_.find(&module); found != namespaces_.end()) return found->second;
    if (module.lowered.kind == lower::LoweredModule::Kind::commonjs) return evaluate_commonjs(module);
    Value ns = state_.object(Value::null());
    namespaces_.emplace(&module, ns);
    Value requested = state_.array();
    for (const SourceModule::Request& request : module.requests) requested.append(namespace_of_request(request));
    for (const lower::ImportedName& imported : module.lowered.imports) check_import(module, imported);
    link_exports(module, ns, requested);
    const Evaluating scope(*this, module);
    const Value done = module.script->instantiate(state_).call({}).call({}, {ns, requested});
    if (module.lowered.has_top_level_await) await_top_level(done);
    return ns;
}

// Nothing but microtasks can settle it: init code has no other tasks.
void Instance::await_top_level(const Value& done) {
    promise_then(
        state_, done, [](State&, const Value&) {}, [](State&, const Value&) {});
    state_.run_microtasks();
    switch (promise_state(done)) {
        case PromiseState::fulfilled:
            return;
        case PromiseState::rejected:
            throw ScriptException(promise_result(done));
        case PromiseState::pending:
            throw GoError("the module's initialization hasn't finished: its top-level await can never settle");
    }
}

// ECMA-262 16.2.1.6.4: a name that an ES module does not export is an error when modules are linked. CommonJS and
// built-in modules give undefined instead.
void Instance::check_import(const SourceModule& module, const lower::ImportedName& imported) {
    const SourceModule* from = module.requests.at(imported.request).source;
    if (from == nullptr || exports_name(*from, imported.name)) return;
    throw SyntaxError(module.url + ": Line " + std::to_string(imported.line) + ":" + std::to_string(imported.column) +
                      " the requested module '" + module.lowered.requests.at(imported.request).specifier +
                      "' does not provide an export named '" + imported.name + "'");
}

// Re-exports are accessors, so that they show what the other module's binding holds now.
void Instance::link_exports(const SourceModule& module, const Value& ns, const Value& requested) {
    const auto forward = [&](const std::string& name, const Value& from, const std::string& imported) {
        ns.define_accessor(name, state_.closure("get", 0, [from, imported](Call&) { return from.get(imported); }), {},
                           Attributes::none);
    };
    for (const lower::ExportBinding& binding : module.lowered.exports) {
        const Value from = binding.kind == lower::ExportBinding::Kind::local ? Value() : requested.at(binding.request);
        switch (binding.kind) {
            case lower::ExportBinding::Kind::local:
                break;
            case lower::ExportBinding::Kind::re_export:
                forward(binding.name, from, binding.imported);
                break;
            case lower::ExportBinding::Kind::star:
                for (const std::string& name : from.keys()) {
                    if (name != "default" && !ns.has_own(name)) forward(name, from, name);
                }
                break;
            case lower::ExportBinding::Kind::namespace_re_export:
                ns.set(binding.name, from);
                break;
        }
    }
}

Value Instance::evaluate_commonjs(const SourceModule& module) {
    Value ns = state_.object(Value::null());
    namespaces_.emplace(&module, ns);
    Value holder = state_.object();
    Value exports = state_.object();
    holder.set("exports", exports);
    {
        const Evaluating scope(*this, module);
        Value requested = state_.array();
        module.script->instantiate(state_).call({}).call(exports,
                                                         {holder, exports, state_.global().get("require"), requested});
    }
    const Value result = holder.get("exports");
    if (result.is_nullish()) throw GoError("CommonJS's exports must not be null");
    if (result.is_object()) {
        result.for_each([&](const std::string& key, const Value& value) { ns.set(key, value); });
    }
    if (!result.is_object() || !result.has_own("default")) ns.set("default", result);
    ns.define("@@commonjs", result);
    return ns;
}

Value Instance::open(Call& call) {
    if (context_.phase != Phase::init) {
        throw GoError(
            "the \"open\" function is only available in the init stage (i.e. the global scope), see the documentation "
            "of init context");
    }
    std::string path(call.text(0));
    if (!call.has(0) || path.empty()) throw GoError("open() can't be used with an empty filename");
    if (path.starts_with("file://")) path = path_of_file_url(path);
    const std::string& directory = evaluating_.empty() ? environment_.entry->directory : evaluating_.back()->directory;
    auto content = environment_.files.read(resolve_path(directory, path));
    if (!content) throw GoError(content.error().message);
    if (call.has(1) && call.text(1) == "b") return array_buffer(call.state(), **content);
    return call.state().string(**content);
}

Value Instance::require(Call& call) {
    const std::string& directory = evaluating_.empty() ? environment_.entry->directory : evaluating_.back()->directory;
    auto resolved = environment_.program.resolve(call.text(0), directory);
    if (!resolved) throw GoError(resolved.error().message);
    const Value ns = namespace_of_request(*resolved);
    return ns.has_own("@@commonjs") ? ns.get("@@commonjs") : resolved->source == nullptr ? ns.get("default") : ns;
}

Completion Instance::finish(Completion completion) {
    state_.run_microtasks();
    const auto rejection = state_.take_unhandled_rejection();
    if (completion && rejection) return *rejection;
    return completion;
}

Value Instance::exported(std::string_view name) {
    const auto found = namespaces_.find(environment_.entry);
    return found == namespaces_.end() ? Value() : found->second.get(name);
}

std::vector<std::string> Instance::exported_functions() {
    std::vector<std::string> names;
    namespaces_.at(environment_.entry).for_each([&](const std::string& name, const Value& value) {
        if (value.is_function()) names.push_back(name);
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

void Instance::activate(const Scenario& scenario) {
    set_variables(&scenario.env);
    function_ = exported(scenario.exec);
}

Value Instance::setup_argument() {
    if (!setup_argument_) {
        setup_argument_ = environment_.setup_data ? state_.global().get("JSON").get("parse").call(
                                                        {}, {state_.string(*environment_.setup_data)})
                                                  : Value();
    }
    return *setup_argument_;
}

IterationEnd Instance::run_iteration(const Scenario& scenario) {
    context_.phase = Phase::iteration;
    if (!context_.vu->plan().no_cookies_reset) context_.cookies.clear();
    state_.global().set("__ITER", context_.vu->iteration().of_vu);
    const Completion done = finish(state_.call(function_, {}, {setup_argument()}));
    if (context_.vu->plan().no_vu_connection_reuse) context_.client->close_idle();
    if (done) return IterationEnd::completed;
    context_.logger.error(done.error().log_text(), {{"executor", executor_name(scenario.executor)},
                                                    {"scenario", scenario.name},
                                                    {"source", "stacktrace"},
                                                    {"hint", "script exception"}});
    return IterationEnd::threw;
}

Result<Value> Instance::call_lifecycle(std::string_view function, Phase phase, std::initializer_list<Value> arguments) {
    context_.phase = phase;
    const Completion done = finish(state_.call(exported(function), {}, arguments));
    if (!done) return script_failure(done.error());
    return *done;
}

Result<std::optional<std::string>> Instance::run_setup() {
    auto returned = call_lifecycle("setup", Phase::setup, {});
    if (!returned) return returned.error();
    if (returned->is_undefined()) return std::optional<std::string>();
    try {
        auto json = stringify(state_, *returned);
        if (!json) return Error{ErrorClass::generic, "error marshaling setup() data to JSON: it is a function"};
        return json;
    } catch (const ScriptException& thrown) {
        return Error{ErrorClass::generic,
                     "error marshaling setup() data to JSON: " + describe(state_, thrown.value()).message};
    }
}

Result<void> Instance::run_teardown() {
    auto returned = call_lifecycle("teardown", Phase::teardown, {setup_argument()});
    if (!returned) return returned.error();
    return {};
}

}  // namespace k6::js
