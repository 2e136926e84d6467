// Groups and checks: what both front ends record in the same way.
//
//   {
//       GroupScope group(vu, "login");                     // vu.group_path == "::login"
//       record_check(vu, "status is 200", status == 200);
//   }                                                       // records group_duration
//
// On the VU's fiber.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "engine/exec/vu.h"
#include "metrics/system_tags.h"

namespace k6 {

inline constexpr std::string_view group_separator = "::";

/// Whether `name` may name a group or a check.
inline bool valid_group_name(std::string_view name) { return name.find(group_separator) == std::string_view::npos; }
inline constexpr std::string_view invalid_group_name_message = "group and check names may not contain '::'";

/// While it lives, the VU's samples are tagged with a group below the current one; its end records group_duration with
/// the group's own path. `name` is valid. A group named "" at the root is the root.
class GroupScope {
public:
    GroupScope(Vu& vu, std::string_view name)
        : vu_(vu), outer_length_(vu.group_path.size()), begin_(vu.worker().now()) {
        if (outer_length_ > 0 || !name.empty()) {
            vu_.group_path += group_separator;
            vu_.group_path += name;
        }
        tag();
    }
    ~GroupScope() {
        vu_.record(metrics::Builtin::group_duration, vu_.tags(), to_milliseconds(vu_.worker().now() - begin_));
        vu_.group_path.resize(outer_length_);
        tag();
    }
    GroupScope(const GroupScope&) = delete;
    GroupScope& operator=(const GroupScope&) = delete;

private:
    // The other tags may have changed inside the group, so the group's is replaced rather than the whole set restored.
    void tag() {
        if (!vu_.plan().system_tags.has(metrics::SystemTag::group)) return;
        vu_.set_tags(vu_.tag_table().with(vu_.tags(), metrics::SystemTag::group, vu_.group_path));
    }

    Vu& vu_;
    std::size_t outer_length_;
    TimePoint begin_;
};

/// The VU's tags with some put over them, for samples that are recorded at once.
inline metrics::TagSetId sample_tags(Vu& vu, std::span<const metrics::Tag> extra) {
    metrics::TagTable& table = vu.tag_table();
    metrics::TagSetId tags = vu.tags();
    for (const metrics::Tag& tag : extra) {
        const metrics::TagUpdate update{table.key(tag.key), tag.value};
        tags = table.for_sample(tags, {&update, 1});
    }
    return tags;
}

/// Records one sample of `checks` and returns `passed`. `name` is valid; `at` is when the call began whose checks these
/// are.
inline bool record_check(Vu& vu, std::string_view name, bool passed, std::span<const metrics::Tag> extra,
                         TimePoint at) {
    metrics::TagSetId tags = sample_tags(vu, extra);
    if (vu.plan().system_tags.has(metrics::SystemTag::check)) {
        const metrics::TagUpdate update{metrics::tag_key(metrics::SystemTag::check), name};
        tags = vu.tag_table().for_sample(tags, {&update, 1});
    }
    vu.recorder().add(metrics::Builtin::checks, tags, passed ? 1 : 0, vu.worker().clock().wall_time(at),
                      vu.sample_metadata());
    return passed;
}
inline bool record_check(Vu& vu, std::string_view name, bool passed, std::span<const metrics::Tag> extra = {}) {
    return record_check(vu, name, passed, extra, vu.worker().now());
}

}  // namespace k6
