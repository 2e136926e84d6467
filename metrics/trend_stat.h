// The columns of a trend in the summary: option `summaryTrendStats`.
//
//   Result<TrendStat> p99 = TrendStat::parse("p(99)");
//   p99->of(sink.trend());
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "metrics/sink.h"

namespace k6::metrics {

struct TrendStat {
    enum class Kind { avg, min, med, max, count, percentile };

    Kind kind;
    /// As written: the column's name.
    std::string text;
    /// 0 to 100, for Kind::percentile.
    double percentile = 0;

    /// avg, min, med, max, count or p(N). Errors are of ErrorClass::generic, as for a wrong flag.
    static Result<TrendStat> parse(std::string_view text);
    static Result<std::vector<TrendStat>> parse_all(std::span<const std::string> texts);
    /// avg, min, med, max, p(90), p(95).
    static std::vector<TrendStat> defaults();

    double of(const TrendSink& trend) const;
};

}  // namespace k6::metrics
