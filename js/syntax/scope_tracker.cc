#include "js/syntax/scope_tracker.h"

#include <algorithm>

namespace k6::js::syntax {

ScopeTracker::ScopeTracker(bool track_references) : table_(256), track_references_(track_references) {}

void ScopeTracker::enter(ScopeKind kind, std::size_t first_reference) {
    scopes_.push_back({next_scope_++, kind, first_reference});
}

void ScopeTracker::leave() {
    const Scope scope = scopes_.back();
    scopes_.pop_back();
    if (!track_references_ || scope.first_reference >= references_.size()) return;
    const auto first = references_.begin() + static_cast<std::ptrdiff_t>(scope.first_reference);
    const auto kept = std::remove_if(first, references_.end(), [this, &scope](const char* name) {
        return (find(scope.id, name) & ~static_cast<std::uint32_t>(kType)) != 0;
    });
    references_.erase(kept, references_.end());
    std::sort(first, references_.end());
    references_.erase(std::unique(first, references_.end()), references_.end());
}

std::size_t ScopeTracker::slot(std::uint32_t scope, const char* name) const {
    const std::size_t mask = table_.size() - 1;
    std::uint64_t hash =
        (reinterpret_cast<std::uintptr_t>(name) ^ (static_cast<std::uint64_t>(scope) << 40)) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 32;
    for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
        const Entry& entry = table_[at];
        if (entry.name == nullptr || (entry.name == name && entry.scope == scope)) return at;
    }
}

void ScopeTracker::grow() {
    std::vector<Entry> old(table_.size() * 2);
    old.swap(table_);
    for (const Entry& entry : old) {
        if (entry.name != nullptr) table_[slot(entry.scope, entry.name)] = entry;
    }
}

std::uint32_t& ScopeTracker::flags(std::uint32_t scope, std::string_view name) {
    std::size_t at = slot(scope, name.data());
    if (table_[at].name == nullptr) {
        if ((used_ + 1) * 2 > table_.size()) {
            grow();
            at = slot(scope, name.data());
        }
        ++used_;
        table_[at] = {name.data(), scope, 0};
    }
    return table_[at].flags;
}

std::uint32_t ScopeTracker::find(std::uint32_t scope, const char* name) const {
    return table_[slot(scope, name)].flags;
}

bool ScopeTracker::declare_lexical(std::string_view name) {
    constexpr std::uint32_t kConflicts = kVar | kLexical | kTopFunction | kBlockFunction | kParameter | kCatchSimple |
                                         kCatchPattern | kEnum | kNamespace;
    std::uint32_t& here = flags(scopes_.back().id, name);
    const bool free = (here & kConflicts) == 0;
    here |= kLexical;
    return free;
}

bool ScopeTracker::declare_var(std::string_view name, bool in_for_of) {
    for (std::size_t at = scopes_.size(); at-- > 0;) {
        const Scope& scope = scopes_[at];
        std::uint32_t& here = flags(scope.id, name);
        if ((here & (kLexical | kBlockFunction | kCatchPattern | kEnum)) != 0) return false;
        if (in_for_of && (here & kCatchSimple) != 0) return false;
        here |= kVar;
        if (is_var_scope(scope.kind)) break;
    }
    return true;
}

bool ScopeTracker::declare_function(std::string_view name, bool repeatable) {
    const Scope& scope = scopes_.back();
    std::uint32_t& here = flags(scope.id, name);
    if (is_var_scope(scope.kind) && scope.kind != ScopeKind::module) {
        const bool free = (here & (kLexical | kEnum)) == 0;
        here |= kTopFunction;
        return free;
    }
    if (!repeatable) return declare_lexical(name);
    const bool free = (here & (kVar | kLexical | kCatchSimple | kCatchPattern | kEnum | kNamespace)) == 0;
    here |= kBlockFunction;
    return free;
}

bool ScopeTracker::declare_parameter(std::string_view name) {
    std::uint32_t& here = flags(scopes_.back().id, name);
    const bool free = (here & kParameter) == 0;
    here |= kParameter;
    return free;
}

bool ScopeTracker::declare_catch_parameter(std::string_view name, bool simple) {
    std::uint32_t& here = flags(scopes_.back().id, name);
    const bool free = (here & (kCatchSimple | kCatchPattern)) == 0;
    here |= simple ? kCatchSimple : kCatchPattern;
    return free;
}

bool ScopeTracker::declare_mergeable(std::string_view name, bool is_namespace) {
    std::uint32_t& here = flags(scopes_.back().id, name);
    constexpr std::uint32_t kOthers =
        kVar | kLexical | kTopFunction | kBlockFunction | kParameter | kCatchSimple | kCatchPattern;
    const bool free = (here & kOthers) == 0 || (is_namespace && (here & kClassOrFunction) != 0);
    here |= is_namespace ? kNamespace : kEnum;
    return free;
}

bool ScopeTracker::declares_value(std::string_view name) const {
    return (find(scopes_.back().id, name.data()) & ~static_cast<std::uint32_t>(kType)) != 0;
}

bool ScopeTracker::declares_type(std::string_view name) const {
    return (find(scopes_.back().id, name.data()) & kType) != 0;
}

void ScopeTracker::sort_references() { std::sort(references_.begin(), references_.end()); }

bool ScopeTracker::is_referenced(std::string_view name) const {
    return std::binary_search(references_.begin(), references_.end(), name.data());
}

}  // namespace k6::js::syntax
