// Breakdowns: all metrics once more, apart by the values of some tags.
//
// A breakdown by (name, status) keeps one part per pair of values that occurs, and in it a sink per metric that has
// samples with these tags; an absent tag counts as an empty value. So nobody needs thresholds just to see a series. The
// number of parts is bounded per recorder: what comes beyond goes to one part named "other", so that nothing is lost
// from the sums. A part with heavy traffic takes up to some 170 KB per worker, most of it for trends.
//
//   submetrics.add_breakdown({.keys = {"name", "status"}, .limit = 200});     // before recorders are made
//   …
//   for (const BreakdownPart& part : snapshot.breakdowns[0].parts) part.values == std::vector{"/cart", "200"};
//
// Values.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "metrics/metric.h"
#include "metrics/sample.h"
#include "metrics/sink.h"

namespace k6::metrics {

struct Breakdown {
    /// In this order everywhere.
    std::vector<std::string> keys;
    /// Parts per recorder, "other" not counted.
    std::size_t limit = 200;
};

/// When something was first seen: by time, and among things of the same time by their order within the recorder.
struct FirstSeen {
    WallTime time;
    std::uint32_t order;
    friend auto operator<=>(const FirstSeen&, const FirstSeen&) = default;
};

struct BreakdownPart {
    /// One per key; empty for "other".
    std::vector<std::string> values;
    bool other = false;
    FirstSeen first_seen{};
    /// By metric, ascending.
    std::vector<std::pair<MetricId, Sink>> sinks;
};

struct BreakdownSnapshot {
    std::vector<std::string> keys;
    /// By first_seen, "other" last.
    std::vector<BreakdownPart> parts;

    void merge(const BreakdownSnapshot& other);
};

}  // namespace k6::metrics
