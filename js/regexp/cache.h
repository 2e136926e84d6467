// Compiled expressions shared by everybody who uses the same ones.
//
//   PatternCache cache;
//   auto program = cache.compile("\\d+", flags);       // compiled once, then found
//
// Any thread. A SharedScript has one for all States that run it, so that a VU does not pay for the script's literals.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "js/regexp/program.h"

namespace k6::js::regexp {

class PatternCache {
public:
    /// How many expressions are kept; beyond it, those that nobody else uses are dropped.
    explicit PatternCache(std::size_t capacity = 1000) : capacity_(capacity) {}

    Result<std::shared_ptr<const Program>> compile(std::string_view source, const Flags& flags);
    std::size_t size() const;

private:
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, std::shared_ptr<const Program>> programs_;
};

}  // namespace k6::js::regexp
