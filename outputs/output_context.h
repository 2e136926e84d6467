// What an output may ask about the run that it belongs to.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/log.h"
#include "metrics/metric.h"
#include "metrics/submetric.h"
#include "metrics/system_tags.h"
#include "metrics/threshold_definition.h"

namespace k6::outputs {

/// All of it outlives the output, and is complete when the output starts.
struct OutputContext {
    const metrics::Registry& registry;
    const metrics::SubmetricSet& submetrics;
    std::span<const metrics::ThresholdDefinition> thresholds;
    Logger& logger;
    /// Those that samples may have.
    metrics::SystemTagSet system_tags = metrics::SystemTagSet::defaults();
    /// Environment variables; empty: there are none.
    std::function<std::optional<std::string>(std::string_view name)> environment = {};
};

}  // namespace k6::outputs
