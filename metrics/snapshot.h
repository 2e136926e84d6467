// What a recorder has collected, as a value: copied on the worker's thread, merged and read anywhere else.
//
//   RunSnapshot whole = workers[0].recorder().snapshot();
//   whole.merge(workers[1].recorder().snapshot());
//   whole.total(Builtin::http_reqs)->counter().count();
//
// Merging is associative and commutative (see sink.h): the merged snapshots of the parts of a run equal the snapshot of
// the whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "metrics/breakdown.h"
#include "metrics/distinct_count.h"
#include "metrics/metric.h"
#include "metrics/sample.h"
#include "metrics/sink.h"
#include "metrics/submetric.h"

namespace k6::metrics {

/// One check of one group of one scenario.
struct CheckCount {
    /// The group's path: "" or "::a::b".
    std::string group;
    std::string name;
    std::uint64_t passes = 0;
    std::uint64_t fails = 0;
    FirstSeen first_seen{};
    /// Empty without the tag, and in setup and teardown.
    std::string scenario = {};
};

/// A group that checks ran in or that ended.
struct GroupSeen {
    std::string path;
    FirstSeen first_seen{};
};

struct RunSnapshot {
    /// By MetricId::index; shorter than the registry if later metrics have no samples.
    std::vector<Sink> totals;
    /// By SubmetricId.
    std::vector<Sink> submetrics;
    /// Both in the order of first_seen.
    std::vector<CheckCount> checks;
    std::vector<GroupSeen> groups;
    /// Tags that the limits of TagTable took from samples: worth a warning at the end of the run.
    std::uint64_t lost_tags = 0;
    /// Metrics with their tag sets, counted only if samples go to outputs: nobody else sees all tags.
    DistinctCount series = {};
    /// In the order of SubmetricSet::breakdowns().
    std::vector<BreakdownSnapshot> breakdowns = {};

    void merge(const RunSnapshot& other);

    /// nullptr if there were no samples.
    const Sink* total(MetricId id) const {
        return id.index < totals.size() && !totals[id.index].empty() ? &totals[id.index] : nullptr;
    }
    const Sink* submetric(SubmetricId id) const {
        const auto index = static_cast<std::size_t>(id);
        return index < submetrics.size() && !submetrics[index].empty() ? &submetrics[index] : nullptr;
    }
};

}  // namespace k6::metrics
