#include "metrics/trend_stat.h"

#include <array>

#include "metrics/number_text.h"

namespace k6::metrics {
namespace {

struct Named {
    std::string_view name;
    TrendStat::Kind kind;
};

constexpr std::array plain_stats = {
    Named{"avg", TrendStat::Kind::avg}, Named{"min", TrendStat::Kind::min},     Named{"med", TrendStat::Kind::med},
    Named{"max", TrendStat::Kind::max}, Named{"count", TrendStat::Kind::count},
};

}  // namespace

Result<TrendStat> TrendStat::parse(std::string_view text) {
    for (const Named& stat : plain_stats) {
        if (stat.name == text) return TrendStat{stat.kind, std::string(text)};
    }
    const std::string quoted = "'" + std::string(text) + "'";
    if (!text.starts_with("p(") || !text.ends_with(")")) {
        return Error{ErrorClass::generic, "invalid trend stat " + quoted + ", unknown format"};
    }
    const auto percentile = parse_number(text.substr(2, text.size() - 3));
    if (!percentile || !(*percentile >= 0 && *percentile <= 100)) {
        return Error{ErrorClass::generic,
                     "invalid percentile trend stat value " + quoted + ", provide a number between 0 and 100"};
    }
    return TrendStat{Kind::percentile, std::string(text), *percentile};
}

Result<std::vector<TrendStat>> TrendStat::parse_all(std::span<const std::string> texts) {
    std::vector<TrendStat> stats;
    for (const std::string& text : texts) {
        auto stat = parse(text);
        if (!stat) return stat.error();
        stats.push_back(std::move(*stat));
    }
    return stats;
}

std::vector<TrendStat> TrendStat::defaults() {
    return {{Kind::avg, "avg"},
            {Kind::min, "min"},
            {Kind::med, "med"},
            {Kind::max, "max"},
            {Kind::percentile, "p(90)", 90},
            {Kind::percentile, "p(95)", 95}};
}

double TrendStat::of(const TrendSink& trend) const {
    switch (kind) {
        case Kind::avg:
            return trend.avg();
        case Kind::min:
            return trend.min();
        case Kind::med:
            return trend.med();
        case Kind::max:
            return trend.max();
        case Kind::count:
            return static_cast<double>(trend.count());
        case Kind::percentile:
            return trend.quantile(percentile / 100);
    }
    return 0;
}

}  // namespace k6::metrics
