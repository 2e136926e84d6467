// What is said when a run is over: the summary, by the test's own handleSummary or by us, and the files it goes to.
//
//   summarise({.line = line, .plan = plan, .runner = runner, .run = run, …}, result, judge(…));
//
// On the thread that executed the run.
#pragma once

#include "base/log.h"
#include "engine/exec/health.h"
#include "engine/exec/run.h"
#include "engine/exec/runner.h"
#include "engine/plan/plan.h"
#include "metrics/metric.h"
#include "metrics/submetric.h"
#include "metrics/threshold.h"
#include "tools/run/command_line.h"

namespace k6 {
class Resolver;
}

namespace k6::run {

/// All that is pointed to is this run's.
struct EndOfRun {
    const CommandLine& line;
    const Plan& plan;
    Runner& runner;
    Run& run;
    Resolver& resolver;
    /// Threads that ran VUs.
    unsigned workers;
    const metrics::Registry& registry;
    const metrics::SubmetricSet& submetrics;
    const metrics::ThresholdSet& thresholds;
    Logger& logger;
};

void summarise(const EndOfRun& end, const RunResult& result, const GeneratorHealth& health);

}  // namespace k6::run
