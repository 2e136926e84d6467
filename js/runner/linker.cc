#include "js/runner/linker.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "js/builtins/array_buffer.h"
#include "js/builtins/promise.h"
#include "js/modules/modules.h"
#include "js/support/support.h"

namespace k6::js {
namespace {

using lower::ExportBinding;

bool is_commonjs(const SourceModule& module) { return module.lowered.kind == lower::LoweredModule::Kind::commonjs; }

/// Where a name that a module exports is bound (ECMA-262 16.2.1.6.3, ResolveExport).
struct Resolution {
    enum class Kind { none, found, ambiguous };
    Kind kind = Kind::none;
    const SourceModule* module = nullptr;
    std::string name;
    friend bool operator==(const Resolution&, const Resolution&) = default;
};

using Asked = std::set<std::pair<const SourceModule*, std::string>>;

Resolution resolve_export(const SourceModule& module, const std::string& name, Asked& asked) {
    if (is_commonjs(module)) return {Resolution::Kind::found, &module, name};
    if (!asked.emplace(&module, name).second) return {};
    for (const ExportBinding& binding : module.lowered.exports) {
        if (binding.kind == ExportBinding::Kind::star || binding.name != name) continue;
        if (binding.kind != ExportBinding::Kind::re_export) return {Resolution::Kind::found, &module, name};
        const SourceModule* from = module.requests.at(binding.request).source;
        // Built-in modules have whatever name one asks for; undefined if there is nothing.
        if (from == nullptr) return {Resolution::Kind::found, &module, name};
        return resolve_export(*from, binding.imported, asked);
    }
    Resolution found;
    if (name == "default") return found;
    for (const ExportBinding& binding : module.lowered.exports) {
        if (binding.kind != ExportBinding::Kind::star) continue;
        const SourceModule* from = module.requests.at(binding.request).source;
        if (from == nullptr || is_commonjs(*from)) continue;  // known when it has run
        Resolution one = resolve_export(*from, name, asked);
        if (one.kind == Resolution::Kind::none) continue;
        if (one.kind == Resolution::Kind::ambiguous) return one;
        if (found.kind == Resolution::Kind::none) {
            found = std::move(one);
        } else if (!(found == one)) {
            return {Resolution::Kind::ambiguous, nullptr, name};
        }
    }
    return found;
}

Resolution resolve_export(const SourceModule& module, const std::string& name) {
    Asked asked;
    return resolve_export(module, name, asked);
}

/// True if names may come from a module whose exports are known only when it has run.
bool has_dynamic_exports(const SourceModule& module, std::set<const SourceModule*>& asked) {
    if (is_commonjs(module)) return true;
    if (!asked.insert(&module).second) return false;
    return std::any_of(module.lowered.exports.begin(), module.lowered.exports.end(), [&](const ExportBinding& binding) {
        if (binding.kind != ExportBinding::Kind::star) return false;
        const SourceModule* from = module.requests.at(binding.request).source;
        return from == nullptr || has_dynamic_exports(*from, asked);
    });
}

bool has_dynamic_exports(const SourceModule& module) {
    std::set<const SourceModule*> asked;
    return has_dynamic_exports(module, asked);
}

/// All names that a module's stars bring, as far as they are known before anything runs.
void star_names(const SourceModule& module, std::set<std::string>& names, std::set<const SourceModule*>& asked) {
    if (is_commonjs(module) || !asked.insert(&module).second) return;
    for (const ExportBinding& binding : module.lowered.exports) {
        if (binding.kind != ExportBinding::Kind::star) {
            if (binding.name != "default") names.insert(binding.name);
        } else if (const SourceModule* from = module.requests.at(binding.request).source) {
            star_names(*from, names, asked);
        }
    }
}

}  // namespace

/// While it lives, a module's top level runs.
class Linker::Evaluating {
public:
    Evaluating(Linker& linker, const SourceModule& module) : linker_(linker) { linker_.evaluating_.push_back(&module); }
    ~Evaluating() { linker_.evaluating_.pop_back(); }
    Evaluating(const Evaluating&) = delete;
    Evaluating& operator=(const Evaluating&) = delete;

private:
    Linker& linker_;
};

Linker::Linker(Program& program, Files& files, ScriptContext& context)
    : program_(program), files_(files), context_(context), state_(context.state) {}

void Linker::install_globals() {
    Value global = state_.global();
    global.define("open", state_.closure("open", 2, [this](Call& call) { return open(call); }));
    global.define("require", state_.closure("require", 1, [this](Call& call) {
        const SourceModule* caller = calling_module();
        return require(call.text(0), caller == nullptr ? innermost().base : caller->base);
    }));
    const auto mixed_up = [](Call& call) -> Value {
        const std::string name = call.callee().get("name").as_string();
        throw GoError("you are trying to access identifier \"" + name +
                      "\": a file is either an ECMAScript module, with import and export, or a CommonJS module, with " +
                      "require, module and exports; this one was probably meant to be the other kind");
    };
    global.define_accessor("module", state_.function("module", 0, mixed_up), {});
    global.define_accessor("exports", state_.function("exports", 0, mixed_up), {});
}

Value Linker::namespace_of(const SourceModule& module) const {
    const auto found = linked_.find(&module);
    return found == linked_.end() ? Value() : found->second.ns;
}

void Linker::evaluate_entry(const SourceModule& entry) {
    entry_ = &entry;
    evaluate(entry);
}

Value Linker::evaluate(const SourceModule& module) {
    Linked& linked = link(module);
    evaluate_module(linked);
    return linked.ns;
}

// ---- Linking

Linker::Linked& Linker::link(const SourceModule& module) {
    if (const auto found = linked_.find(&module); found != linked_.end()) return found->second;
    std::vector<Linked*> created;
    create(module, created);
    for (Linked* one : created) {
        for (const SourceModule::Request& request : one->module->requests) {
            one->requested.append(request.source == nullptr ? builtin(request.builtin) : linked_.at(request.source).ns);
        }
    }
    for (Linked* one : created) check_imports(*one->module);
    for (Linked* one : created) define_exports(*one);
    return linked_.at(&module);
}

void Linker::create(const SourceModule& module, std::vector<Linked*>& created) {
    if (linked_.contains(&module)) return;
    Linked& linked = linked_[&module];
    linked.module = &module;
    linked.ns = state_.object(Value::null());
    linked.requested = state_.array();
    created.push_back(&linked);
    for (const SourceModule::Request& request : module.requests) {
        if (request.source != nullptr) create(*request.source, created);
    }
}

// A name that an ES module does not export is an error when modules are linked. CommonJS and built-in modules give
// undefined instead.
void Linker::check_imports(const SourceModule& module) const {
    const auto complain = [&](std::uint32_t request, const std::string& name, const std::string& position) {
        const SourceModule* from = module.requests.at(request).source;
        if (from == nullptr) return;
        const Resolution resolution = resolve_export(*from, name);
        if (resolution.kind == Resolution::Kind::found) return;
        if (resolution.kind == Resolution::Kind::none && has_dynamic_exports(*from)) return;
        throw SyntaxError(module.url + ": " + position + "The requested module '" +
                          module.lowered.requests.at(request).specifier + "' " +
                          (resolution.kind == Resolution::Kind::none ? "does not provide an export named '"
                                                                     : "has more than one export named '") +
                          name + "'");
    };
    for (const lower::ImportedName& imported : module.lowered.imports) {
        complain(imported.request, imported.name,
                 "Line " + std::to_string(imported.line) + ":" + std::to_string(imported.column) + " ");
    }
    for (const ExportBinding& binding : module.lowered.exports) {
        if (binding.kind == ExportBinding::Kind::re_export) complain(binding.request, binding.imported, "");
    }
}

// Re-exports are accessors, so that they show what the other module's binding holds now.
void Linker::forward(const Value& ns, const std::string& name, const Value& from, const std::string& imported) {
    const bool own = imported == name;
    ns.define_accessor(name,
                       state_.closure("get", 0,
                                      [from, imported = own ? std::string() : imported, name](Call&) {
                                          return from.get(imported.empty() ? name : imported);
                                      }),
                       {}, Attributes::none);
}

void Linker::define_exports(Linked& linked) {
    const SourceModule& module = *linked.module;
    if (is_commonjs(module)) return;
    // Keys of a namespace are in the order of their names.
    std::map<std::string, const ExportBinding*> names;
    std::set<std::string> from_stars;
    bool stars = false;
    for (const ExportBinding& binding : module.lowered.exports) {
        if (binding.kind == ExportBinding::Kind::star) {
            stars = true;
        } else {
            names.emplace(binding.name, &binding);
        }
    }
    if (stars) {
        std::set<const SourceModule*> asked;
        star_names(module, from_stars, asked);
        for (const std::string& name : from_stars) names.emplace(name, nullptr);
    }
    for (const auto& [name, binding] : names) {
        if (binding == nullptr) {
            const Resolution resolution = resolve_export(module, name);
            if (resolution.kind != Resolution::Kind::found) continue;  // more than one: then there is none
            forward(linked.ns, name, linked_.at(resolution.module).ns, resolution.name);
            continue;
        }
        switch (binding->kind) {
            case ExportBinding::Kind::local:
                if (binding->hoisted) {
                    linked.ns.define(name, {}, Attributes::none);
                } else {
                    define_uninitialised_export(state_, linked.ns, name.c_str());
                }
                break;
            case ExportBinding::Kind::re_export:
                forward(linked.ns, name, linked.requested.at(binding->request), binding->imported);
                break;
            case ExportBinding::Kind::namespace_re_export:
                linked.ns.define(name, module_namespace(state_, linked.requested.at(binding->request)),
                                 Attributes::none);
                break;
            case ExportBinding::Kind::star:
                break;
        }
    }
    linked.ns.define("@@toStringTag", state_.literal("Module"),
                     Attributes::hidden | Attributes::read_only | Attributes::permanent);
    if (!has_dynamic_exports(module)) linked.ns.prevent_extensions();
}

Value Linker::builtin(const std::string& name) {
    const auto found = builtins_.find(name);
    if (found != builtins_.end()) return found->second;
    return builtins_.emplace(name, make_builtin_module(context_, name)).first->second;
}

// ---- Evaluation

void Linker::evaluate_module(Linked& linked) {
    if (linked.status != Status::linked) return;
    linked.status = Status::evaluating;
    try {
        const Evaluating scope(*this, *linked.module);
        if (is_commonjs(*linked.module)) {
            evaluate_commonjs(linked);
        } else {
            const SourceModule& module = *linked.module;
            if (module.lowered.uses_import_call && !load_.is_function()) {
                load_ = state_.function("load", 1, [](Call& call) -> Value {
                    PromiseHandle failed(call.state());
                    // No literal: the engine takes thrown texts of the program's own for reports of its.
                    failed.reject(call.state().string("dynamic modules not enabled in the host program"));
                    return failed.promise();
                });
            }
            if (module.lowered.uses_import_call) linked.requested.define("load", load_);
            if (module.lowered.uses_import_meta) linked.requested.define("meta", meta_of(module));
            Value requests;
            if (!module.requests.empty()) {
                requests = state_.closure("requests", 0, [this, &linked](Call&) -> Value {
                    evaluate_requests(linked);
                    return {};
                });
            }
            const Value done =
                module.script->instantiate(state_).call({}).call({}, {linked.ns, linked.requested, requests});
            if (module.lowered.has_top_level_await) await_top_level(done);
        }
        linked.status = Status::evaluated;
    } catch (...) {
        // Whoever caught it may ask again, as after a failed require.
        linked.status = Status::linked;
        throw;
    }
}

void Linker::evaluate_requests(Linked& linked) {
    const SourceModule& module = *linked.module;
    for (const SourceModule::Request& request : module.requests) {
        if (request.source != nullptr) evaluate_module(linked_.at(request.source));
    }
    for (const ExportBinding& binding : module.lowered.exports) {
        if (binding.kind != ExportBinding::Kind::star) continue;
        const SourceModule* from = module.requests.at(binding.request).source;
        if (from != nullptr && !has_dynamic_exports(*from)) continue;
        const Value ns = linked.requested.at(binding.request);
        for (const std::string& name : ns.keys()) {
            if (name != "default" && !linked.ns.has_own(name)) forward(linked.ns, name, ns, name);
        }
    }
}

void Linker::evaluate_commonjs(Linked& linked) {
    const SourceModule& module = *linked.module;
    linked.holder = state_.object();
    const Value exports = state_.object();
    linked.holder.set("exports", exports);
    const Value own_require =
        state_.closure("require", 1, [this, &module](Call& call) { return require(call.text(0), module.base); });
    module.script->instantiate(state_).call({}).call(exports, {linked.holder, exports, own_require, linked.requested});
    Value result = linked.holder.get("exports");
    if (result.is_nullish()) {
        throw InitFailure{Error{ErrorClass::generic, "CommonJS's exports must not be null, in " + module.url}};
    }
    if (!result.is_object()) {
        result = state_.global().get("Object").call({}, {result});
        linked.holder.set("exports", result);
    }
    result.for_each([&](std::string_view key, const Value& value) { linked.ns.set(key, value); });
    if (!result.has("default")) {
        linked.ns.define("default", result);
    } else if (!linked.ns.has_own("default")) {
        linked.ns.define("default", result.get("default"));
    }
}

void Linker::await_top_level(const Value& done) {
    // The promise is waited for here: its rejection is no unhandled one.
    promise_then(
        state_, done, [](State&, const Value&) {}, [](State&, const Value&) {});
    context_.loop.run_until([&] { return promise_state(done) != PromiseState::pending; });
    switch (promise_state(done)) {
        case PromiseState::fulfilled:
            return;
        case PromiseState::rejected:
            throw ScriptException(promise_result(done));
        case PromiseState::pending:
            throw InitFailure{
                Error{ErrorClass::generic, "the initialization hasn't finished: a top-level await can never settle"}};
    }
}

Value Linker::meta_of(const SourceModule& module) {
    Value meta = state_.object(Value::null());
    meta.set("resolve", state_.closure("resolve", 1, [this, &module](Call& call) {
        const std::string specifier(call.text(0));
        if (specifier == "k6" || specifier.starts_with("k6/")) {
            throw GoError("import.meta.resolve can't be used with the built-in module \"" + specifier + "\"");
        }
        auto url = program_.resolve_url(specifier, module.base);
        if (!url) throw GoError(url.error().message);
        return state_.string(*url);
    }));
    return meta;
}

// ---- What modules call

const SourceModule& Linker::innermost() const { return evaluating_.empty() ? *entry_ : *evaluating_.back(); }

const SourceModule* Linker::calling_module() const {
    for (const StackFrame& frame : state_.stack_trace()) {
        if (const SourceModule* module = program_.find(frame.file)) return module;
    }
    return nullptr;
}

Value Linker::open(Call& call) {
    if (context_.phase != Phase::init) {
        throw GoError(
            "the \"open\" function is only available in the init stage (i.e. the global scope), see the documentation "
            "of init context");
    }
    std::string path(call.text(0));
    if (!call.has(0) || path.empty()) throw GoError("open() can't be used with an empty filename");
    if (path.starts_with("file://")) path = path_of_file_url(path);
    const SourceModule& base = innermost();
    if (context_.vu == nullptr && !path.starts_with('/')) {
        const SourceModule* caller = calling_module();
        if (caller != nullptr && caller->directory != base.directory) {
            context_.logger.warn("open() of the relative path \"" + path + "\" looks in \"" + base.directory +
                                 "\", the directory of the module that is being evaluated, not in \"" +
                                 caller->directory +
                                 "\", that of the file in which it is called; open(import.meta.resolve(…)) names the "
                                 "latter whoever calls");
        }
    }
    auto content = files_.read(resolve_path(base.directory, path));
    if (!content) throw GoError(content.error().message);
    const Value mode = call[1];
    if (mode.is_string() && mode.raw_text() == "b") return array_buffer(call.state(), **content);
    return call.state().string(**content);
}

Value Linker::require(std::string_view specifier, const std::string& base) {
    if (context_.phase != Phase::init) {
        throw GoError("the \"require\" function is only available in the init stage (i.e. the global scope)");
    }
    auto resolved = program_.resolve(specifier, base);
    if (!resolved) throw GoError(resolved.error().message);
    if (resolved->source == nullptr) {
        const Value ns = builtin(resolved->builtin);
        return ns.has("default") ? ns.get("default") : ns;
    }
    const Value ns = evaluate(*resolved->source);
    return is_commonjs(*resolved->source) ? linked_.at(resolved->source).holder.get("exports")
                                          : module_namespace(state_, ns);
}

}  // namespace k6::js
