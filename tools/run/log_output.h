// Where the log of a command goes: `--log-output`.
//
//   auto log = LogOutput::open(line, [&](auto& write) { display.around(write); });
//   if (!log) return …;
//   (*log)->logger().info("…");
//
// The logger is for any thread; it lives as long as this.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "base/secrets.h"
#include "tools/run/command_line.h"

namespace k6::run {

class LogOutput {
public:
    /// `around` wraps what is written to a terminal, so that something else that is drawn there can step aside. Errors
    /// are ErrorClass::generic.
    static Result<std::unique_ptr<LogOutput>> open(const CommandLine& line,
                                                   std::function<void(const std::function<void()>&)> around = {});
    ~LogOutput();
    LogOutput(const LogOutput&) = delete;
    LogOutput& operator=(const LogOutput&) = delete;

    /// Blots out secrets.
    Logger& logger() { return *redacting_; }
    /// What is obtained of secrets goes in here.
    Redactor& redactor() { return redactor_; }

private:
    LogOutput() = default;
    int own_fd_ = -1;
    /// Where a log that goes over the network says that it cannot.
    std::unique_ptr<Logger> fallback_;
    std::unique_ptr<Logger> logger_;
    Redactor redactor_;
    std::optional<RedactingLogger> redacting_;
};

/// Whether colours are wanted and the descriptor is a terminal.
bool colours(const CommandLine& line, int fd);

}  // namespace k6::run
