// The samples of one HTTP round trip: http_reqs, the durations, http_req_failed, under one interned tag set.
//
//   KnownTagSets known;                                          // of the worker
//   HttpMetrics metrics(vu, settings.system_tags, known);
//   metrics.record({.base = vu.tags(), .method = "GET", .url = url.masked(), .status = 200, …});
//
// Part of a Client; its worker's thread only. Allocates nothing once the tag set has been met.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
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
    /// The request's own; system tags win over them.
    std::span<const RequestTag> tags = {};
    int status = 0;
    Protocol protocol = Protocol::none;
    std::optional<TlsVersion> tls;
    /// Empty without TLS.
    std::string_view ocsp_status = {};
    const std::optional<Endpoint>* remote = nullptr;
    int error_code = 0;
    std::string_view error;
    /// nullopt: nobody judges.
    std::optional<bool> expected;
    Timings timings;
    /// When the body was read.
    TimePoint end{};
};

/// Tag sets of round trips that were met lately, by what makes them, so that the usual one is not put together again.
class KnownTagSets {
public:
    struct Entry {
        metrics::TagSetId base = metrics::no_tags;
        metrics::TagSetId tags = metrics::no_tags;
        std::string method;
        std::string url;
        std::string name;
        int status = -1;
        Protocol protocol = Protocol::none;
        std::optional<TlsVersion> tls;
        std::optional<bool> expected;

        bool is_of(const RoundTrip& trip) const {
            return status == trip.status && base == trip.base && protocol == trip.protocol && tls == trip.tls &&
                   expected == trip.expected && url == trip.url && method == trip.method && name == trip.name;
        }
    };

    /// The place of a round trip's set; everything is forgotten when the table's sets have a new generation.
    Entry& place(const RoundTrip& trip, std::uint32_t generation);

private:
    std::array<Entry, 64> entries_;
    std::uint32_t generation_ = 0;
};

class HttpMetrics {
public:
    HttpMetrics(Vu& vu, metrics::SystemTagSet system_tags, KnownTagSets& known)
        : vu_(vu), system_tags_(system_tags), known_(known) {}

    void record(const RoundTrip& round_trip);

private:
    metrics::TagSetId tags_of(const RoundTrip& round_trip);
    metrics::TagSetId make_tags(const RoundTrip& round_trip);

    Vu& vu_;
    metrics::SystemTagSet system_tags_;
    KnownTagSets& known_;
};

/// Whether a status (0 for a failure) is within one of the ranges.
bool is_expected(std::span<const StatusRange> ranges, int status);

}  // namespace k6::http
