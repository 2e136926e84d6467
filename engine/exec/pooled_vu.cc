#include "engine/exec/pooled_vu.h"

#include <array>
#include <exception>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "engine/runtime/stack_trim.h"
#include "metrics/metric.h"
#include "metrics/system_tags.h"

namespace k6 {
namespace {

using metrics::Builtin;
using metrics::MetricValue;
using metrics::SystemTag;

/// A VU whose iterations never wait lets its worker's other fibers run that often.
constexpr Duration longest_turn = std::chrono::milliseconds(1);

struct DataValues {
    MetricValue sent;
    MetricValue received;
};

DataValues take_data(Vu& vu) {
    return {{Builtin::data_sent, static_cast<double>(std::exchange(vu.bytes_sent, 0))},
            {Builtin::data_received, static_cast<double>(std::exchange(vu.bytes_received, 0))}};
}

/// While it lives, the VU counts as active.
class Active {
public:
    explicit Active(ScenarioTally& tally) : tally_(tally) { tally_.active_vus.add(1); }
    ~Active() { tally_.active_vus.add(-1); }
    Active(const Active&) = delete;
    Active& operator=(const Active&) = delete;

private:
    ScenarioTally& tally_;
};

metrics::WallTime wall_time(const Vu& vu, TimePoint now) { return vu.worker().clock().wall_time(now); }

}  // namespace

metrics::TagSetId scenario_tags(metrics::TagTable& table, metrics::TagSetId run_tags, const Plan& plan,
                                const Scenario& scenario) {
    metrics::TagSetId tags = run_tags;
    for (const auto& [key, value] : scenario.tags) tags = table.with(tags, key, value);
    if (plan.system_tags.has(SystemTag::group)) tags = table.with(tags, SystemTag::group, "");
    if (plan.system_tags.has(SystemTag::scenario)) tags = table.with(tags, SystemTag::scenario, scenario.name);
    return tags;
}

metrics::TagSetId dropped_tags(metrics::TagTable& table, metrics::TagSetId run_tags, const Plan& plan,
                               const Scenario& scenario) {
    metrics::TagSetId tags = run_tags;
    for (const auto& [key, value] : scenario.tags) tags = table.with(tags, key, value);
    if (plan.system_tags.has(SystemTag::scenario)) tags = table.with(tags, SystemTag::scenario, scenario.name);
    return tags;
}

void flush_data(Vu& vu, TimePoint now) {
    const DataValues data = take_data(vu);
    const std::array values{data.sent, data.received};
    vu.recorder().add_batch(vu.tags(), values, wall_time(vu, now), vu.sample_metadata());
}

PooledVu::PooledVu(const Vu::Config& config, Runner& runner, VuOwner& owner)
    : vu_(config),
      runner_(runner),
      owner_(owner),
      hard_stop_([](void* self) { static_cast<PooledVu*>(self)->interrupt(); }, this) {}

void PooledVu::spawn() {
    try {
        worker().spawn([this] { live(); });
    } catch (const std::system_error& error) {
        owner_.initialized(*this, Error{ErrorClass::generic, std::string("no fiber for a VU: ") + error.what()});
        owner_.gone(*this);
    }
}

void PooledVu::assign(ScenarioRun& scenario, const VuPeriod& period) {
    assignment_ = {&scenario, &period};
    wakeup_.notify();
}

void PooledVu::interrupt() {
    if (fiber_ != nullptr && (initializing_ || finishing_ || assignment_.scenario != nullptr)) fiber_->interrupt();
}

void PooledVu::dismiss() {
    dismissed_ = true;
    wakeup_.notify();
}

void PooledVu::live() {
    fiber_ = Fiber::current();
    if (initialize()) {
        while (true) {
            // It may rest for long, after its initialisation or an assignment.
            if (assignment_.scenario == nullptr) release_unused_stack(*fiber_);
            while (assignment_.scenario == nullptr && !dismissed_) wakeup_.wait_uninterruptibly();
            if (assignment_.scenario == nullptr) break;
            ScenarioRun& scenario = *assignment_.scenario;
            work(scenario, *assignment_.period);
            assignment_ = {};
            fiber_->clear_interrupt();
            owner_.returned(*this, scenario);
        }
    }
    if (body_ && runner_.has_vu_teardown()) finish();
    body_.reset();
    fiber_ = nullptr;
    owner_.gone(*this);
}

// Within the time of teardown().
void PooledVu::finish() {
    const TimePoint deadline = worker().now() + vu_.plan().teardown_timeout;
    worker().wheel().arm(hard_stop_, deadline);
    vu_.set_deadline(deadline);
    finishing_ = true;
    try {
        body_->finish();
    } catch (const Interrupted&) {
        vu_.logger().warn("the teardown of a VU was interrupted", {{"vu", std::to_string(vu_.id_in_instance())}});
    }
    finishing_ = false;
    hard_stop_.cancel();
    fiber_->clear_interrupt();
    flush_data(vu_, worker().now());
}

bool PooledVu::initialize() {
    std::optional<Error> error;
    if (owner_.initialization_called_off()) {
        error = Error{ErrorClass::generic, "not initialised"};
    } else {
        initializing_ = true;
        try {
            auto body = runner_.make_vu(vu_);
            if (body) {
                body_ = std::move(*body);
            } else {
                error = std::move(body.error());
                error->hint = "error while initializing VU #" + std::to_string(vu_.id_in_instance()) +
                              (error->hint.empty() ? "" : " (" + error->hint + ")");
            }
        } catch (const Interrupted&) {
            error = Error{ErrorClass::generic, "interrupted while initialising"};
        }
        initializing_ = false;
        fiber_->clear_interrupt();
    }
    const bool ready = !error;
    owner_.initialized(*this, std::move(error));
    return ready;
}

void PooledVu::activate(ScenarioRun& scenario) {
    const Scenario& what = scenario.scenario();
    vu_.activate(&what, scenario_tags(vu_.tag_table(), vu_.run_tags(), vu_.plan(), what));
    if (scenario.index() >= iterations_by_scenario_.size()) iterations_by_scenario_.resize(scenario.index() + 1);
}

void PooledVu::work(ScenarioRun& scenario, const VuPeriod& period) {
    const TimePoint hard_end = scenario.start() + period.reserved.end;
    now_ = worker().now();
    made_in_period_ = 0;
    if (now_ < hard_end && !fiber_->interrupted()) {
        worker().wheel().arm(hard_stop_, hard_end);
        vu_.set_deadline(hard_end);
        try {
            activate(scenario);
            body_->activate(scenario.scenario());
            now_ = worker().now();
            if (scenario.arrivals() != nullptr) {
                serve(scenario, period);
            } else {
                const Active active(scenario.tally(worker().index()));
                loop(scenario, period, hard_end);
            }
        } catch (const Interrupted&) {
            // The end of the time, or of the run.
        }
        hard_stop_.cancel();
        vu_.set_deadline(TimePoint::max());
    }
    if (const std::uint64_t dropped = scenario.dropped_by_vu(made_in_period_); dropped > 0) drop(scenario, dropped);
}

void PooledVu::loop(ScenarioRun& scenario, const VuPeriod& period, TimePoint hard_end) {
    ScenarioTally& tally = scenario.tally(worker().index());
    const Duration shortest = vu_.plan().min_iteration_duration;
    turn_begin_ = now_;
    for (const Interval& interval : period.active) {
        if (const TimePoint begin = scenario.start() + interval.begin; begin > now_) {
            // Between two ramps: reserved, but at rest.
            tally.active_vus.add(-1);
            struct Rest {
                ScenarioTally& tally;
                ~Rest() { tally.active_vus.add(1); }
            } rest{tally};
            sleep_until(begin);
            now_ = turn_begin_ = worker().now();
        }
        const TimePoint end = std::min(scenario.start() + interval.end, hard_end);
        while (now_ < end) {
            const std::optional<std::uint64_t> number = scenario.take_iteration(made_in_period_);
            if (!number) return;
            const TimePoint batch = worker().batch_time();
            const TimePoint begin = now_;
            ++made_in_period_;
            const bool complete = run_iteration(scenario, *number);
            (complete ? tally.complete : tally.interrupted).add(1);
            if (!complete) throw Interrupted{};
            if (now_ - begin < shortest) {
                sleep_until(begin + shortest);
                now_ = turn_begin_ = worker().now();
            } else {
                let_others_run(batch);
            }
        }
    }
}

// One iteration for each arrival that the lane hands over.
void PooledVu::serve(ScenarioRun& scenario, const VuPeriod& period) {
    ArrivalLane& lane = scenario.arrivals()->lane(worker().index());
    ScenarioTally& tally = scenario.tally(worker().index());
    const Duration shortest = vu_.plan().min_iteration_duration;
    bool timed = false;
    while (const std::optional<Arrival> arrival = lane.wait(waiter_)) {
        if (!timed) {
            // The scenario's clock starts only when its VUs are ready.
            const TimePoint hard_end = scenario.start() + period.reserved.end;
            worker().wheel().arm(hard_stop_, hard_end);
            vu_.set_deadline(hard_end);
            timed = true;
        }
        const Active active(tally);
        const TimePoint begin = now_ = worker().now();
        vu_.set_intended_start(scenario.start() + arrival->due);
        const bool complete = run_iteration(scenario, *scenario.take_iteration(0));
        (complete ? tally.complete : tally.interrupted).add(1);
        if (!complete) throw Interrupted{};
        if (now_ - begin < shortest) sleep_until(begin + shortest);
    }
}

bool PooledVu::run_iteration(ScenarioRun& scenario, std::uint64_t number) {
    IterationNumbers& numbers = vu_.iteration();
    numbers.of_vu = iterations_++;
    numbers.of_vu_in_scenario = iterations_by_scenario_[scenario.index()]++;
    numbers.of_scenario_in_instance = number;
    numbers.of_scenario_in_test = scenario.number_in_test(number);

    const TimePoint begin = now_;
    bool complete = true;
    try {
        const IterationEnd end = body_->run_iteration(scenario.scenario());
        if (end == IterationEnd::threw) scenario.tally(worker().index()).threw.add(1);
    } catch (const Interrupted&) {
        complete = false;
    }
    now_ = worker().now();
    if (fiber_->interrupted()) complete = false;

    const std::optional<TimePoint> intended = vu_.intended_start();
    vu_.set_intended_start({});
    if (complete || owner_.stopped_by(fiber_)) {
        const DataValues data = take_data(vu_);
        std::array<MetricValue, 6> values{
            MetricValue{Builtin::iterations, 1},
            MetricValue{Builtin::iteration_duration, to_milliseconds(now_ - begin)},
            data.sent,
            data.received,
            {Builtin::generator_start_lateness, 0},
            {Builtin::iteration_response_time, 0},
        };
        std::size_t count = 4;
        if (intended) {
            values[count++].value = to_milliseconds(begin - *intended);
            values[count++].value = to_milliseconds(now_ - *intended);
        }
        vu_.recorder().add_batch(vu_.tags(), std::span(values).first(count), wall_time(vu_, now_),
                                 vu_.sample_metadata());
    } else {
        flush_data(vu_, now_);
    }
    return complete;
}

void PooledVu::drop(ScenarioRun& scenario, std::uint64_t iterations) {
    metrics::TagTable& table = vu_.tag_table();
    metrics::TagSetId tags = dropped_tags(table, vu_.run_tags(), vu_.plan(), scenario.scenario());
    if (vu_.plan().system_tags.has(SystemTag::vu)) {
        const std::string id = std::to_string(vu_.id_in_instance());
        const std::array updates{metrics::TagUpdate{metrics::tag_key(SystemTag::vu), id}};
        tags = table.for_sample(tags, updates);
    }
    vu_.recorder().add(Builtin::dropped_iterations, tags, static_cast<double>(iterations), wall_time(vu_, now_));
}

// Nothing else runs on this worker between two waits of this fiber: an iteration that never waits must not keep timers,
// other VUs and the end of the run from their turn.
void PooledVu::let_others_run(TimePoint batch_before) {
    if (worker().batch_time() != batch_before) {
        turn_begin_ = now_;
        return;
    }
    if (now_ - turn_begin_ < longest_turn) return;
    worker().post([fiber = fiber_] { fiber->resume(); });
    fiber_->suspend_uninterruptibly();
    fiber_->check_interrupt();
    now_ = turn_begin_ = worker().now();
}

}  // namespace k6
