// The log: one line per record, to standard error unless told otherwise.
//
// Formats and field order follow the field's habit (logrus): `time="…" level=info msg="hello" source=console` when the
// stream is no terminal, `INFO[0003] hello   source=console` when it is, JSON objects, or the bare message.
// `main` makes one Logger and hands it down; there is no global one.
//
//   StreamLogger log(STDERR_FILENO, LogFormat::text, LogLevel::info);
//   log.warn("Request Failed", {{"error", "dial: connection refused"}});
//
// Any thread: `log` may be called concurrently; a record is written whole.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace k6 {

enum class LogLevel { debug, info, warning, error };

using LogField = std::pair<std::string_view, std::string_view>;
using LogFields = std::span<const LogField>;

/// Where records go.
class Logger {
public:
    virtual ~Logger() = default;
    virtual bool enabled(LogLevel level) const = 0;
    virtual void log(LogLevel level, std::string_view message, LogFields fields) = 0;

    using FieldList = std::initializer_list<LogField>;
    void debug(std::string_view message, FieldList fields = {}) { log(LogLevel::debug, message, {fields}); }
    void info(std::string_view message, FieldList fields = {}) { log(LogLevel::info, message, {fields}); }
    void warn(std::string_view message, FieldList fields = {}) { log(LogLevel::warning, message, {fields}); }
    void error(std::string_view message, FieldList fields = {}) { log(LogLevel::error, message, {fields}); }
};

enum class LogFormat { text, terminal, json, raw };

/// Formats one record, with its line end. `elapsed` is the time since the process started (LogFormat::terminal).
std::string format_log_record(LogFormat format, bool colour, LogLevel level, std::string_view message, LogFields fields,
                              std::chrono::system_clock::time_point time, std::chrono::seconds elapsed);

/// Writes records at or above `level` to a file descriptor that it does not own.
class StreamLogger final : public Logger {
public:
    /// `around` wraps each write, for a progress display that must step aside; may be empty.
    StreamLogger(int fd, LogFormat format, bool colour, LogLevel level,
                 std::function<void(const std::function<void()>&)> around = {});

    bool enabled(LogLevel level) const override { return level >= level_; }
    void log(LogLevel level, std::string_view message, LogFields fields) override;

private:
    std::mutex mutex_;
    int fd_;
    LogFormat format_;
    bool colour_;
    LogLevel level_;
    std::function<void(const std::function<void()>&)> around_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Keeps records in memory, formatted as text without time: for tests.
class MemoryLogger final : public Logger {
public:
    bool enabled(LogLevel) const override { return true; }
    void log(LogLevel level, std::string_view message, LogFields fields) override;
    std::vector<std::string> lines() const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;
};

}  // namespace k6
