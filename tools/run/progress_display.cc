#include "tools/run/progress_display.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "tools/run/progress_text.h"

namespace k6::run {
namespace {

constexpr auto terminal_period = std::chrono::milliseconds(100);
constexpr auto log_period = std::chrono::seconds(1);

}  // namespace

std::size_t terminal_width(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

void write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0) {
            if (errno == EINTR || errno == EAGAIN) continue;
            return;  // a closed terminal or pipe: nobody is there to be told
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void ProgressDisplay::start(const Run& run, Duration longest) {
    run_ = &run;
    longest_ = longest;
    stopping_ = false;
    thread_ = std::thread([this] { loop(); });
}

void ProgressDisplay::stop() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    const std::lock_guard lock(mutex_);
    draw(true);
    run_ = nullptr;
}

void ProgressDisplay::loop() {
    std::unique_lock lock(mutex_);
    const auto period = style_.terminal ? std::chrono::steady_clock::duration(terminal_period)
                                        : std::chrono::steady_clock::duration(log_period);
    auto next = std::chrono::steady_clock::now() + period;
    while (!wake_.wait_until(lock, next, [this] { return stopping_; })) {
        next += period;
        draw(false);
    }
}

void ProgressDisplay::around(const std::function<void()>& write) {
    const std::lock_guard lock(mutex_);
    erase();
    write();
    if (style_.terminal && run_ != nullptr && !stopping_) draw(false);
}

void ProgressDisplay::erase() {
    if (drawn_ == 0) return;
    write_all(fd_, "\r\x1b[J");
    drawn_ = 0;
}

void ProgressDisplay::draw(bool last) {
    const std::size_t width = style_.terminal ? terminal_width(fd_) : 80;
    const auto lines =
        progress_lines(run_->progress(), longest_, {.bars = style_.terminal, .colour = style_.colour, .width = width});
    std::string text = "\n";
    std::size_t rows = 1;
    for (const std::string& line : lines) {
        text += line;
        text += style_.terminal ? "\x1b[K\n" : "\n";
        const std::size_t columns = display_width(line);
        rows += columns <= width ? 1 : (columns + width - 1) / width;
    }
    if (style_.terminal && !last) {
        // Back to the top, so that the next drawing, or whatever is written in between, starts there.
        text += "\r\x1b[J\x1b[" + std::to_string(rows) + "A";
        drawn_ = rows;
    } else {
        drawn_ = 0;
    }
    write_all(fd_, text);
}

}  // namespace k6::run
