// The `opentelemetry` output: OTLP over gRPC, or over HTTP as protobuf or JSON.
//
// Series are cumulative over the whole run and go out once an export interval, and at the end: an export that fails is
// made up for by the next one.
//
//   auto settings = parse_opentelemetry_settings(context);
//   auto output = OpentelemetryOutput::make(*settings, context);
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "outputs/http_push.h"
#include "outputs/otlp_data.h"
#include "outputs/queued_output.h"

namespace k6::outputs {

struct OpentelemetrySettings {
    enum class Protocol { grpc, http_protobuf, http_json };

    std::string service_name = "k6";
    std::string service_version;
    std::string metric_prefix;
    Duration flush_interval = std::chrono::seconds(1);
    Duration export_interval = std::chrono::seconds(10);
    Protocol protocol = Protocol::grpc;
    /// "k=v,k2=v2", values percent-encoded; read when the output is made.
    std::string headers;
    TlsSettings tls;
    bool http_insecure = false;
    std::string http_endpoint = "localhost:4318";
    std::string http_path = "/v1/metrics";
    std::string username;
    std::string password;
    bool grpc_insecure = false;
    std::string grpc_endpoint = "localhost:4317";
    /// OTEL_RESOURCE_ATTRIBUTES, read.
    OtlpAttributes resource_attributes;
};

/// Errors are of ErrorClass::invalid_config.
Result<OpentelemetrySettings> parse_opentelemetry_settings(const OutputContext& context);

class OpentelemetryOutput final : public QueuedOutput {
public:
    /// Beyond so many series samples of new ones are dropped.
    static constexpr std::size_t most_series = 250'000;

    /// Errors: headers that are none (ErrorClass::invalid_config), unreadable certificates (ErrorClass::generic).
    static Result<std::unique_ptr<OpentelemetryOutput>> make(const OpentelemetrySettings& settings,
                                                             const OutputContext& context);
    ~OpentelemetryOutput() override;

    std::string description() const override;

private:
    class Pusher;
    class AllSeries;
    OpentelemetryOutput(const OpentelemetrySettings& settings, const OutputContext& context);
    Result<void> open() override;
    void write(const SampleQueue::Chunks& chunks) override;
    void tick() override;
    void begin_stop() override;
    Result<void> close() override;
    void start_export();

    OpentelemetrySettings settings_;
    OtlpRequest request_;
    std::unique_ptr<AllSeries> series_;
    std::unique_ptr<Pusher> pusher_;
    std::chrono::steady_clock::time_point last_export_{};
};

}  // namespace k6::outputs
