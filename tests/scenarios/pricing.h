// A library of a team's own, as load tests meet them: synchronous, of a protocol that nobody else speaks, and it keeps
// its thread waiting.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace pricing {

/// In cents. Throws std::runtime_error for what is not on the list. Asks another thread and waits for its answer.
inline int quote(std::string_view item) {
    std::mutex mutex;
    std::condition_variable answered;
    int cents = 0;
    std::thread server([&] {
        const std::lock_guard lock(mutex);
        cents = item == "unicorn" ? -1 : static_cast<int>(item.size()) * 100;
        answered.notify_one();
    });
    {
        std::unique_lock lock(mutex);
        answered.wait(lock, [&] { return cents != 0; });
    }
    server.join();
    if (cents < 0) throw std::runtime_error("no such item");
    return cents;
}

}  // namespace pricing
