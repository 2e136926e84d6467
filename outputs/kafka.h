// The `kafka` output: a message for each sample, as JSON or in InfluxDB's line protocol, on librdkafka.
//
//   auto settings = parse_kafka_settings("brokers={a:9092,b:9092},topic=k6,format=json", context);
//   auto output = KafkaOutput::connect(*settings, context);   // an error if no broker answers
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.h"
#include "outputs/queued_output.h"

namespace k6::outputs {

struct KafkaSettings {
    enum class Format { json, influxdb };

    std::vector<std::string> brokers;
    std::string topic;
    Format format = Format::json;
    Duration push_interval = std::chrono::seconds(1);
    /// "none", "plain", "scram-sha-256" or "scram-sha-512".
    std::string auth_mechanism = "none";
    std::string user;
    std::string password;
    bool tls = false;
    bool insecure_skip_verify = false;
    /// Of brokers too old to say it themselves; empty: librdkafka's choice.
    std::string version;
    bool log_errors = true;
    std::vector<std::string> tags_as_fields = {"vu", "iter", "url"};
};

Result<KafkaSettings> parse_kafka_settings(std::optional<std::string_view> argument, const OutputContext& context);

/// `{"type":"Point","data":{"time":…,"value":…,"tags":{…}},"metric":…}`. The time zone is the local one.
class KafkaJson {
public:
    explicit KafkaJson(const metrics::Registry& registry);
    ~KafkaJson();
    /// False, and nothing appended, for a value that JSON does not have.
    bool append(std::string& out, const metrics::Sample& sample);

private:
    struct State;
    std::unique_ptr<State> state_;
};

class KafkaOutput final : public QueuedOutput {
public:
    /// Errors (ErrorClass::generic): settings that librdkafka refuses, or no broker that answers.
    static Result<std::unique_ptr<KafkaOutput>> connect(const KafkaSettings& settings, const OutputContext& context);
    ~KafkaOutput() override;

    std::string description() const override;

    /// What librdkafka was told, for tests.
    std::optional<std::string> configured(const std::string& property) const;

private:
    struct Producer;
    KafkaOutput(const KafkaSettings& settings, const OutputContext& context);
    Result<void> make_producer();
    Result<void> find_brokers();
    Result<void> open() override { return {}; }
    void write(const SampleQueue::Chunks& chunks) override;
    void tick() override;
    void begin_stop() override;
    Result<void> close() override;
    void send(const std::string& message);

    KafkaSettings settings_;
    std::unique_ptr<Producer> producer_;
    std::uint64_t not_finite_ = 0;
};

}  // namespace k6::outputs
