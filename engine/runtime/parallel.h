// Several waits at a time: runs tasks on fibers of their own and waits for all of them.
//
//   run_parallel(requests.size(), 20, [&](std::size_t i) { responses[i] = client.send(requests[i]); });
//
// On a fiber; the tasks run on the same worker. When the calling fiber is interrupted, so are the tasks' fibers; the
// call throws Interrupted once all have ended. Any other exception of a task is thrown, the first one, once all have
// ended.
#pragma once

#include <cstddef>
#include <functional>

namespace k6 {

/// Calls task(0) … task(count - 1), started in this order, at most `limit` (at least 1) of them unfinished at a time.
void run_parallel(std::size_t count, std::size_t limit, const std::function<void(std::size_t)>& task);

/// Lets at most `places` fibers of one worker past at a time; first come, first served.
class FiberSemaphore {
public:
    explicit FiberSemaphore(std::size_t places);
    ~FiberSemaphore();
    FiberSemaphore(const FiberSemaphore&) = delete;
    FiberSemaphore& operator=(const FiberSemaphore&) = delete;

    /// Waits for a place. Throws Interrupted, then without having one.
    void acquire();
    void release();

private:
    struct Waiter;
    std::size_t free_;
    Waiter* first_ = nullptr;
    Waiter* last_ = nullptr;
};

}  // namespace k6
