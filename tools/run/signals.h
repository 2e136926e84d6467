// Ctrl+C and its like, taken off all threads and handled on one.
//
//   SignalGuard signals(log);              // first thing in main: threads made later inherit the blocked signals
//   signals.set_handler([&](int signal) { run.stop(…); });
//
// The first SIGINT or SIGTERM calls the handler; without one, and at the second, the process exits with code 105 at
// once.
#pragma once

#include <functional>
#include <mutex>
#include <thread>

#include "base/log.h"

namespace k6::run {

class SignalGuard {
public:
    explicit SignalGuard(Logger& logger);
    ~SignalGuard();
    SignalGuard(const SignalGuard&) = delete;
    SignalGuard& operator=(const SignalGuard&) = delete;

    /// Called on the guard's own thread, at most once; an empty one takes the present one away.
    void set_handler(std::function<void(int signal)> handler);

private:
    void loop();

    Logger& logger_;
    std::mutex mutex_;
    std::function<void(int)> handler_;
    bool received_ = false;
    std::thread thread_;
};

/// 'interrupt', 'terminated'.
const char* signal_name(int signal);

}  // namespace k6::run
