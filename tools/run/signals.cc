#include "tools/run/signals.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "base/error.h"

namespace k6::run {
namespace {

// SIGUSR2 wakes the guard's thread when it shall end; it is blocked everywhere, and sent to that thread only.
constexpr int wake_signal = SIGUSR2;

sigset_t watched() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, wake_signal);
    return set;
}

}  // namespace

const char* signal_name(int signal) { return signal == SIGINT ? "interrupt" : "terminated"; }

SignalGuard::SignalGuard(Logger& logger) : logger_(logger) {
    const sigset_t set = watched();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    // A peer that closes its end is an error of that connection, not of the process.
    ::signal(SIGPIPE, SIG_IGN);
    thread_ = std::thread([this] { loop(); });
}

SignalGuard::~SignalGuard() {
    pthread_kill(thread_.native_handle(), wake_signal);
    thread_.join();
}

void SignalGuard::set_handler(std::function<void(int)> handler) {
    const std::lock_guard lock(mutex_);
    handler_ = std::move(handler);
}

void SignalGuard::loop() {
    const sigset_t set = watched();
    while (true) {
        int signal = 0;
        if (sigwait(&set, &signal) != 0 || signal == wake_signal) return;
        const std::lock_guard lock(mutex_);
        if (received_ || !handler_) {
            logger_.error("Aborting k6 in response to signal", {{"sig", signal_name(signal)}});
            ::_exit(static_cast<int>(ErrorClass::external_abort));
        }
        received_ = true;
        logger_.debug("Stopping k6 in response to signal...", {{"sig", signal_name(signal)}});
        handler_(signal);
    }
}

}  // namespace k6::run
