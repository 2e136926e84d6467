#include "metrics/threshold.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "metrics/number_text.h"

namespace k6::metrics {
namespace {

// In the order in which they are looked for.
constexpr std::array<std::pair<std::string_view, Comparison>, 7> operators = {{
    {"<=", Comparison::less_equal},
    {"<", Comparison::less},
    {">=", Comparison::greater_equal},
    {">", Comparison::greater},
    {"===", Comparison::equal},
    {"==", Comparison::equal},
    {"!=", Comparison::not_equal},
}};

constexpr std::array<std::pair<std::string_view, Aggregation>, 7> methods = {{
    {"count", Aggregation::count},
    {"rate", Aggregation::rate},
    {"value", Aggregation::value},
    {"avg", Aggregation::avg},
    {"min", Aggregation::min},
    {"max", Aggregation::max},
    {"med", Aggregation::med},
}};

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\n\v\f\r";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

Error invalid(std::string message) { return Error{ErrorClass::invalid_config, std::move(message)}; }

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

struct Method {
    Aggregation aggregation;
    double percentile = 0;
};

Result<Method> parse_method(std::string_view text) {
    for (const auto& [name, aggregation] : methods) {
        if (name == text) return Method{aggregation};
    }
    // Taken for p(0) since the grammar exists.
    if (text == "p") return Method{Aggregation::percentile};
    if (!text.starts_with("p(") || !text.ends_with(")")) return invalid("failed parsing method from expression");
    const std::string_view argument = text.substr(2, text.size() - 3);
    const auto percentile = parse_number(argument);
    if (!percentile) {
        return invalid("malformed percentile value; reason: parsing " + quoted(argument) + ": not a number");
    }
    if (!(*percentile >= 0 && *percentile <= 100)) {
        return invalid("malformed percentile value, provide a number between 0 and 100");
    }
    return Method{Aggregation::percentile, *percentile};
}

std::string_view supported_methods(MetricType type) {
    switch (type) {
        case MetricType::counter:
            return "count, rate";
        case MetricType::gauge:
            return "value";
        case MetricType::rate:
            return "rate";
        case MetricType::trend:
            return "avg, min, max, med, p";
    }
    return "";
}

bool supports(MetricType type, Aggregation aggregation) {
    switch (aggregation) {
        case Aggregation::count:
            return type == MetricType::counter;
        case Aggregation::rate:
            return type == MetricType::counter || type == MetricType::rate;
        case Aggregation::value:
            return type == MetricType::gauge;
        case Aggregation::avg:
        case Aggregation::min:
        case Aggregation::max:
        case Aggregation::med:
        case Aggregation::percentile:
            return type == MetricType::trend;
    }
    return false;
}

std::string method_text(const ThresholdExpression& expression) {
    for (const auto& [name, aggregation] : methods) {
        if (aggregation == expression.aggregation) return std::string(name);
    }
    return "p(" + number_text(expression.percentile) + ")";
}

/// The measured value; nullopt where there is none to compare, so that the threshold passes.
std::optional<double> measure(const ThresholdExpression& expression, const Sink& sink, Duration run_duration) {
    switch (expression.aggregation) {
        case Aggregation::count:
            return sink.counter().count();
        case Aggregation::rate:
            if (sink.type() == MetricType::rate) {
                if (sink.empty()) return std::nullopt;
                return sink.rate().rate();
            }
            if (run_duration <= Duration::zero()) return std::nullopt;
            return sink.counter().count() / std::chrono::duration<double>(run_duration).count();
        case Aggregation::value:
            return sink.gauge().value();
        case Aggregation::avg:
            return sink.trend().avg();
        case Aggregation::min:
            return sink.trend().min();
        case Aggregation::max:
            return sink.trend().max();
        case Aggregation::med:
            return sink.trend().med();
        case Aggregation::percentile:
            return sink.trend().quantile(expression.percentile / 100);
    }
    return std::nullopt;
}

/// How far a value is from failing; negative if it fails. Only its order counts.
double margin(const ThresholdExpression& expression, double measured) {
    switch (expression.comparison) {
        case Comparison::less_equal:
        case Comparison::less:
            return expression.limit - measured;
        case Comparison::greater_equal:
        case Comparison::greater:
            return measured - expression.limit;
        case Comparison::equal:
            return -std::fabs(measured - expression.limit);
        case Comparison::not_equal:
            return std::fabs(measured - expression.limit);
    }
    return 0;
}

/// Holds one stretch against a threshold with a window.
void judge_stretch(Threshold& threshold, const Sink& sink, Duration length, Duration end) {
    if (sink.empty() && sink.type() != MetricType::counter) return;
    const auto measured = measure(threshold.expression, sink, length);
    if (!measured) return;
    const bool holds = threshold.expression.holds(*measured);
    if (!threshold.worst ||
        margin(threshold.expression, *measured) < margin(threshold.expression, threshold.worst->value)) {
        threshold.worst = WindowMeasure{*measured, end};
    }
    threshold.ok = threshold.ok && holds;
}

/// The stretch that ends with slot `last`, if there is a whole one.
void judge_window(Threshold& threshold, const SinkSlots& slots, std::size_t last, Duration run_duration) {
    const Duration period = ThresholdSet::period;
    const auto wanted = static_cast<std::size_t>((threshold.expression.window + period - Duration(1)) / period);
    if (last + 1 < wanted) return;
    // Of a slot that the end of the run cut off, sums say nothing.
    const bool cut_off = run_duration + period / 2 < period * static_cast<Duration::rep>(last + 1);
    if (cut_off && threshold.expression.aggregation == Aggregation::count) return;
    const Duration end = std::min<Duration>(run_duration, period * static_cast<Duration::rep>(last + 1));
    const Duration begin = period * static_cast<Duration::rep>(last + 1 - wanted);
    judge_stretch(threshold, slots.range(last + 1 - wanted, last + 1), end - begin, end);
}

/// The metric that a definition is on, if there is one of that name.
struct Target {
    const Metric* metric;
    std::optional<Selector> selector;
};

Result<Target> find_target(const ThresholdDefinition& definition, const Registry& registry) {
    auto expression = parse_metric_expression(definition.metric);
    if (!expression) {
        return with_context(std::move(expression).error(), "unable to validate threshold expressions; reason");
    }
    return Target{registry.find(expression->metric), std::move(expression->selector)};
}

}  // namespace

Result<ThresholdExpression> ThresholdExpression::parse(std::string_view text) {
    for (const auto& [symbol, comparison] : operators) {
        const auto at = text.find(symbol);
        if (at == std::string_view::npos) continue;
        const std::string_view right = trim(text.substr(at + symbol.size()));
        if (right.empty()) continue;

        const auto method = parse_method(trim(text.substr(0, at)));
        if (!method) {
            return with_context(method.error(),
                                "failed parsing threshold expression's " + quoted(text) + " left hand side; reason");
        }
        const auto over = right.find(" over ");
        Duration window{};
        if (over != std::string_view::npos) {
            const auto parsed = parse_go_duration(trim(right.substr(over + 6)));
            const std::string context = "failed parsing threshold expression's " + quoted(text) + " window; reason";
            if (!parsed) return with_context(invalid(parsed.error().message), context);
            if (*parsed <= Duration::zero() || *parsed > std::chrono::hours(24)) {
                return invalid(context + ": it must be positive and at most 24h");
            }
            window = *parsed;
        }
        const auto limit = parse_number(trim(right.substr(0, over)));
        if (!limit) {
            return invalid("failed parsing threshold expresion's " + quoted(text) +
                           " right hand side; reason: parsing " + quoted(right) + ": not a number");
        }
        return ThresholdExpression{method->aggregation, method->percentile, comparison, *limit, window};
    }
    return invalid("failed parsing threshold expression " + quoted(text) + "; reason: malformed threshold expression");
}

bool ThresholdExpression::holds(double measured) const {
    switch (comparison) {
        case Comparison::less_equal:
            return measured <= limit;
        case Comparison::less:
            return measured < limit;
        case Comparison::greater_equal:
            return measured >= limit;
        case Comparison::greater:
            return measured > limit;
        case Comparison::equal:
            return measured == limit;
        case Comparison::not_equal:
            return measured != limit;
    }
    return false;
}

std::string ThresholdSet::Verdict::breached_text() const {
    std::string text;
    for (const std::string& name : breached) {
        if (!text.empty()) text += ", ";
        text += name;
    }
    return text;
}

Result<ThresholdSet> ThresholdSet::create(std::span<const ThresholdDefinition> definitions, const Registry& registry,
                                          SubmetricSet& submetrics, WithoutData without_data) {
    ThresholdSet set;
    set.without_data_ = without_data;
    for (const ThresholdDefinition& definition : definitions) {
        std::vector<Threshold> thresholds;
        for (const ThresholdItem& item : definition.items) {
            auto expression = ThresholdExpression::parse(item.source);
            if (!expression) return expression.error();
            thresholds.push_back(Threshold{item, *expression});
        }

        auto target = find_target(definition, registry);
        if (!target) return target.error();
        if (target->metric == nullptr) {
            return invalid("invalid threshold defined on " + definition.metric + "; reason: no metric name " +
                           quoted(definition.metric) + " found");
        }
        const Metric& metric = *target->metric;
        for (const Threshold& threshold : thresholds) {
            if (supports(metric.type, threshold.expression.aggregation)) continue;
            return invalid(
                "invalid threshold " + quoted(threshold.item.source) + " applied on metric " + definition.metric +
                "; reason: unsupported aggregation method " + method_text(threshold.expression) +
                " on metric of type " + std::string(to_string(metric.type)) +
                ". supported aggregation methods for this metric are: " + std::string(supported_methods(metric.type)));
        }

        MetricThresholds entry{definition.metric, metric.id, metric.type, std::nullopt, std::move(thresholds)};
        if (std::ranges::any_of(entry.thresholds,
                                [](const Threshold& one) { return one.expression.window > Duration(); })) {
            entry.slots.emplace(metric.type);
            entry.seen.emplace(metric.type);
        }
        if (target->selector) {
            for (const auto& [key, value] : target->selector->tags) {
                const auto tag = system_tag_of(key);
                if (!tag || !system_tag_table[static_cast<std::size_t>(*tag)].metadata) continue;
                set.warnings_.push_back("the threshold on '" + definition.metric + "' can match no samples: '" + key +
                                        "' is metadata of samples, not one of their tags");
            }
            entry.submetric = submetrics.add(metric, std::move(*target->selector));
        }
        set.metrics_.push_back(std::move(entry));
    }
    return set;
}

ThresholdSet ThresholdSet::of_metrics_alone(std::span<const ThresholdDefinition> definitions, const Registry& registry,
                                            SubmetricSet& submetrics) {
    ThresholdSet set;
    for (const ThresholdDefinition& definition : definitions) {
        auto target = find_target(definition, registry);
        if (!target || target->metric == nullptr) {
            set.warnings_.push_back("Invalid metric '" + definition.metric + "' in threshold definitions");
            continue;
        }
        MetricThresholds entry{definition.metric, target->metric->id, target->metric->type, std::nullopt, {}};
        if (target->selector) entry.submetric = submetrics.add(*target->metric, std::move(*target->selector));
        set.metrics_.push_back(std::move(entry));
    }
    return set;
}

ThresholdSet::Verdict ThresholdSet::evaluate(const RunSnapshot& snapshot, Duration run_duration, Moment moment) {
    Verdict verdict;
    const bool at_end = moment == Moment::at_end;
    for (MetricThresholds& metric : metrics_) {
        const Sink nothing(metric.type);
        const Sink* found = metric.submetric ? snapshot.submetric(*metric.submetric) : snapshot.total(metric.metric);
        const Sink& sink = found != nullptr ? *found : nothing;
        std::size_t slot = slot_of(run_duration, period, at_end);
        if (metric.slots && metric.seen) {
            // A last look soon after a regular one belongs to where that one was.
            if (metric.slots->size() > 0) slot = std::max(slot, metric.slots->size() - 1);
            metric.slots->add(slot, sink.since(*metric.seen));
            metric.seen = sink;
        }
        for (Threshold& threshold : metric.thresholds) {
            if (threshold.expression.window > Duration()) {
                judge_window(threshold, *metric.slots, slot, run_duration);
                const bool short_run = run_duration < threshold.expression.window;
                if (at_end && short_run) judge_stretch(threshold, sink, run_duration, run_duration);
                if (at_end && !threshold.worst && without_data_ == WithoutData::fails && found == nullptr) {
                    threshold.ok = false;
                    threshold.no_data = true;
                }
            } else if (found != nullptr || at_end) {
                const bool no_data = found == nullptr && metric.type != MetricType::counter;
                if (no_data && without_data_ == WithoutData::fails) {
                    threshold.ok = false;
                    threshold.no_data = true;
                } else {
                    const auto measured = measure(threshold.expression, sink, run_duration);
                    threshold.ok = !measured || threshold.expression.holds(*measured);
                    threshold.no_data = false;
                }
            }
            if (threshold.ok || at_end || !threshold.item.abort_on_fail) continue;
            const auto& delay = threshold.item.delay_abort_eval;
            if (!delay || *delay < run_duration) metric.aborts = true;
        }
        const bool breached = std::ranges::any_of(metric.thresholds, [](const Threshold& one) { return !one.ok; });
        if (breached) verdict.breached.push_back(metric.name);
        verdict.abort = verdict.abort || metric.aborts;
    }
    std::ranges::sort(verdict.breached);
    return verdict;
}

void ThresholdSet::restore_slots(std::size_t index, SinkSlots slots, Duration run_duration) {
    MetricThresholds& metric = metrics_.at(index);
    metric.slots = std::move(slots);
    metric.seen.reset();
    for (Threshold& threshold : metric.thresholds) {
        if (threshold.expression.window == Duration()) continue;
        for (std::size_t slot = 0; slot < metric.slots->size(); ++slot) {
            judge_window(threshold, *metric.slots, slot, run_duration);
        }
    }
}

std::vector<std::string> ThresholdSet::names_without_data() const {
    std::vector<std::string> names;
    for (const MetricThresholds& metric : metrics_) {
        if (std::ranges::any_of(metric.thresholds, &Threshold::no_data)) names.push_back(metric.name);
    }
    return names;
}

}  // namespace k6::metrics
