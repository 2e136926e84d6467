// The bounded queue between the workers and an output's own thread.
//
// Workers push without ever waiting for the output; beyond the bound chunks are dropped and counted. The output's
// thread takes everything there is, once per flush period, or earlier when the queue is half full.
//
//   SampleQueue queue(1'000'000);
//   queue.push(chunk);                                       // any thread
//   while (auto chunks = queue.take(milliseconds(200))) …    // the output's thread; nullopt once closed and empty
//   queue.close();
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "metrics/sample.h"

namespace k6::outputs {

class SampleQueue {
public:
    using Chunks = std::vector<std::shared_ptr<const metrics::SampleChunk>>;

    /// `max_samples` bounds what is queued, counting a chunk as at least a sixteenth of a full one: half empty ones
    /// take memory too.
    explicit SampleQueue(std::size_t max_samples) : max_samples_(max_samples) {}

    /// False if the chunk was dropped: there was no room, or the queue is closed.
    bool push(std::shared_ptr<const metrics::SampleChunk> chunk);

    /// Waits for the period to pass, the queue to be half full, or its end. Perhaps an empty vector; nullopt when the
    /// queue is closed and everything was taken.
    std::optional<Chunks> take(std::chrono::nanoseconds period);

    void close();

    std::uint64_t dropped_samples() const;

private:
    const std::size_t max_samples_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    Chunks chunks_;
    std::size_t queued_ = 0;
    std::uint64_t dropped_ = 0;
    bool closed_ = false;
};

/// Calls `use` with a few samples after the other: their text is still in the processor's cache when it is written.
template <class Use>
void for_each_piece(const SampleQueue::Chunks& chunks, Use&& use) {
    constexpr std::size_t piece = 256;
    for (const auto& chunk : chunks) {
        for (auto rest = chunk->samples(); !rest.empty();) {
            const auto some = rest.first(std::min(piece, rest.size()));
            rest = rest.subspan(some.size());
            use(some);
        }
    }
}

}  // namespace k6::outputs
