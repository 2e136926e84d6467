#include "js/regexp/cache.h"

namespace k6::js::regexp {

Result<std::shared_ptr<const Program>> PatternCache::compile(std::string_view source, const Flags& flags) {
    std::string key = flags.text();
    key += '/';
    key += source;
    {
        const std::lock_guard lock(mutex_);
        const auto found = programs_.find(key);
        if (found != programs_.end()) return found->second;
    }
    // Compiled outside of the lock: two threads may do it at the same time, and one result is kept.
    auto program = Program::compile(source, flags);
    if (!program) return program;
    const std::lock_guard lock(mutex_);
    if (programs_.size() >= capacity_) {
        std::erase_if(programs_, [](const auto& entry) { return entry.second.use_count() == 1; });
    }
    if (programs_.size() >= capacity_) return program;
    return programs_.try_emplace(std::move(key), *program).first->second;
}

std::size_t PatternCache::size() const {
    const std::lock_guard lock(mutex_);
    return programs_.size();
}

}  // namespace k6::js::regexp
