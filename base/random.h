// A small generator of random numbers: eight bytes of state, for things of which there are many.
//
//   RandomSource random(seed);
//   std::uniform_int_distribution<int> dice(1, 6);
//   dice(random);
//
// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). Not for secrets.
// One thread at a time.
#pragma once

#include <cstdint>
#include <limits>

namespace k6 {

class RandomSource {
public:
    using result_type = std::uint64_t;

    explicit RandomSource(std::uint64_t seed) noexcept : state_(seed) {}

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

    result_type operator()() noexcept {
        std::uint64_t mixed = state_ += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

private:
    std::uint64_t state_;
};

}  // namespace k6
