// Counters of what the demo server did, for GET /stats and for tests.
//
// Each shard counts in its own ShardStats, written by its thread alone, so that counting costs no shared cache line; a
// StatsSnapshot is the sum over the shards.
//
//   shard.stats.requests.add();
//   EXPECT_EQ(server.stats().requests, 1u);
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <vector>

namespace k6::demo {

/// A count with one writing thread and any number of readers.
class Counter {
public:
    void add(std::uint64_t amount = 1) {
        // One writer: no read-modify-write instruction is needed.
        value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
    }
    std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_ = 0;
};

/// Subset relations: connections_accepted ⊇ connections_closed; connections_accepted ⊇ tls_handshakes ⊇ tls_resumed;
/// requests ⊇ http2_requests; requests ⊇ websocket_sessions.
struct ShardStats {
    Counter connections_accepted;
    Counter connections_closed;
    /// Completed ones only.
    Counter tls_handshakes;
    Counter tls_resumed;
    /// Requests that reached the router; malformed ones count in requests_malformed instead.
    Counter requests;
    Counter http2_requests;
    Counter requests_malformed;
    Counter websocket_sessions;
    /// Whole messages received.
    Counter websocket_messages;
    /// Bytes on the wire, TLS records included.
    Counter bytes_received;
    Counter bytes_sent;
};

/// The counters of ShardStats summed over the shards, less their values at the last reset.
struct StatsSnapshot {
    std::uint64_t connections_accepted = 0;
    /// Of all time: a reset does not close connections.
    std::uint64_t connections_open = 0;
    std::uint64_t tls_handshakes = 0;
    std::uint64_t tls_resumed = 0;
    std::uint64_t requests = 0;
    std::uint64_t http2_requests = 0;
    std::uint64_t requests_malformed = 0;
    std::uint64_t websocket_sessions = 0;
    std::uint64_t websocket_messages = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;

    friend bool operator==(const StatsSnapshot&, const StatsSnapshot&) = default;
};

/// Sums the counters of all shards. watch() before the threads start; the rest from any thread.
class StatsBoard {
public:
    void watch(const ShardStats& stats) { shards_.push_back(&stats); }
    StatsSnapshot snapshot() const;
    /// Later snapshots count from here. The counters themselves go on: each has but one writer.
    void reset();

private:
    StatsSnapshot total() const;

    std::vector<const ShardStats*> shards_;
    mutable std::mutex mutex_;
    StatsSnapshot at_reset_;
};

}  // namespace k6::demo
