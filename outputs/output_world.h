// A recorder whose samples a test looks at as outputs see them.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "metrics/recorder.h"
#include "outputs/output_context.h"

namespace k6::outputs {

class OutputWorld : public testing::Test {
protected:
    using Pairs = std::vector<std::pair<std::string, std::string>>;

    class Chunks final : public metrics::SampleSink {
    public:
        void accept(std::shared_ptr<const metrics::SampleChunk> chunk) override { all.push_back(std::move(chunk)); }
        std::vector<std::shared_ptr<const metrics::SampleChunk>> all;
    };

    static constexpr metrics::WallTime start{std::chrono::nanoseconds{1'795'287'077'497'690'716}};

    OutputContext context() {
        return {.registry = registry,
                .submetrics = submetrics,
                .thresholds = {},
                .logger = logger,
                .environment = [this](std::string_view name) -> std::optional<std::string> {
                    const auto found = environment.find(std::string(name));
                    return found == environment.end() ? std::nullopt : std::optional(found->second);
                },
                .environment_names =
                    [this] {
                        std::vector<std::string> names;
                        for (const auto& [name, value] : environment) names.push_back(name);
                        return names;
                    },
                .native_histograms = native_histograms,
                .patience = patience,
                .configuration = [this](std::string_view type) -> std::optional<std::string> {
                    const auto found = configuration.find(std::string(type));
                    return found == configuration.end() ? std::nullopt : std::optional(found->second);
                }};
    }

    metrics::TagSetId tagged(const Pairs& pairs) {
        metrics::TagSetId set = metrics::no_tags;
        for (const auto& [key, value] : pairs) set = recorder.tags().with(set, key, value);
        return set;
    }
    void add(metrics::MetricId metric, const Pairs& tags, double value, const Pairs& metadata = {}) {
        recorder.add(metric, tagged(tags), value, start, tagged(metadata));
    }
    /// What was added since the last call.
    std::vector<std::shared_ptr<const metrics::SampleChunk>> taken() {
        recorder.flush_samples();
        return std::exchange(chunks.all, {});
    }

    std::map<std::string, std::string> environment;
    /// JSON of the configuration file's collectors, by type.
    std::map<std::string, std::string> configuration;
    bool native_histograms = false;
    std::chrono::nanoseconds patience = std::chrono::seconds(10);
    metrics::Registry registry;
    metrics::SubmetricSet submetrics;
    MemoryLogger logger;
    Chunks chunks;
    metrics::Recorder recorder{registry, submetrics, &chunks};
};

}  // namespace k6::outputs
