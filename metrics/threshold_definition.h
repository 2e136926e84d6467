// Thresholds as options and plans carry them: text, not yet parsed or checked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/duration.h"

namespace k6::metrics {

struct ThresholdItem {
    /// For example "p(95)<500", or "p(95)<500 over 30s".
    std::string source;
    bool abort_on_fail = false;
    /// Failing does not abort the run before this much of it is over.
    std::optional<Duration> delay_abort_eval = std::nullopt;

    friend bool operator==(const ThresholdItem&, const ThresholdItem&) = default;
};

struct ThresholdDefinition {
    /// A metric's name, or `name{key:value,…}`.
    std::string metric;
    std::vector<ThresholdItem> items;

    friend bool operator==(const ThresholdDefinition&, const ThresholdDefinition&) = default;
};

}  // namespace k6::metrics
