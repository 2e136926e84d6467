// Scenarios that are controlled from outside, in simulated time: the one outside is a fiber beside the VUs.
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/exec/run_fixture.h"

namespace k6 {
namespace {

using namespace std::chrono_literals;
using metrics::Builtin;

class ExternalTest : public RunTest {
protected:
    /// `script` runs beside the first VU from the begin of its first iteration.
    RunResult execute_with(const ExternallyControlled& executor, std::function<void(k6::Run&)> script) {
        during_ = [this, script = std::move(script), started = false](Vu& vu) mutable {
            if (std::exchange(started, true)) return;
            vu.worker().spawn([this, script] { script(*run_->run); });
        };
        return execute({.scenarios = {{"a", {.executor = executor}}}});
    }
    std::map<std::uint64_t, std::size_t> iterations_by_vu() const {
        std::map<std::uint64_t, std::size_t> counts;
        for (const Seen& seen : seen_) ++counts[seen.vu];
        return counts;
    }
};

TEST_F(ExternalTest, LoopsAndIsCutOffAtItsEnd) {
    execute({.scenarios = {{"a", {.executor = ExternallyControlled{.vus = 2, .duration = 10s, .max_vus = 5}}}}});
    EXPECT_EQ(begins(1), (std::vector<Duration>{0s, 3s, 6s, 9s}));
    EXPECT_EQ(result_.complete_iterations, 6U);
    EXPECT_EQ(result_.interrupted_iterations, 2U);
    EXPECT_EQ(result_.duration, 10s);
    EXPECT_EQ(run_->run->progress().initialized_vus, 5);
}

TEST_F(ExternalTest, VusComeAndGoAsAsked) {
    execute_with({.vus = 1, .duration = 20s, .max_vus = 3}, [](k6::Run& run) {
        sleep_for(5s);
        EXPECT_TRUE(run.update_external({.vus = 3}));
        sleep_for(1s);
        EXPECT_EQ(run.progress().active_vus, 3);
        sleep_for(3s);
        EXPECT_TRUE(run.update_external({.vus = 1}));
        sleep_for(1s);
        EXPECT_EQ(run.progress().active_vus, 1);
        EXPECT_TRUE(run.update_external({.vus = 0}));
        sleep_for(1s);
        EXPECT_EQ(run.progress().active_vus, 0);
        EXPECT_TRUE(run.update_external({.vus = 1}));
    });
    // Four seconds of VU 2 and 3: one whole iteration each, and one that was interrupted.
    EXPECT_EQ(count(Builtin::iterations), 3 + 2 + 3);
    EXPECT_EQ(result_.duration, 20s);
}

TEST_F(ExternalTest, MoreVusThanAtFirstAreMade) {
    execute_with({.vus = 1, .duration = 10s}, [](k6::Run& run) {
        sleep_for(1s);
        EXPECT_TRUE(run.update_external({.vus = 4, .max_vus = 4}));
        sleep_for(1s);
        EXPECT_EQ(run.progress().initialized_vus, 4);
        EXPECT_EQ(run.progress().active_vus, 4);
    });
    EXPECT_EQ(iterations_by_vu().size(), 4U);
}

TEST_F(ExternalTest, NumbersThatCannotBeAreRefused) {
    execute_with({.vus = 1, .duration = 5s, .max_vus = 2}, [](k6::Run& run) {
        const auto problem = [&run](const ExternalUpdate& update) {
            return run.update_external(update).error().message;
        };
        EXPECT_EQ(problem({.vus = -1}), "invalid configuration supplied: the number of VUs can't be negative");
        EXPECT_EQ(problem({.vus = 3}),
                  "invalid configuration supplied: the number of active VUs (3) must be less than or equal to the "
                  "number of maxVUs (2)");
        EXPECT_EQ(problem({.max_vus = 1}),
                  "invalid configuration supplied: the new number of max VUs cannot be lower than the starting number "
                  "of max VUs (2)");
    });
}

TEST_F(ExternalTest, OtherExecutorsTakeNoUpdates) {
    during_ = [this](Vu&) {
        EXPECT_FALSE(run_->run->update_external({.vus = 1}));
        EXPECT_EQ(run_->run->pause().error().message,
                  "constant-vus executor 'default' doesn't support pause and resume operations after its start");
    };
    execute({.vus = 1, .duration = 1s});
}

TEST_F(ExternalTest, PausesLetIterationsFinishAndStopTheClock) {
    execute_with({.vus = 2, .duration = 11s}, [](k6::Run& run) {
        sleep_for(4s);
        EXPECT_TRUE(run.pause());
        EXPECT_FALSE(run.pause());
        sleep_for(1min);
        EXPECT_EQ(run.progress().elapsed, Duration(4s));
        EXPECT_EQ(run.progress().active_vus, 0);
        EXPECT_TRUE(run.resume());
    });
    EXPECT_EQ(begins(1), (std::vector<Duration>{0s, 3s, 64s, 67s, 70s}));
    EXPECT_EQ(result_.complete_iterations, 8U);
    EXPECT_EQ(result_.duration, 11s);
}

TEST_F(ExternalTest, WithoutADurationItRunsUntilItIsStopped) {
    execute_with({.vus = 1, .duration = 0s}, [](k6::Run& run) {
        sleep_for(10h);
        EXPECT_EQ(run.progress().scenarios.at(0).fraction, 0);
        EXPECT_EQ(run.progress().scenarios.at(0).total, Duration(0));
        run.stop({ErrorClass::external_abort, "enough"});
    });
    EXPECT_EQ(result_.complete_iterations, 12'000U);
    EXPECT_EQ(exit_code(result_), 105);
}

}  // namespace
}  // namespace k6
