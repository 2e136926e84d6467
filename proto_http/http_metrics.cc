#include "proto_http/http_metrics.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <vector>

#include "engine/exec/vu.h"
#include "engine/runtime/resolver.h"

namespace k6::http {
namespace {

/// A number's digits, on the stack.
class Digits {
public:
    explicit Digits(int number)
        : size_(static_cast<std::size_t>(std::to_chars(text_, text_ + sizeof text_, number).ptr - text_)) {}
    std::string_view view() const { return {text_, size_}; }

private:
    char text_[12];
    std::size_t size_;
};

}  // namespace

KnownTagSets::Entry& KnownTagSets::place(const RoundTrip& trip, std::uint32_t generation) {
    if (generation != generation_) {
        generation_ = generation;
        for (Entry& entry : entries_) entry.status = -1;
    }
    // URLs of the same text are mostly the same object.
    const auto mix = reinterpret_cast<std::uintptr_t>(trip.url.data()) ^ static_cast<std::uintptr_t>(trip.base) * 31 ^
                     static_cast<std::uintptr_t>(trip.status);
    return entries_[(mix ^ mix >> 6 ^ mix >> 12) % entries_.size()];
}

[[gnu::noinline]] metrics::TagSetId HttpMetrics::make_tags(const RoundTrip& trip) {
    using metrics::SystemTag;

    metrics::TagTable& table = vu_.tag_table();
    std::vector<metrics::TagUpdate> updates;
    updates.reserve(trip.tags.size() + 12);
    for (const RequestTag& tag : trip.tags) updates.push_back({table.key(tag.key), tag.value});
    const auto set = [&](SystemTag tag, std::string_view value) {
        if (system_tags_.has(tag)) updates.push_back({metrics::tag_key(tag), value});
    };

    const Digits status(trip.status);
    const Digits error_code(trip.error_code);
    // Whoever names a request names its URL, too.
    std::string_view name = trip.name;
    for (const RequestTag& tag : trip.tags) {
        if (name.empty() && tag.key == to_string(SystemTag::name)) name = tag.value;
    }
    if (name.empty()) name = table.get(trip.base, to_string(SystemTag::name)).value_or(std::string_view());
    if (name.empty()) name = trip.url;
    set(SystemTag::method, trip.method);
    set(SystemTag::url, name);
    set(SystemTag::name, name);
    set(SystemTag::status, status.view());
    if (trip.protocol != Protocol::none) set(SystemTag::proto, to_string(trip.protocol));
    if (trip.tls) set(SystemTag::tls_version, to_string(*trip.tls));
    if (!trip.ocsp_status.empty()) set(SystemTag::ocsp_status, trip.ocsp_status);
    if (!trip.error.empty()) set(SystemTag::error, trip.error);
    if (trip.error_code != 0) set(SystemTag::error_code, error_code.view());
    if (trip.expected) set(SystemTag::expected_response, *trip.expected ? "true" : "false");
    std::string ip;
    if (trip.remote != nullptr && *trip.remote && system_tags_.has(SystemTag::ip)) {
        ip = k6::to_string((*trip.remote)->ip);
        set(SystemTag::ip, ip);
    }
    return table.for_sample(trip.base, updates);
}

metrics::TagSetId HttpMetrics::tags_of(const RoundTrip& trip) {
    const bool usual = trip.tags.empty() && trip.error.empty() && !system_tags_.has(metrics::SystemTag::ip);
    if (!usual) return make_tags(trip);
    metrics::TagTable& table = vu_.tag_table();
    KnownTagSets::Entry& known = known_.place(trip, table.generation());
    if (known.is_of(trip)) return known.tags;
    const metrics::TagSetId tags = make_tags(trip);
    // Making it may have begun a new generation.
    KnownTagSets::Entry& place = known_.place(trip, table.generation());
    place.base = trip.base;
    place.tags = tags;
    place.method = trip.method;
    place.url = trip.url;
    place.name = trip.name;
    place.status = trip.status;
    place.protocol = trip.protocol;
    place.tls = trip.tls;
    place.expected = trip.expected;
    return tags;
}

void HttpMetrics::record(const RoundTrip& trip) {
    using metrics::Builtin;
    using metrics::MetricValue;

    const Timings& timings = trip.timings;
    const std::array values{
        MetricValue{Builtin::http_reqs, 1},
        MetricValue{Builtin::http_req_duration, to_milliseconds(timings.duration())},
        MetricValue{Builtin::http_req_blocked, to_milliseconds(timings.blocked)},
        MetricValue{Builtin::http_req_connecting, to_milliseconds(timings.connecting)},
        MetricValue{Builtin::http_req_tls_handshaking, to_milliseconds(timings.tls_handshaking)},
        MetricValue{Builtin::http_req_sending, to_milliseconds(timings.sending)},
        MetricValue{Builtin::http_req_waiting, to_milliseconds(timings.waiting)},
        MetricValue{Builtin::http_req_receiving, to_milliseconds(timings.receiving)},
        MetricValue{Builtin::http_req_failed, trip.expected.value_or(true) ? 0.0 : 1.0},
    };
    vu_.recorder().add_batch(tags_of(trip), std::span(values).first(trip.expected ? values.size() : values.size() - 1),
                             vu_.worker().clock().wall_time(trip.end), vu_.sample_metadata());
}

bool is_expected(std::span<const StatusRange> ranges, int status) {
    for (const StatusRange& range : ranges) {
        if (status >= range.min && status <= range.max) return true;
    }
    return false;
}

}  // namespace k6::http
