#include "base/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace k6 {
namespace {

using std::chrono::seconds;
using std::chrono::system_clock;

/// A record's line, three seconds after the start.
std::string formatted(LogFormat format, bool colour, LogLevel level, std::string_view message,
                      std::initializer_list<LogField> fields = {}) {
    return format_log_record(format, colour, level, message, {fields}, system_clock::now(), seconds(3));
}

std::string after_time(const std::string& line) { return line.substr(line.find(" level")); }

TEST(Log, TextSortsFieldsAndQuotesWhatNeedsIt) {
    const std::string line = formatted(LogFormat::text, false, LogLevel::warning, "Request Failed",
                                       {{"source", "console"}, {"error", "a \"b\"\n"}});
    EXPECT_EQ(after_time(line), " level=warning msg=\"Request Failed\" error=\"a \\\"b\\\"\\n\" source=console\n");
    EXPECT_TRUE(line.starts_with("time=\"2"));
}

TEST(Log, TerminalPadsTheMessage) {
    EXPECT_EQ(formatted(LogFormat::terminal, false, LogLevel::info, "hello", {{"a", "b"}}),
              "INFO[0003] hello" + std::string(39, ' ') + " a=b\n");
    EXPECT_EQ(formatted(LogFormat::terminal, true, LogLevel::error, "x"),
              "\x1b[31mERRO\x1b[0m[0003] x" + std::string(43, ' ') + "\n");
}

TEST(Log, JsonSortsItsKeys) {
    const std::string line = formatted(LogFormat::json, false, LogLevel::error, "m", {{"source", "s"}, {"a", "\x01"}});
    EXPECT_TRUE(line.starts_with("{\"a\":\"\\u0001\",\"level\":\"error\",\"msg\":\"m\",\"source\":\"s\",\"time\":\"2"))
        << line;
}

TEST(Log, RawIsTheMessage) {
    EXPECT_EQ(formatted(LogFormat::raw, true, LogLevel::info, "just this", {{"a", "b"}}), "just this\n");
}

TEST(Log, StreamLoggerDropsWhatIsBelowItsLevelAndWritesThroughTheWrapper) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    int wrapped = 0;
    StreamLogger log(ends[1], LogFormat::raw, false, LogLevel::info, [&](const std::function<void()>& write) {
        ++wrapped;
        write();
    });
    log.debug("no");
    log.info("yes");
    ::close(ends[1]);
    char buffer[64];
    const ssize_t got = ::read(ends[0], buffer, sizeof buffer);
    ::close(ends[0]);
    EXPECT_EQ(std::string(buffer, static_cast<std::size_t>(got)), "yes\n");
    EXPECT_EQ(wrapped, 1);
}

TEST(Log, MemoryLoggerKeepsLines) {
    MemoryLogger log;
    log.warn("w", {{"k", "v v"}});
    EXPECT_EQ(log.lines(), std::vector<std::string>{"warning: w k=\"v v\""});
}

}  // namespace
}  // namespace k6
