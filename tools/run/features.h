// Experimental features: what there is, and what a command line has turned on.
//
//   const Features on = enabled_features(line, logger);
//   if (on.has("merge-run-tags")) …
//
// Any thread.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "tools/run/command_line.h"

namespace k6::run {

struct Feature {
    std::string_view name;
    std::string_view lifecycle;
    std::string_view description;
};

/// Sorted by name.
std::span<const Feature> known_features();

struct Features {
    std::vector<std::string> names;
    bool has(std::string_view name) const;
};

/// What is turned on, of what exists; each is told of, and so is each name that nobody knows.
Features enabled_features(const CommandLine& line, Logger& logger);

/// `k6 features [--json]`.
std::string features_text(bool as_json);

}  // namespace k6::run
