// A few threads for calls that block: file reads, getaddrinfo.
//
// Owned by whoever offloads (a Worker, the Resolver). Threads start when there is work and none is idle, up to a
// maximum. Jobs run in the order of submission and must not throw.
//
//   BlockingPool pool({.max_threads = 4});
//   pool.submit([&worker] { auto text = read_file(); worker.post(...); });
//
// submit: any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace k6 {

class BlockingPool {
public:
    /// What the destructor does about a job under way: wait for it, or leave its thread behind (it ends with its job).
    enum class AtEnd : std::uint8_t { join, abandon };

    struct Config {
        std::size_t max_threads = 4;
        AtEnd at_end = AtEnd::join;
    };

    explicit BlockingPool(Config config);
    /// Jobs that have not started are dropped.
    ~BlockingPool();
    BlockingPool(const BlockingPool&) = delete;
    BlockingPool& operator=(const BlockingPool&) = delete;

    void submit(std::function<void()> job);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace k6
