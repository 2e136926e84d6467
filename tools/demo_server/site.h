// What the routes of one demo server share: counters, and the secret its digest nonces are made with.
//
// Owned by the DemoServer; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "tools/demo_server/stats.h"

namespace k6::demo {

struct Site {
    StatsBoard stats;
    std::string secret;
    std::atomic<std::uint64_t> nonces = 0;
    /// Requests to /flaky since the start or the last /stats/reset; every k-th fails.
    std::atomic<std::uint64_t> flaky_requests = 0;
    /// Requests to /status with several codes, which take turns.
    std::atomic<std::uint64_t> status_picks = 0;
};

}  // namespace k6::demo
