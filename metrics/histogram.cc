#include "metrics/histogram.h"

#include <algorithm>
#include <cmath>

namespace k6::metrics {
namespace {

// A bucket's index stands at the top of the magnitude's bits: below the sign, above what of the mantissa is left out.
constexpr unsigned shift = 63 - (11 + 9);

double lower_bound(std::uint64_t bucket) { return std::bit_cast<double>(bucket << shift); }

/// The magnitude of the sample that has `rank` of the bucket's `count` samples before it, if they are spread evenly.
double magnitude(std::uint64_t bucket, std::uint64_t rank, std::uint64_t count) {
    const double lower = lower_bound(bucket);
    const double upper = lower_bound(bucket + 1);
    // The bucket of infinity, and the last one before it.
    if (!std::isfinite(upper)) return lower;
    return lower + (upper - lower) * ((static_cast<double>(rank) + 0.5) / static_cast<double>(count));
}

}  // namespace

Histogram::Side::Side(const Side& other) : first_page(other.first_page) {
    pages.reserve(other.pages.size());
    for (const auto& page : other.pages) pages.push_back(page ? std::make_unique<Page>(*page) : nullptr);
}

Histogram::Side& Histogram::Side::operator=(const Side& other) {
    if (this != &other) *this = Side(other);
    return *this;
}

Histogram::Page& Histogram::new_page(Side& side, std::size_t number) {
    if (side.pages.empty()) side.first_page = number;
    if (number < side.first_page) {
        std::vector<std::unique_ptr<Page>> wider(side.first_page - number + side.pages.size());
        std::ranges::move(side.pages, wider.begin() + static_cast<std::ptrdiff_t>(side.first_page - number));
        side.pages = std::move(wider);
        side.first_page = number;
    }
    const std::size_t index = number - side.first_page;
    if (index >= side.pages.size()) side.pages.resize(index + 1);
    if (!side.pages[index]) side.pages[index] = std::make_unique<Page>();
    return *side.pages[index];
}

void Histogram::merge(Side& into, const Side& from) {
    for (std::size_t i = 0; i < from.pages.size(); ++i) {
        if (!from.pages[i]) continue;
        Page& page = new_page(into, from.first_page + i);
        for (std::size_t bucket = 0; bucket < page_size; ++bucket) page[bucket] += (*from.pages[i])[bucket];
    }
}

void Histogram::merge(const Histogram& other) {
    count_ += other.count_;
    zeros_ += other.zeros_;
    merge(positive_, other.positive_);
    merge(negative_, other.negative_);
}

void Histogram::subtract(const Histogram& earlier) {
    count_ -= earlier.count_;
    zeros_ -= earlier.zeros_;
    const auto take = [](Side& from, const Side& taken) {
        for (std::size_t i = 0; i < taken.pages.size(); ++i) {
            if (!taken.pages[i]) continue;
            Page& page = new_page(from, taken.first_page + i);
            for (std::size_t bucket = 0; bucket < page_size; ++bucket) page[bucket] -= (*taken.pages[i])[bucket];
        }
    };
    take(positive_, earlier.positive_);
    take(negative_, earlier.negative_);
}

double Histogram::at_rank(std::uint64_t rank) const {
    for (std::size_t i = negative_.pages.size(); i-- > 0;) {
        if (!negative_.pages[i]) continue;
        for (std::size_t bucket = page_size; bucket-- > 0;) {
            const std::uint64_t count = (*negative_.pages[i])[bucket];
            if (rank < count) {
                return -magnitude((negative_.first_page + i) * page_size + bucket, count - 1 - rank, count);
            }
            rank -= count;
        }
    }
    if (rank < zeros_) return 0;
    rank -= zeros_;
    for (std::size_t i = 0; i < positive_.pages.size(); ++i) {
        if (!positive_.pages[i]) continue;
        for (std::size_t bucket = 0; bucket < page_size; ++bucket) {
            const std::uint64_t count = (*positive_.pages[i])[bucket];
            if (rank < count) return magnitude((positive_.first_page + i) * page_size + bucket, rank, count);
            rank -= count;
        }
    }
    return 0;
}

double Histogram::least() const {
    if (const auto bucket = last_bucket(negative_)) return -magnitude(*bucket, 0, 1);
    if (zeros_ > 0) return 0;
    const auto bucket = first_bucket(positive_);
    return bucket ? magnitude(*bucket, 0, 1) : 0;
}

double Histogram::greatest() const {
    if (const auto bucket = last_bucket(positive_)) return magnitude(*bucket, 0, 1);
    if (zeros_ > 0) return 0;
    const auto bucket = first_bucket(negative_);
    return bucket ? -magnitude(*bucket, 0, 1) : 0;
}

std::optional<std::uint64_t> Histogram::first_bucket(const Side& side) {
    for (std::size_t i = 0; i < side.pages.size(); ++i) {
        for (std::size_t bucket = 0; side.pages[i] && bucket < page_size; ++bucket) {
            if ((*side.pages[i])[bucket] > 0) return (side.first_page + i) * page_size + bucket;
        }
    }
    return {};
}

std::optional<std::uint64_t> Histogram::last_bucket(const Side& side) {
    for (std::size_t i = side.pages.size(); i-- > 0;) {
        for (std::size_t bucket = page_size; side.pages[i] && bucket-- > 0;) {
            if ((*side.pages[i])[bucket] > 0) return (side.first_page + i) * page_size + bucket;
        }
    }
    return {};
}

double Histogram::quantile(double p) const {
    if (count_ == 0) return 0;
    const double position = std::clamp(p, 0.0, 1.0) * static_cast<double>(count_ - 1);
    const double below = std::floor(position);
    const double lower = at_rank(static_cast<std::uint64_t>(below));
    if (below == position) return lower;
    const double upper = at_rank(static_cast<std::uint64_t>(below) + 1);
    // Not by subtraction where both are the same infinity.
    return lower == upper ? lower : lower + (upper - lower) * (position - below);
}

std::size_t Histogram::memory() const {
    std::size_t bytes = 0;
    for (const Side* side : {&positive_, &negative_}) {
        bytes += side->pages.capacity() * sizeof(side->pages[0]);
        bytes += sizeof(Page) * static_cast<std::size_t>(std::ranges::count_if(
                                    side->pages, [](const auto& page) { return page != nullptr; }));
    }
    return bytes;
}

}  // namespace k6::metrics
