#include "outputs/sample_queue.h"

#include <algorithm>
#include <utility>

namespace k6::outputs {

using metrics::SampleChunk;

bool SampleQueue::push(std::shared_ptr<const SampleChunk> chunk) {
    const std::size_t samples = chunk->samples().size();
    const std::size_t weight = std::max(samples, SampleChunk::capacity / 16);
    bool wake = false;
    {
        const std::lock_guard lock(mutex_);
        if (closed_ || queued_ + weight > max_samples_) {
            dropped_ += samples;
            return false;
        }
        wake = queued_ < max_samples_ / 2 && queued_ + weight >= max_samples_ / 2;
        queued_ += weight;
        chunks_.push_back(std::move(chunk));
    }
    if (wake) wake_.notify_one();
    return true;
}

std::optional<SampleQueue::Chunks> SampleQueue::take(std::chrono::nanoseconds period) {
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, period, [this] { return closed_ || queued_ >= max_samples_ / 2; });
    if (closed_ && chunks_.empty()) return std::nullopt;
    queued_ = 0;
    return std::exchange(chunks_, {});
}

void SampleQueue::close() {
    {
        const std::lock_guard lock(mutex_);
        closed_ = true;
    }
    wake_.notify_one();
}

std::uint64_t SampleQueue::dropped_samples() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
}

}  // namespace k6::outputs
