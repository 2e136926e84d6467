// A run that is over as the value that reports are made from.
//
//   metrics::RunRecord record = record_of({.test = "script.js", .plan = plan, …});
//
// The record refers to the registry and the sub-metrics. Any thread.
#pragma once

#include <string>

#include "engine/exec/health.h"
#include "engine/exec/run.h"
#include "engine/plan/plan.h"
#include "metrics/run_record.h"
#include "metrics/timeline.h"

namespace k6::run {

struct FinishedRun {
    const std::string& test;
    const Plan& plan;
    const metrics::Registry& registry;
    const metrics::SubmetricSet& submetrics;
    const metrics::ThresholdSet& thresholds;
    const RunResult& result;
    const GeneratorHealth& health;
    const metrics::Timeline& timeline;
    metrics::WallTime started;
};

metrics::RunRecord record_of(const FinishedRun& facts);

/// Hexadecimal SHA-256 of the plan as JSON, with the segment left out: equal for all parts of one test.
std::string plan_hash(const Plan& plan);

}  // namespace k6::run
