// Outputs: where samples go besides the summary. The interface; the kinds live in outputs/.
//
// The coordinator starts all outputs before the first VU, gives their fan-out to every recorder, and stops them after
// the last flush and the final thresholds. An output does its work on a thread of its own: `accept` only queues. What
// it cannot keep up with it drops, counts and reports; it never slows the test down or fails it.
//
//   std::vector<std::unique_ptr<Output>> outputs = …;
//   for (auto& output : outputs) if (auto started = output->start(); !started) …   // stop those already started
//   SampleFanOut samples(outputs);
//   Recorder recorder(registry, submetrics, samples.sink());
//   …
//   for (auto& output : outputs) output->stop({});
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "metrics/sample.h"

namespace k6::metrics {

/// How the run went, for outputs that tell their backend.
struct RunOutcome {
    /// Why the run as a whole failed, if it did (crossed thresholds included).
    std::optional<Error> error;
};

class Output : public SampleSink {
public:
    /// What the start banner says, for example "json (out.json)".
    virtual std::string description() const = 0;
    virtual Result<void> start() = 0;
    /// Writes what is queued, ends the output's thread and releases its resources. Called once, if start() succeeded.
    virtual Result<void> stop(const RunOutcome& outcome) = 0;
    /// Samples that it was given and that did not arrive: it could not keep up, or its backend failed. After stop().
    virtual std::uint64_t dropped_samples() const { return 0; }
    /// What a message calls it, for example "json".
    virtual std::string_view kind() const { return {}; }
};

/// Gives every chunk to all outputs, which share it.
class SampleFanOut final : public SampleSink {
public:
    /// The outputs outlive the fan-out.
    explicit SampleFanOut(std::span<const std::unique_ptr<Output>> outputs) {
        for (const auto& output : outputs) outputs_.push_back(output.get());
    }
    void accept(std::shared_ptr<const SampleChunk> chunk) override {
        for (Output* output : outputs_) output->accept(chunk);
    }
    /// What recorders take: nullptr without outputs, so that no samples are made.
    SampleSink* sink() { return outputs_.empty() ? nullptr : this; }

private:
    std::vector<Output*> outputs_;
};

}  // namespace k6::metrics
