#include "metrics/submetric.h"

#include <algorithm>

namespace k6::metrics {
namespace {

std::string_view trim(std::string_view text, std::string_view what) {
    const auto first = text.find_first_not_of(what);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(what) - first + 1);
}

constexpr std::string_view blanks = " \t\n\v\f\r";

Error malformed(std::string_view what, std::string_view problem) {
    return Error{ErrorClass::invalid_config,
                 "parsing metric name failed, metric \"" + std::string(what) + "\" " + std::string(problem)};
}

}  // namespace

Result<MetricExpression> parse_metric_expression(std::string_view text) {
    const auto open = text.find('{');
    const auto close = text.rfind('}');
    if (open == std::string_view::npos && close == std::string_view::npos) {
        return MetricExpression{std::string(text), std::nullopt};
    }
    if (open == std::string_view::npos || close == std::string_view::npos) {
        return malformed(text, "has unmatched opening/close curly brace");
    }
    if (close < open) return malformed(text, "closing curly brace appears before opening one");
    if (close + 1 != text.size()) return malformed(text, "lacks a closing curly brace in its last position");

    Selector selector;
    std::string_view rest = text.substr(open + 1, close - open - 1);
    selector.suffix = trim(rest, blanks);
    for (;;) {
        const auto comma = rest.find(',');
        const std::string_view part = rest.substr(0, comma);
        const auto colon = part.find(':');
        if (colon == std::string_view::npos || colon + 1 == part.size()) {
            return malformed(part, "tag expression is malformed");
        }
        std::string key(trim(trim(part.substr(0, colon), blanks), "\"'"));
        std::string value(trim(trim(part.substr(colon + 1), blanks), "\"'"));
        const auto same = std::ranges::find(selector.tags, key, &std::pair<std::string, std::string>::first);
        if (same == selector.tags.end()) {
            selector.tags.emplace_back(std::move(key), std::move(value));
        } else {
            same->second = std::move(value);
        }
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    std::ranges::sort(selector.tags);
    return MetricExpression{std::string(trim(text.substr(0, open), blanks)), std::move(selector)};
}

bool Submetric::matches(const TagSet& tags) const {
    return std::ranges::all_of(selector.tags, [&tags](const auto& tag) { return tags.get(tag.first) == tag.second; });
}

SubmetricId SubmetricSet::add(const Metric& parent, Selector selector) {
    for (const Submetric& known : submetrics_) {
        if (known.parent == parent.id && known.selector.tags == selector.tags) return known.id;
    }
    const SubmetricId id{static_cast<std::uint32_t>(submetrics_.size())};
    std::string name = parent.name + "{" + selector.suffix + "}";
    submetrics_.push_back(Submetric{id, parent.id, std::move(name), std::move(selector)});
    return id;
}

void SubmetricSet::add_defaults(const Registry& registry, const SystemTagSet& system_tags) {
    if (!system_tags.has(SystemTag::expected_response)) return;
    add(registry.at(Builtin::http_req_duration), Selector{"expected_response:true", {{"expected_response", "true"}}});
}

std::size_t SubmetricSet::add_breakdown(Breakdown breakdown) {
    const auto known = std::ranges::find(breakdowns_, breakdown.keys, &Breakdown::keys);
    if (known != breakdowns_.end()) {
        known->limit = std::max(known->limit, breakdown.limit);
        return static_cast<std::size_t>(known - breakdowns_.begin());
    }
    breakdowns_.push_back(std::move(breakdown));
    return breakdowns_.size() - 1;
}

std::vector<const Submetric*> SubmetricSet::of(MetricId parent) const {
    std::vector<const Submetric*> found;
    for (const Submetric& submetric : submetrics_) {
        if (submetric.parent == parent) found.push_back(&submetric);
    }
    return found;
}

ObservedTags SubmetricSet::observed_tags() const {
    ObservedTags observed;
    observed.add_key(to_string(SystemTag::group));
    observed.add_key(to_string(SystemTag::check));
    observed.add_key(to_string(SystemTag::scenario));
    const auto add_key = [&observed](const std::string& key) {
        observed.add_key(key);
        // A request that has a name takes it as its url too: whoever looks at urls must see names.
        if (key == to_string(SystemTag::url)) observed.add_key(to_string(SystemTag::name));
    };
    for (const Breakdown& breakdown : breakdowns_) std::ranges::for_each(breakdown.keys, add_key);
    for (const Submetric& submetric : submetrics_) {
        for (const auto& [key, value] : submetric.selector.tags) {
            observed.add_value(key, value);
            if (key == to_string(SystemTag::url)) observed.add_key(to_string(SystemTag::name));
        }
    }
    return observed;
}

}  // namespace k6::metrics
