// Shows a run's progress on standard output while it lasts: redrawn in place on a terminal, a block of lines every
// second otherwise.
//
//   ProgressDisplay display(STDOUT_FILENO, {.terminal = true, .colour = true});
//   StreamLogger log(STDERR_FILENO, …, [&](auto& write) { display.around(write); });   // lines appear above the bars
//   display.start(run, max_duration);
//   … run.execute() on this thread …
//   display.stop();                                                                     // the last state stays visible
//
// `around` from any thread; the rest from the thread that made it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "base/duration.h"
#include "engine/exec/run.h"

namespace k6::run {

class ProgressDisplay {
public:
    struct Style {
        bool terminal = false;
        bool colour = false;
    };

    ProgressDisplay(int fd, Style style) : fd_(fd), style_(style) {}
    ~ProgressDisplay() { stop(); }
    ProgressDisplay(const ProgressDisplay&) = delete;
    ProgressDisplay& operator=(const ProgressDisplay&) = delete;

    /// The run outlives stop().
    void start(const Run& run, Duration longest);
    void stop();
    /// Takes the bars away, calls `write`, puts them back.
    void around(const std::function<void()>& write);

private:
    void loop();
    void draw(bool last);
    void erase();

    int fd_;
    Style style_;
    const Run* run_ = nullptr;
    Duration longest_{};
    std::mutex mutex_;
    std::condition_variable wake_;
    bool stopping_ = false;
    /// Screen lines that the last drawing took, the cursor being at their top.
    std::size_t drawn_ = 0;
    std::thread thread_;
};

/// Columns of the terminal behind a file descriptor; 80 if it is none.
std::size_t terminal_width(int fd);

/// Writes all of a text, whatever the descriptor accepts at a time.
void write_all(int fd, std::string_view text);

}  // namespace k6::run
