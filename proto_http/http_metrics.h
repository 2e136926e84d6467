// The samples of one HTTP round trip: http_reqs, the durations, http_req_failed, under one interned tag set.
//
//   HttpMetrics metrics(vu, settings.system_tags);
//   metrics.record({.base = vu.tags(), .method = "GET", .url = url.masked(), .status = 200, …});
//
// Part of a Client; its worker's thread only. Allocates nothing once the tag set has been met.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "engine/runtime/clock.h"
#include "metrics/system_tags.h"
#include "metrics/tags.h"
#include "proto_http/request.h"
#include "proto_http/response.h"
#include "proto_http/timings.h"

namespace k6 {
class Vu;
}

namespace k6::http {

/// What the samples of a round trip say.
struct RoundTrip {
    metrics::TagSetId base = metrics::no_tags;
    std::string_view method;
    /// With credentials masked.
    std::string_view url;
    /// Replaces `url`, and is the tag `name`; empty: the base's own `name`, else `url`.
    std::string_view name;
    int status = 0;
    Protocol protocol = Protocol::none;
    std::optional<TlsVersion> tls;
    const std::optional<Endpoint>* remote = nullptr;
    int error_code = 0;
    std::string_view error;
    /// nullopt: nobody judges.
    std::optional<bool> expected;
    Timings timings;
    /// When the body was read.
    TimePoint end{};
};

class HttpMetrics {
public:
    HttpMetrics(Vu& vu, metrics::SystemTagSet system_tags) : vu_(vu), system_tags_(system_tags) {}

    void record(const RoundTrip& round_trip);

private:
    Vu& vu_;
    metrics::SystemTagSet system_tags_;
};

/// Whether a status (0 for a failure) is within one of the ranges.
bool is_expected(std::span<const StatusRange> ranges, int status);

}  // namespace k6::http
