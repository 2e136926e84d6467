// Who works when: the conductors of the scenarios.
#include <string>
#include <utility>
#include <variant>

#include "engine/exec/run_impl.h"
#include "engine/plan/schedule.h"

namespace k6 {

using metrics::Builtin;

void Run::Impl::run_scenarios() {
    enter(RunPhase::running);
    scenarios_begin_.store(now().time_since_epoch().count(), std::memory_order_relaxed);
    scenarios_begun_.store(true, std::memory_order_release);
    conducting_ = static_cast<std::int64_t>(scenarios_.size());
    for (const auto& scenario : scenarios_) {
        conductors_.push_back(std::make_unique<Conductor>(*scenario, sides_.size()));
        Conductor& conductor = *conductors_.back();
        if (const auto* external = std::get_if<ExternallyControlledPlan>(&scenario->scenario().executor)) {
            conductor.external = {external->vus, external->max_vus};
        }
        worker().spawn([this, &conductor] {
            conductor.fiber = Fiber::current();
            conduct(conductor);
            conductor.fiber = nullptr;
            if (--conducting_ == 0) all_conducted_.notify();
        });
    }
    for (const auto& side : sides_) {
        side->worker.post([side = side.get()] { side->probe->start(); });
    }
    while (conducting_ > 0) all_conducted_.wait_uninterruptibly();
    for (const auto& side : sides_) {
        side->worker.post([side = side.get()] { side->probe->stop(); });
    }
}

void Run::Impl::conduct(Conductor& conductor) {
    ScenarioRun& run = *conductor.run;
    const bool of_arrivals = std::holds_alternative<ConstantArrivalRatePlan>(run.executor()) ||
                             std::holds_alternative<RampingArrivalRatePlan>(run.executor());
    try {
        if (!stopped()) {
            if (of_arrivals) prepare_arrivals(conductor);
            assign_vus(conductor);
            if (of_arrivals) conduct_arrivals(conductor);
            if (std::holds_alternative<ExternallyControlledPlan>(run.executor())) conduct_external(conductor);
        }
    } catch (const Interrupted&) {
        // VUs that are at work have been interrupted, too.
        if (conductor.arrivals != nullptr) {
            for (std::size_t i = 0; i < sides_.size(); ++i) {
                sides_[i]->worker.post([lane = &conductor.arrivals->lane(i)] { lane->close(); });
            }
        }
    }
    while (conductor.outstanding > 0 || conductor.lanes_open > 0 || !conductor.adding.empty()) {
        conductor.changed.wait_uninterruptibly();
    }

    run.end(test_now());
    if (const std::uint64_t dropped = run.dropped_in_total(); dropped > 0) {
        metrics::Recorder& recorder = sides_.front()->recorder;
        const metrics::TagSetId tags =
            dropped_tags(recorder.tags(), sides_.front()->run_tags, *config_.plan, run.scenario());
        recorder.add(Builtin::dropped_iterations, tags, static_cast<double>(dropped), config_.clock->wall_time(now()));
    }
}

void Run::Impl::assign_vus(Conductor& conductor) {
    ScenarioRun& run = *conductor.run;
    const TimePoint start =
        TimePoint(Duration(scenarios_begin_.load(std::memory_order_relaxed))) + run.scenario().start_time;
    sleep_until(start);
    run.begin(start);
    for (const VuPeriod& period : run.periods()) {
        sleep_until(start + period.reserved.begin);
        PooledVu* const vu = take_vu(conductor);
        if (vu == nullptr) return;
        assign(conductor, *vu, period);
    }
}

// Null: none came, and the run ends because of it.
PooledVu* Run::Impl::take_vu(Conductor& conductor) {
    PooledVu* const vu = pool_.take(*config_.logger);
    if (vu == nullptr) {
        fail({ErrorClass::generic, "scenario " + conductor.run->scenario().name +
                                       ": could not get a VU from the buffer in " +
                                       format_go_duration(VuPool::tries * VuPool::wait_per_try)});
        end_early();
    }
    return vu;
}

void Run::Impl::assign(Conductor& conductor, PooledVu& vu, const VuPeriod& period) {
    ++conductor.outstanding;
    conductor.run->note_assigned(1);
    ++conductor.sent[vu.worker().index()];
    vu.worker().post([&vu, run = conductor.run, &period] { vu.assign(*run, period); });
}

void Run::Impl::prepare_arrivals(Conductor& conductor) {
    Arrivals::Environment environment{
        .plan = config_.plan,
        .logger = config_.logger,
        .add_vu = [this, &conductor] { worker().post([this, &conductor] { add_vu(conductor); }); },
        .lane_closed =
            [this, &conductor] {
                worker().post([&conductor] {
                    --conductor.lanes_open;
                    conductor.changed.notify();
                });
            },
    };
    for (const auto& side : sides_) {
        environment.workers.push_back(&side->worker);
        environment.recorders.push_back(&side->recorder);
        environment.run_tags.push_back(side->run_tags);
    }
    conductor.arrivals = std::make_unique<Arrivals>(*conductor.run, std::move(environment));
    conductor.run->set_arrivals(conductor.arrivals.get());
}

// Its VUs are on their way to the lanes. The schedule counts from when all of them are there, so that what comes first
// is not late because of them.
void Run::Impl::conduct_arrivals(Conductor& conductor) {
    ScenarioRun& run = *conductor.run;
    for (std::size_t i = 0; i < sides_.size(); ++i) {
        sides_[i]->worker.post([this, &conductor, lane = &conductor.arrivals->lane(i), vus = conductor.sent[i]] {
            lane->expect(vus, [this, &conductor] {
                worker().post([&conductor] {
                    ++conductor.lanes_ready;
                    conductor.changed.notify();
                });
            });
        });
    }
    while (conductor.lanes_ready < sides_.size()) conductor.changed.wait();
    run.begin(now());
    conductor.lanes_open = sides_.size();
    for (std::size_t i = 0; i < sides_.size(); ++i) {
        sides_[i]->worker.post([lane = &conductor.arrivals->lane(i)] { lane->open(); });
    }
    while (conductor.lanes_open > 0) conductor.changed.wait();
}

void Run::Impl::add_vu(Conductor& conductor) {
    if (stopped() || conductor.lanes_open == 0) {
        conductor.arrivals->vu_added();
        return;
    }
    if (static_cast<std::int64_t>(vus_.size()) >= possible_vus_) {
        // As many as there may be have been made for other scenarios: one of those that are idle will do.
        conductor.arrivals->vu_added();
        if (PooledVu* const idle = pool_.take_idle()) assign(conductor, *idle, conductor.run->added_period());
        return;
    }
    spawn_added(conductor, make_vu());
}

void Run::Impl::spawn_added(Conductor& conductor, PooledVu& vu) {
    ++alive_;
    conductor.adding.insert(&vu);
    vu.worker().post([&vu, side = sides_[vu.worker().index()].get()] {
        side->vus.push_back(&vu);
        vu.spawn();
    });
}

// The handles of working VUs are their places in external_vus: the last one goes first.
void Run::Impl::conduct_external(Conductor& conductor) {
    ScenarioRun& run = *conductor.run;
    const Duration regular = run.regular();
    const auto interrupt_last = [&conductor] {
        PooledVu* const vu = conductor.external_vus.back();
        conductor.external_vus.pop_back();
        vu->worker().post([vu] { vu->interrupt(); });
    };
    while (true) {
        const bool paused = paused_.load(std::memory_order_relaxed);
        const auto wanted = static_cast<std::size_t>(config_.plan->stripe.scale(conductor.external.vus.value_or(0)));
        if (!paused) {
            while (conductor.external_vus.size() > wanted) interrupt_last();
            while (conductor.external_vus.size() < wanted) {
                PooledVu* const vu = take_vu(conductor);
                if (vu == nullptr) return;
                conductor.external_vus.push_back(vu);
                assign(conductor, *vu, run.added_period());
            }
        }
        if (paused || regular == Duration::max()) {
            conductor.changed.wait();
        } else {
            const TimePoint end = now() + (run.start() + regular - test_now());
            if (now() >= end || (!conductor.changed.wait_until(end) && test_now() >= run.start() + regular)) break;
        }
    }
    while (!conductor.external_vus.empty()) interrupt_last();
}

Result<void> Run::Impl::update_external(const ExternalUpdate& update) {
    return call_on_worker_0(AfterEnd::refuse, [this, &update]() -> Result<void> {
        for (const auto& conductor : conductors_) {
            const auto* plan = std::get_if<ExternallyControlledPlan>(&conductor->run->scenario().executor);
            if (plan == nullptr) continue;
            ExternalUpdate& current = conductor->external;
            const ExternalUpdate wanted{update.vus ? update.vus : current.vus,
                                        update.max_vus ? update.max_vus : current.max_vus};
            const auto refuse = [](std::string why) {
                return Error{ErrorClass::invalid_config, "invalid configuration supplied: " + std::move(why)};
            };
            if (*wanted.vus < 0) return refuse("the number of VUs can't be negative");
            if (*wanted.max_vus < plan->max_vus) {
                return refuse("the new number of max VUs cannot be lower than the starting number of max VUs (" +
                              std::to_string(plan->max_vus) + ")");
            }
            if (*wanted.vus > *wanted.max_vus) {
                return refuse("the number of active VUs (" + std::to_string(*wanted.vus) +
                              ") must be less than or equal to the number of maxVUs (" +
                              std::to_string(*wanted.max_vus) + ")");
            }
            const Stripe& stripe = config_.plan->stripe;
            make_vus_for(*conductor, stripe.scale(*wanted.max_vus) - stripe.scale(*current.max_vus));
            current = wanted;
            conductor->run->set_max_vus(stripe.scale(*wanted.max_vus));
            conductor->changed.notify();
            return {};
        }
        return Error{ErrorClass::generic,
                     "an externally-controlled executor needs to be configured for live configuration updates"};
    });
}

void Run::Impl::make_vus_for(Conductor& conductor, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
        ++possible_vus_;
        spawn_added(conductor, make_vu());
    }
}

Result<void> Run::Impl::pause() {
    return call_on_worker_0(AfterEnd::refuse, [this]() -> Result<void> {
        if (paused_.load(std::memory_order_relaxed)) return Error{ErrorClass::generic, "execution is already paused"};
        if (phase_.load(std::memory_order_relaxed) > RunPhase::paused) {
            for (const auto& run : scenarios_) {
                if (std::holds_alternative<ExternallyControlledPlan>(run->executor())) continue;
                return Error{ErrorClass::generic, std::string(executor_name(run->executor())) + " executor '" +
                                                      run->scenario().name +
                                                      "' doesn't support pause and resume operations after its start"};
            }
            paused_since_.store(now().time_since_epoch().count(), std::memory_order_relaxed);
            for (const auto& run : scenarios_) run->set_paused(true);
        }
        paused_.store(true, std::memory_order_release);
        return {};
    });
}

Result<void> Run::Impl::resume() {
    return call_on_worker_0(AfterEnd::refuse, [this]() -> Result<void> {
        if (!paused_.load(std::memory_order_relaxed)) return Error{ErrorClass::generic, "execution wasn't paused"};
        if (const Duration::rep since = paused_since_.exchange(0, std::memory_order_relaxed); since != 0) {
            paused_before_.fetch_add(now().time_since_epoch().count() - since, std::memory_order_relaxed);
        }
        paused_.store(false, std::memory_order_release);
        for (const auto& run : scenarios_) run->set_paused(false);
        for (const auto& conductor : conductors_) conductor->changed.notify();
        resume_or_stop_.notify();
        return {};
    });
}

TimePoint Run::Impl::test_now() const {
    const Duration before(paused_before_.load(std::memory_order_relaxed));
    const Duration::rep since = paused_since_.load(std::memory_order_relaxed);
    return (since != 0 ? TimePoint(Duration(since)) : now()) - before;
}

void Run::Impl::returned(PooledVu& vu, ScenarioRun& scenario) {
    worker().post([this, &vu, index = scenario.index()] {
        pool_.give(vu);
        Conductor& conductor = *conductors_[index];
        --conductor.outstanding;
        // Those of arrival rates are told of to the end, when all come back.
        const ScenarioRun& run = *conductor.run;
        if (conductor.arrivals == nullptr || test_now() < run.start() + run.regular()) conductor.run->note_assigned(-1);
        std::erase(conductor.external_vus, &vu);
        conductor.changed.notify();
    });
}

void Run::Impl::added(PooledVu& vu, bool idle) {
    for (const auto& conductor : conductors_) {
        if (conductor->adding.erase(&vu) == 0) continue;
        if (conductor->arrivals != nullptr) {
            conductor->arrivals->vu_added();
            if (idle) assign(*conductor, vu, conductor->run->added_period());
        } else if (idle) {
            pool_.give(vu);
        }
        conductor->changed.notify();
    }
}

}  // namespace k6
