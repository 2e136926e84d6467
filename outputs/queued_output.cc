#include "outputs/queued_output.h"

#include <utility>

namespace k6::outputs {

QueuedOutput::QueuedOutput(std::string type, const OutputContext& context, std::chrono::nanoseconds period,
                           std::size_t max_queued_samples)
    : type_(std::move(type)), context_(context), period_(period), queue_(max_queued_samples) {}

QueuedOutput::~QueuedOutput() = default;

Result<void> QueuedOutput::start() {
    if (auto opened = open(); !opened) return opened;
    thread_ = std::thread([this] {
        while (const auto chunks = queue_.take(period_)) {
            if (!chunks->empty()) write(*chunks);
            tick();
        }
    });
    return {};
}

void QueuedOutput::end() {
    queue_.close();
    if (thread_.joinable()) thread_.join();
}

Result<void> QueuedOutput::stop(const metrics::RunOutcome&) {
    begin_stop();
    end();
    Result<void> closed = close();
    if (const std::uint64_t unqueued = queue_.dropped_samples(); unqueued > 0) {
        context_.logger.warn("Samples were dropped, as the output did not keep up",
                             {{"output", type_}, {"count", std::to_string(unqueued)}});
    }
    if (const std::uint64_t lost = lost_.load(); lost > 0) {
        context_.logger.warn("Samples were lost, as the backend did not take them",
                             {{"output", type_}, {"count", std::to_string(lost)}});
    }
    return closed;
}

void QueuedOutput::log_error(std::string_view message, std::string_view error) const {
    context_.logger.error(message, {{"output", type_}, {"error", std::string(error)}});
}

}  // namespace k6::outputs
