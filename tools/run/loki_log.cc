#include "tools/run/loki_log.h"

#include <algorithm>
#include <boost/json.hpp>

#include "outputs/http_push.h"
#include "outputs/settings.h"
#include "outputs/url_text.h"

namespace k6::run {
namespace {

/// At the end of the command, and for each push.
constexpr auto patience = std::chrono::seconds(5);

Error invalid(std::string message) { return {ErrorClass::generic, std::move(message)}; }

/// At commas that are in no brackets.
std::vector<std::string_view> items_of(std::string_view text) {
    std::vector<std::string_view> items;
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i == text.size() || (text[i] == ',' && depth == 0)) {
            items.push_back(text.substr(begin, i - begin));
            begin = i + 1;
        } else if (text[i] == '[') {
            ++depth;
        } else if (text[i] == ']') {
            --depth;
        }
    }
    return items;
}

template <class T>
Result<void> assign(Result<T> parsed, T& field) {
    if (!parsed) return parsed.error();
    field = *std::move(parsed);
    return {};
}

Result<void> read_item(std::string_view key, std::string_view value, LokiSettings& settings) {
    if (key == "limit" || key == "msgMaxSize") {
        std::int64_t& field = key == "limit" ? settings.limit : settings.max_message_size;
        if (auto read = assign(outputs::parse_count(value), field); !read) return read;
        if (field < 1) return invalid("must be a positive number");
    } else if (key == "pushPeriod") {
        if (auto read = assign(parse_duration(value), settings.push_period); !read) return read;
        if (settings.push_period <= Duration::zero()) return invalid("must be longer than nothing");
    } else if (key == "level") {
        settings.level = log_level_of(value);
        if (!settings.level) return invalid("unknown log level '" + std::string(value) + "'");
    } else if (key == "allowedLabels") {
        if (!value.starts_with('[') || !value.ends_with(']')) return invalid("must be a list in brackets, [a,b]");
        settings.allowed_labels = outputs::parse_list(value.substr(1, value.size() - 2));
    } else if (key.starts_with("label.")) {
        settings.labels.emplace_back(key.substr(6), value);
    } else if (key.starts_with("header.")) {
        settings.headers.emplace_back(key.substr(7), value);
    } else if (key != "profile") {
        return invalid(
            "unknown key, use limit, pushPeriod, level, msgMaxSize, allowedLabels, label.NAME or header.NAME");
    }
    return {};
}

class Connection final : public outputs::Channel {
public:
    Connection(std::unique_ptr<outputs::HttpPoster> poster, std::string path)
        : poster_(std::move(poster)), path_(std::move(path)) {}

    outputs::Outcome deliver(const std::string& body) override {
        const auto answer = poster_->post(path_, body, "application/json");
        if (!answer) return {.error = answer.error().message, .may_retry = true};
        if (answer->success()) return {};
        return {.error = answer->error_text(), .may_retry = answer->may_retry()};
    }
    void abort() override { poster_->abort(); }

private:
    std::unique_ptr<outputs::HttpPoster> poster_;
    std::string path_;
};

std::vector<std::unique_ptr<outputs::Channel>> alone(std::unique_ptr<outputs::Channel> channel) {
    std::vector<std::unique_ptr<outputs::Channel>> channels;
    channels.push_back(std::move(channel));
    return channels;
}

std::string_view name_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warning:
            return "warning";
        case LogLevel::error:
            break;
    }
    return "error";
}

/// At most so many bytes, and no part of a code point.
std::string_view cut(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
    return text.substr(0, most);
}

std::string nanoseconds_of(std::chrono::system_clock::time_point time) {
    return std::to_string(std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count());
}

}  // namespace

std::optional<LogLevel> log_level_of(std::string_view name) {
    if (name == "trace" || name == "debug") return LogLevel::debug;
    if (name == "info") return LogLevel::info;
    if (name == "warn" || name == "warning") return LogLevel::warning;
    if (name == "error" || name == "fatal" || name == "panic") return LogLevel::error;
    return {};
}

Result<LokiSettings> parse_loki_settings(std::string_view text) {
    LokiSettings settings;
    bool first = true;
    for (const std::string_view item : items_of(text)) {
        const std::size_t equals = std::min(item.find('='), item.size());
        const std::string_view key = item.substr(0, equals);
        if (std::exchange(first, false)) {
            if (key != "loki") return invalid("a Loki log output starts with loki or loki=URL");
            if (equals < item.size()) settings.url = item.substr(equals + 1);
            continue;
        }
        if (equals == item.size()) return invalid("log output loki: '" + std::string(item) + "' has no value");
        if (auto read = read_item(key, item.substr(equals + 1), settings); !read) {
            return with_context(read.error(), "log output loki, " + std::string(key));
        }
    }
    return settings;
}

Result<std::unique_ptr<LokiLog>> LokiLog::make(LokiSettings settings, LogLevel level, Logger& fallback) {
    const outputs::SplitUrl url = outputs::split_url(settings.url);
    if ((url.scheme != "http" && url.scheme != "https") || url.authority.empty()) {
        return invalid("log output loki: '" + settings.url + "' is no URL of HTTP");
    }
    auto poster = outputs::HttpPoster::make({.base = url.base(),
                                             .headers = settings.headers,
                                             .username = url.username,
                                             .password = url.password,
                                             .timeout = patience});
    if (!poster) return poster.error();
    std::string path = url.path.empty() ? "/" : url.path;
    if (!url.query.empty()) path += "?" + outputs::query_text(url.query);
    auto connection = std::make_unique<Connection>(*std::move(poster), std::move(path));
    return std::unique_ptr<LokiLog>(new LokiLog(std::move(settings), level, fallback, std::move(connection)));
}

LokiLog::LokiLog(LokiSettings settings, LogLevel level, Logger& fallback, std::unique_ptr<outputs::Channel> channel)
    : settings_(std::move(settings)),
      level_(settings_.level.value_or(level)),
      fallback_(fallback),
      delivery_(alone(std::move(channel)), {.patience = patience, .tries = 3},
                [this](const outputs::Parcel& parcel, const outputs::Outcome& outcome) {
                    if (outcome.delivered()) return;
                    fallback_.error("Couldn't push log messages to Loki",
                                    {{"count", std::to_string(parcel.samples)}, {"error", outcome.error}});
                }),
      thread_([this] { push_periodically(); }) {}

LokiLog::~LokiLog() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    wake_.notify_all();
    delivery_.begin_stop();
    thread_.join();
    delivery_.finish();
}

LokiLog::Record LokiLog::record_of(LogLevel level, std::string_view message, LogFields fields) const {
    Record record{.time = std::chrono::system_clock::now(),
                  .labels = {settings_.labels.begin(), settings_.labels.end()},
                  .message = std::string(message)};
    Labels found;
    for (const auto& [key, value] : fields) found.emplace(key, value);
    found.emplace("level", name_of(level));
    for (auto& [key, value] : found) {
        const auto& allowed = settings_.allowed_labels;
        if (allowed && std::ranges::find(*allowed, key) == allowed->end()) {
            record.message += ' ' + key + '=' + value;
        } else {
            record.labels.insert_or_assign(key, std::move(value));
        }
    }
    return record;
}

void LokiLog::log(LogLevel level, std::string_view message, LogFields fields) {
    if (!enabled(level)) return;
    const std::lock_guard lock(mutex_);
    if (records_.size() >= static_cast<std::size_t>(settings_.limit)) {
        ++above_limit_;
        return;
    }
    records_.push_back(record_of(level, cut(message, static_cast<std::size_t>(settings_.max_message_size)), fields));
}

std::vector<LokiLog::Record> LokiLog::take() {
    const std::lock_guard lock(mutex_);
    if (const std::uint64_t count = std::exchange(above_limit_, 0); count > 0) {
        records_.push_back(
            record_of(LogLevel::warning,
                      std::to_string(count) + " log messages were dropped, as they were above the limit of " +
                          std::to_string(settings_.limit) + " in " + format_go_duration(settings_.push_period),
                      {}));
    }
    return std::exchange(records_, {});
}

void LokiLog::push_periodically() {
    bool ended = false;
    while (!ended) {
        {
            std::unique_lock lock(mutex_);
            ended = wake_.wait_for(lock, settings_.push_period, [this] { return ended_; });
        }
        const std::vector<Record> records = take();
        if (records.empty()) continue;
        std::map<Labels, boost::json::array> streams;
        for (const Record& record : records) {
            streams[record.labels].push_back(boost::json::array{nanoseconds_of(record.time), record.message});
        }
        boost::json::array list;
        for (auto& [labels, values] : streams) {
            boost::json::object stream;
            for (const auto& [key, value] : labels) stream[key] = value;
            list.push_back(boost::json::object{{"stream", std::move(stream)}, {"values", std::move(values)}});
        }
        delivery_.hand_over({.body = boost::json::serialize(boost::json::object{{"streams", std::move(list)}}),
                             .samples = records.size()});
    }
}

}  // namespace k6::run
