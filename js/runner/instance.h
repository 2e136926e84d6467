// A script in one VU: its own world, in which the shared program was evaluated.
//
//   Instance instance(program, shared, vu, clients);
//   if (auto ready = instance.initialise(); !ready) return ready.error();
//   instance.run_iteration(scenario);
//
// On the VU's fiber. The instance of the first init pass has no VU.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "engine/exec/runner.h"
#include "js/modules/context.h"
#include "js/runner/program.h"

namespace k6::js {

/// What all instances of a script have in common.
struct ScriptEnvironment {
    Program& program;
    Files& files;
    Logger& logger;
    metrics::Registry& registry;
    /// `__ENV`, scenarios' own variables aside.
    StringMap variables;
    /// What the VUs' Math.random is seeded from.
    std::uint64_t seed = 0;
    /// What setup() returned, as JSON.
    std::optional<std::string> setup_data;
    const SourceModule* entry = nullptr;
};

class Instance final : public VuBody {
public:
    /// `vu` and `clients` are null in the first init pass.
    Instance(ScriptEnvironment& environment, Vu* vu, http::ClientShared* clients);
    ~Instance() override;

    /// Runs the init code: evaluates all modules.
    Result<void> initialise();

    void activate(const Scenario& scenario) override;
    IterationEnd run_iteration(const Scenario& scenario) override;

    /// Calls setup() and returns what it returned as JSON; nothing for undefined.
    Result<std::optional<std::string>> run_setup();
    Result<void> run_teardown();

    /// An export of the main script; undefined if there is none.
    Value exported(std::string_view name);
    /// Names of exported functions.
    std::vector<std::string> exported_functions();
    /// The exported options as JSON; nothing if there are none.
    Result<std::optional<std::string>> options_json();

private:
    class Evaluating;
    void install_globals();
    void set_variables(const StringMap* over);
    Value namespace_of_request(const SourceModule::Request& request);
    Value evaluate_module(const SourceModule& module);
    void await_top_level(const Value& done);
    Value evaluate_commonjs(const SourceModule& module);
    void check_import(const SourceModule& module, const lower::ImportedName& imported);
    void link_exports(const SourceModule& module, const Value& ns, const Value& requested);
    Value setup_argument();
    Completion finish(Completion completion);
    Result<Value> call_lifecycle(std::string_view function, Phase phase, std::initializer_list<Value> arguments);
    Value open(Call& call);
    Value require(Call& call);

    ScriptEnvironment& environment_;
    /// Before the State: response objects give their memory back to it when they are collected, the last ones with the
    /// State.
    std::unique_ptr<http::Client> client_;
    State state_;
    ScriptContext context_;
    std::map<const SourceModule*, Value> namespaces_;
    std::map<std::string, Value, std::less<>> builtins_;
    /// Modules whose top level runs now, innermost last: open() and require() are relative to it.
    std::vector<const SourceModule*> evaluating_;
    Value function_;
    std::optional<Value> setup_argument_;
};

}  // namespace k6::js
