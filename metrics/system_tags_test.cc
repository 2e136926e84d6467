#include "metrics/system_tags.h"

#include <gtest/gtest.h>

namespace k6::metrics {
namespace {

TEST(SystemTags, DefaultsLeaveOutFour) {
    const SystemTagSet tags = SystemTagSet::defaults();
    for (const SystemTagInfo& row : system_tag_table) {
        const bool off = row.name == "vu" || row.name == "iter" || row.name == "ocsp_status" || row.name == "ip";
        EXPECT_EQ(tags.has(row.tag), !off) << row.name;
        EXPECT_EQ(system_tag_of(row.name), row.tag);
        EXPECT_EQ(to_string(row.tag), row.name);
    }
}

TEST(SystemTags, AListReplacesTheDefaultsAndIgnoresUnknownNames) {
    const SystemTagSet tags = SystemTagSet::of(std::vector<std::string>{"ip", "nope", "url"});
    EXPECT_EQ(tags, (SystemTagSet{SystemTag::url, SystemTag::ip}));
    EXPECT_EQ(tags.names(), (std::vector<std::string>{"url", "ip"}));
    EXPECT_TRUE(SystemTagSet::of({}).empty());
}

}  // namespace
}  // namespace k6::metrics
