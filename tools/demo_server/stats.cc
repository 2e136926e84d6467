#include "tools/demo_server/stats.h"

namespace k6::demo {

StatsSnapshot StatsBoard::total() const {
    StatsSnapshot sum;
    for (const ShardStats* shard : shards_) {
        // Closed before accepted, so that a connection coming and going meanwhile cannot make the difference negative.
        std::uint64_t closed = shard->connections_closed.get();
        std::uint64_t accepted = shard->connections_accepted.get();
        sum.connections_accepted += accepted;
        sum.connections_open += accepted - closed;
        sum.tls_handshakes += shard->tls_handshakes.get();
        sum.tls_resumed += shard->tls_resumed.get();
        sum.requests += shard->requests.get();
        sum.http2_requests += shard->http2_requests.get();
        sum.requests_malformed += shard->requests_malformed.get();
        sum.websocket_sessions += shard->websocket_sessions.get();
        sum.websocket_messages += shard->websocket_messages.get();
        sum.bytes_received += shard->bytes_received.get();
        sum.bytes_sent += shard->bytes_sent.get();
    }
    return sum;
}

StatsSnapshot StatsBoard::snapshot() const {
    std::lock_guard lock(mutex_);
    StatsSnapshot now = total();
    now.connections_accepted -= at_reset_.connections_accepted;
    now.tls_handshakes -= at_reset_.tls_handshakes;
    now.tls_resumed -= at_reset_.tls_resumed;
    now.requests -= at_reset_.requests;
    now.http2_requests -= at_reset_.http2_requests;
    now.requests_malformed -= at_reset_.requests_malformed;
    now.websocket_sessions -= at_reset_.websocket_sessions;
    now.websocket_messages -= at_reset_.websocket_messages;
    now.bytes_received -= at_reset_.bytes_received;
    now.bytes_sent -= at_reset_.bytes_sent;
    return now;
}

void StatsBoard::reset() {
    std::lock_guard lock(mutex_);
    at_reset_ = total();
}

}  // namespace k6::demo
