// What an output may ask about the run that it belongs to.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
    /// The names of all variables; empty: they cannot be listed.
    std::function<std::vector<std::string>()> environment_names = {};
    /// The feature native-histograms: trends go out as native histograms where the output can.
    bool native_histograms = false;
    /// How long a backend has at the end of the run to take a write, and again for each further one.
    std::chrono::nanoseconds patience = std::chrono::seconds(10);
    /// The JSON text of the configuration file's `collectors.TYPE`; empty: there is none.
    std::function<std::optional<std::string>(std::string_view type)> configuration = {};
};

}  // namespace k6::outputs
