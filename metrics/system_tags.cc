#include "metrics/system_tags.h"

#include <algorithm>

namespace k6::metrics {
namespace {

constexpr bool table_is_in_order() {
    for (std::size_t i = 0; i < system_tag_table.size(); ++i) {
        if (static_cast<std::size_t>(system_tag_table[i].tag) != i) return false;
    }
    return static_cast<std::size_t>(SystemTag::ip) + 1 == system_tag_table.size();
}
static_assert(table_is_in_order(), "system_tag_table has one row per SystemTag, in its order");

}  // namespace

std::optional<SystemTag> system_tag_of(std::string_view name) {
    const auto row = std::ranges::find(system_tag_table, name, &SystemTagInfo::name);
    if (row == system_tag_table.end()) return std::nullopt;
    return row->tag;
}

SystemTagSet SystemTagSet::of(std::span<const std::string> names) {
    SystemTagSet set;
    for (const std::string& name : names) {
        if (const auto tag = system_tag_of(name)) set.add(*tag);
    }
    return set;
}

std::vector<std::string> SystemTagSet::names() const {
    std::vector<std::string> names;
    for (const SystemTagInfo& row : system_tag_table) {
        if (has(row.tag)) names.emplace_back(row.name);
    }
    return names;
}

}  // namespace k6::metrics
