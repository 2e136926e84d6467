// The `influxdb` output: InfluxDB 1.x, by HTTP or UDP, in line protocol.
//
//   auto settings = parse_influxdb_settings("http://user:pw@host:8086/db?precision=ms", context);
//   InfluxdbOutput output(*settings, context);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "outputs/line_protocol.h"
#include "outputs/queued_output.h"

namespace k6::outputs {

struct InfluxdbSettings {
    /// "http://host:port", "https://…", "udp://host:port"; perhaps with a path in front of the API's.
    std::string address = "http://localhost:8086";
    std::string database = "k6";
    std::string username;
    std::string password;
    bool insecure = false;
    std::string proxy;
    /// Bytes of a UDP datagram.
    std::int64_t payload_size = 512;
    std::string precision;
    std::string retention;
    std::string consistency;
    Duration push_interval = std::chrono::seconds(1);
    std::int64_t concurrent_writes = 4;
    std::vector<std::string> tags_as_fields = {"vu", "iter", "url"};
};

/// `argument` is a URL; nothing: environment and defaults alone.
Result<InfluxdbSettings> parse_influxdb_settings(std::optional<std::string_view> argument,
                                                 const OutputContext& context);

class InfluxdbOutput final : public QueuedOutput {
public:
    static Result<std::unique_ptr<InfluxdbOutput>> make(const InfluxdbSettings& settings, const OutputContext& context);
    ~InfluxdbOutput() override;

    std::string description() const override;

private:
    class Writer;
    InfluxdbOutput(const InfluxdbSettings& settings, FieldKinds fields, std::int64_t unit,
                   const OutputContext& context);
    Result<void> open() override;
    void write(const SampleQueue::Chunks& chunks) override;
    void begin_stop() override;
    Result<void> close() override;

    InfluxdbSettings settings_;
    LineProtocol lines_;
    std::unique_ptr<Writer> writer_;
    std::uint64_t not_finite_ = 0;
};

}  // namespace k6::outputs
