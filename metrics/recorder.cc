#include "metrics/recorder.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace k6::metrics {
namespace {

constexpr std::uint32_t checks_index = MetricId{Builtin::checks}.index;
constexpr std::uint32_t group_duration_index = MetricId{Builtin::group_duration}.index;
static_assert(group_duration_index == checks_index + 1);

/// Each bit of the result depends on all bits of `value` (the finaliser of MurmurHash3, A. Appleby).
constexpr std::uint64_t spread(std::uint64_t value) {
    value = (value ^ value >> 33) * 0xff51afd7ed558ccdULL;
    value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53ULL;
    return value ^ value >> 33;
}

}  // namespace

Recorder::Recorder(const Registry& registry, const SubmetricSet& submetrics, SampleSink* sample_sink)
    : registry_(registry),
      submetrics_(submetrics),
      sample_sink_(sample_sink),
      tags_(sample_sink != nullptr ? ObservedTags::all() : submetrics.observed_tags()) {
    for (std::uint32_t i = 0; i < registry.size(); ++i) totals_.emplace_back(registry.at(MetricId{i}).type);
    for (const Submetric& submetric : submetrics.all())
        submetric_sinks_.emplace_back(registry.at(submetric.parent).type);
    total_begin_ = totals_.data();
    total_count_ = totals_.size();
    breakdowns_.resize(submetrics.breakdowns().size());
}

Recorder::~Recorder() = default;

void Recorder::add_totals(MetricId metric) {
    // Another VU's init code has declared more metrics since.
    while (metric.index >= totals_.size()) {
        totals_.emplace_back(registry_.at(MetricId{static_cast<std::uint32_t>(totals_.size())}).type);
    }
    total_begin_ = totals_.data();
    total_count_ = totals_.size();
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
        routes.parts.clear();
    }
    return routes;
}

// Counts from 0 at each moment, so that the orders of one moment do not depend on what else a recorder has seen.
FirstSeen Recorder::seen(WallTime time) {
    if (time != last_seen_) next_order_ = 0;
    last_seen_ = time;
    return {time, next_order_++};
}

Recorder::Part& Recorder::part_of(std::size_t breakdown, const TagSet& tags, WallTime time) {
    Parts& parts = breakdowns_[breakdown];
    const Breakdown& wanted = submetrics_.breakdowns()[breakdown];
    std::vector<std::string> values;
    for (const std::string& key : wanted.keys) values.emplace_back(tags.get(key).value_or(""));
    const auto known = parts.by_values.find(values);
    if (known != parts.by_values.end()) return *parts.parts[known->second];
    if (parts.parts.size() >= wanted.limit) {
        if (!parts.other) parts.other = std::make_unique<Part>(Part{{}, seen(time), {}});
        return *parts.other;
    }
    parts.by_values.emplace(values, static_cast<std::uint32_t>(parts.parts.size()));
    return *parts.parts.emplace_back(std::make_unique<Part>(Part{std::move(values), seen(time), {}}));
}

Sink& Recorder::add_sink(Part& part, MetricId metric) {
    if (metric.index >= part.sinks.size()) part.sinks.resize(metric.index + 1);
    part.sinks[metric.index] = std::make_unique<Sink>(registry_.at(metric).type);
    return *part.sinks[metric.index];
}

void Recorder::build_route(Routes& routes, Route& route, TagSetId tags, WallTime time) {
    const TagSet& set = tags_.get(tags);
    route.known = true;
    route.begin = static_cast<std::uint32_t>(routes.entries.size());
    for (const Submetric& submetric : submetrics_.all()) {
        if (submetric.matches(set)) {
            routes.entries.push_back({submetric.parent.index, static_cast<std::uint32_t>(submetric.id)});
            route.metrics |= std::uint64_t{1} << (submetric.parent.index % 64);
        }
    }
    route.count = static_cast<std::uint32_t>(routes.entries.size()) - route.begin;
    route.parts = static_cast<std::uint32_t>(routes.parts.size());
    for (std::size_t i = 0; i < breakdowns_.size(); ++i) routes.parts.push_back(&part_of(i, set, time));
}

void Recorder::add_batch(TagSetId tags, std::span<const MetricValue> values, WallTime time, TagSetId metadata) {
    tags = tags_.live(tags);
    std::size_t index = 0;
    Routes& routes = routes_of(tags, index);
    if (index >= routes.by_set.size()) routes.by_set.resize(index + 1);
    Route& route = routes.by_set[index];
    if (!route.known) build_route(routes, route, tags, time);

    for (const MetricValue& one : values) {
        if (std::isnan(one.value)) [[unlikely]]
            continue;
        total(one.metric).add(one.value, time);
        if ((route.metrics >> (one.metric.index % 64) & 1) != 0) add_to_submetrics(routes, route, one, time);
        // The two stand side by side.
        if (one.metric.index - checks_index <= group_duration_index - checks_index) note(route, tags, one, time);
    }
    for (std::size_t i = 0; i < breakdowns_.size(); ++i) {
        Part& part = *routes.parts[route.parts + i];
        for (const MetricValue& one : values) {
            if (!std::isnan(one.value)) sink_of(part, one.metric).add(one.value, time);
        }
    }
    if (sample_sink_ != nullptr) {
        count_series(route, tags_.get(tags), values);
        push_samples(tags, values, time, metadata);
    }
}

void Recorder::add_to_submetrics(const Routes& routes, const Route& route, const MetricValue& one, WallTime time) {
    for (const RouteEntry& entry : std::span(routes.entries).subspan(route.begin, route.count)) {
        if (entry.metric == one.metric.index) submetric_sinks_[entry.sink].add(one.value, time);
    }
}

void Recorder::note(Route& route, TagSetId tags, const MetricValue& one, WallTime time) {
    if (one.metric.index == checks_index) {
        add_check(route, tags, one.value, time);
    } else {
        note_group(route, tags, time);
    }
}

void Recorder::add_check(Route& route, TagSetId tags, double value, WallTime time) {
    note_group(route, tags, time);
    if (route.check == not_looked_up) {
        route.check = no_check;
        if (const auto name = tags_.get(tags, to_string(SystemTag::check))) {
            const std::string_view group = tags_.get(tags, to_string(SystemTag::group)).value_or("");
            const std::string_view scenario = tags_.get(tags, to_string(SystemTag::scenario)).value_or("");
            const auto [known, is_new] =
                check_by_name_.try_emplace({std::string(group), std::string(*name), std::string(scenario)},
                                           static_cast<std::int32_t>(checks_.size()));
            if (is_new) {
                checks_.push_back(
                    CheckCount{std::string(group), std::string(*name), 0, 0, seen(time), std::string(scenario)});
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
    groups_.emplace(std::string(*group), seen(time));
}

void Recorder::count_series(Route& route, const TagSet& tags, std::span<const MetricValue> values) {
    std::uint64_t metrics = 0;
    bool later_ones = false;
    for (const MetricValue& one : values) {
        metrics |= std::uint64_t{1} << (one.metric.index % 64);
        later_ones = later_ones || one.metric.index >= 64;
    }
    if ((metrics & ~route.counted) == 0 && !later_ones) [[likely]]
        return;
    const std::uint64_t of_tags = tags.hash();
    for (const MetricValue& one : values) {
        if (one.metric.index < 64) route.counted |= std::uint64_t{1} << one.metric.index;
        series_.add(spread(of_tags + one.metric.index));
    }
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
    if (!chunk_) return;
    chunk_->shrink();
    sample_sink_->accept(std::exchange(chunk_, nullptr));
}

RunSnapshot Recorder::snapshot(Extent extent) const {
    RunSnapshot snapshot{totals_, submetric_sinks_, checks_, {}, tags_.dropped_tags() + tags_.stale_reads(), series_,
                         {}};
    for (const Sink& sink : snapshot.totals) sink.settle();
    for (const Sink& sink : snapshot.submetrics) sink.settle();
    for (const auto& [path, first_seen] : groups_) snapshot.groups.push_back({path, first_seen});
    std::ranges::sort(snapshot.groups, {}, &GroupSeen::first_seen);
    std::ranges::sort(snapshot.checks, {}, &CheckCount::first_seen);
    if (extent == Extent::without_breakdowns) return snapshot;
    const auto copy = [](const Part& part, bool other) {
        BreakdownPart made{part.values, other, part.first_seen, {}};
        for (std::uint32_t i = 0; i < part.sinks.size(); ++i) {
            if (!part.sinks[i]) continue;
            made.sinks.emplace_back(MetricId{i}, *part.sinks[i]).second.settle();
        }
        return made;
    };
    for (std::size_t i = 0; i < breakdowns_.size(); ++i) {
        BreakdownSnapshot& breakdown = snapshot.breakdowns.emplace_back();
        breakdown.keys = submetrics_.breakdowns()[i].keys;
        for (const auto& part : breakdowns_[i].parts) breakdown.parts.push_back(copy(*part, false));
        std::ranges::sort(breakdown.parts, {}, &BreakdownPart::first_seen);
        if (breakdowns_[i].other) breakdown.parts.push_back(copy(*breakdowns_[i].other, true));
    }
    return snapshot;
}

}  // namespace k6::metrics
