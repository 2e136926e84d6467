#include "tools/run/log_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <optional>
#include <string_view>

#include "tools/run/config_file.h"
#include "tools/run/loki_log.h"

namespace k6::run {
namespace {

class Silent final : public Logger {
public:
    bool enabled(LogLevel) const override { return false; }
    void log(LogLevel, std::string_view, LogFields) override {}
};

struct FileSettings {
    std::string path;
    LogLevel level;
};

Result<FileSettings> file_settings(std::string_view text, LogLevel level) {
    FileSettings settings{.path = std::string(text.substr(0, text.find(','))), .level = level};
    if (settings.path.empty()) return Error{ErrorClass::generic, "the log output file needs a path, file=PATH"};
    while (true) {
        const std::size_t comma = text.find(',');
        if (comma == std::string_view::npos) return settings;
        text.remove_prefix(comma + 1);
        const std::string_view item = text.substr(0, text.find(','));
        if (!item.starts_with("level=")) {
            return Error{ErrorClass::generic, "unknown log file setting '" + std::string(item) + "', use level=LEVEL"};
        }
        const auto named = log_level_of(item.substr(6));
        if (!named) return Error{ErrorClass::generic, "unknown log level '" + std::string(item.substr(6)) + "'"};
        settings.level = *named;
    }
}

}  // namespace

bool colours(const CommandLine& line, int fd) {
    const auto k6_setting = process_environment("K6_NO_COLOR");
    return ::isatty(fd) == 1 && !line.no_colour && !process_environment("NO_COLOR") &&
           (!k6_setting || k6_setting->empty());
}

Result<std::unique_ptr<LogOutput>> LogOutput::open(const CommandLine& line,
                                                   std::function<void(const std::function<void()>&)> around) {
    std::unique_ptr<LogOutput> made(new LogOutput);
    const LogLevel level = line.verbose ? LogLevel::debug : LogLevel::info;
    const std::string& where = line.log_output;
    if (where == "none") {
        made->logger_ = std::make_unique<Silent>();
    } else if (where == "stderr" || where == "stdout") {
        const int fd = where == "stdout" ? STDOUT_FILENO : STDERR_FILENO;
        const bool terminal = ::isatty(fd) == 1;
        const LogFormat format = line.log_format == LogFormat::text && terminal ? LogFormat::terminal : line.log_format;
        made->logger_ = std::make_unique<StreamLogger>(fd, format, colours(line, fd), level, std::move(around));
    } else if (where.starts_with("file=")) {
        auto settings = file_settings(std::string_view(where).substr(5), level);
        if (!settings) return settings.error();
        made->own_fd_ = ::open(settings->path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (made->own_fd_ < 0) {
            return Error{ErrorClass::generic, "could not open the log file " + settings->path};
        }
        made->logger_ = std::make_unique<StreamLogger>(made->own_fd_, line.log_format, false, settings->level);
    } else if (where == "loki" || where.starts_with("loki=") || where.starts_with("loki,")) {
        auto settings = parse_loki_settings(where);
        if (!settings) return settings.error();
        made->fallback_ = std::make_unique<StreamLogger>(STDERR_FILENO, line.log_format, false, LogLevel::info);
        auto log = LokiLog::make(*std::move(settings), level, *made->fallback_);
        if (!log) return log.error();
        made->logger_ = *std::move(log);
    } else {
        return Error{ErrorClass::generic, "unsupported log output '" + where + "'"};
    }
    made->redacting_.emplace(*made->logger_, made->redactor_);
    return made;
}

LogOutput::~LogOutput() {
    logger_.reset();
    if (own_fd_ >= 0) ::close(own_fd_);
}

}  // namespace k6::run
