// The tags that the engine itself puts on samples, and which of them a run wants (option `systemTags`).
//
//   SystemTagSet tags = SystemTagSet::defaults();
//   if (tags.has(SystemTag::url)) …
//   SystemTagSet few = SystemTagSet::of(std::vector<std::string>{"url", "status"});  // unknown names are ignored
//
// Values; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace k6::metrics {

enum class SystemTag : std::uint8_t {
    proto,
    subproto,
    status,
    method,
    url,
    name,
    group,
    check,
    error,
    error_code,
    tls_version,
    scenario,
    service,
    expected_response,
    vu,
    iter,
    ocsp_status,
    ip,
};

struct SystemTagInfo {
    SystemTag tag;
    std::string_view name;
    bool on_by_default;
    /// Goes to a sample's metadata rather than to its tags: not selectable, and no part of a series' identity.
    bool metadata;
};

/// One row per SystemTag, in its order.
inline constexpr std::array system_tag_table = {
    SystemTagInfo{SystemTag::proto, "proto", true, false},
    SystemTagInfo{SystemTag::subproto, "subproto", true, false},
    SystemTagInfo{SystemTag::status, "status", true, false},
    SystemTagInfo{SystemTag::method, "method", true, false},
    SystemTagInfo{SystemTag::url, "url", true, false},
    SystemTagInfo{SystemTag::name, "name", true, false},
    SystemTagInfo{SystemTag::group, "group", true, false},
    SystemTagInfo{SystemTag::check, "check", true, false},
    SystemTagInfo{SystemTag::error, "error", true, false},
    SystemTagInfo{SystemTag::error_code, "error_code", true, false},
    SystemTagInfo{SystemTag::tls_version, "tls_version", true, false},
    SystemTagInfo{SystemTag::scenario, "scenario", true, false},
    SystemTagInfo{SystemTag::service, "service", true, false},
    SystemTagInfo{SystemTag::expected_response, "expected_response", true, false},
    SystemTagInfo{SystemTag::vu, "vu", false, true},
    SystemTagInfo{SystemTag::iter, "iter", false, true},
    SystemTagInfo{SystemTag::ocsp_status, "ocsp_status", false, false},
    SystemTagInfo{SystemTag::ip, "ip", false, false},
};

constexpr std::string_view to_string(SystemTag tag) { return system_tag_table[static_cast<std::size_t>(tag)].name; }
std::optional<SystemTag> system_tag_of(std::string_view name);

/// A set of system tags: the switch that every producer of samples asks before it sets one.
class SystemTagSet {
public:
    constexpr SystemTagSet() = default;
    constexpr SystemTagSet(std::initializer_list<SystemTag> tags) {
        for (SystemTag tag : tags) add(tag);
    }
    static constexpr SystemTagSet defaults() {
        SystemTagSet set;
        for (const SystemTagInfo& row : system_tag_table) {
            if (row.on_by_default) set.add(row.tag);
        }
        return set;
    }
    /// An explicit list replaces the default; an empty one switches all off; unknown names are ignored.
    static SystemTagSet of(std::span<const std::string> names);

    constexpr bool has(SystemTag tag) const { return (bits_ & bit(tag)) != 0; }
    constexpr void add(SystemTag tag) { bits_ |= bit(tag); }
    constexpr bool empty() const { return bits_ == 0; }

    /// The names in the order of SystemTag.
    std::vector<std::string> names() const;

    friend constexpr bool operator==(const SystemTagSet&, const SystemTagSet&) = default;

private:
    static constexpr std::uint32_t bit(SystemTag tag) { return std::uint32_t{1} << static_cast<unsigned>(tag); }
    std::uint32_t bits_ = 0;
};

}  // namespace k6::metrics
