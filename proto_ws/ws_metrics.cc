#include "proto_ws/ws_metrics.h"

#include "engine/exec/vu.h"
#include "engine/runtime/resolver.h"

namespace k6::ws {

void WsMetrics::set_remote(const std::optional<http::Endpoint>& remote) {
    if (remote && system_tags_.has(metrics::SystemTag::ip)) ip_ = k6::to_string(remote->ip);
    known_ = false;
}

metrics::TagSetId WsMetrics::tags() {
    using metrics::SystemTag;

    metrics::TagTable& table = vu_.tag_table();
    if (known_ && generation_ == table.generation()) return tags_;
    std::vector<metrics::TagUpdate> updates;
    updates.reserve(about_.tags.size() + 5);
    for (const http::RequestTag& tag : about_.tags) updates.push_back({table.key(tag.key), tag.value});
    const auto set = [&](SystemTag tag, std::string_view value) {
        if (system_tags_.has(tag)) updates.push_back({metrics::tag_key(tag), value});
    };
    set(SystemTag::url, about_.name.empty() ? about_.url : about_.name);
    if (!about_.name.empty()) set(SystemTag::name, about_.name);
    const std::string status = std::to_string(status_);
    if (status_ != 0) {
        set(SystemTag::status, status);
        set(SystemTag::subproto, subprotocol_);
    }
    if (!ip_.empty()) set(SystemTag::ip, ip_);
    tags_ = table.for_sample(about_.base, updates);
    // Making it may have begun a new generation.
    generation_ = table.generation();
    known_ = true;
    return tags_;
}

void WsMetrics::record(metrics::MetricId metric, double value, TimePoint at) {
    vu_.recorder().add(metric, tags(), value, vu_.worker().clock().wall_time(at), vu_.sample_metadata());
}

}  // namespace k6::ws
