// A reproducible stream of bytes: the same seed gives the same bytes, however they are cut.
//
//   PseudoRandomBytes bytes(seed);
//   std::string first = bytes.take(1024);
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

namespace k6::demo {

class PseudoRandomBytes {
public:
    explicit PseudoRandomBytes(std::uint64_t seed) : state_(seed) {}

    std::string take(std::size_t size) {
        std::string bytes(size, '\0');
        std::size_t at = 0;
        while (at < size) {
            if (left_ == 0) {
                word_ = next();
                left_ = sizeof word_;
            }
            std::size_t count = size - at < left_ ? size - at : left_;
            std::memcpy(bytes.data() + at, reinterpret_cast<const char*>(&word_) + (sizeof word_ - left_), count);
            at += count;
            left_ -= count;
        }
        return bytes;
    }

private:
    /// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    std::uint64_t state_;
    std::uint64_t word_ = 0;
    std::size_t left_ = 0;
};

}  // namespace k6::demo
