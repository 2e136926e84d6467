// The JavaScript front end.
//
//   auto runner = Runner::load({.name = "script.js", .working_directory = "/tests", .workers = 2}, registry, logger);
//   runner.value()->options_json();      // what the script exports as `options`
//   runner.value()->has_function("default");
//
// `load` finds the script (a path, "-" for standard input, an https URL, an archive) and runs its init code once (the
// first init pass), on a fiber of its own. Afterwards as engine/exec/runner.h says.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "base/secrets.h"
#include "engine/exec/runner.h"
#include "js/runner/program.h"
#include "metrics/metric.h"

namespace k6::js {

struct Archive;

/// What a script's bytes are.
enum class ScriptKind { detect, script, archive };

struct ScriptToLoad {
    /// A path or URL; "-": the text is `standard_input`.
    std::string name;
    std::string standard_input = {};
    /// Absolute.
    std::string working_directory;
    /// `__ENV`.
    StringMap variables = {};
    ScriptKind kind = ScriptKind::detect;
    /// Whether scripts do without `global`; nothing: as an archive says, else they have it.
    std::optional<bool> base_compatibility = {};
    /// Scripts cannot change `__ENV`.
    bool frozen_variables = false;
    unsigned workers = 1;
    /// For k6/secrets; outlive the runner.
    const Secrets* secrets = nullptr;
    /// Where console.* goes; null: to the logger, marked source=console. Outlives the runner.
    Logger* console = nullptr;
    /// Null: modules are fetched with fetch_by_https.
    FetchModule fetch = {};
};

class Runner final : public k6::Runner {
public:
    /// Registry and logger outlive the runner. Errors: script_exception; script_aborted; generic for a script that
    /// exports no function or whose rejected promise nobody handles.
    static Result<std::unique_ptr<Runner>> load(ScriptToLoad script, metrics::Registry& registry, Logger& logger);
    ~Runner();

    /// The options that the script exports, or that its archive holds.
    const std::optional<std::string>& options_json() const noexcept;
    bool has_function(std::string_view name) const;
    /// All that the script has read, for an archive; options and variables are left out.
    Archive archive() const;

    Result<std::unique_ptr<VuBody>> make_vu(Vu& vu) override;
    bool has_setup() const override { return has_function("setup"); }
    bool has_teardown() const override { return has_function("teardown"); }
    Result<void> setup(VuBody& body) override;
    Result<void> teardown(VuBody& body) override;
    std::optional<std::string> setup_data_json() const override;
    /// Replaces what setup() returned, before a VU has read it. Any thread.
    Result<void> set_setup_data(std::optional<std::string> json) override;
    bool has_handle_summary() const override { return has_function("handleSummary"); }
    /// The VU's worker has the index after those of the run's.
    Result<std::optional<SummaryParts>> handle_summary(Vu& vu, const std::string& data_json) override;

private:
    Runner();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace k6::js
