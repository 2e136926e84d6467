#include "engine/runtime/blocking_pool.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace k6 {

struct BlockingPool::State {
    Config config;
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::function<void()>> jobs;
    std::vector<std::thread> threads;
    std::size_t idle = 0;
    bool closing = false;

    void work() noexcept {
        std::unique_lock lock(mutex);
        while (true) {
            ++idle;
            wake.wait(lock, [this] { return closing || !jobs.empty(); });
            --idle;
            if (closing) return;
            {
                std::function<void()> job = std::move(jobs.front());
                jobs.pop_front();
                lock.unlock();
                job();
            }
            lock.lock();
        }
    }
};

BlockingPool::BlockingPool(Config config) : state_(std::make_shared<State>()) { state_->config = config; }

BlockingPool::~BlockingPool() {
    std::deque<std::function<void()>> dropped;
    std::vector<std::thread> threads;
    {
        std::lock_guard lock(state_->mutex);
        state_->closing = true;
        dropped.swap(state_->jobs);
        threads.swap(state_->threads);
    }
    state_->wake.notify_all();
    for (std::thread& thread : threads) {
        if (state_->config.at_end == AtEnd::join) {
            thread.join();
        } else {
            thread.detach();
        }
    }
}

void BlockingPool::submit(std::function<void()> job) {
    std::lock_guard lock(state_->mutex);
    // A thread that has been woken still counts as idle until it has the lock: compare with the jobs, not with zero.
    if (state_->idle <= state_->jobs.size() && state_->threads.size() < state_->config.max_threads) {
        try {
            state_->threads.emplace_back([state = state_] { state->work(); });
        } catch (const std::system_error&) {
            if (state_->threads.empty()) throw;  // else the job waits for one of those that there are
        }
    }
    state_->jobs.push_back(std::move(job));
    state_->wake.notify_one();
}

}  // namespace k6
