#include "metrics/summary.h"

#include <algorithm>
#include <map>
#include <utility>

namespace k6::metrics {
namespace {

struct Thresholds {
    /// Somebody defined thresholds here, if only an empty list of them.
    bool defined = false;
    std::vector<SummaryThreshold> all;
};

Thresholds thresholds_on(const ThresholdSet& set, MetricId metric, std::optional<SubmetricId> submetric) {
    Thresholds found;
    for (const MetricThresholds& entry : set.all()) {
        if (entry.metric != metric || entry.submetric != submetric) continue;
        found.defined = true;
        for (const Threshold& threshold : entry.thresholds) {
            found.all.push_back(
                {threshold.item.source, threshold.ok, threshold.no_data, threshold.worst, threshold.expression.window});
        }
    }
    return found;
}

/// The same check in several scenarios is one in the totals.
std::vector<CheckCount> over_scenarios(const std::vector<CheckCount>& checks) {
    std::vector<CheckCount> all;
    std::map<std::pair<std::string_view, std::string_view>, std::size_t> known;
    for (const CheckCount& check : checks) {
        const auto [entry, is_new] = known.try_emplace({check.group, check.name}, all.size());
        if (is_new) {
            all.push_back(check);
            all.back().scenario.clear();
        } else {
            all[entry->second].passes += check.passes;
            all[entry->second].fails += check.fails;
        }
    }
    return all;
}

SummaryBreakdown summary_breakdown(const BreakdownSnapshot& breakdown, const Registry& registry) {
    SummaryBreakdown made{breakdown.keys, {}};
    for (const BreakdownPart& part : breakdown.parts) {
        SummaryPart& summary = made.parts.emplace_back(SummaryPart{part.values, part.other, {}});
        for (const auto& [id, sink] : part.sinks) {
            const Metric& metric = registry.at(id);
            if (sink.empty() || describes_generator(id)) continue;
            summary.metrics.push_back({metric.name, metric.name, std::nullopt, metric.contains, sink, {}});
        }
    }
    return made;
}

}  // namespace

Result<TimeUnit> parse_time_unit(std::string_view text) {
    for (const TimeUnit unit :
         {TimeUnit::automatic, TimeUnit::seconds, TimeUnit::milliseconds, TimeUnit::microseconds}) {
        if (to_string(unit) == text) return unit;
    }
    return Error{ErrorClass::generic, "invalid summary time unit '" + std::string(text) + "', use 's', 'ms' or 'us'"};
}

std::string_view to_string(TimeUnit unit) {
    switch (unit) {
        case TimeUnit::automatic:
            return "";
        case TimeUnit::seconds:
            return "s";
        case TimeUnit::milliseconds:
            return "ms";
        case TimeUnit::microseconds:
            return "us";
    }
    return "";
}

SummaryModel SummaryModel::build(const RunSnapshot& snapshot, const Registry& registry, const SubmetricSet& submetrics,
                                 const ThresholdSet& thresholds, Duration run_duration) {
    SummaryModel model;
    model.run_duration = run_duration;
    for (std::uint32_t i = 0; i < registry.size(); ++i) {
        const Metric& metric = registry.at(MetricId{i});
        std::vector<SummaryMetric> parts;
        bool part_has_thresholds = false;
        for (const Submetric* submetric : submetrics.of(metric.id)) {
            Thresholds on_part = thresholds_on(thresholds, metric.id, submetric->id);
            part_has_thresholds = part_has_thresholds || on_part.defined;
            const Sink* sink = snapshot.submetric(submetric->id);
            if ((sink == nullptr || describes_generator(metric.id)) && !on_part.defined) continue;
            parts.push_back({submetric->name, metric.name, submetric->selector.suffix, metric.contains,
                             sink != nullptr ? *sink : Sink(metric.type), std::move(on_part.all)});
        }
        Thresholds on_metric = thresholds_on(thresholds, metric.id, std::nullopt);
        const Sink* sink = snapshot.total(metric.id);
        const bool shown = sink != nullptr && !describes_generator(metric.id);
        if (!shown && !on_metric.defined && !part_has_thresholds) continue;
        model.metrics.push_back({metric.name, metric.name, std::nullopt, metric.contains,
                                 sink != nullptr ? *sink : Sink(metric.type), std::move(on_metric.all)});
        std::ranges::move(parts, std::back_inserter(model.metrics));
    }
    model.scenario_checks = snapshot.checks;
    model.checks = over_scenarios(snapshot.checks);
    for (const BreakdownSnapshot& breakdown : snapshot.breakdowns) {
        model.breakdowns.push_back(summary_breakdown(breakdown, registry));
    }
    for (const GroupSeen& group : snapshot.groups) model.groups.push_back(group.path);
    return model;
}

const SummaryMetric* SummaryModel::find(std::string_view name) const {
    const auto found = std::ranges::find(metrics, name, &SummaryMetric::name);
    return found == metrics.end() ? nullptr : &*found;
}

const SummaryBreakdown* SummaryModel::breakdown_by(const std::vector<std::string>& keys) const {
    const auto found = std::ranges::find(breakdowns, keys, &SummaryBreakdown::keys);
    return found == breakdowns.end() ? nullptr : &*found;
}

const SummaryMetric* SummaryPart::find(std::string_view name) const {
    const auto found = std::ranges::find(metrics, name, &SummaryMetric::name);
    return found == metrics.end() ? nullptr : &*found;
}

std::vector<CheckCount> checks_by_name(std::span<const CheckCount> checks) {
    std::vector<CheckCount> by_name;
    for (const CheckCount& check : checks) {
        const auto same = std::ranges::find(by_name, check.name, &CheckCount::name);
        if (same == by_name.end()) {
            by_name.push_back(check);
        } else {
            same->passes += check.passes;
            same->fails += check.fails;
        }
    }
    return by_name;
}

double per_second(const CounterSink& counter, Duration run_duration) {
    if (run_duration <= Duration::zero()) return 0;
    return counter.count() / std::chrono::duration<double>(run_duration).count();
}

}  // namespace k6::metrics
