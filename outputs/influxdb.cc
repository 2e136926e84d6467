#include "outputs/influxdb.h"

#include <httplib.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "outputs/settings.h"

namespace k6::outputs {
namespace {

/// A write of more than this is split, so that a backlog does not become one huge request.
constexpr std::size_t most_bytes_per_write = 4 << 20;

Error invalid(std::string message) { return {ErrorClass::generic, std::move(message)}; }

struct SplitUrl {
    std::string scheme;
    std::string username;
    std::string password;
    std::string authority;  // host:port
    std::string path;
    std::vector<std::pair<std::string, std::string>> query;
};

std::string decoded(std::string_view text) { return httplib::detail::decode_url(std::string(text), true); }

SplitUrl split_url(std::string_view url) {
    SplitUrl parts;
    const std::size_t scheme_end = url.find("://");
    if (scheme_end != std::string_view::npos) {
        parts.scheme = std::string(url.substr(0, scheme_end));
        url.remove_prefix(scheme_end + 3);
    }
    const std::size_t question = url.find('?');
    if (question != std::string_view::npos) {
        std::string_view query = url.substr(question + 1);
        while (!query.empty()) {
            const std::size_t end = std::min(query.find('&'), query.size());
            const std::string_view item = query.substr(0, end);
            const std::size_t equals = std::min(item.find('='), item.size());
            parts.query.emplace_back(decoded(item.substr(0, equals)),
                                     equals < item.size() ? decoded(item.substr(equals + 1)) : "");
            query.remove_prefix(std::min(end + 1, query.size()));
        }
        url = url.substr(0, question);
    }
    const std::size_t slash = std::min(url.find('/'), url.size());
    std::string_view authority = url.substr(0, slash);
    parts.path = std::string(url.substr(slash));
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
        const std::string_view user = authority.substr(0, at);
        const std::size_t colon = std::min(user.find(':'), user.size());
        parts.username = decoded(user.substr(0, colon));
        if (colon < user.size()) parts.password = decoded(user.substr(colon + 1));
        authority.remove_prefix(at + 1);
    }
    parts.authority = std::string(authority);
    return parts;
}

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

/// Sends finished texts, on threads of its own.
class InfluxdbOutput::Writer {
public:
    virtual ~Writer() = default;
    virtual void prepare() = 0;
    /// May wait while as many writes as allowed are under way.
    virtual void send(std::string lines) = 0;
    virtual void finish() = 0;

    class Http;
    class Udp;
};

class InfluxdbOutput::Writer::Http final : public Writer {
public:
    Http(const InfluxdbSettings& settings, Logger& logger) : settings_(settings), logger_(logger) {
        const std::size_t path = settings.address.find('/', settings.address.find("://") + 3);
        base_ = settings.address.substr(0, path);
        prefix_ = path == std::string::npos ? "" : settings.address.substr(path);
        httplib::Params params{{"consistency", settings.consistency},
                               {"db", settings.database},
                               {"precision", settings.precision.empty() ? "ns" : settings.precision},
                               {"rp", settings.retention}};
        write_path_ = prefix_ + "/write?" + httplib::detail::params_to_query_str(params);
        for (std::int64_t i = 0; i < settings.concurrent_writes; ++i) {
            threads_.emplace_back([this] { work(); });
        }
    }
    ~Http() override { finish(); }

    void prepare() override {
        auto client = connect();
        const httplib::Params params{{"db", ""}, {"params", "{}"}, {"q", "CREATE DATABASE " + settings_.database}};
        const auto result =
            client->Post(prefix_ + "/query?" + httplib::detail::params_to_query_str(params), "", "application/json");
        if (!result || result->status != 200) {
            logger_.debug("InfluxDB: the database could not be made",
                          {{"error", result ? result->body : httplib::to_string(result.error())}});
        }
    }

    void send(std::string lines) override {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [this] { return waiting_.size() < threads_.size(); });
        waiting_.push_back(std::move(lines));
        work_.notify_one();
    }

    void finish() override {
        {
            const std::lock_guard lock(mutex_);
            done_ = true;
        }
        work_.notify_all();
        for (std::thread& thread : threads_) thread.join();
        threads_.clear();
    }

private:
    std::unique_ptr<httplib::Client> connect() const {
        auto client = std::make_unique<httplib::Client>(base_);
        client->set_keep_alive(true);
        client->set_connection_timeout(5);
        client->set_read_timeout(30);
        client->set_default_headers({{"User-Agent", "k6"}});
        if (!settings_.username.empty()) client->set_basic_auth(settings_.username, settings_.password);
        if (settings_.insecure) client->enable_server_certificate_verification(false);
        if (const std::size_t colon = settings_.proxy.rfind(':'); colon != std::string::npos) {
            const std::size_t host = settings_.proxy.find("://");
            const std::size_t begin = host == std::string::npos ? 0 : host + 3;
            client->set_proxy(settings_.proxy.substr(begin, colon - begin),
                              std::atoi(settings_.proxy.c_str() + colon + 1));
        }
        return client;
    }

    void work() {
        auto client = connect();
        std::unique_lock lock(mutex_);
        while (true) {
            work_.wait(lock, [this] { return done_ || !waiting_.empty(); });
            if (waiting_.empty()) return;
            const std::string lines = std::move(waiting_.front());
            waiting_.pop_front();
            room_.notify_one();
            lock.unlock();
            const auto begin = std::chrono::steady_clock::now();
            write(*client, lines);
            if (std::chrono::steady_clock::now() - begin > settings_.push_interval) {
                logger_.warn(
                    "InfluxDB: a write took longer than the push interval; the rate of samples cannot be kept up");
            }
            lock.lock();
        }
    }

    void write(httplib::Client& client, const std::string& lines) {
        const auto result = client.Post(write_path_, lines, "text/plain; charset=utf-8");
        std::string error;
        if (!result) {
            error = httplib::to_string(result.error());
        } else if (result->status != 200 && result->status != 204) {
            error = result->body.empty() ? "status " + std::to_string(result->status) : result->body;
            if (error.find("unauthorized access") != std::string::npos) {
                error += " (this output speaks to InfluxDB 1.x)";
            }
        }
        if (!error.empty()) logger_.error("Couldn't write stats", {{"output", "InfluxDBv1"}, {"error", error}});
    }

    const InfluxdbSettings settings_;
    Logger& logger_;
    std::string base_;
    std::string prefix_;
    std::string write_path_;
    std::mutex mutex_;
    std::condition_variable work_;
    std::condition_variable room_;
    std::deque<std::string> waiting_;
    bool done_ = false;
    std::vector<std::thread> threads_;
};

/// Whole lines in datagrams of at most the payload size.
class InfluxdbOutput::Writer::Udp final : public Writer {
public:
    Udp(const InfluxdbSettings& settings, Logger& logger) : settings_(settings), logger_(logger) {}
    ~Udp() override {
        if (socket_ >= 0) ::close(socket_);
    }

    void prepare() override {
        const std::string address = settings_.address.substr(settings_.address.find("://") + 3);
        const std::size_t colon = std::min(address.rfind(':'), address.size());
        const addrinfo hints{.ai_socktype = SOCK_DGRAM};
        addrinfo* found = nullptr;
        const std::string port = colon < address.size() ? address.substr(colon + 1) : "8089";
        if (::getaddrinfo(address.substr(0, colon).c_str(), port.c_str(), &hints, &found) != 0) {
            logger_.error("Couldn't write stats", {{"output", "InfluxDBv1"}, {"error", "no address for " + address}});
            return;
        }
        socket_ = ::socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (socket_ >= 0 && ::connect(socket_, found->ai_addr, found->ai_addrlen) != 0) {
            ::close(socket_);
            socket_ = -1;
        }
        ::freeaddrinfo(found);
    }

    void send(std::string lines) override {
        if (socket_ < 0) return;
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

    void finish() override {}

private:
    const InfluxdbSettings settings_;
    Logger& logger_;
    int socket_ = -1;
};

Result<InfluxdbSettings> parse_influxdb_settings(std::optional<std::string_view> argument,
                                                 const OutputContext& context) {
    InfluxdbSettings settings;
    Settings environment(context.environment);
    environment.text("K6_INFLUXDB_ADDR", settings.address);
    environment.text("K6_INFLUXDB_DB", settings.database);
    environment.text("K6_INFLUXDB_USERNAME", settings.username);
    environment.text("K6_INFLUXDB_PASSWORD", settings.password);
    environment.text("K6_INFLUXDB_PROXY", settings.proxy);
    environment.text("K6_INFLUXDB_PRECISION", settings.precision);
    environment.text("K6_INFLUXDB_RETENTION", settings.retention);
    environment.text("K6_INFLUXDB_CONSISTENCY", settings.consistency);
    environment.list("K6_INFLUXDB_TAGS_AS_FIELDS", settings.tags_as_fields);
    if (auto read = environment.flag("K6_INFLUXDB_INSECURE", settings.insecure); !read) return read.error();
    if (auto read = environment.count("K6_INFLUXDB_PAYLOAD_SIZE", settings.payload_size); !read) return read.error();
    if (auto read = environment.period("K6_INFLUXDB_PUSH_INTERVAL", settings.push_interval); !read) {
        return read.error();
    }
    if (auto read = environment.count("K6_INFLUXDB_CONCURRENT_WRITES", settings.concurrent_writes); !read) {
        return read.error();
    }
    if (argument) {
        if (auto read = read_url(*argument, settings); !read) return read.error();
    }
    return settings;
}

InfluxdbOutput::InfluxdbOutput(const InfluxdbSettings& settings, FieldKinds fields, std::int64_t unit,
                               const OutputContext& context)
    : QueuedOutput("InfluxDBv1", context, settings.push_interval),
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
        writer_ = std::make_unique<Writer::Udp>(settings_, context().logger);
    } else {
        writer_ = std::make_unique<Writer::Http>(settings_, context().logger);
    }
    writer_->prepare();
    return {};
}

void InfluxdbOutput::write(const SampleQueue::Chunks& chunks) {
    std::string text;
    for (const auto& chunk : chunks) {
        lines_.forget_tags();
        for (const metrics::Sample& sample : chunk->samples()) {
            if (lines_.append(text, sample)) {
                text += '\n';
            } else {
                ++not_finite_;
            }
        }
        if (text.size() >= most_bytes_per_write) writer_->send(std::exchange(text, {}));
    }
    if (!text.empty()) writer_->send(std::move(text));
}

Result<void> InfluxdbOutput::close() {
    writer_->finish();
    if (not_finite_ > 0) {
        log_error("Couldn't create batch from samples", std::to_string(not_finite_) + " values were not finite");
    }
    return {};
}

}  // namespace k6::outputs
