#include "base/log.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>

#include "base/json_escape.h"

namespace k6 {
namespace {

struct LevelText {
    std::string_view name;
    std::string_view short_name;
    std::string_view colour;
};

const LevelText& text_of(LogLevel level) {
    static constexpr LevelText texts[] = {{"debug", "DEBU", "\x1b[37m"},
                                          {"info", "INFO", "\x1b[36m"},
                                          {"warning", "WARN", "\x1b[33m"},
                                          {"error", "ERRO", "\x1b[31m"}};
    return texts[static_cast<int>(level)];
}

bool needs_quotes(std::string_view value) {
    if (value.empty()) return false;
    return !std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
               c == '_' || c == '/' || c == '@' || c == '^' || c == '+';
    });
}

// A double-quoted string: valid JSON and valid logfmt.
void append_quoted(std::string& out, std::string_view value) {
    out += '"';
    for (char c : value) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '"' || c == '\\') {
            append_json_escape(out, static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_value(std::string& out, std::string_view value) {
    if (needs_quotes(value)) {
        append_quoted(out, value);
    } else {
        out += value;
    }
}

std::vector<LogField> sorted(LogFields fields) {
    std::vector<LogField> result(fields.begin(), fields.end());
    std::stable_sort(result.begin(), result.end(),
                     [](const LogField& a, const LogField& b) { return a.first < b.first; });
    return result;
}

std::string rfc3339(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm local{};
    localtime_r(&seconds, &local);
    char text[64];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &local);
    std::string out = text;
    if (local.tm_gmtoff == 0) return out + "Z";
    const long minutes = std::abs(local.tm_gmtoff) / 60;
    std::snprintf(text, sizeof text, "%c%02ld:%02ld", local.tm_gmtoff < 0 ? '-' : '+', minutes / 60, minutes % 60);
    return out + text;
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

std::string format_log_record(LogFormat format, bool colour, LogLevel level, std::string_view message, LogFields fields,
                              std::chrono::system_clock::time_point time, std::chrono::seconds elapsed) {
    std::string out;
    switch (format) {
        case LogFormat::raw:
            out = message;
            break;
        case LogFormat::json: {
            // Keys sorted, ours among the record's fields.
            std::string stamp = rfc3339(time);
            std::vector<LogField> all(fields.begin(), fields.end());
            all.emplace_back("level", text_of(level).name);
            all.emplace_back("msg", message);
            all.emplace_back("time", stamp);
            std::stable_sort(all.begin(), all.end(),
                             [](const LogField& a, const LogField& b) { return a.first < b.first; });
            out += '{';
            for (const LogField& field : all) {
                if (out.size() > 1) out += ',';
                append_quoted(out, field.first);
                out += ':';
                append_quoted(out, field.second);
            }
            out += '}';
            break;
        }
        case LogFormat::text:
            out += "time=\"" + rfc3339(time) + "\" level=";
            out += text_of(level).name;
            out += " msg=";
            append_value(out, message);
            for (const LogField& field : sorted(fields)) {
                out += ' ';
                out += field.first;
                out += '=';
                append_value(out, field.second);
            }
            break;
        case LogFormat::terminal: {
            const std::string_view paint = colour ? text_of(level).colour : std::string_view();
            const std::string_view plain = colour ? std::string_view("\x1b[0m") : std::string_view();
            out += paint;
            out += text_of(level).short_name;
            out += plain;
            char seconds[32];
            std::snprintf(seconds, sizeof seconds, "[%04lld] ", static_cast<long long>(elapsed.count()));
            out += seconds;
            while (!message.empty() && message.back() == '\n') message.remove_suffix(1);
            out += message;
            const std::size_t width = code_points(message);
            if (width < 44) out.append(44 - width, ' ');
            for (const LogField& field : sorted(fields)) {
                out += ' ';
                out += paint;
                out += field.first;
                out += plain;
                out += '=';
                append_value(out, field.second);
            }
            break;
        }
    }
    out += '\n';
    return out;
}

StreamLogger::StreamLogger(int fd, LogFormat format, bool colour, LogLevel level,
                           std::function<void(const std::function<void()>&)> around)
    : fd_(fd), format_(format), colour_(colour), level_(level), around_(std::move(around)) {}

void StreamLogger::log(LogLevel level, std::string_view message, LogFields fields) {
    if (!enabled(level)) return;
    const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - start_);
    const std::string line =
        format_log_record(format_, colour_, level, message, fields, std::chrono::system_clock::now(), elapsed);
    const auto write_all = [&] {
        std::string_view rest = line;
        while (!rest.empty()) {
            const ssize_t written = ::write(fd_, rest.data(), rest.size());
            if (written < 0) {
                if (errno == EINTR || errno == EAGAIN) continue;
                return;  // nowhere left to complain to
            }
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
    };
    const std::lock_guard lock(mutex_);
    if (around_) {
        around_(write_all);
    } else {
        write_all();
    }
}

void MemoryLogger::log(LogLevel level, std::string_view message, LogFields fields) {
    std::string line = std::string(text_of(level).name) + ": " + std::string(message);
    for (const LogField& field : sorted(fields)) {
        line += ' ';
        line += field.first;
        line += '=';
        append_value(line, field.second);
    }
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::move(line));
}

std::vector<std::string> MemoryLogger::lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
}

}  // namespace k6
