#include "engine/plan/stripe.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>

#include "base/int128.h"

namespace k6 {
namespace {

/// Elements of a pattern times segments: what working it out costs.
constexpr std::int64_t most_work = 200'000'000;

Error too_fine(const SegmentSequence& bounds) {
    return {ErrorClass::invalid_config,
            "the execution segment sequence " + to_string(bounds) + " is too fine: its pattern has too many elements"};
}

SegmentSequence completed(const Segment& segment, const SegmentSequence& sequence) {
    SegmentSequence bounds = sequence;
    if (bounds.empty()) bounds = {segment.from, segment.to};
    if (bounds.front() != Rational(0)) bounds.insert(bounds.begin(), Rational(0));
    if (bounds.back() != Rational(1)) bounds.push_back(Rational(1));
    return bounds;
}

}  // namespace

struct Stripe::Table {
    std::int64_t period = 1;
    std::size_t own = 0;
    std::vector<std::int64_t> numerators;  // each segment's elements in a period
    std::vector<std::uint32_t> owners;     // of each element of a period; nobody: numerators.size()
    std::vector<std::int64_t> members;     // the own elements of a period
};

Result<Stripe> Stripe::of(const Segment& segment, const SegmentSequence& sequence) {
    if (segment.full() && sequence.empty()) return Stripe();
    const SegmentSequence bounds = completed(segment, sequence);
    const auto segments = static_cast<std::int64_t>(bounds.size() - 1);
    std::vector<Rational> lengths;
    Int128 period = 1;
    std::size_t own = bounds.size();
    for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
        lengths.push_back(bounds[i + 1] - bounds[i]);
        const std::int64_t denominator = lengths.back().denominator();
        period *= denominator / std::gcd(static_cast<std::int64_t>(period), denominator);
        if (period * segments > most_work) return too_fine(bounds);
        if (segment == Segment{bounds[i], bounds[i + 1]}) own = i;
    }
    if (own == bounds.size()) {
        return Error{ErrorClass::invalid_config,
                     "provided segment " + to_string(segment) + " can't be found in sequence " + to_string(sequence)};
    }
    std::vector<std::int64_t> numerators;
    for (const Rational& length : lengths) {
        numerators.push_back(length.numerator() * (static_cast<std::int64_t>(period) / length.denominator()));
    }
    return make(numerators, static_cast<std::int64_t>(period), own);
}

// Longest segment first, each element goes to the first one that is not ahead of its even share.
Stripe Stripe::make(const std::vector<std::int64_t>& numerators, std::int64_t period, std::size_t own) {
    if (numerators[own] == period) return {};
    auto table = std::make_shared<Table>();
    table->period = period;
    table->own = own;
    table->numerators = numerators;
    table->owners.reserve(static_cast<std::size_t>(period));
    std::vector<std::uint32_t> order;
    for (std::size_t i = 0; i < numerators.size(); ++i) {
        if (numerators[i] > 0) order.push_back(static_cast<std::uint32_t>(i));
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return numerators[a] > numerators[b]; });
    std::vector<std::int64_t> taken(numerators.size(), 0);
    for (std::int64_t element = 0; element < period; ++element) {
        auto owner = static_cast<std::uint32_t>(numerators.size());
        for (const std::uint32_t candidate : order) {
            if (Int128{taken[candidate]} * period <= Int128{element} * numerators[candidate]) {
                owner = candidate;
                break;
            }
        }
        table->owners.push_back(owner);
        if (owner < numerators.size()) ++taken[owner];
        if (owner == own) table->members.push_back(element);
    }
    Stripe stripe;
    stripe.table_ = std::move(table);
    return stripe;
}

std::int64_t Stripe::scale(std::int64_t count) const {
    if (whole()) return count;
    const auto& members = table_->members;
    const auto size = static_cast<std::int64_t>(members.size());
    const auto rest = std::lower_bound(members.begin(), members.end(), count % table_->period);
    return count / table_->period * size + (rest - members.begin());
}

double Stripe::fraction() const {
    if (whole()) return 1;
    return static_cast<double>(table_->members.size()) / static_cast<double>(table_->period);
}

std::int64_t Stripe::member(std::int64_t index) const {
    if (whole()) return index;
    const auto size = static_cast<std::int64_t>(table_->members.size());
    return index / size * table_->period + table_->members[static_cast<std::size_t>(index % size)];
}

Stripe Stripe::resegmented(std::int64_t count) const {
    if (whole() || count % table_->period == 0) return *this;
    std::vector<std::int64_t> shares(table_->numerators.size());
    for (std::size_t i = 0; i < shares.size(); ++i) shares[i] = count / table_->period * table_->numerators[i];
    for (std::int64_t element = 0; element < count % table_->period; ++element) {
        const std::uint32_t owner = table_->owners[static_cast<std::size_t>(element)];
        if (owner < shares.size()) ++shares[owner];
    }
    std::int64_t divisor = count;
    for (const std::int64_t share : shares) divisor = std::gcd(divisor, share);
    for (std::int64_t& share : shares) share /= divisor;
    return make(shares, count / divisor, table_->own);
}

}  // namespace k6
