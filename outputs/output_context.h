// What an output may ask about the run that it belongs to.
#pragma once

#include <span>

#include "base/log.h"
#include "metrics/metric.h"
#include "metrics/submetric.h"
#include "metrics/threshold_definition.h"

namespace k6::outputs {

/// All of it outlives the output, and is complete when the output starts.
struct OutputContext {
    const metrics::Registry& registry;
    const metrics::SubmetricSet& submetrics;
    std::span<const metrics::ThresholdDefinition> thresholds;
    Logger& logger;
};

}  // namespace k6::outputs
