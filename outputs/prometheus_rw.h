// The `experimental-prometheus-rw` output: Prometheus remote write 1.0 (protobuf in snappy over HTTP).
//
// Every series is cumulative over the whole run, so a push that fails is made up for by the next one. A trend is some
// gauges, one for each statistic, or a native histogram.
//
//   auto settings = parse_prometheus_settings(context);
//   auto output = PrometheusOutput::make(*settings, context);
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "outputs/http_push.h"
#include "outputs/queued_output.h"

namespace k6::outputs {

struct PrometheusSettings {
    std::string url = "http://localhost:9090/api/v1/write";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string username;
    std::string password;
    std::string bearer_token;
    /// At least TLS 1.3 unless told otherwise.
    TlsSettings tls = {.min_version = 0x0304};
    Duration push_interval = std::chrono::seconds(5);
    std::vector<std::string> trend_stats = {"p(99)"};
    bool native_histograms = false;
    bool stale_markers = false;
    std::string sigv4_region;
    std::string sigv4_access_key;
    std::string sigv4_secret_key;
};

Result<PrometheusSettings> parse_prometheus_settings(const OutputContext& context);

class PrometheusOutput final : public QueuedOutput {
public:
    /// Beyond so many series samples of new ones are dropped.
    static constexpr std::size_t most_series = 250'000;

    /// Errors (ErrorClass::generic): a statistic that trends do not have, a URL that is none, unreadable certificates.
    static Result<std::unique_ptr<PrometheusOutput>> make(const PrometheusSettings& settings,
                                                          const OutputContext& context);
    ~PrometheusOutput() override;

    std::string description() const override;

private:
    class Pusher;
    class AllSeries;
    PrometheusOutput(const PrometheusSettings& settings, const OutputContext& context);
    Result<void> open() override;
    void write(const SampleQueue::Chunks& chunks) override;
    void tick() override;
    void push(bool at_end);
    void begin_stop() override;
    Result<void> close() override;

    PrometheusSettings settings_;
    std::unique_ptr<AllSeries> series_;
    std::unique_ptr<Pusher> pusher_;
};

}  // namespace k6::outputs
