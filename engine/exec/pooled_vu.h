// A VU of the pool: the engine's Vu, the front end's half, and the fiber on which both live.
//
// The fiber makes the front end's half, then works on one assignment after the other: it begins iterations within the
// assignment's intervals, by its own worker's clock, and interrupts itself at the end of the assignment. Its owner
// hears of it three times: `initialized` (or not), `returned` after each assignment, `gone`.
//
//   initializing → idle ⇄ working
//        └──────────────┴→ gone
//
// Its worker's thread only, but for the constructor and destructor; the owner is told on that thread, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/duration.h"
#include "base/error.h"
#include "engine/exec/arrivals.h"
#include "engine/exec/fiber_event.h"
#include "engine/exec/runner.h"
#include "engine/exec/scenario_run.h"
#include "engine/exec/vu.h"
#include "engine/exec/vu_periods.h"
#include "engine/runtime/timing_wheel.h"

namespace k6 {

class PooledVu;

/// Told on the VU's worker; passes it on to wherever it needs to be known.
class VuOwner {
public:
    virtual ~VuOwner() = default;
    /// No error: the VU is idle. It is told of a VU whose initialisation was called off, too, with an error.
    virtual void initialized(PooledVu& vu, std::optional<Error> error) = 0;
    virtual void returned(PooledVu& vu, ScenarioRun& scenario) = 0;
    virtual void gone(PooledVu& vu) = 0;
    /// Whether new VUs shall not be made any more.
    virtual bool initialization_called_off() const = 0;
    /// Whether this fiber has itself asked for the run's end: its iteration then counts among the samples.
    virtual bool stopped_by(const Fiber* fiber) const = 0;
};

class PooledVu {
public:
    PooledVu(const Vu::Config& config, Runner& runner, VuOwner& owner);

    Vu& vu() noexcept { return vu_; }
    Worker& worker() const noexcept { return vu_.worker(); }

    /// Starts the fiber.
    void spawn();
    /// Gives it work. It must be idle; `scenario` has begun; both outlive the assignment.
    void assign(ScenarioRun& scenario, const VuPeriod& period);
    /// Interrupts what it does now, if it does anything.
    void interrupt();
    /// Ends the fiber as soon as it is idle.
    void dismiss();

private:
    struct Assignment {
        ScenarioRun* scenario = nullptr;
        const VuPeriod* period = nullptr;
    };

    void live();
    bool initialize();
    void finish();
    void work(ScenarioRun& scenario, const VuPeriod& period);
    void activate(ScenarioRun& scenario);
    void loop(ScenarioRun& scenario, const VuPeriod& period, TimePoint hard_end);
    void serve(ScenarioRun& scenario, const VuPeriod& period);
    bool run_iteration(ScenarioRun& scenario, std::uint64_t number);
    void drop(ScenarioRun& scenario, std::uint64_t iterations);
    void let_others_run(TimePoint batch_before);

    Vu vu_;
    Runner& runner_;
    VuOwner& owner_;
    std::unique_ptr<VuBody> body_;
    Fiber* fiber_ = nullptr;
    bool initializing_ = false;
    bool finishing_ = false;
    bool dismissed_ = false;
    Assignment assignment_;
    FiberEvent wakeup_;
    ArrivalWaiter waiter_;
    TimingWheel::Timer hard_stop_;
    TimePoint now_{};         // read last
    TimePoint turn_begin_{};  // since when this fiber has not waited
    std::uint64_t iterations_ = 0;
    std::uint64_t made_in_period_ = 0;
    std::vector<std::uint64_t> iterations_by_scenario_;
};

/// The run's tags, its scenario's and the engine's own, as they are when a VU begins to work for the scenario.
metrics::TagSetId scenario_tags(metrics::TagTable& table, metrics::TagSetId run_tags, const Plan& plan,
                                const Scenario& scenario);

/// Those of dropped_iterations.
metrics::TagSetId dropped_tags(metrics::TagTable& table, metrics::TagSetId run_tags, const Plan& plan,
                               const Scenario& scenario);

/// Records what the VU has sent and received since this was last called.
void flush_data(Vu& vu, TimePoint now);

}  // namespace k6
