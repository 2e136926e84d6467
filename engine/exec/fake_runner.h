// A front end made of functions, for tests of the engine.
//
//   FakeRunner runner;
//   runner.iteration = [](Vu& vu) { sleep_for(3s); return IterationEnd::completed; };
//   runner.setup_function = [](Vu&) -> Result<void> { return {}; };
//   SimulatedRun run({.vus = 2, .duration = 10s}, runner);
//   RunResult result = run.execute();
//   run.samples.of("iterations").size() == 8;
//
// As thread-safe as the functions given to it; `SimulatedRun` runs on one thread.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/log.h"
#include "engine/exec/run.h"
#include "engine/exec/runner.h"
#include "engine/plan/plan.h"
#include "engine/runtime/clock.h"
#include "metrics/metric.h"
#include "metrics/sample.h"
#include "metrics/submetric.h"
#include "metrics/threshold.h"

namespace k6 {

class FakeRunner final : public Runner {
public:
    std::function<IterationEnd(Vu&)> iteration = [](Vu&) { return IterationEnd::completed; };
    std::function<Result<void>(Vu&)> init = [](Vu&) -> Result<void> { return {}; };
    /// Empty: there is none.
    std::function<Result<void>(Vu&)> setup_function;
    std::function<Result<void>(Vu&)> teardown_function;

    Result<std::unique_ptr<VuBody>> make_vu(Vu& vu) override {
        if (auto made = init(vu); !made) return made.error();
        return std::unique_ptr<VuBody>(std::make_unique<Body>(*this, vu));
    }
    bool has_setup() const override { return setup_function != nullptr; }
    bool has_teardown() const override { return teardown_function != nullptr; }
    Result<void> setup(VuBody& body) override { return setup_function(static_cast<Body&>(body).vu); }
    Result<void> teardown(VuBody& body) override { return teardown_function(static_cast<Body&>(body).vu); }
    std::optional<std::string> setup_data_json() const override { return std::nullopt; }

    struct Body final : VuBody {
        Body(FakeRunner& owner, Vu& its_vu) : runner(owner), vu(its_vu) {}
        void activate(const Scenario& scenario) override { EXPECT_EQ(vu.scenario(), &scenario); }
        IterationEnd run_iteration(const Scenario& scenario) override {
            EXPECT_EQ(vu.scenario(), &scenario);
            return runner.iteration(vu);
        }
        FakeRunner& runner;
        Vu& vu;
    };
};

/// Keeps all samples, readable after the run.
class SampleList final : public metrics::SampleSink {
public:
    struct Entry {
        std::string metric;
        double value;
        metrics::WallTime time;
        std::map<std::string, std::string> tags;
        std::map<std::string, std::string> metadata;
    };

    explicit SampleList(const metrics::Registry& registry) : registry_(registry) {}

    void accept(std::shared_ptr<const metrics::SampleChunk> chunk) override {
        const std::lock_guard lock(mutex_);
        for (const metrics::Sample& sample : chunk->samples()) {
            Entry& entry =
                entries_.emplace_back(Entry{registry_.at(sample.metric).name, sample.value, sample.time, {}, {}});
            for (const metrics::Tag& tag : *sample.tags) entry.tags.emplace(tag.key, tag.value);
            for (const metrics::Tag& tag : *sample.metadata) entry.metadata.emplace(tag.key, tag.value);
        }
    }

    std::vector<Entry> of(const std::string& metric) const {
        const std::lock_guard lock(mutex_);
        std::vector<Entry> found;
        for (const Entry& entry : entries_) {
            if (entry.metric == metric) found.push_back(entry);
        }
        return found;
    }

private:
    const metrics::Registry& registry_;
    mutable std::mutex mutex_;
    std::vector<Entry> entries_;
};

/// What a Run needs besides the runner, wired up; by default in simulated time.
struct SimulatedRun {
    SimulatedRun(const Options& options, Runner& runner, Clock* real_clock = nullptr, unsigned workers = 1)
        : plan(make_plan(options).value()), start(clock.now()) {
        auto made = metrics::ThresholdSet::create(plan.thresholds, registry, submetrics);
        EXPECT_TRUE(made);
        thresholds = std::move(*made);
        run = std::make_unique<Run>(RunConfig{.plan = &plan,
                                              .runner = &runner,
                                              .registry = &registry,
                                              .submetrics = &submetrics,
                                              .thresholds = &thresholds,
                                              .samples = &samples,
                                              .logger = &logger,
                                              .clock = real_clock != nullptr ? real_clock : &clock,
                                              .workers = workers,
                                              .stack_size = 256 * 1024});
    }

    RunResult execute() { return run->execute(); }
    /// Simulated time since the run was made, when nothing has happened yet.
    Duration now() const { return clock.now() - start; }
    Duration offset(metrics::WallTime time) const { return time - clock.wall_time(start); }

    SimulatedClock clock;
    metrics::Registry registry;
    metrics::SubmetricSet submetrics;
    metrics::ThresholdSet thresholds;
    SampleList samples{registry};
    MemoryLogger logger;
    Plan plan;
    TimePoint start;
    std::unique_ptr<Run> run;
};

}  // namespace k6
