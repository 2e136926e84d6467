// The `statsd` and `datadog` outputs: one line for each sample, in UDP datagrams.
//
//   auto settings = parse_statsd_settings(StatsdFlavour::datadog, context);
//   StatsdOutput output(*settings, context);
//
//   k6.http_req_duration:12.345000|ms|#method:GET,status:200
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "outputs/queued_output.h"

namespace k6::outputs {

enum class StatsdFlavour { statsd, datadog };

struct StatsdSettings {
    StatsdFlavour flavour = StatsdFlavour::statsd;
    std::string address = "localhost:8125";
    std::string name_space = "k6.";
    Duration push_interval = std::chrono::seconds(1);
    /// Lines in a datagram, at most.
    std::int64_t buffer_size = 20;
    /// Always on for datadog.
    bool tags = false;
    std::vector<std::string> blocked_tags = {"vu", "iter", "url"};
};

Result<StatsdSettings> parse_statsd_settings(StatsdFlavour flavour, const OutputContext& context);

/// Appends one sample's line without its end; false, and nothing appended, for a value that is not finite.
bool append_statsd_line(std::string& out, const StatsdSettings& settings, const metrics::Metric& metric,
                        const metrics::Sample& sample);

class StatsdOutput final : public QueuedOutput {
public:
    /// Bytes of a datagram that no network splits.
    static constexpr std::size_t most_bytes = 1432;

    StatsdOutput(const StatsdSettings& settings, const OutputContext& context);
    ~StatsdOutput() override;

    std::string description() const override;

private:
    Result<void> open() override;
    void write(const SampleQueue::Chunks& chunks) override;
    Result<void> close() override;
    void send(std::string& datagram);

    StatsdSettings settings_;
    int socket_ = -1;
    std::uint64_t failed_ = 0;
};

}  // namespace k6::outputs
