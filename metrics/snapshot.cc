#include "metrics/snapshot.h"

#include <algorithm>
#include <string_view>
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
        checks, other.checks, [](const CheckCount& check) { return check.group + '\0' + check.name; },
        [](CheckCount& mine, const CheckCount& theirs) {
            mine.passes += theirs.passes;
            mine.fails += theirs.fails;
        });
    merge_named(
        groups, other.groups, [](const GroupSeen& group) { return group.path; }, [](GroupSeen&, const GroupSeen&) {});
    lost_tags += other.lost_tags;
}

}  // namespace k6::metrics
