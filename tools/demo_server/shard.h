// One thread of the demo server: its event loop, its counters, and what its connections share.
//
// Connections are dealt to shards round robin and stay there. Everything but `stats` (readable anywhere) belongs to the
// shard's thread; the router and the TLS context are read-only and shared by all shards.
#pragma once

#include <vector>

#include "tools/demo_server/http_date.h"
#include "tools/demo_server/stats.h"
#include "tools/demo_server/tls_channel.h"

namespace asio {
class io_context;
}

namespace k6::demo {

class Router;
class TlsContext;

struct Shard {
    asio::io_context& loop;
    const Router& router;
    const TlsContext& tls;
    ShardStats stats = {};
    /// For what is decrypted, until the session has taken it.
    std::vector<char> scratch = std::vector<char>(kTlsRecordSize);
    HttpDate date = {};
};

}  // namespace k6::demo
