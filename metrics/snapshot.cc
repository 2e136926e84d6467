#include "metrics/snapshot.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <tuple>
#include <unordered_map>

namespace k6::metrics {
namespace {

void merge_sinks(std::vector<Sink>& into, const std::vector<Sink>& from) {
    const std::size_t common = std::min(into.size(), from.size());
    for (std::size_t i = 0; i < common; ++i) into[i].merge(from[i]);
    into.insert(into.end(), from.begin() + static_cast<std::ptrdiff_t>(common), from.end());
}

template <class Counted, class Identity, class Combine>
void merge_named(std::vector<Counted>& into, const std::vector<Counted>& from, Identity identity, Combine combine) {
    std::unordered_map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < into.size(); ++i) known.emplace(identity(into[i]), i);
    for (const Counted& other : from) {
        const auto [entry, is_new] = known.try_emplace(identity(other), into.size());
        if (is_new) {
            into.push_back(other);
            continue;
        }
        Counted& mine = into[entry->second];
        mine.first_seen = std::min(mine.first_seen, other.first_seen);
        combine(mine, other);
    }
    std::ranges::sort(into, [&identity](const Counted& a, const Counted& b) {
        return a.first_seen != b.first_seen ? a.first_seen < b.first_seen : identity(a) < identity(b);
    });
}

}  // namespace

void RunSnapshot::merge(const RunSnapshot& other) {
    merge_sinks(totals, other.totals);
    merge_sinks(submetrics, other.submetrics);
    merge_named(
        checks, other.checks,
        [](const CheckCount& check) { return check.group + '\0' + check.name + '\0' + check.scenario; },
        [](CheckCount& mine, const CheckCount& theirs) {
            mine.passes += theirs.passes;
            mine.fails += theirs.fails;
        });
    merge_named(
        groups, other.groups, [](const GroupSeen& group) { return group.path; }, [](GroupSeen&, const GroupSeen&) {});
    lost_tags += other.lost_tags;
    series.merge(other.series);
    for (std::size_t i = 0; i < other.breakdowns.size(); ++i) {
        if (i < breakdowns.size()) {
            breakdowns[i].merge(other.breakdowns[i]);
        } else {
            breakdowns.push_back(other.breakdowns[i]);
        }
    }
}

void BreakdownSnapshot::merge(const BreakdownSnapshot& from) {
    std::map<std::pair<bool, std::vector<std::string>>, std::size_t> known;
    for (std::size_t i = 0; i < parts.size(); ++i) known.emplace(std::pair(parts[i].other, parts[i].values), i);
    for (const BreakdownPart& theirs : from.parts) {
        const auto [entry, is_new] = known.try_emplace({theirs.other, theirs.values}, parts.size());
        if (is_new) {
            parts.push_back(theirs);
            continue;
        }
        BreakdownPart& mine = parts[entry->second];
        mine.first_seen = std::min(mine.first_seen, theirs.first_seen);
        for (const auto& [metric, sink] : theirs.sinks) {
            const auto place = std::ranges::lower_bound(mine.sinks, metric, {}, &std::pair<MetricId, Sink>::first);
            if (place != mine.sinks.end() && place->first == metric) {
                place->second.merge(sink);
            } else {
                mine.sinks.insert(place, {metric, sink});
            }
        }
    }
    std::ranges::sort(parts, [](const BreakdownPart& a, const BreakdownPart& b) {
        return std::tie(a.other, a.first_seen, a.values) < std::tie(b.other, b.first_seen, b.values);
    });
}

}  // namespace k6::metrics
