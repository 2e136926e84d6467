// A front end, as the engine sees it: it makes VUs for a plan and runs their iterations.
//
// Two exist: JavaScript (js/runner) and typed C++ (dsl/). Both are given a Vu by the engine and hand back a VuBody, the
// front end's half of that VU.
//
// `make_vu` is called on the new VU's fiber, on its worker's thread, so many at a time on different workers; a VuBody
// is used on that fiber only. `setup` and `teardown` get the body of a transient VU (id 0), one at a time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/exec/vu.h"
#include "engine/plan/plan.h"

namespace k6 {

/// How the code of an iteration ended. Being interrupted is told by the exception Interrupted instead.
enum class IterationEnd {
    completed,
    /// The script threw; already logged by the front end. Counts as complete.
    threw,
};

class VuBody {
public:
    virtual ~VuBody() = default;
    /// The VU begins to work for a scenario (its environment and entry function apply from now on).
    virtual void activate(const Scenario& scenario) = 0;
    /// Runs the scenario's entry function once on the current fiber. Throws Interrupted when the fiber is interrupted.
    virtual IterationEnd run_iteration(const Scenario& scenario) = 0;
    /// The VU is no longer needed: called once, on its fiber, if the Runner has a VU teardown. Throws Interrupted.
    virtual void finish() {}
};

class Runner {
public:
    virtual ~Runner() = default;
    virtual Result<std::unique_ptr<VuBody>> make_vu(Vu& vu) = 0;

    virtual bool has_setup() const = 0;
    virtual bool has_teardown() const = 0;
    /// Whether VUs have something to do at their end (VuBody::finish), before teardown().
    virtual bool has_vu_teardown() const { return false; }
    /// Runs setup() and keeps what it returns for all VUs made by this runner. Throws Interrupted.
    virtual Result<void> setup(VuBody& body) = 0;
    virtual Result<void> teardown(VuBody& body) = 0;
    /// What setup() returned, as JSON; nothing if it did not run or returned nothing. Any thread.
    virtual std::optional<std::string> setup_data_json() const = 0;
    /// Puts data in the place of what setup() returned, before iterations use it; nothing: takes it away. `json` is
    /// well-formed. Any thread.
    virtual Result<void> set_setup_data(std::optional<std::string> json) {
        static_cast<void>(json);
        return Error{ErrorClass::generic, "the setup data of this test is not JSON"};
    }

    /// What the test itself makes of the summary: bytes by "stdout", "stderr" or the name of a file.
    using SummaryParts = std::vector<std::pair<std::string, std::string>>;
    virtual bool has_handle_summary() const { return false; }
    /// Called once after the run, on a fiber, with a transient VU. Nothing: the usual summary is wanted. What the
    /// test's code throws is an ErrorClass::script_exception, a result that cannot be written ErrorClass::generic.
    /// Throws Interrupted.
    virtual Result<std::optional<SummaryParts>> handle_summary(Vu&, const std::string&) {
        return std::optional<SummaryParts>();
    }
};

/// Why a run ends before its plan does.
struct StopReason {
    ErrorClass error_class = ErrorClass::generic;  // script_aborted, external_abort, thresholds_failed, …
    std::string message;
};

/// Where a run stands, for scripts that ask.
struct RunFacts {
    /// Since just before setup; zero before.
    Duration elapsed{};
    std::uint64_t complete_iterations = 0;
    std::uint64_t interrupted_iterations = 0;
    std::int64_t active_vus = 0;
    std::int64_t initialized_vus = 0;
};

/// Where one of its scenarios stands.
struct ScenarioFacts {
    /// When it began, or would begin.
    WallTime start{};
    /// 0 to 1.
    double progress = 0;
};

/// What code inside a run may ask of it. Any thread.
class RunControl {
public:
    virtual ~RunControl() = default;
    virtual RunFacts facts() const = 0;
    /// `scenario` is one of the plan's.
    virtual ScenarioFacts facts(const Scenario& scenario) const = 0;
    /// Interrupts all iterations; teardown and summary still follow. The first reason is kept.
    virtual void stop(StopReason reason) = 0;
    /// The run goes on, but its exit code is that of marked_as_failed.
    virtual void mark_failed(std::string message) = 0;
};

}  // namespace k6
