// What outputs have in common: the queue that workers fill, the thread that empties it, and what is said at the end
// about samples that it could not keep up with.
//
//   class MyOutput final : public QueuedOutput {
//       Result<void> open() override;                          // in start(), on the caller's thread
//       void write(const SampleQueue::Chunks& chunks) override; // on the output's own thread, once a period
//       Result<void> close() override;                         // in stop(), when everything was written
//       void begin_stop() override;                            // in stop(), before the last write: hurry up
//   };
//
// A kind's destructor must call end(), as the thread uses the object until then.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "metrics/output.h"
#include "outputs/output_context.h"
#include "outputs/sample_queue.h"

namespace k6::outputs {

class QueuedOutput : public metrics::Output {
public:
    /// Some 40 bytes each, and their tags.
    static constexpr std::size_t default_max_queued_samples = 1 << 20;

    Result<void> start() final;
    void accept(std::shared_ptr<const metrics::SampleChunk> chunk) final { queue_.push(std::move(chunk)); }
    Result<void> stop(const metrics::RunOutcome& outcome) final;
    /// What the queue had no room for, and what the backend did not take.
    std::uint64_t dropped_samples() const final { return queue_.dropped_samples() + lost_.load(); }
    std::string_view kind() const final { return type_; }

protected:
    /// `type` is what `--out` calls it.
    QueuedOutput(std::string type, const OutputContext& context, std::chrono::nanoseconds period,
                 std::size_t max_queued_samples = default_max_queued_samples);
    ~QueuedOutput() override;

    virtual Result<void> open() = 0;
    virtual void write(const SampleQueue::Chunks& chunks) = 0;
    virtual Result<void> close() = 0;
    /// A period passed, with samples or without; after write().
    virtual void tick() {}
    /// On the thread that calls stop(), while write() may be under way.
    virtual void begin_stop() {}

    /// Samples that were given up. Any thread.
    void count_lost(std::uint64_t samples) { lost_ += samples; }

    /// Writes what is queued and ends the thread; does nothing the second time.
    void end();

    const OutputContext& context() const { return context_; }
    const std::string& type() const { return type_; }
    void log_error(std::string_view message, std::string_view error) const;

private:
    std::string type_;
    OutputContext context_;
    std::chrono::nanoseconds period_;
    SampleQueue queue_;
    std::atomic<std::uint64_t> lost_{0};
    std::thread thread_;
};

}  // namespace k6::outputs
