#include "metrics/recorder.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace k6::metrics {
namespace {

constexpr std::uint32_t checks_index = MetricId{Builtin::checks}.index;
constexpr std::uint32_t group_duration_index = MetricId{Builtin::group_duration}.index;

}  // namespace

Recorder::Recorder(const Registry& registry, const SubmetricSet& submetrics, SampleSink* sample_sink)
    : registry_(registry),
      submetrics_(submetrics),
      sample_sink_(sample_sink),
      tags_(sample_sink != nullptr ? ObservedTags::all() : submetrics.observed_tags()) {
    for (std::uint32_t i = 0; i < registry.size(); ++i) totals_.emplace_back(registry.at(MetricId{i}).type);
    for (const Submetric& submetric : submetrics.all())
        submetric_sinks_.emplace_back(registry.at(submetric.parent).type);
}

Recorder::~Recorder() = default;

void Recorder::add_totals(MetricId metric) {
    // Another VU's init code has declared more metrics since.
    while (metric.index >= totals_.size()) {
        totals_.emplace_back(registry_.at(MetricId{static_cast<std::uint32_t>(totals_.size())}).type);
    }
}

Recorder::Routes& Recorder::routes_of(TagSetId tags, std::size_t& index) {
    const auto sample_set = TagTable::as_sample_set(tags);
    if (!sample_set) {
        index = static_cast<std::size_t>(tags);
        return kept_routes_;
    }
    index = sample_set->index;
    Routes& routes = sample_routes_[sample_set->generation & 1];
    if (routes.generation != sample_set->generation) {
        routes.generation = sample_set->generation;
        routes.by_set.clear();
        routes.entries.clear();
    }
    return routes;
}

void Recorder::build_route(Routes& routes, Route& route, TagSetId tags) {
    const TagSet& set = tags_.get(tags);
    route.known = true;
    route.begin = static_cast<std::uint32_t>(routes.entries.size());
    for (const Submetric& submetric : submetrics_.all()) {
        if (submetric.matches(set)) {
            routes.entries.push_back({submetric.parent.index, static_cast<std::uint32_t>(submetric.id)});
        }
    }
    route.count = static_cast<std::uint32_t>(routes.entries.size()) - route.begin;
}

void Recorder::add_batch(TagSetId tags, std::span<const MetricValue> values, WallTime time, TagSetId metadata) {
    tags = tags_.live(tags);
    std::size_t index = 0;
    Routes& routes = routes_of(tags, index);
    if (index >= routes.by_set.size()) routes.by_set.resize(index + 1);
    Route& route = routes.by_set[index];
    if (!route.known) build_route(routes, route, tags);

    for (const MetricValue& one : values) {
        if (std::isnan(one.value)) continue;
        total(one.metric).add(one.value, time);
        if (one.metric.index == checks_index) {
            add_check(route, tags, one.value, time);
        } else if (one.metric.index == group_duration_index) {
            note_group(route, tags, time);
        }
    }
    const std::span<const RouteEntry> entries(routes.entries.data() + route.begin, route.count);
    for (const RouteEntry& entry : entries) {
        for (const MetricValue& one : values) {
            if (one.metric.index == entry.metric && !std::isnan(one.value)) {
                submetric_sinks_[entry.sink].add(one.value, time);
            }
        }
    }
    if (sample_sink_ != nullptr) push_samples(tags, values, time, metadata);
}

void Recorder::add_check(Route& route, TagSetId tags, double value, WallTime time) {
    note_group(route, tags, time);
    if (route.check == not_looked_up) {
        route.check = no_check;
        if (const auto name = tags_.get(tags, to_string(SystemTag::check))) {
            const std::string_view group = tags_.get(tags, to_string(SystemTag::group)).value_or("");
            const auto [known, is_new] = check_by_name_.try_emplace({std::string(group), std::string(*name)},
                                                                    static_cast<std::int32_t>(checks_.size()));
            if (is_new) {
                checks_.push_back(CheckCount{std::string(group), std::string(*name), 0, 0, {time, next_order_++}});
            }
            route.check = known->second;
        }
    }
    if (route.check < 0) return;
    CheckCount& check = checks_[static_cast<std::size_t>(route.check)];
    ++(value != 0 ? check.passes : check.fails);
}

void Recorder::note_group(Route& route, TagSetId tags, WallTime time) {
    if (route.group_noted) return;
    route.group_noted = true;
    const auto group = tags_.get(tags, to_string(SystemTag::group));
    if (!group || groups_.contains(*group)) return;
    groups_.emplace(std::string(*group), FirstSeen{time, next_order_++});
}

void Recorder::push_samples(TagSetId tags, std::span<const MetricValue> values, WallTime time, TagSetId metadata) {
    const TagSet* const tag_set = &tags_.get(tags);
    const TagSet* const metadata_set = &tags_.get(metadata);
    for (const MetricValue& one : values) {
        if (std::isnan(one.value)) continue;
        if (!chunk_ || chunk_generation_ != tags_.generation()) {
            if (!chunk_) chunk_ = std::make_shared<SampleChunk>();
            chunk_generation_ = tags_.generation();
            for (auto& storage : tags_.storage()) chunk_->keep(std::move(storage));
        }
        chunk_->push_back(Sample{one.metric, one.value, time, tag_set, metadata_set});
        if (chunk_->full()) flush_samples();
    }
}

void Recorder::flush_samples() {
    if (chunk_) sample_sink_->accept(std::exchange(chunk_, nullptr));
}

RunSnapshot Recorder::snapshot() const {
    RunSnapshot snapshot{totals_, submetric_sinks_, checks_, {}, tags_.dropped_tags() + tags_.stale_reads()};
    for (const auto& [path, first_seen] : groups_) snapshot.groups.push_back({path, first_seen});
    std::ranges::sort(snapshot.groups, {}, &GroupSeen::first_seen);
    std::ranges::sort(snapshot.checks, {}, &CheckCount::first_seen);
    return snapshot;
}

}  // namespace k6::metrics
