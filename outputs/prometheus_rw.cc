#include "outputs/prometheus_rw.h"

#include <snappy-c.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "outputs/aws_signature.h"
#include "outputs/cumulative_push.h"
#include "outputs/prometheus_series.h"
#include "outputs/settings.h"
#include "outputs/url_text.h"

namespace k6::outputs {
namespace {

constexpr std::string_view type_name = "experimental-prometheus-rw";
constexpr std::chrono::seconds request_timeout{5};

Error invalid(std::string message) { return {ErrorClass::generic, std::move(message)}; }

/// The block format, not the framed one.
std::string snappy_compressed(const std::string& bytes) {
    std::size_t size = snappy_max_compressed_length(bytes.size());
    std::string compressed(size, '\0');
    snappy_compress(bytes.data(), bytes.size(), compressed.data(), &size);
    compressed.resize(size);
    return compressed;
}

/// "k:v,k2:v2"; of two headers of a name the later one.
Result<void> read_headers(const std::string& text, std::vector<std::pair<std::string, std::string>>& headers) {
    for (const std::string& item : parse_list(text)) {
        const std::size_t colon = item.find(':');
        if (colon == std::string::npos || item.find(':', colon + 1) != std::string::npos) {
            return invalid("the provided header (" + item +
                           ") does not respect the expected format <header key>:<value>");
        }
        headers.emplace_back(item.substr(0, colon), item.substr(colon + 1));
    }
    return {};
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower;
}

class RemoteWriteChannel final : public Channel {
public:
    RemoteWriteChannel(std::unique_ptr<HttpPoster> poster, SplitUrl url, std::optional<AwsSigner> signer)
        : poster_(std::move(poster)), url_(std::move(url)), signer_(std::move(signer)) {
        target_ = url_.path.empty() ? "/" : url_.path;
        if (!url_.query.empty()) target_ += "?" + query_text(url_.query);
    }

    Outcome deliver(const std::string& body) override {
        std::vector<std::pair<std::string, std::string>> headers = {{"Content-Encoding", "snappy"},
                                                                    {"X-Prometheus-Remote-Write-Version", "0.1.0"}};
        if (signer_) {
            const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
            for (auto& header : signer_->headers("POST", url_.authority, url_.path, body, now)) {
                headers.push_back(std::move(header));
            }
        }
        const auto answer = poster_->post(target_, body, "application/x-protobuf", headers);
        if (!answer) return {.error = answer.error().message, .may_retry = true};
        if (answer->success()) return {};
        return {.error = "got status code: " + std::to_string(answer->status) +
                         " instead expected a 2xx successful "
                         "status code" +
                         (answer->body.empty() ? "" : ": " + answer->body),
                .may_retry = answer->may_retry()};
    }
    void abort() override { poster_->abort(); }

private:
    std::unique_ptr<HttpPoster> poster_;
    SplitUrl url_;
    std::optional<AwsSigner> signer_;
    std::string target_;
};

}  // namespace

Result<PrometheusSettings> parse_prometheus_settings(const OutputContext& context) {
    PrometheusSettings settings;
    const auto sources = Settings::of(type_name, context);
    if (!sources) return sources.error();
    const auto variable = [](std::string_view name) { return "K6_PROMETHEUS_RW_" + std::string(name); };
    sources->text("url", variable("SERVER_URL"), settings.url);
    sources->text("username", variable("USERNAME"), settings.username);
    sources->text("password", variable("PASSWORD"), settings.password);
    sources->text("bearerToken", variable("BEARER_TOKEN"), settings.bearer_token);
    sources->text("clientCertificate", variable("CLIENT_CERTIFICATE"), settings.tls.client_certificate);
    sources->text("clientCertificateKey", variable("CLIENT_CERTIFICATE_KEY"), settings.tls.client_key);
    sources->list("trendStats", variable("TREND_STATS"), settings.trend_stats);
    sources->text("sigV4Region", variable("SIGV4_REGION"), settings.sigv4_region);
    sources->text("sigV4AccessKey", variable("SIGV4_ACCESS_KEY"), settings.sigv4_access_key);
    sources->text("sigV4SecretKey", variable("SIGV4_SECRET_KEY"), settings.sigv4_secret_key);
    std::string tls_version;
    sources->text("tlsMinVersion", variable("TLS_MINIMUM_VERSION"), tls_version);
    if (tls_version == "1.2" || tls_version == "tls1.2") settings.tls.min_version = 0x0303;
    for (auto read :
         {sources->flag("insecureSkipTLSVerify", variable("INSECURE_SKIP_TLS_VERIFY"),
                        settings.tls.insecure_skip_verify),
          sources->period("pushInterval", variable("PUSH_INTERVAL"), settings.push_interval),
          sources->flag("trendAsNativeHistogram", variable("TREND_AS_NATIVE_HISTOGRAM"), settings.native_histograms),
          sources->flag("staleMarkers", variable("STALE_MARKERS"), settings.stale_markers)}) {
        if (!read) return read.error();
    }
    if (sources->variable(variable("TREND_AS_NATIVE_HISTOGRAM")) && !context.native_histograms) {
        context.logger.warn(
            "K6_PROMETHEUS_RW_TREND_AS_NATIVE_HISTOGRAM is an old name of the feature "
            "native-histograms (--features, K6_FEATURES)");
    }
    settings.native_histograms = settings.native_histograms || context.native_histograms;

    for (auto& header : sources->members("headers")) settings.headers.push_back(std::move(header));
    if (auto read = read_headers(sources->variable(variable("HTTP_HEADERS")).value_or(""), settings.headers); !read) {
        return read.error();
    }
    for (auto& header : sources->variables(variable("HEADERS_"))) settings.headers.push_back(std::move(header));

    const int sigv4_parts =
        !settings.sigv4_region.empty() + !settings.sigv4_access_key.empty() + !settings.sigv4_secret_key.empty();
    if (sigv4_parts != 0 && sigv4_parts != 3) {
        return invalid(
            "sigv4 seems to be partially configured. All of K6_PROMETHEUS_RW_SIGV4_REGION, "
            "K6_PROMETHEUS_RW_SIGV4_ACCESS_KEY, K6_PROMETHEUS_RW_SIGV4_SECRET_KEY must be set, or none");
    }
    return settings;
}

class PrometheusOutput::AllSeries : public PrometheusSeries {
    using PrometheusSeries::PrometheusSeries;
};
class PrometheusOutput::Pusher : public CumulativePush {
    using CumulativePush::CumulativePush;
};

PrometheusOutput::PrometheusOutput(const PrometheusSettings& settings, const OutputContext& context)
    : QueuedOutput(std::string(type_name), context, settings.push_interval), settings_(settings) {}

PrometheusOutput::~PrometheusOutput() { end(); }

Result<std::unique_ptr<PrometheusOutput>> PrometheusOutput::make(const PrometheusSettings& settings,
                                                                 const OutputContext& context) {
    auto stats = parse_prometheus_stats(settings.trend_stats);
    if (!stats) return stats.error();
    const SplitUrl url = split_url(settings.url);
    if ((url.scheme != "http" && url.scheme != "https") || url.authority.empty()) {
        return invalid("'" + settings.url + "' is no URL of a remote write receiver");
    }
    HttpTarget target{.base = url.base(),
                      .headers = {{"User-Agent", "k6-prometheus-rw-output"}},
                      .username = settings.username.empty() ? url.username : settings.username,
                      .password = settings.username.empty() ? url.password : settings.password,
                      .tls = settings.tls,
                      .timeout = request_timeout};
    if (!settings.bearer_token.empty()) {
        target.username.clear();
        target.headers.emplace_back("Authorization", "Bearer " + settings.bearer_token);
    }
    for (const auto& [name, value] : settings.headers) {
        const auto same = [lower = lower_case(name)](const auto& header) { return lower_case(header.first) == lower; };
        std::erase_if(target.headers, same);
        target.headers.emplace_back(name, value);
    }
    auto poster = HttpPoster::make(target);
    if (!poster) return poster.error();
    std::optional<AwsSigner> signer;
    if (!settings.sigv4_region.empty()) {
        signer = AwsSigner{.region = settings.sigv4_region,
                           .service = "aps",
                           .access_key = settings.sigv4_access_key,
                           .secret_key = settings.sigv4_secret_key};
    }

    auto output = std::unique_ptr<PrometheusOutput>(new PrometheusOutput(settings, context));
    output->series_ =
        std::make_unique<AllSeries>(PrometheusSeries::Shape{.trend_stats = *std::move(stats),
                                                            .native_histograms = settings.native_histograms,
                                                            .most_series = most_series},
                                    context.registry);
    output->pusher_ = std::make_unique<Pusher>(
        std::make_unique<RemoteWriteChannel>(*std::move(poster), url, std::move(signer)),
        Delivery::Policy{
            .patience = std::min<Duration>(request_timeout, context.patience), .tries = 3, .retry_at_end = true},
        [output = output.get()](const Outcome& outcome) {
            if (!outcome.delivered()) {
                output->log_error("Failed to send the time series data to the endpoint", outcome.error);
            } else if (outcome.took > output->settings_.push_interval) {
                output->context().logger.warn(
                    "Successful flushed time series to remote write endpoint but it took " +
                        format_go_duration(std::chrono::duration_cast<Duration>(outcome.took)) +
                        " while flush period is " + format_go_duration(output->settings_.push_interval),
                    {{"output", type_name}});
            }
        });
    return output;
}

std::string PrometheusOutput::description() const { return "Prometheus remote write (" + settings_.url + ")"; }

Result<void> PrometheusOutput::open() { return {}; }

void PrometheusOutput::write(const SampleQueue::Chunks& chunks) {
    for (const auto& chunk : chunks) series_->merge(*chunk);
}

void PrometheusOutput::tick() {
    // Everything waits for the next turn: series are cumulative.
    if (!pusher_->busy()) push(false);
}

void PrometheusOutput::push(bool at_end) {
    if (const auto delivered = pusher_->take_result(); delivered && *delivered) series_->mark_sent();
    const std::string request = series_->encode_due(at_end);
    if (!request.empty()) pusher_->start(snappy_compressed(request), series_->merged());
}

void PrometheusOutput::begin_stop() { pusher_->begin_stop(); }

Result<void> PrometheusOutput::close() {
    pusher_->drain();
    push(true);
    pusher_->drain();
    if (const auto delivered = pusher_->take_result(); delivered && *delivered) series_->mark_sent();
    if (settings_.stale_markers) {
        const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        const std::string request = series_->encode_stale(now.time_since_epoch().count() + 2);
        if (!request.empty()) pusher_->start(snappy_compressed(request), series_->merged());
    }
    pusher_->finish();
    count_lost(series_->merged() - pusher_->confirmed() + series_->refused());
    return {};
}

}  // namespace k6::outputs
