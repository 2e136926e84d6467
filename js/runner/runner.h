// The JavaScript front end.
//
//   auto runner = Runner::load({.text = source, .url = "file:///a.js", .directory = "/"}, variables, registry, logger,
//   2); runner.value()->options_json();      // what the script exports as `options`
//   runner.value()->has_function("default");
//
// `load` runs the script's init code once (the first init pass), on a fiber of its own. Afterwards as
// engine/exec/runner.h says.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/log.h"
#include "engine/exec/runner.h"
#include "js/runner/program.h"
#include "metrics/metric.h"

namespace k6::js {

class Runner final : public k6::Runner {
public:
    /// `variables` is `__ENV`; registry and logger outlive the runner. Errors: script_exception, or generic for a
    /// script that exports no function.
    static Result<std::unique_ptr<Runner>> load(ScriptSource source, StringMap variables, metrics::Registry& registry,
                                                Logger& logger, unsigned workers);
    ~Runner() override;

    const std::optional<std::string>& options_json() const noexcept;
    bool has_function(std::string_view name) const;

    Result<std::unique_ptr<VuBody>> make_vu(Vu& vu) override;
    bool has_setup() const override { return has_function("setup"); }
    bool has_teardown() const override { return has_function("teardown"); }
    Result<void> setup(VuBody& body) override;
    Result<void> teardown(VuBody& body) override;
    std::optional<std::string> setup_data_json() const override;

private:
    Runner();
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace k6::js
