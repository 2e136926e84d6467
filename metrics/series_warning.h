// When a test makes more time series than is good for what keeps them: said once, and again whenever their number has
// doubled.
//
//   SeriesWarning warning;
//   if (const auto text = warning.look(snapshot.series.estimate())) logger.warn(*text);
//
// Owned by the run; one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace k6::metrics {

class SeriesWarning {
public:
    static constexpr std::uint64_t suggested_limit = 100'000;

    std::optional<std::string> look(std::uint64_t series) {
        if (series <= limit_) return std::nullopt;
        while (series > limit_) limit_ *= 2;
        return "The test has made about " + std::to_string(series) +
               " unique time series, which is more than the suggested limit of " + std::to_string(suggested_limit) +
               ": outputs, and the services behind them, keep every one. Leave high-cardinality values like unique ids "
               "out of tags; requests whose URLs have such values can share a `name` (a tag, or http.url)";
    }

private:
    std::uint64_t limit_ = suggested_limit;
};

}  // namespace k6::metrics
