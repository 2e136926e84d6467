#include "outputs/opentelemetry.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/version.h"
#include "outputs/cumulative_push.h"
#include "outputs/grpc_call.h"
#include "outputs/series_table.h"
#include "outputs/settings.h"
#include "outputs/url_text.h"

namespace k6::outputs {

using metrics::MetricType;
using metrics::ValueKind;
using Protocol = OpentelemetrySettings::Protocol;

namespace {

constexpr std::chrono::seconds request_timeout{10};
constexpr std::string_view export_method = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

Error wrong_setting(std::string message) {
    return {ErrorClass::invalid_config, "error validating OpenTelemetry output config: " + std::move(message)};
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

/// "k=v,k2=v2"; false at the first item without `=` or key, which `wrong` then is.
bool read_pairs(std::string_view text, OtlpAttributes& pairs, std::string& wrong) {
    for (const std::string& item : parse_list(text)) {
        const std::size_t equals = item.find('=');
        const std::string_view key = trimmed(std::string_view(item).substr(0, equals));
        if (equals == std::string::npos || key.empty()) {
            wrong = item;
            return false;
        }
        pairs.emplace_back(percent_decoded(key), percent_decoded(trimmed(std::string_view(item).substr(equals + 1))));
    }
    return true;
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text += i + j > bytes.size() ? '=' : digits[group >> (18 - 6 * j) & 63];
        }
    }
    return text;
}

std::string_view unit_of(ValueKind kind) {
    return kind == ValueKind::time ? "ms" : kind == ValueKind::data ? "By" : "";
}

class HttpChannel final : public Channel {
public:
    HttpChannel(std::unique_ptr<HttpPoster> poster, std::string path, bool json)
        : poster_(std::move(poster)), path_(std::move(path)), json_(json) {}

    Outcome deliver(const std::string& body) override {
        const auto answer = poster_->post(path_, body, json_ ? "application/json" : "application/x-protobuf");
        if (!answer) return {.error = answer.error().message, .may_retry = true};
        if (!answer->success()) {
            return {.error = "the collector answered with status " + std::to_string(answer->status) +
                             (answer->body.empty() ? "" : ": " + answer->body),
                    .may_retry = answer->may_retry()};
        }
        if (json_) return {};
        const OtlpPartialSuccess partial = partial_success_of(answer->body);
        if (partial.rejected_points == 0) return {};
        return {.error = "the collector rejected " + std::to_string(partial.rejected_points) +
                         " points: " + partial.message};
    }
    void abort() override { poster_->abort(); }

private:
    std::unique_ptr<HttpPoster> poster_;
    std::string path_;
    bool json_;
};

class GrpcChannel final : public Channel {
public:
    explicit GrpcChannel(std::unique_ptr<GrpcCaller> caller) : caller_(std::move(caller)) {}

    Outcome deliver(const std::string& body) override {
        const auto answer = caller_->call(std::string(export_method), body, request_timeout);
        if (!answer) return {.error = answer.error().message, .may_retry = true};
        if (answer->status != 0) {
            return {.error = "rpc error: code " + std::to_string(answer->status) + ": " + answer->message,
                    .may_retry = answer->may_retry()};
        }
        const OtlpPartialSuccess partial = partial_success_of(answer->body);
        if (partial.rejected_points == 0) return {};
        return {.error = "the collector rejected " + std::to_string(partial.rejected_points) +
                         " points: " + partial.message};
    }
    void abort() override { caller_->abort(); }

private:
    std::unique_ptr<GrpcCaller> caller_;
};

struct OtlpState {
    const metrics::Metric* metric;
    OtlpAttributes tags;
    double value = 0;
    std::int64_t zeros = 0;
    std::int64_t others = 0;
    OtlpHistogram histogram;
    metrics::WallTime time{};
};

}  // namespace

Result<OpentelemetrySettings> parse_opentelemetry_settings(const OutputContext& context) {
    OpentelemetrySettings settings{.service_version = std::string(product_version)};
    const auto sources = Settings::of("opentelemetry", context);
    if (!sources) return sources.error();
    const auto variable = [](std::string_view name) { return "K6_OTEL_" + std::string(name); };
    std::string protocol;
    if (auto name = sources->variable("OTEL_SERVICE_NAME")) settings.service_name = *std::move(name);
    sources->text("serviceName", variable("SERVICE_NAME"), settings.service_name);
    sources->text("serviceVersion", variable("SERVICE_VERSION"), settings.service_version);
    sources->text("metricPrefix", variable("METRIC_PREFIX"), settings.metric_prefix);
    sources->text("exporterProtocol", variable("EXPORTER_PROTOCOL"), protocol);
    sources->text("headers", variable("HEADERS"), settings.headers);
    sources->text("tlsCertificate", variable("TLS_CERTIFICATE"), settings.tls.authorities);
    sources->text("tlsClientCertificate", variable("TLS_CLIENT_CERTIFICATE"), settings.tls.client_certificate);
    sources->text("tlsClientKey", variable("TLS_CLIENT_KEY"), settings.tls.client_key);
    sources->text("httpExporterEndpoint", variable("HTTP_EXPORTER_ENDPOINT"), settings.http_endpoint);
    sources->text("httpExporterURLPath", variable("HTTP_EXPORTER_URL_PATH"), settings.http_path);
    sources->text("username", variable("HTTP_EXPORTER_USERNAME"), settings.username);
    sources->text("password", variable("HTTP_EXPORTER_PASSWORD"), settings.password);
    sources->text("grpcExporterEndpoint", variable("GRPC_EXPORTER_ENDPOINT"), settings.grpc_endpoint);
    for (auto read :
         {sources->period("flushInterval", variable("FLUSH_INTERVAL"), settings.flush_interval),
          sources->period("exportInterval", variable("EXPORT_INTERVAL"), settings.export_interval),
          sources->flag("tlsInsecureSkipVerify", variable("TLS_INSECURE_SKIP_VERIFY"),
                        settings.tls.insecure_skip_verify),
          sources->flag("httpExporterInsecure", variable("HTTP_EXPORTER_INSECURE"), settings.http_insecure),
          sources->flag("grpcExporterInsecure", variable("GRPC_EXPORTER_INSECURE"), settings.grpc_insecure)}) {
        if (!read) return wrong_setting(read.error().message);
    }
    const TlsSettings& tls = settings.tls;
    if (tls.insecure_skip_verify || !tls.authorities.empty() || !tls.client_certificate.empty()) {
        settings.tls.min_version = 0x0304;
    }
    if (protocol == "http/protobuf") {
        settings.protocol = Protocol::http_protobuf;
    } else if (protocol == "http/json") {
        settings.protocol = Protocol::http_json;
    } else if (!protocol.empty() && protocol != "grpc") {
        return wrong_setting("unsupported exporter protocol \"" + protocol +
                             "\", only \"grpc\" and \"http/protobuf\" are supported");
    }
    if (settings.http_endpoint.find("://") != std::string::npos) {
        return wrong_setting("HTTP exporter endpoint must only be host and port, no scheme");
    }
    if (const auto attributes = sources->variable("OTEL_RESOURCE_ATTRIBUTES")) {
        std::string wrong;
        if (!read_pairs(*attributes, settings.resource_attributes, wrong)) {
            return wrong_setting("invalid resource attribute \"" + wrong + "\", expected format key=value");
        }
    }
    return settings;
}

class OpentelemetryOutput::Pusher : public CumulativePush {
    using CumulativePush::CumulativePush;
};

class OpentelemetryOutput::AllSeries {
public:
    explicit AllSeries(const metrics::Registry& registry) : registry_(registry) {}

    void merge(const metrics::SampleChunk& chunk) {
        table_.begin_chunk();
        for (const metrics::Sample& sample : chunk.samples()) {
            OtlpState* state = table_.find(sample, [this](metrics::MetricId id, const SeriesTags& tags) {
                return OtlpState{.metric = &registry_.at(id), .tags = tags};
            });
            if (state == nullptr) {
                ++refused_;
                continue;
            }
            ++merged_;
            switch (state->metric->type) {
                case MetricType::counter:
                    state->value += sample.value;
                    break;
                case MetricType::gauge:
                    if (sample.time >= state->time) state->value = sample.value;
                    break;
                case MetricType::rate:
                    ++(sample.value != 0 ? state->others : state->zeros);
                    break;
                case MetricType::trend:
                    state->histogram.add(sample.value);
                    break;
            }
            state->time = std::max(state->time, sample.time);
        }
    }

    /// One OTLP metric for each of ours, in the order of the registry.
    std::vector<OtlpMetric> collect(const std::string& prefix) const {
        std::map<metrics::MetricId, OtlpMetric> metrics;
        for (const OtlpState& state : table_.all()) {
            OtlpMetric& metric = metrics[state.metric->id];
            if (metric.points.empty()) {
                metric.name = prefix + state.metric->name;
                metric.unit = unit_of(state.metric->contains);
            }
            switch (state.metric->type) {
                case MetricType::counter:
                    metric.kind = OtlpMetric::Kind::sum;
                    metric.points.push_back({.attributes = state.tags, .value = state.value});
                    break;
                case MetricType::gauge:
                    metric.kind = OtlpMetric::Kind::gauge;
                    metric.points.push_back({.attributes = state.tags, .value = state.value});
                    break;
                case MetricType::rate:
                    metric.kind = OtlpMetric::Kind::whole_sum;
                    metric.name = prefix + state.metric->name + ".total";
                    metric.unit = "";
                    add_outcome(metric, state, "nonzero", state.others);
                    add_outcome(metric, state, "zero", state.zeros);
                    break;
                case MetricType::trend:
                    metric.kind = OtlpMetric::Kind::histogram;
                    metric.points.push_back({.attributes = state.tags, .histogram = state.histogram});
                    break;
            }
        }
        std::vector<OtlpMetric> all;
        for (auto& [id, metric] : metrics) all.push_back(std::move(metric));
        return all;
    }

    std::uint64_t merged() const { return merged_; }
    std::uint64_t refused() const { return refused_; }

private:
    static void add_outcome(OtlpMetric& metric, const OtlpState& state, std::string_view condition,
                            std::int64_t count) {
        if (count == 0) return;
        OtlpAttributes attributes = state.tags;
        std::erase_if(attributes, [](const auto& attribute) { return attribute.first == "condition"; });
        attributes.emplace_back("condition", condition);
        metric.points.push_back({.attributes = std::move(attributes), .whole = count});
    }

    const metrics::Registry& registry_;
    SeriesTable<OtlpState> table_{most_series};
    std::uint64_t merged_ = 0;
    std::uint64_t refused_ = 0;
};

OpentelemetryOutput::OpentelemetryOutput(const OpentelemetrySettings& settings, const OutputContext& context)
    : QueuedOutput("opentelemetry", context, std::min(settings.flush_interval, settings.export_interval)),
      settings_(settings),
      series_(std::make_unique<AllSeries>(context.registry)) {
    // Those of the environment, but what is set for this output wins.
    std::map<std::string, std::string> attributes(settings.resource_attributes.begin(),
                                                  settings.resource_attributes.end());
    attributes["service.name"] = settings.service_name;
    attributes["service.version"] = settings.service_version;
    attributes["telemetry.sdk.language"] = "cpp";
    attributes["telemetry.sdk.name"] = "k6";
    attributes["telemetry.sdk.version"] = std::string(product_version);
    request_.resource.assign(attributes.begin(), attributes.end());
}

OpentelemetryOutput::~OpentelemetryOutput() { end(); }

Result<std::unique_ptr<OpentelemetryOutput>> OpentelemetryOutput::make(const OpentelemetrySettings& settings,
                                                                       const OutputContext& context) {
    OtlpAttributes headers;
    if (std::string wrong; !read_pairs(settings.headers, headers, wrong)) {
        return Error{ErrorClass::invalid_config, "invalid header \"" + wrong + "\", expected format key=value"};
    }
    std::unique_ptr<Channel> channel;
    if (settings.protocol == Protocol::grpc) {
        GrpcTarget target{.authority = settings.grpc_endpoint};
        if (!settings.grpc_insecure) target.tls = settings.tls;
        for (auto& [name, value] : headers) {
            for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
            target.headers.emplace_back(name, value);
        }
        if (!settings.username.empty()) {
            target.headers.emplace_back("authorization",
                                        "Basic " + base64(settings.username + ":" + settings.password));
        }
        auto caller = GrpcCaller::make(target);
        if (!caller) return caller.error();
        channel = std::make_unique<GrpcChannel>(*std::move(caller));
    } else {
        auto poster =
            HttpPoster::make({.base = (settings.http_insecure ? "http://" : "https://") + settings.http_endpoint,
                              .headers = headers,
                              .username = settings.username,
                              .password = settings.password,
                              .tls = settings.tls,
                              .timeout = request_timeout});
        if (!poster) return poster.error();
        channel = std::make_unique<HttpChannel>(*std::move(poster), settings.http_path,
                                                settings.protocol == Protocol::http_json);
    }
    auto output = std::unique_ptr<OpentelemetryOutput>(new OpentelemetryOutput(settings, context));
    output->pusher_ = std::make_unique<Pusher>(
        std::move(channel), Delivery::Policy{.patience = context.patience, .tries = 3, .retry_at_end = true},
        [output = output.get()](const Outcome& outcome) {
            if (!outcome.delivered()) output->log_error("failed to upload metrics", outcome.error);
        });
    return output;
}

std::string OpentelemetryOutput::description() const {
    switch (settings_.protocol) {
        case Protocol::grpc:
            return std::string("opentelemetry (grpc") + (settings_.grpc_insecure ? " (insecure)" : "") + ", " +
                   settings_.grpc_endpoint + ")";
        case Protocol::http_protobuf:
        case Protocol::http_json:
            return std::string("opentelemetry (http/") +
                   (settings_.protocol == Protocol::http_json ? "json" : "protobuf") + ", " +
                   (settings_.http_insecure ? "http://" : "https://") + settings_.http_endpoint + settings_.http_path +
                   ")";
    }
    return "opentelemetry";
}

Result<void> OpentelemetryOutput::open() {
    request_.start_time = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    last_export_ = std::chrono::steady_clock::now();
    return {};
}

void OpentelemetryOutput::write(const SampleQueue::Chunks& chunks) {
    for (const auto& chunk : chunks) series_->merge(*chunk);
}

void OpentelemetryOutput::start_export() {
    request_.time = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
    request_.metrics = series_->collect(settings_.metric_prefix);
    pusher_->start(settings_.protocol == Protocol::http_json ? to_json(request_) : to_protobuf(request_),
                   series_->merged());
    request_.metrics.clear();
}

void OpentelemetryOutput::tick() {
    const auto now = std::chrono::steady_clock::now();
    if (now - last_export_ < settings_.export_interval || pusher_->busy()) return;
    last_export_ = now;
    if (series_->merged() > 0) start_export();
}

void OpentelemetryOutput::begin_stop() { pusher_->begin_stop(); }

Result<void> OpentelemetryOutput::close() {
    pusher_->drain();
    if (series_->merged() > pusher_->confirmed()) start_export();
    pusher_->finish();
    const std::uint64_t lost = series_->merged() - pusher_->confirmed();
    if (lost > 0) log_error("can't shutdown OpenTelemetry metric provider", "the last export failed");
    count_lost(lost + series_->refused());
    return {};
}

}  // namespace k6::outputs
