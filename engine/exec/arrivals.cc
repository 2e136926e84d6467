#include "engine/exec/arrivals.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "engine/exec/pooled_vu.h"
#include "metrics/metric.h"

namespace k6 {
namespace {

/// From this on a timer's lateness is the worker's own doing rather than the clock's grain.
constexpr Duration noticeably_late = std::chrono::milliseconds(1);
constexpr Duration longest_wait = std::chrono::milliseconds(100);
/// To work off what has gathered takes longer than to gather it: by how much, and at most.
constexpr int patience_factor = 8;
constexpr Duration longest_patience = std::chrono::milliseconds(500);
/// How often an arrival that waits for a VU looks at those of other workers.
constexpr Duration retry_period = std::chrono::milliseconds(1);

ArrivalSchedule schedule_of(const ExecutorPlan& executor, const Stripe& stripe, std::size_t worker,
                            std::size_t workers) {
    const auto first = static_cast<std::int64_t>(worker);
    const auto step = static_cast<std::int64_t>(workers);
    if (const auto* constant = std::get_if<ConstantArrivalRatePlan>(&executor)) {
        return ArrivalSchedule(*constant, stripe, first, step);
    }
    return ArrivalSchedule(std::get<RampingArrivalRatePlan>(executor), stripe, first, step);
}

std::int64_t unplanned_vus(const ScenarioRun& scenario) {
    return std::visit(
        [](const auto& executor) -> std::int64_t {
            if constexpr (requires { executor.pre_allocated_vus; }) {
                return executor.max_vus - executor.pre_allocated_vus;
            } else {
                return 0;
            }
        },
        scenario.executor());
}

}  // namespace

ArrivalLane::ArrivalLane(Arrivals& arrivals, ArrivalSchedule schedule, Worker& worker, metrics::Recorder& recorder,
                         metrics::TagSetId run_tags)
    : arrivals_(arrivals),
      schedule_(std::move(schedule)),
      worker_(worker),
      recorder_(recorder),
      drop_tags_(run_tags),
      timer_([](void* self) { static_cast<ArrivalLane*>(self)->on_timer(); }, this) {}

std::optional<Arrival> ArrivalLane::wait(ArrivalWaiter& waiter) {
    if (closed_) return std::nullopt;
    waiter.arrival.reset();
    waiter.dismissed = false;
    waiting_.push_back(&waiter);
    claimable_.fetch_add(1, std::memory_order_relaxed);
    if (stalled_) start_one_that_waits();
    if (!opened_ && waiting_.size() == expected_ && ready_) std::exchange(ready_, nullptr)();
    try {
        while (!waiter.arrival && !waiter.dismissed) waiter.changed.wait();
    } catch (const Interrupted&) {
        // If somebody has just laid claim to it, the arrival will find one VU less.
        if (std::erase(waiting_, &waiter) > 0) claim();
        throw;
    }
    return waiter.arrival;
}

void ArrivalLane::expect(std::size_t vus, std::function<void()> ready) {
    expected_ = vus;
    ready_ = std::move(ready);
    if (waiting_.size() == expected_) std::exchange(ready_, nullptr)();
}

void ArrivalLane::open() {
    if (closed_) return;
    opened_ = true;
    drop_tags_ =
        dropped_tags(recorder_.tags(), drop_tags_, *arrivals_.environment_.plan, arrivals_.scenario_.scenario());
    next_ = schedule_.next();
    start_due(worker_.now());
}

void ArrivalLane::close() {
    if (closed_) return;
    closed_ = true;
    timer_.cancel();
    // Those that another worker has claimed still get their arrival.
    const auto unclaimed =
        static_cast<std::size_t>(std::max<std::int64_t>(0, claimable_.exchange(0, std::memory_order_relaxed)));
    for (std::size_t i = 0; i < unclaimed && !waiting_.empty(); ++i) {
        ArrivalWaiter* const waiter = waiting_.back();
        waiting_.pop_back();
        waiter->dismissed = true;
        waiter->changed.notify();
    }
    if (opened_) arrivals_.environment_.lane_closed();
}

void ArrivalLane::on_timer() {
    const TimePoint now = worker_.now();
    if (const Duration late = now - armed_for_; late > noticeably_late) {
        patience_ends_ = std::max(patience_ends_, now + std::min(patience_factor * late, longest_patience));
    }
    start_due(now);
}

void ArrivalLane::arm(TimePoint when) {
    armed_for_ = when;
    worker_.wheel().arm(timer_, when, TimingWheel::Precision::exact);
}

void ArrivalLane::start_due(TimePoint now) {
    const TimePoint begin = arrivals_.scenario_.start();
    const TimePoint end = begin + arrivals_.scenario_.regular();
    stalled_ = false;
    for (; next_ && begin + next_->due <= now; next_ = schedule_.next()) {
        if (start(*next_)) continue;
        if (now < std::min({patience_ends_, end, begin + next_->due + longest_wait})) {
            stalled_ = true;
            arm(now + retry_period);
            return;
        }
        drop();
    }
    if (next_) {
        arm(begin + next_->due);
    } else if (now < end) {
        arm(end);
    } else {
        close();
    }
}

// A VU has just become free.
void ArrivalLane::start_one_that_waits() {
    if (!claim()) return;
    const Arrival arrival = *next_;
    next_ = schedule_.next();
    const TimePoint begin = arrivals_.scenario_.start();
    if (!next_ || begin + next_->due > worker_.now()) {
        stalled_ = false;
        arm(next_ ? begin + next_->due : begin + arrivals_.scenario_.regular());
    }
    start_claimed(arrival);
}

bool ArrivalLane::start(const Arrival& arrival) {
    if (!claim()) return arrivals_.hand_over(worker_.index(), arrival);
    start_claimed(arrival);
    return true;
}

bool ArrivalLane::claim() noexcept {
    std::int64_t free = claimable_.load(std::memory_order_relaxed);
    while (free > 0) {
        if (claimable_.compare_exchange_weak(free, free - 1, std::memory_order_relaxed)) return true;
    }
    return false;
}

void ArrivalLane::start_claimed(const Arrival& arrival) {
    if (waiting_.empty()) {
        drop();
        return;
    }
    ArrivalWaiter* const waiter = waiting_.front();
    waiting_.pop_front();
    waiter->arrival = arrival;
    waiter->changed.notify();
}

void ArrivalLane::drop() {
    recorder_.add(metrics::Builtin::dropped_iterations, drop_tags_, 1, worker_.clock().wall_time(worker_.now()));
    arrivals_.want_vu();
}

Arrivals::Arrivals(ScenarioRun& scenario, Environment environment)
    : scenario_(scenario), environment_(std::move(environment)), unplanned_(unplanned_vus(scenario)) {
    const std::size_t workers = environment_.workers.size();
    for (std::size_t i = 0; i < workers; ++i) {
        lanes_.push_back(std::make_unique<ArrivalLane>(
            *this, schedule_of(scenario.scenario().executor, scenario.iteration_stripe(), i, workers),
            *environment_.workers[i], *environment_.recorders[i], environment_.run_tags[i]));
    }
}

bool Arrivals::hand_over(std::size_t from, const Arrival& arrival) {
    for (std::size_t i = 1; i < lanes_.size(); ++i) {
        ArrivalLane& other = *lanes_[(from + i) % lanes_.size()];
        if (!other.claim()) continue;
        other.worker_.post([&other, arrival] { other.start_claimed(arrival); });
        return true;
    }
    return false;
}

// One VU at a time for each worker: their initialisation takes the time of those that work.
void Arrivals::want_vu() {
    if (unplanned_.load(std::memory_order_relaxed) <= 0) {
        if (!warned_.exchange(true, std::memory_order_relaxed)) {
            environment_.logger->warn("Insufficient VUs, reached " + std::to_string(scenario_.max_vus()) +
                                          " active VUs and cannot initialize more",
                                      {{"executor", std::string(executor_name(scenario_.scenario().executor))},
                                       {"scenario", scenario_.scenario().name}});
        }
        return;
    }
    if (adding_.fetch_add(1, std::memory_order_relaxed) >= static_cast<std::int64_t>(lanes_.size()) ||
        unplanned_.fetch_sub(1, std::memory_order_relaxed) <= 0) {
        adding_.fetch_sub(1, std::memory_order_relaxed);
        return;
    }
    environment_.add_vu();
}

}  // namespace k6
