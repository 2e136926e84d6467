// A fixture for tests of runs in simulated time: iterations of a chosen length, noted down.
//
//   TEST_F(RunTest, …) {
//       length_ = [](Vu&) { return Duration(5s); };
//       execute({.duration = 10s});
//       EXPECT_EQ(begins(), (std::vector<Duration>{0s, 5s}));
//   }
//
// One thread.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/exec/fake_runner.h"
#include "engine/exec/run.h"
#include "engine/exec/vu.h"
#include "engine/runtime/fiber.h"
#include "engine/runtime/worker.h"

namespace k6 {

/// One iteration, as its VU saw it; times since the run was made.
struct Seen {
    std::uint64_t vu;
    std::string scenario;
    Duration begin;
    Duration end;
    bool interrupted;
    IterationNumbers numbers;
};

/// Iterations of a fixed length, noted down.
class RunTest : public testing::Test {
protected:
    RunResult execute(const Options& options) {
        runner_.iteration = [this](Vu& vu) {
            Seen seen{vu.id_in_instance(), vu.scenario()->name, run_->now(), {}, false, vu.iteration()};
            EXPECT_TRUE(busy_.insert(seen.vu).second) << "VU " << seen.vu << " runs two iterations at once";
            const auto note = [&] {
                busy_.erase(seen.vu);
                seen.end = run_->now();
                seen_.push_back(seen);
            };
            try {
                during_(vu);
                sleep_for(length_(vu));
            } catch (const Interrupted&) {
                seen.interrupted = true;
                note();
                throw;
            }
            note();
            return ends_with_;
        };
        run_ = std::make_unique<SimulatedRun>(options, runner_);
        before_(*run_->run);
        result_ = run_->execute();
        EXPECT_TRUE(busy_.empty());
        EXPECT_EQ(run_->run->progress().phase, RunPhase::ended);
        EXPECT_EQ(run_->run->progress().active_vus, 0);
        return result_;
    }

    /// The whole counter, 0 without samples.
    double count(metrics::Builtin metric) const {
        const metrics::Sink* sink = result_.metrics.total(metric);
        return sink == nullptr ? 0 : sink->counter().count();
    }
    std::vector<Duration> begins(std::uint64_t vu = 0) const {
        std::vector<Duration> times;
        for (const Seen& seen : seen_) {
            if (vu == 0 || seen.vu == vu) times.push_back(seen.begin);
        }
        std::sort(times.begin(), times.end());
        return times;
    }
    std::vector<SampleList::Entry> samples(const std::string& metric) const { return run_->samples.of(metric); }

    FakeRunner runner_;
    std::function<Duration(Vu&)> length_ = [](Vu&) { return Duration(std::chrono::seconds(3)); };
    std::function<void(Vu&)> during_ = [](Vu&) {};
    std::function<void(k6::Run&)> before_ = [](k6::Run&) {};
    IterationEnd ends_with_ = IterationEnd::completed;
    std::unique_ptr<SimulatedRun> run_;
    RunResult result_;
    std::vector<Seen> seen_;
    std::set<std::uint64_t> busy_;
};

}  // namespace k6
