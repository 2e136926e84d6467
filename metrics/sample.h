// Samples: single timed values with their tags, made only while an output wants them, handed over in chunks.
//
// A recorder fills a SampleChunk and gives it to a SampleSink when it is full or when the worker flushes. From then on
// the chunk is immutable and shared: several outputs may read it, each on its own thread, and the last one to let go
// frees it.
//
//   for (const Sample& sample : chunk.samples()) {
//       for (const Tag& tag : *sample.tags) …
//   }
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "metrics/metric.h"
#include "metrics/tags.h"

namespace k6::metrics {

/// Wall-clock time, UTC.
using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

struct Sample {
    MetricId metric;
    double value;
    WallTime time;
    /// Never null.
    const TagSet* tags;
    /// Never null; tags that are no part of a series' identity (`vu`, `iter`, user metadata).
    const TagSet* metadata;
};

class SampleChunk {
public:
    static constexpr std::size_t capacity = 4096;

    SampleChunk() { samples_.reserve(capacity); }

    std::span<const Sample> samples() const { return samples_; }
    bool full() const { return samples_.size() == capacity; }

    void push_back(const Sample& sample) { samples_.push_back(sample); }
    /// Gives back the memory that a chunk does not need which goes out before it is full: it may wait in a queue for
    /// long.
    void shrink() {
        if (samples_.size() < capacity / 2) samples_.shrink_to_fit();
    }
    /// Keeps what the samples' tag sets live in.
    void keep(std::shared_ptr<const void> storage) {
        if (storage) storage_.push_back(std::move(storage));
    }

private:
    std::vector<Sample> samples_;
    std::vector<std::shared_ptr<const void>> storage_;
};

/// Takes chunks from every worker's thread, concurrently. It must not block: a worker runs its VUs on that thread.
class SampleSink {
public:
    virtual ~SampleSink() = default;
    virtual void accept(std::shared_ptr<const SampleChunk> chunk) = 0;
};

}  // namespace k6::metrics
