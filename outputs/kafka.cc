#include "outputs/kafka.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <mutex>
#include <utility>

#include "metrics/json_text.h"
#include "outputs/line_protocol.h"
#include "outputs/rfc3339.h"
#include "outputs/settings.h"

namespace k6::outputs {
namespace {

using Clock = std::chrono::steady_clock;

Error invalid(std::string message) { return {ErrorClass::generic, std::move(message)}; }

struct Item {
    std::string key;
    std::string value;
};

/// "a=b,c={d,e}": values in braces keep their commas and lose the braces.
Result<std::vector<Item>> parse_items(std::string_view text) {
    std::vector<Item> items;
    while (!text.empty()) {
        std::size_t end = 0;
        bool in_braces = false;
        while (end < text.size() && (in_braces || text[end] != ',')) {
            if (text[end] == '{') in_braces = true;
            if (text[end] == '}') in_braces = false;
            ++end;
        }
        const std::string_view item = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (item.empty()) continue;
        const std::size_t equals = item.find('=');
        if (equals == std::string_view::npos || equals == 0 || in_braces) {
            return invalid("couldn't parse \"" + std::string(item) + "\" as argument for kafka output");
        }
        std::string_view value = item.substr(equals + 1);
        if (value.size() >= 2 && value.starts_with('{') && value.ends_with('}')) {
            value = value.substr(1, value.size() - 2);
        }
        items.push_back({std::string(item.substr(0, equals)), std::string(value)});
    }
    return items;
}

KafkaSettings::Format format_of(std::string_view text) {
    return text == "influxdb" ? KafkaSettings::Format::influxdb : KafkaSettings::Format::json;
}

template <class T>
Result<void> assign(Result<T> parsed, T& field) {
    if (!parsed) return parsed.error();
    field = *std::move(parsed);
    return {};
}

Result<void> read_argument(std::string_view argument, KafkaSettings& settings) {
    const auto items = parse_items(argument);
    if (!items) return items.error();
    for (const auto& [key, value] : *items) {
        Result<void> read;
        if (key == "brokers") {
            settings.brokers = parse_list(value);
        } else if (key == "topic") {
            settings.topic = value;
        } else if (key == "format") {
            settings.format = format_of(value);
        } else if (key == "push_interval" || key == "pushInterval") {
            read = assign(parse_period(value), settings.push_interval);
        } else if (key == "authMechanism") {
            settings.auth_mechanism = value;
        } else if (key == "user") {
            settings.user = value;
        } else if (key == "password") {
            settings.password = value;
        } else if (key == "ssl") {
            read = assign(parse_switch(value), settings.tls);
        } else if (key == "insecureSkipTLSVerify") {
            read = assign(parse_switch(value), settings.insecure_skip_verify);
        } else if (key == "version") {
            settings.version = value;
        } else if (key == "logError") {
            read = assign(parse_switch(value), settings.log_errors);
        } else if (key == "influxdb.tagsAsFields") {
            settings.tags_as_fields = parse_list(value);
        } else {
            return invalid("Unknown or unparsed options '" + key + "=" + value + "'");
        }
        if (!read) return with_context(read.error(), key);
    }
    return {};
}

Result<void> check(const KafkaSettings& settings) {
    if (settings.brokers.empty()) return invalid("kafka: no brokers were given");
    if (settings.topic.empty()) return invalid("kafka: no topic was given");
    constexpr std::array<std::string_view, 4> mechanisms = {"none", "plain", "scram-sha-256", "scram-sha-512"};
    if (std::ranges::find(mechanisms, settings.auth_mechanism) == mechanisms.end()) {
        return invalid("kafka: unknown auth mechanism '" + settings.auth_mechanism +
                       "', use none, plain, scram-sha-256 or scram-sha-512");
    }
    if (settings.auth_mechanism != "none" && (settings.user.empty() || settings.password.empty())) {
        return invalid("user and password are required when auth mechanism is provided");
    }
    return {};
}

/// librdkafka's properties, in its names.
std::vector<std::pair<std::string, std::string>> properties(const KafkaSettings& settings) {
    std::string brokers;
    for (const std::string& broker : settings.brokers) brokers += (brokers.empty() ? "" : ",") + broker;
    const bool sasl = settings.auth_mechanism != "none";
    std::vector<std::pair<std::string, std::string>> all = {
        {"bootstrap.servers", brokers},
        {"client.id", "k6"},
        {"security.protocol", std::string(sasl ? "sasl_" : "") + (settings.tls ? "ssl" : "plaintext")},
        // What waits to be sent is bounded; beyond, our own queue fills and says what it drops.
        {"queue.buffering.max.messages", "100000"},
        {"queue.buffering.max.kbytes", "65536"},
        {"linger.ms", "20"},
        // A push is a burst: kept on one partition for a while, as is librdkafka's way, all of it would go there.
        {"sticky.partitioning.linger.ms", "0"},
        {"message.timeout.ms", "30000"},
        {"log.connection.close", "false"},
    };
    if (sasl) {
        std::string mechanism = settings.auth_mechanism;
        for (char& c : mechanism) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        all.insert(
            all.end(),
            {{"sasl.mechanisms", mechanism}, {"sasl.username", settings.user}, {"sasl.password", settings.password}});
    }
    if (settings.insecure_skip_verify) all.emplace_back("enable.ssl.certificate.verification", "false");
    if (!settings.version.empty()) all.emplace_back("broker.version.fallback", settings.version);
    return all;
}

}  // namespace

Result<KafkaSettings> parse_kafka_settings(std::optional<std::string_view> argument, const OutputContext& context) {
    KafkaSettings settings;
    const auto sources = Settings::of("kafka", context);
    if (!sources) return sources.error();
    sources->list("brokers", "K6_KAFKA_BROKERS", settings.brokers);
    sources->text("topic", "K6_KAFKA_TOPIC", settings.topic);
    std::string format;
    sources->text("format", "K6_KAFKA_FORMAT", format);
    settings.format = format_of(format);
    sources->text("authMechanism", "K6_KAFKA_AUTH_MECHANISM", settings.auth_mechanism);
    sources->text("user", "K6_KAFKA_SASL_USER", settings.user);
    sources->text("password", "K6_KAFKA_SASL_PASSWORD", settings.password);
    sources->text("version", "K6_KAFKA_VERSION", settings.version);
    sources->list("influxdb.tagsAsFields", "K6_INFLUXDB_TAGS_AS_FIELDS", settings.tags_as_fields);
    for (auto read :
         {sources->period("push_interval", "", settings.push_interval),
          sources->period("pushInterval", "K6_KAFKA_PUSH_INTERVAL", settings.push_interval),
          sources->flag("ssl", "K6_KAFKA_SSL", settings.tls),
          sources->flag("insecureSkipTLSVerify", "K6_KAFKA_INSECURE_SKIP_TLS_VERIFY", settings.insecure_skip_verify),
          sources->flag("logError", "K6_KAFKA_LOG_ERROR", settings.log_errors)}) {
        if (!read) return read.error();
    }
    if (argument) {
        if (auto read = read_argument(*argument, settings); !read) return read.error();
    }
    if (auto checked = check(settings); !checked) return checked.error();
    return settings;
}

struct KafkaJson::State {
    const metrics::Registry& registry;
    Rfc3339Text times;
};

KafkaJson::KafkaJson(const metrics::Registry& registry) : state_(new State{registry, {}}) {}
KafkaJson::~KafkaJson() = default;

bool KafkaJson::append(std::string& out, const metrics::Sample& sample) {
    if (!std::isfinite(sample.value)) return false;
    out += "{\"type\":\"Point\",\"data\":{\"time\":\"";
    state_->times.append(out, sample.time);
    out += "\",\"value\":";
    metrics::append_json_number(out, sample.value);
    out += ",\"tags\":{";
    bool first = true;
    for (const metrics::Tag& tag : *sample.tags) {
        if (!std::exchange(first, false)) out += ',';
        metrics::append_json_string(out, tag.key);
        out += ':';
        metrics::append_json_string(out, tag.value);
    }
    out += "}},\"metric\":";
    metrics::append_json_string(out, state_->registry.at(sample.metric).name);
    out += '}';
    return true;
}

/// What librdkafka's threads and ours share.
struct KafkaOutput::Producer {
    explicit Producer(KafkaOutput& owner, FieldKinds fields)
        : output(owner), json(owner.context().registry), lines(owner.context(), std::move(fields), 1) {}
    ~Producer() {
        if (topic != nullptr) rd_kafka_topic_destroy(topic);
        if (handle != nullptr) rd_kafka_destroy(handle);
    }

    // Called from rd_kafka_poll and rd_kafka_flush, on our threads.
    void delivered(const rd_kafka_message_t& message) {
        if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            last_progress = Clock::now();
            return;
        }
        ++failed;
        if (failure.empty()) failure = rd_kafka_err2str(message.err);
    }
    void failed_at(rd_kafka_resp_err_t code, const char* reason) {
        const std::lock_guard lock(mutex);
        if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) all_down = true;
        // The first reason names the broker and what it said.
        if (reason_of_failure.empty()) reason_of_failure = reason;
    }

    KafkaOutput& output;
    rd_kafka_t* handle = nullptr;
    rd_kafka_topic_t* topic = nullptr;
    KafkaJson json;
    LineProtocol lines;
    Clock::time_point last_progress = Clock::now();
    std::uint64_t failed = 0;
    std::string failure;
    std::atomic<bool> stopping{false};

    std::mutex mutex;
    bool all_down = false;
    std::string reason_of_failure;
};

KafkaOutput::KafkaOutput(const KafkaSettings& settings, const OutputContext& context)
    : QueuedOutput("kafka", context, settings.push_interval), settings_(settings) {}

KafkaOutput::~KafkaOutput() { end(); }

Result<std::unique_ptr<KafkaOutput>> KafkaOutput::connect(const KafkaSettings& settings, const OutputContext& context) {
    auto output = std::unique_ptr<KafkaOutput>(new KafkaOutput(settings, context));
    if (auto made = output->make_producer(); !made) return made.error();
    if (auto found = output->find_brokers(); !found) return found.error();
    return output;
}

Result<void> KafkaOutput::make_producer() {
    auto fields = FieldKinds::parse(settings_.tags_as_fields);
    if (!fields) return fields.error();
    producer_ = std::make_unique<Producer>(*this, *std::move(fields));

    std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)> conf(rd_kafka_conf_new(), rd_kafka_conf_destroy);
    std::array<char, 512> error{};
    for (const auto& [name, value] : properties(settings_)) {
        if (rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), error.data(), error.size()) !=
            RD_KAFKA_CONF_OK) {
            return invalid("kafka: " + std::string(error.data()));
        }
    }
    rd_kafka_conf_set_opaque(conf.get(), producer_.get());
    rd_kafka_conf_set_dr_msg_cb(conf.get(), [](rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
        static_cast<Producer*>(opaque)->delivered(*message);
    });
    rd_kafka_conf_set_error_cb(conf.get(), [](rd_kafka_t*, int code, const char* reason, void* opaque) {
        static_cast<Producer*>(opaque)->failed_at(static_cast<rd_kafka_resp_err_t>(code), reason);
    });
    rd_kafka_conf_set_log_cb(conf.get(), [](const rd_kafka_t* handle, int, const char*, const char* text) {
        const auto* producer = static_cast<const Producer*>(rd_kafka_opaque(handle));
        producer->output.context().logger.debug(text, {{"output", "kafka"}});
    });
    producer_->handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), error.data(), error.size());
    if (producer_->handle == nullptr) return invalid("kafka: " + std::string(error.data()));
    static_cast<void>(conf.release());
    producer_->topic = rd_kafka_topic_new(producer_->handle, settings_.topic.c_str(), nullptr);
    if (producer_->topic == nullptr) return invalid("kafka: topic '" + settings_.topic + "' is not possible");
    return {};
}

Result<void> KafkaOutput::find_brokers() {
    const Clock::time_point deadline = Clock::now() + context().patience;
    while (true) {
        const struct rd_kafka_metadata* metadata = nullptr;
        const auto code = rd_kafka_metadata(producer_->handle, 0, producer_->topic, &metadata, 250);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_metadata_destroy(metadata);
            return {};
        }
        rd_kafka_poll(producer_->handle, 0);
        const std::lock_guard lock(producer_->mutex);
        if (producer_->all_down || Clock::now() > deadline) {
            return invalid("kafka: client has run out of available brokers to talk to: " +
                           (producer_->reason_of_failure.empty() ? std::string(rd_kafka_err2str(code))
                                                                 : producer_->reason_of_failure));
        }
    }
}

std::string KafkaOutput::description() const {
    std::string brokers;
    for (const std::string& broker : settings_.brokers) brokers += (brokers.empty() ? "" : ", ") + broker;
    return "kafka (" + brokers + ", topic " + settings_.topic + ")";
}

std::optional<std::string> KafkaOutput::configured(const std::string& property) const {
    std::array<char, 256> value{};
    std::size_t size = value.size();
    const rd_kafka_conf_t* conf = rd_kafka_conf(producer_->handle);
    if (rd_kafka_conf_get(conf, property.c_str(), value.data(), &size) != RD_KAFKA_CONF_OK) return std::nullopt;
    return std::string(value.data());
}

void KafkaOutput::send(const std::string& message) {
    while (true) {
        // librdkafka copies it, and takes no constant pointer.
        const int failed = rd_kafka_produce(producer_->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
                                            const_cast<char*>(message.data()), message.size(), nullptr, 0, nullptr);
        if (failed == 0) return;
        const rd_kafka_resp_err_t code = rd_kafka_last_error();
        const bool in_time = !producer_->stopping || Clock::now() < producer_->last_progress + context().patience;
        if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && in_time) {
            rd_kafka_poll(producer_->handle, 50);
            continue;
        }
        ++producer_->failed;
        if (producer_->failure.empty()) producer_->failure = rd_kafka_err2str(code);
        return;
    }
}

void KafkaOutput::write(const SampleQueue::Chunks& chunks) {
    std::string message;
    for (const auto& chunk : chunks) {
        producer_->lines.forget_tags();
        for (const metrics::Sample& sample : chunk->samples()) {
            message.clear();
            const bool made = settings_.format == KafkaSettings::Format::json
                                  ? producer_->json.append(message, sample)
                                  : producer_->lines.append(message, sample);
            if (made) {
                send(message);
            } else {
                ++not_finite_;
            }
        }
    }
}

void KafkaOutput::tick() {
    rd_kafka_poll(producer_->handle, 0);
    if (producer_->failed == 0) return;
    count_lost(producer_->failed);
    if (settings_.log_errors) {
        context().logger.error(
            "Kafka: failed to send message.",
            {{"output", "kafka"}, {"error", producer_->failure}, {"count", std::to_string(producer_->failed)}});
    }
    producer_->failed = 0;
    producer_->failure.clear();
}

void KafkaOutput::begin_stop() { producer_->stopping = true; }

Result<void> KafkaOutput::close() {
    producer_->last_progress = Clock::now();
    while (rd_kafka_outq_len(producer_->handle) > 0) {
        rd_kafka_flush(producer_->handle, 100);
        if (Clock::now() < producer_->last_progress + context().patience) continue;
        rd_kafka_purge(producer_->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        rd_kafka_flush(producer_->handle, 1000);
        break;
    }
    tick();
    if (not_finite_ > 0) {
        log_error("Sample(s) couldn't be marshalled", std::to_string(not_finite_) + " values were not finite");
    }
    return {};
}

}  // namespace k6::outputs
