#include "engine/plan/arrival_schedule.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/plan/schedule.h"

namespace k6 {

ArrivalSchedule::ArrivalSchedule(const ConstantArrivalRatePlan& plan, Stripe stripe, std::int64_t first,
                                 std::int64_t step)
    : rate_(plan.rate),
      time_unit_(plan.time_unit),
      end_(plan.duration),
      stripe_(std::move(stripe)),
      index_(first),
      step_(step),
      nothing_(stripe_.scale(plan.max_vus) == 0 && !stripe_.whole()) {}

ArrivalSchedule::ArrivalSchedule(const RampingArrivalRatePlan& plan, Stripe stripe, std::int64_t first,
                                 std::int64_t step)
    : time_unit_(plan.time_unit),
      end_(total_duration(plan.stages)),
      stripe_(std::move(stripe)),
      index_(first),
      step_(step),
      nothing_(stripe_.scale(plan.max_vus) == 0 && !stripe_.whole()) {
    Duration begin{};
    Int128 area = 0;
    std::int64_t from = plan.start_rate;
    for (const Ramp& stage : plan.stages) {
        const Int128 area_before = area;
        area += Int128{stage.duration.count()} * (from + stage.target);
        sections_.push_back({begin, stage.duration, from, stage.target, area_before, area});
        begin += stage.duration;
        from = stage.target;
    }
    nothing_ = nothing_ || sections_.empty();
}

std::optional<Arrival> ArrivalSchedule::next() {
    if (nothing_) return std::nullopt;
    const std::int64_t number = stripe_.member(index_);
    const std::optional<Duration> at = due(number);
    if (!at || *at >= end_) {
        nothing_ = true;
        return std::nullopt;
    }
    index_ += step_;
    return Arrival{*at, number};
}

std::optional<Duration> ArrivalSchedule::due(std::int64_t number) {
    if (sections_.empty()) {
        const Int128 at = Int128{number} * time_unit_.count() / rate_;
        // Beyond 64 bits is beyond every end.
        return at < end_.count() ? std::optional(Duration(static_cast<std::int64_t>(at))) : std::nullopt;
    }
    const Int128 area = Int128{number + 1} * 2 * time_unit_.count();
    while (section_ < sections_.size() && area > sections_[section_].area_after) ++section_;
    if (section_ == sections_.size()) return std::nullopt;
    const Section& section = sections_[section_];
    // With a rate f + (t - f) x / D, the area 2 f x + (t - f) x² / D = a is reached at x = a / (f + √(f² + (t - f) a /
    // D)), which, unlike the textbook's form, loses nothing where the rate is nearly level.
    const auto wanted = static_cast<long double>(area - section.area_before);
    const auto from = static_cast<long double>(section.from);
    const auto rise = static_cast<long double>(section.to - section.from);
    const long double radicand = from * from + rise * wanted / static_cast<long double>(section.length.count());
    const long double within = wanted / (from + std::sqrt(std::max(radicand, 0.0L)));
    const auto nanoseconds = static_cast<std::int64_t>(within);
    return section.begin + Duration(std::min(nanoseconds, section.length.count()));
}

double arrivals_per_second(const ConstantArrivalRatePlan& plan, Duration) {
    return 1000 * static_cast<double>(plan.rate) / to_milliseconds(plan.time_unit);
}

double arrivals_per_second(const RampingArrivalRatePlan& plan, Duration offset) {
    const double units = 1000 / to_milliseconds(plan.time_unit);
    auto from = static_cast<double>(plan.start_rate);
    for (const Ramp& stage : plan.stages) {
        const auto to = static_cast<double>(stage.target);
        if (offset < stage.duration) {
            const double part = static_cast<double>(offset.count()) / static_cast<double>(stage.duration.count());
            return (from + (to - from) * part) * units;
        }
        offset -= stage.duration;
        from = to;
    }
    return from * units;
}

}  // namespace k6
