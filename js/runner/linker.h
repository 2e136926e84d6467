// The modules of a script in one State: their namespaces, their evaluation, and what their code may ask for while it
// runs, open() and require().
//
//   Linker linker(program, files, context);
//   linker.install_globals();                     // open, require, module, exports
//   linker.evaluate_entry(entry);                 // in a task of the event loop; throws what the script throws
//   linker.namespace_of(entry).get("default");
//
// The State's thread only; `evaluate` on a fiber.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "js/modules/context.h"
#include "js/mujs/binding.h"
#include "js/runner/files.h"
#include "js/runner/program.h"

namespace k6::js {

/// Ends init with an error of another class than that of exceptions; no std::exception: scripts do not catch it.
struct InitFailure {
    Error error;
};

class Linker {
public:
    Linker(Program& program, Files& files, ScriptContext& context);
    Linker(const Linker&) = delete;
    Linker& operator=(const Linker&) = delete;

    void install_globals();
    /// Links and runs the main module and all that it imports. Throws ScriptException, HostError, InitFailure.
    void evaluate_entry(const SourceModule& entry);
    /// The namespace of a linked module; undefined for others.
    Value namespace_of(const SourceModule& module) const;

private:
    enum class Status { linked, evaluating, evaluated };
    struct Linked {
        const SourceModule* module;
        Status status = Status::linked;
        Value ns;
        /// Namespaces of its requests, in order, with `meta` and `load`.
        Value requested;
        /// CommonJS: the `module` object.
        Value holder;
    };
    class Evaluating;

    Value evaluate(const SourceModule& module);
    Linked& link(const SourceModule& module);
    void create(const SourceModule& module, std::vector<Linked*>& created);
    void define_exports(Linked& linked);
    void check_imports(const SourceModule& module) const;
    void forward(const Value& ns, const std::string& name, const Value& from, const std::string& imported);
    void evaluate_module(Linked& linked);
    void evaluate_requests(Linked& linked);
    void evaluate_commonjs(Linked& linked);
    void await_top_level(const Value& done);
    Value builtin(const std::string& name);
    Value meta_of(const SourceModule& module);
    Value open(Call& call);
    Value require(std::string_view specifier, const std::string& base);
    const SourceModule* calling_module() const;
    const SourceModule& innermost() const;

    Program& program_;
    Files& files_;
    ScriptContext& context_;
    State& state_;
    const SourceModule* entry_ = nullptr;
    std::map<const SourceModule*, Linked> linked_;
    std::map<std::string, Value, std::less<>> builtins_;
    /// Modules whose top level runs now, innermost last: open() is relative to it.
    std::vector<const SourceModule*> evaluating_;
    Value load_;
};

}  // namespace k6::js
