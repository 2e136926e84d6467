// The starts of an arrival-rate scenario while it runs.
//
// Every worker has a *lane*: its part of the schedule, a timer that is exact, and those of its VUs that wait for work,
// the longest-waiting first. When an arrival is due the lane hands it to one of them, else to a VU that waits on
// another worker, else it is dropped and a further VU is asked for. But where the worker itself has come late, answers
// that would have made VUs free lie unread behind that lateness: then arrivals wait for a VU, none for more than 100
// ms, until what has gathered is worked off. How late they start is measured, so that is no secret.
//
//   Arrivals arrivals(scenario, {.plan = …, .owner = &run, …});
//   // A VU's fiber, again and again:
//   while (std::optional<Arrival> arrival = arrivals.lane(worker.index()).wait(vu)) …
//
// Owned by the scenario's conductor. A lane belongs to its worker's thread; what lanes share is atomic.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/log.h"
#include "engine/exec/fiber_event.h"
#include "engine/exec/scenario_run.h"
#include "engine/plan/arrival_schedule.h"
#include "engine/runtime/timing_wheel.h"
#include "engine/runtime/worker.h"
#include "metrics/recorder.h"

namespace k6 {

class Arrivals;

/// What a VU shows to the lane that it waits in.
struct ArrivalWaiter {
    std::optional<Arrival> arrival;
    bool dismissed = false;
    FiberEvent changed;
};

class ArrivalLane {
public:
    ArrivalLane(Arrivals& arrivals, ArrivalSchedule schedule, Worker& worker, metrics::Recorder& recorder,
                metrics::TagSetId run_tags);
    ArrivalLane(const ArrivalLane&) = delete;
    ArrivalLane& operator=(const ArrivalLane&) = delete;

    /// Waits, on a VU's fiber, for the next arrival; nothing once the regular time is over. Throws Interrupted.
    std::optional<Arrival> wait(ArrivalWaiter& waiter);

    /// Calls `ready` when so many VUs wait: those that the conductor has sent.
    void expect(std::size_t vus, std::function<void()> ready);
    /// The scenario has begun: starts come from now on.
    void open();
    /// No more of them: whoever waits goes home.
    void close();

private:
    friend class Arrivals;

    void on_timer();
    void arm(TimePoint when);
    void start_due(TimePoint now);
    void start_one_that_waits();
    bool start(const Arrival& arrival);
    bool claim() noexcept;
    void start_claimed(const Arrival& arrival);
    void drop();

    Arrivals& arrivals_;
    ArrivalSchedule schedule_;
    Worker& worker_;
    metrics::Recorder& recorder_;
    metrics::TagSetId drop_tags_;
    std::optional<Arrival> next_;
    TimingWheel::Timer timer_;
    TimePoint armed_for_{};
    /// Until then arrivals without a VU wait for one, because of how late the worker was; and whether `next_` does so.
    TimePoint patience_ends_{};
    bool stalled_ = false;
    std::deque<ArrivalWaiter*> waiting_;
    std::size_t expected_ = 0;
    std::function<void()> ready_;
    bool opened_ = false;
    bool closed_ = false;
    /// Waiting VUs that nobody has laid claim to; whoever takes one off may hand over one arrival.
    alignas(64) std::atomic<std::int64_t> claimable_{0};
};

class Arrivals {
public:
    struct Environment {
        const Plan* plan = nullptr;
        Logger* logger = nullptr;
        std::vector<Worker*> workers;
        std::vector<metrics::Recorder*> recorders;
        std::vector<metrics::TagSetId> run_tags;
        /// An arrival found no VU, and there may be one more. Called on any worker.
        std::function<void()> add_vu;
        /// A lane has closed. On its worker.
        std::function<void()> lane_closed;
    };

    Arrivals(ScenarioRun& scenario, Environment environment);

    ArrivalLane& lane(std::size_t worker) noexcept { return *lanes_[worker]; }
    std::size_t lanes() const noexcept { return lanes_.size(); }

    /// What add_vu asked for has come, or will not come.
    void vu_added() noexcept { adding_.fetch_sub(1, std::memory_order_relaxed); }

private:
    friend class ArrivalLane;
    bool hand_over(std::size_t from, const Arrival& arrival);
    void want_vu();

    ScenarioRun& scenario_;
    Environment environment_;
    std::vector<std::unique_ptr<ArrivalLane>> lanes_;
    std::atomic<std::int64_t> unplanned_;
    std::atomic<std::int64_t> adding_{0};
    std::atomic<bool> warned_{false};
};

}  // namespace k6
