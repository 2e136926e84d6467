#include "outputs/influxdb.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "outputs/delivery.h"
#include "outputs/http_push.h"
#include "outputs/settings.h"
#include "outputs/url_text.h"

namespace k6::outputs {
namespace {

/// A write of more than this is split, so that a backlog does not become one huge request.
constexpr std::size_t most_bytes_per_write = 4 << 20;

Error invalid(std::string message) { return {ErrorClass::generic, std::move(message)}; }

Result<void> read_query(const std::string& key, const std::string& value, InfluxdbSettings& settings,
                        bool& fields_given) {
    if (key == "insecure") {
        if (value != "true" && value != "false") return invalid("insecure must be true or false, not " + value);
        settings.insecure = value == "true";
    } else if (key == "payload_size") {
        auto size = parse_count(value);
        if (!size) return size.error();
        settings.payload_size = *size;
    } else if (key == "precision") {
        settings.precision = value;
    } else if (key == "retention") {
        settings.retention = value;
    } else if (key == "consistency") {
        settings.consistency = value;
    } else if (key == "pushInterval") {
        auto period = parse_period(value);
        if (!period) return period.error();
        settings.push_interval = *period;
    } else if (key == "concurrentWrites") {
        auto count = parse_count(value);
        if (!count) return count.error();
        settings.concurrent_writes = *count;
    } else if (key == "tagsAsFields") {
        if (!std::exchange(fields_given, true)) settings.tags_as_fields.clear();
        settings.tags_as_fields.push_back(value);
    } else {
        return invalid("unknown query parameter: " + key);
    }
    return {};
}

Result<void> read_url(std::string_view url, InfluxdbSettings& settings) {
    const SplitUrl parts = split_url(url);
    if (!parts.authority.empty())
        settings.address = (parts.scheme.empty() ? "http" : parts.scheme) + "://" + parts.authority;
    if (parts.path.size() > 1) {
        // With several segments the last one is the database, those before it belong to the address.
        const std::size_t last = parts.path.rfind('/');
        settings.address += parts.path.substr(0, last);
        if (last + 1 < parts.path.size()) settings.database = parts.path.substr(last + 1);
    }
    if (!parts.username.empty()) settings.username = parts.username;
    if (!parts.password.empty()) settings.password = parts.password;
    bool fields_given = false;
    for (const auto& [key, value] : parts.query) {
        if (auto read = read_query(key, value, settings, fields_given); !read) return read;
    }
    return {};
}

Result<std::int64_t> unit_of(const std::string& precision) {
    if (precision.empty() || precision == "ns" || precision == "n") return 1;
    if (precision == "us" || precision == "u") return 1'000;
    if (precision == "ms") return 1'000'000;
    if (precision == "s") return 1'000'000'000;
    if (precision == "m") return 60'000'000'000;
    if (precision == "h") return 3'600'000'000'000;
    return invalid("invalid precision '" + precision + "', use ns, us, ms, s, m or h");
}

}  // namespace

/// Sends finished texts.
class InfluxdbOutput::Writer {
public:
    virtual ~Writer() = default;
    virtual Result<void> prepare() = 0;
    /// May wait while as many writes as allowed are under way.
    virtual void send(Parcel lines) = 0;
    virtual void begin_stop() {}
    virtual void finish() {}

    class Http;
    class Udp;
};

class InfluxdbOutput::Writer::Http final : public Writer {
public:
    Http(InfluxdbOutput& output, const InfluxdbSettings& settings) : output_(output), settings_(settings) {
        const SplitUrl url = split_url(settings.address);
        target_ = {.base = url.base(),
                   .headers = {{"User-Agent", "k6"}},
                   .username = settings.username,
                   .password = settings.password,
                   .tls = {.insecure_skip_verify = settings.insecure},
                   .proxy = settings.proxy};
        prefix_ = url.path.ends_with('/') ? url.path.substr(0, url.path.size() - 1) : url.path;
    }

    Result<void> prepare() override {
        std::vector<std::unique_ptr<Channel>> channels;
        for (std::int64_t i = 0; i < settings_.concurrent_writes; ++i) {
            auto poster = HttpPoster::make(target_);
            if (!poster) return poster.error();
            channels.push_back(std::make_unique<Connection>(*std::move(poster), write_path()));
        }
        create_database();
        delivery_.emplace(std::move(channels), Delivery::Policy{.patience = output_.context().patience, .tries = 3},
                          [this](const Parcel& parcel, const Outcome& outcome) { done(parcel, outcome); });
        return {};
    }

    void send(Parcel lines) override { delivery_->hand_over(std::move(lines)); }
    void begin_stop() override { delivery_->begin_stop(); }
    void finish() override { delivery_->finish(); }

private:
    class Connection final : public Channel {
    public:
        Connection(std::unique_ptr<HttpPoster> poster, std::string path)
            : poster_(std::move(poster)), path_(std::move(path)) {}
        Outcome deliver(const std::string& body) override {
            const auto answer = poster_->post(path_, body, "text/plain; charset=utf-8");
            if (!answer) return {.error = answer.error().message, .may_retry = true};
            if (answer->status == 200 || answer->status == 204) return {};
            return {.error = answer->error_text(), .may_retry = answer->may_retry()};
        }
        void abort() override { poster_->abort(); }

    private:
        std::unique_ptr<HttpPoster> poster_;
        std::string path_;
    };

    std::string write_path() const {
        return prefix_ + "/write?" +
               query_text({{"consistency", settings_.consistency},
                           {"db", settings_.database},
                           {"precision", settings_.precision.empty() ? "ns" : settings_.precision},
                           {"rp", settings_.retention}});
    }

    // A failure need not be one: the database may be there, and its user not be allowed to make any.
    void create_database() const {
        HttpTarget quick = target_;
        quick.timeout = std::min<Duration>(std::chrono::seconds(5), output_.context().patience);
        auto poster = HttpPoster::make(quick);
        if (!poster) return;
        const auto answer = (*poster)->post(
            prefix_ + "/query?" +
                query_text({{"db", ""}, {"params", "{}"}, {"q", "CREATE DATABASE " + settings_.database}}),
            "", "application/json");
        if (answer && answer->status == 200) return;
        output_.context().logger.debug("InfluxDB: the database could not be made",
                                       {{"error", answer ? answer->error_text() : answer.error().message}});
    }

    void done(const Parcel& parcel, const Outcome& outcome) {
        if (outcome.delivered() && outcome.took > settings_.push_interval) {
            output_.context().logger.warn(
                "A write took longer than the push interval; if that goes on, samples will be dropped",
                {{"output", output_.type()}});
        }
        if (outcome.delivered()) return;
        output_.count_lost(parcel.samples);
        const bool unauthorized = outcome.error.find("unauthorized access") != std::string::npos;
        output_.log_error(
            "Couldn't write stats",
            unauthorized ? outcome.error + " (this output speaks to InfluxDB 1.x, not to version 2)" : outcome.error);
    }

    InfluxdbOutput& output_;
    const InfluxdbSettings settings_;
    HttpTarget target_;
    std::string prefix_;
    std::optional<Delivery> delivery_;
};

/// Whole lines in datagrams of at most the payload size.
class InfluxdbOutput::Writer::Udp final : public Writer {
public:
    explicit Udp(const InfluxdbSettings& settings) : settings_(settings) {}
    ~Udp() override {
        if (socket_ >= 0) ::close(socket_);
    }

    Result<void> prepare() override {
        const std::string address = split_url(settings_.address).authority;
        const std::size_t colon = std::min(address.rfind(':'), address.size());
        const addrinfo hints{.ai_socktype = SOCK_DGRAM};
        addrinfo* found = nullptr;
        const std::string port = colon < address.size() ? address.substr(colon + 1) : "8089";
        if (::getaddrinfo(address.substr(0, colon).c_str(), port.c_str(), &hints, &found) != 0) {
            return invalid("no address for " + address);
        }
        socket_ = ::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        const bool connected = socket_ >= 0 && ::connect(socket_, found->ai_addr, found->ai_addrlen) == 0;
        ::freeaddrinfo(found);
        return connected ? Result<void>() : invalid("no socket to " + address);
    }

    void send(Parcel parcel) override {
        const std::string& lines = parcel.body;
        const auto most = static_cast<std::size_t>(settings_.payload_size);
        std::size_t begin = 0;
        while (begin < lines.size()) {
            std::size_t end = begin;
            while (end < lines.size()) {
                const std::size_t line_end = lines.find('\n', end) + 1;
                if (line_end - begin > most && end > begin) break;
                end = line_end;
            }
            // Nobody may listen: that is what UDP is for.
            static_cast<void>(::send(socket_, lines.data() + begin, end - begin, MSG_NOSIGNAL));
            begin = end;
        }
    }

private:
    const InfluxdbSettings settings_;
    int socket_ = -1;
};

Result<InfluxdbSettings> parse_influxdb_settings(std::optional<std::string_view> argument,
                                                 const OutputContext& context) {
    InfluxdbSettings settings;
    const auto sources = Settings::of("influxdb", context);
    if (!sources) return sources.error();
    sources->text("addr", "K6_INFLUXDB_ADDR", settings.address);
    sources->text("db", "K6_INFLUXDB_DB", settings.database);
    sources->text("username", "K6_INFLUXDB_USERNAME", settings.username);
    sources->text("password", "K6_INFLUXDB_PASSWORD", settings.password);
    sources->text("proxy", "K6_INFLUXDB_PROXY", settings.proxy);
    sources->text("precision", "K6_INFLUXDB_PRECISION", settings.precision);
    sources->text("retention", "K6_INFLUXDB_RETENTION", settings.retention);
    sources->text("consistency", "K6_INFLUXDB_CONSISTENCY", settings.consistency);
    sources->list("tagsAsFields", "K6_INFLUXDB_TAGS_AS_FIELDS", settings.tags_as_fields);
    if (auto read = sources->flag("insecure", "K6_INFLUXDB_INSECURE", settings.insecure); !read) return read.error();
    if (auto read = sources->count("payloadSize", "K6_INFLUXDB_PAYLOAD_SIZE", settings.payload_size); !read) {
        return read.error();
    }
    if (auto read = sources->period("pushInterval", "K6_INFLUXDB_PUSH_INTERVAL", settings.push_interval); !read) {
        return read.error();
    }
    if (auto read = sources->count("concurrentWrites", "K6_INFLUXDB_CONCURRENT_WRITES", settings.concurrent_writes);
        !read) {
        return read.error();
    }
    if (argument) {
        if (auto read = read_url(*argument, settings); !read) return read.error();
    }
    return settings;
}

InfluxdbOutput::InfluxdbOutput(const InfluxdbSettings& settings, FieldKinds fields, std::int64_t unit,
                               const OutputContext& context)
    : QueuedOutput("influxdb", context, settings.push_interval),
      settings_(settings),
      lines_(context, std::move(fields), unit) {}

InfluxdbOutput::~InfluxdbOutput() { end(); }

Result<std::unique_ptr<InfluxdbOutput>> InfluxdbOutput::make(const InfluxdbSettings& settings,
                                                             const OutputContext& context) {
    if (settings.concurrent_writes <= 0) return invalid("influxdb's ConcurrentWrites must be a positive number");
    if (settings.payload_size <= 0) return invalid("influxdb's payload size must be a positive number");
    const std::string scheme =
        settings.address.substr(0, std::min(settings.address.find("://"), settings.address.size()));
    if (scheme != "http" && scheme != "https" && scheme != "udp") {
        return invalid("Unsupported protocol scheme: " + scheme + ", your address must start with http:// or https://");
    }
    auto unit = unit_of(settings.precision);
    if (!unit) return unit.error();
    auto fields = FieldKinds::parse(settings.tags_as_fields);
    if (!fields) return fields.error();
    return std::unique_ptr<InfluxdbOutput>(new InfluxdbOutput(settings, *std::move(fields), *unit, context));
}

std::string InfluxdbOutput::description() const { return "InfluxDBv1 (" + settings_.address + ")"; }

Result<void> InfluxdbOutput::open() {
    if (settings_.address.starts_with("udp://")) {
        writer_ = std::make_unique<Writer::Udp>(settings_);
    } else {
        writer_ = std::make_unique<Writer::Http>(*this, settings_);
    }
    return writer_->prepare();
}

void InfluxdbOutput::write(const SampleQueue::Chunks& chunks) {
    Parcel parcel;
    for (const auto& chunk : chunks) {
        lines_.forget_tags();
        for (const metrics::Sample& sample : chunk->samples()) {
            if (lines_.append(parcel.body, sample)) {
                parcel.body += '\n';
                ++parcel.samples;
            } else {
                ++not_finite_;
            }
        }
        if (parcel.body.size() >= most_bytes_per_write) writer_->send(std::exchange(parcel, {}));
    }
    if (parcel.samples > 0) writer_->send(std::move(parcel));
}

void InfluxdbOutput::begin_stop() { writer_->begin_stop(); }

Result<void> InfluxdbOutput::close() {
    writer_->finish();
    if (not_finite_ > 0) {
        log_error("Couldn't create batch from samples", std::to_string(not_finite_) + " values were not finite");
    }
    return {};
}

}  // namespace k6::outputs
