#include "tools/run/features.h"

#include <algorithm>
#include <array>

namespace k6::run {
namespace {

constexpr std::array features{
    Feature{"freeze-env", "experimental", "scripts cannot change __ENV"},
    Feature{"merge-run-tags", "experimental", "tags of all sources of options are merged, not replaced"},
    Feature{"native-histograms", "experimental", "outputs send trends as native histograms where they can"},
};

std::string padded(std::string_view text, std::size_t width) {
    std::string out(text);
    if (out.size() < width) out.append(width - out.size(), ' ');
    return out;
}

}  // namespace

std::span<const Feature> known_features() { return features; }

bool Features::has(std::string_view name) const { return std::find(names.begin(), names.end(), name) != names.end(); }

Features enabled_features(const CommandLine& line, Logger& logger) {
    Features enabled;
    if (!line.features) return enabled;
    for (const std::string& name : *line.features) {
        const auto known =
            std::find_if(features.begin(), features.end(), [&](const Feature& f) { return f.name == name; });
        if (known == features.end()) {
            logger.error("Unknown feature flag", {{"feature", name}});
        } else if (!enabled.has(name)) {
            logger.info("Experimental feature enabled", {{"feature", name}, {"lifecycle", known->lifecycle}});
            enabled.names.push_back(name);
        }
    }
    return enabled;
}

std::string features_text(bool as_json) {
    if (as_json) {
        std::string out = "[";
        for (const Feature& feature : features) {
            out += out.size() == 1 ? "\n" : ",\n";
            out += "  {\n    \"feature\": \"" + std::string(feature.name) + "\",\n    \"lifecycle\": \"" +
                   std::string(feature.lifecycle) + "\",\n    \"description\": \"" + std::string(feature.description) +
                   "\"\n  }";
        }
        return out + "\n]\n";
    }
    std::size_t name = std::string_view("FEATURE").size();
    std::size_t lifecycle = std::string_view("LIFECYCLE").size();
    for (const Feature& feature : features) {
        name = std::max(name, feature.name.size());
        lifecycle = std::max(lifecycle, feature.lifecycle.size());
    }
    std::string out = padded("FEATURE", name + 3) + padded("LIFECYCLE", lifecycle + 3) + "DESCRIPTION\n";
    for (const Feature& feature : features) {
        out += padded(feature.name, name + 3) + padded(feature.lifecycle, lifecycle + 3) +
               std::string(feature.description) + "\n";
    }
    return out;
}

}  // namespace k6::run
