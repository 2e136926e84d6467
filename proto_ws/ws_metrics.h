// The samples of one session, under one tag set: ws_sessions, ws_connecting, ws_session_duration, ws_msgs_sent,
// ws_msgs_received, ws_ping.
//
//   WsMetrics metrics(vu, system_tags, {.base = vu.tags(), .url = "ws://localhost:8080/ws"});
//   metrics.set_answer(101, "chat");
//   metrics.record(metrics::Builtin::ws_msgs_sent, 1, now);
//
// Part of a Session; its worker's thread only. Allocates nothing once the tag set has been met.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/runtime/clock.h"
#include "metrics/metric.h"
#include "metrics/system_tags.h"
#include "metrics/tags.h"
#include "proto_http/request.h"
#include "proto_http/response.h"

namespace k6 {
class Vu;
}

namespace k6::ws {

class WsMetrics {
public:
    struct About {
        metrics::TagSetId base = metrics::no_tags;
        /// With credentials masked.
        std::string url;
        /// Replaces `url`, and is the tag `name`; empty: there is no tag `name`.
        std::string name;
        /// The session's own; system tags win over them.
        std::vector<http::RequestTag> tags;
    };
    WsMetrics(Vu& vu, metrics::SystemTagSet system_tags, About about)
        : vu_(vu), system_tags_(system_tags), about_(std::move(about)) {}

    /// What the server said to the handshake.
    void set_answer(int status, std::string subprotocol) {
        status_ = status;
        subprotocol_ = std::move(subprotocol);
        known_ = false;
    }
    void set_remote(const std::optional<http::Endpoint>& remote);

    void record(metrics::MetricId metric, double value, TimePoint at);

private:
    metrics::TagSetId tags();

    Vu& vu_;
    metrics::SystemTagSet system_tags_;
    About about_;
    int status_ = 0;
    std::string subprotocol_;
    std::string ip_;
    /// What tags() gave last; good as long as the table's sets have the same generation.
    bool known_ = false;
    std::uint32_t generation_ = 0;
    metrics::TagSetId tags_ = metrics::no_tags;
};

}  // namespace k6::ws
