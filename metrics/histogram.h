// A log-linear histogram over all doubles: 2^9 equal buckets per power of two, on both sides of zero.
//
// A bucket's index is the top bits of the double itself (sign, exponent, first nine bits of the mantissa), so recording
// is a shift and an increment. A bucket is at most 1/512 of its values wide: quantiles are off by less than 0.2 %,
// whatever the distribution. Counts live in pages made when first needed. Two histograms add bucket by bucket: merging
// is exact, and how samples were spread over histograms makes no difference.
//
//   Histogram histogram;
//   histogram.record(12.5);
//   histogram.quantile(0.95);
//
// Owned by one thread at a time; a value (copyable).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace k6::metrics {

class Histogram {
public:
    /// The width of a bucket relative to the values in it: the bound of a quantile's relative error.
    static constexpr double relative_bucket_width = 1.0 / 512;

    /// `value` must not be NaN.
    void record(double value) {
        const auto bits = std::bit_cast<std::uint64_t>(value);
        const auto bucket = static_cast<std::uint32_t>(bits << 1 >> (64 - index_bits));
        ++count_;
        // Zero, and the subnormal numbers too small to have a bucket of their own.
        if (bucket == 0) {
            ++zeros_;
            return;
        }
        Side& side = (bits >> 63) != 0 ? negative_ : positive_;
        const std::size_t page = bucket / page_size - side.first_page;
        if (page < side.pages.size() && side.pages[page]) {
            ++(*side.pages[page])[bucket % page_size];
        } else {
            ++new_page(side, bucket / page_size)[bucket % page_size];
        }
    }

    void merge(const Histogram& other);
    /// Takes away the counts of `earlier`, a former state of this histogram.
    void subtract(const Histogram& earlier);

    std::uint64_t count() const { return count_; }

    /// The value at rank `p * (count - 1)` of the sorted values, interpolated between neighbours as the exact rule
    /// does; 0 when empty. `p` in [0, 1].
    double quantile(double p) const;

    /// The middles of the lowest and of the highest bucket in use; 0 when empty.
    double least() const;
    double greatest() const;

    /// Bytes of the pages and their directories.
    std::size_t memory() const;

private:
    friend class SinkCodec;
    static constexpr unsigned index_bits = 11 + 9;
    static constexpr std::size_t page_size = 128;
    using Page = std::array<std::uint64_t, page_size>;

    /// Buckets of one sign by increasing magnitude; pages[i] holds those from (first_page + i) * page_size.
    struct Side {
        std::size_t first_page = 0;
        std::vector<std::unique_ptr<Page>> pages;

        Side() = default;
        Side(const Side& other);
        Side& operator=(const Side& other);
        Side(Side&&) noexcept = default;
        Side& operator=(Side&&) noexcept = default;
        ~Side() = default;
    };

    static Page& new_page(Side& side, std::size_t number);
    static void merge(Side& into, const Side& from);
    static std::optional<std::uint64_t> first_bucket(const Side& side);
    static std::optional<std::uint64_t> last_bucket(const Side& side);
    /// The value of the sample with `rank` samples before it.
    double at_rank(std::uint64_t rank) const;

    std::uint64_t count_ = 0;
    std::uint64_t zeros_ = 0;
    Side positive_;
    Side negative_;
};

}  // namespace k6::metrics
