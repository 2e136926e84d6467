// A log that is pushed to Grafana Loki: `--log-output=loki`.
//
//   auto settings = parse_loki_settings("loki=http://127.0.0.1:3100/loki/api/v1/push,label.team=shop,level=warn");
//   LokiLog log(*std::move(settings), LogLevel::info, fallback);
//   log.info("hello", {{"source", "console"}});
//
// Records of one push period go out together, from a thread of the log's own; those above the limit of a period are
// counted, and the count takes their place. A backend that is slow or dead holds nobody up: what it does not take is
// given up, and `fallback`, which outlives it, told. The destructor waits for it, five seconds at most.
//
// Any thread. The requests are those of Loki's HTTP API, POST /loki/api/v1/push, as JSON.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/duration.h"
#include "base/error.h"
#include "base/log.h"
#include "outputs/delivery.h"

namespace k6::run {

struct LokiSettings {
    std::string url = "http://127.0.0.1:3100/loki/api/v1/push";
    /// Records of one period.
    std::int64_t limit = 100;
    Duration push_period = std::chrono::seconds(1);
    /// This one and what is more severe; nothing: as the command says.
    std::optional<LogLevel> level;
    /// Bytes of a message; what is longer is cut.
    std::int64_t max_message_size = 1 << 20;
    /// Fields that become labels, the others end in the message; nothing: all become labels.
    std::optional<std::vector<std::string>> allowed_labels;
    std::vector<std::pair<std::string, std::string>> labels;
    std::vector<std::pair<std::string, std::string>> headers;
};

/// `loki[=URL][,KEY=VALUE…]`; a list of labels stands in brackets: `allowedLabels=[a,b]`. Errors
/// (ErrorClass::generic) name the key.
Result<LokiSettings> parse_loki_settings(std::string_view text);

/// As users write it: trace, debug, info, warn, warning, error, fatal or panic.
std::optional<LogLevel> log_level_of(std::string_view name);

class LokiLog final : public Logger {
public:
    /// Errors (ErrorClass::generic): the URL is none of HTTP.
    static Result<std::unique_ptr<LokiLog>> make(LokiSettings settings, LogLevel level, Logger& fallback);
    ~LokiLog() override;

    bool enabled(LogLevel level) const override { return level >= level_; }
    void log(LogLevel level, std::string_view message, LogFields fields) override;

private:
    using Labels = std::map<std::string, std::string>;
    struct Record {
        std::chrono::system_clock::time_point time;
        Labels labels;
        std::string message;
    };

    LokiLog(LokiSettings settings, LogLevel level, Logger& fallback, std::unique_ptr<outputs::Channel> channel);

    Record record_of(LogLevel level, std::string_view message, LogFields fields) const;
    /// All that came since the last call, and how many more there were.
    std::vector<Record> take();
    void push_periodically();

    const LokiSettings settings_;
    const LogLevel level_;
    Logger& fallback_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::vector<Record> records_;
    std::uint64_t above_limit_ = 0;
    bool ended_ = false;
    outputs::Delivery delivery_;
    /// Last: it uses the others.
    std::thread thread_;
};

}  // namespace k6::run
