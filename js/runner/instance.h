// A script in one VU: its own world, in which the shared program was evaluated.
//
//   Instance instance(environment, vu, clients);
//   if (auto ready = instance.initialise(); !ready) return ready.error();
//   instance.run_iteration(scenario);
//
// On the VU's fiber. The instance of the first init pass has no VU.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/exec/runner.h"
#include "js/modules/context.h"
#include "js/modules/shared_arrays.h"
#include "js/runner/linker.h"
#include "js/runner/program.h"

namespace k6::js {

/// What all instances of a script have in common.
struct ScriptEnvironment {
    Program& program;
    Files& files;
    SharedArrays& shared_arrays;
    Logger& logger;
    metrics::Registry& registry;
    const Secrets* secrets = nullptr;
    Logger* console = nullptr;
    /// `__ENV`, scenarios' own variables aside.
    StringMap variables;
    /// Scripts do without `global`.
    bool base_compatibility = false;
    /// Scripts cannot change `__ENV`.
    bool frozen_variables = false;
    /// What the VUs' Math.random is seeded from.
    std::uint64_t seed = 0;
    /// What setup() returned, as JSON.
    std::optional<std::string> setup_data = {};
    std::mutex setup_data_mutex = {};
    const SourceModule* entry = nullptr;
};

class Instance final : public VuBody {
public:
    /// All but the first are null in the first init pass. `worker` is that of the VU's worker.
    Instance(ScriptEnvironment& environment, Vu* vu, http::ClientShared* clients, WorkerShare* worker);
    ~Instance() override;

    /// Runs the init code: evaluates all modules.
    Result<void> initialise();

    void activate(const Scenario& scenario) override;
    IterationEnd run_iteration(const Scenario& scenario) override;

    /// Calls setup() and returns what it returned as JSON; nothing for undefined.
    Result<std::optional<std::string>> run_setup();
    Result<void> run_teardown();
    /// See k6::Runner::handle_summary.
    Result<std::optional<k6::Runner::SummaryParts>> run_handle_summary(const std::string& data_json);

    /// An export of the main script; undefined if there is none.
    Value exported(std::string_view name);
    /// Names of exported functions.
    std::vector<std::string> exported_functions();
    /// The exported options as JSON; nothing if there are none.
    Result<std::optional<std::string>> options_json();

private:
    void install_globals();
    void set_variables(const StringMap* over);
    void consolidate_exported_options();
    Value setup_argument();
    void log_failure(const LoopResult& end, const Scenario& scenario);
    Result<Value> call_lifecycle(std::string_view function, Phase phase, std::initializer_list<Value> arguments);
    static void check_interruption(State& state);

    ScriptEnvironment& environment_;
    /// Before the State: response objects give their memory back to it when they are collected, the last ones with the
    /// State.
    std::unique_ptr<http::Client> client_;
    State state_;
    ScriptContext context_;
    Linker linker_;
    Value function_;
    std::optional<Value> setup_argument_;
    bool iterates_ = false;
};

}  // namespace k6::js
