#include "tools/demo_server/utf8.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace k6::demo {
namespace {

struct Row {
    std::string_view bytes;
    bool valid;
};

// The edges of RFC 3629 section 4's table.
constexpr Row kRows[] = {
    {"", true},
    {"plain", true},
    {"\xc2\x80", true},
    {"\xdf\xbf", true},
    {"\xe0\xa0\x80", true},
    {"\xed\x9f\xbf", true},
    {"\xee\x80\x80", true},
    {"\xf0\x90\x80\x80", true},
    {"\xf4\x8f\xbf\xbf", true},
    {"\x80", false},
    {"\xc0\x80", false},
    {"\xc1\xbf", false},
    {"\xc2", false},
    {"\xc2\x41", false},
    {"\xe0\x9f\xbf", false},
    {"\xed\xa0\x80", false},
    {"\xf0\x8f\xbf\xbf", false},
    {"\xf4\x90\x80\x80", false},
    {"\xf5\x80\x80\x80", false},
    {"\xff", false},
    {"ok\xe2\x82", false},
};

TEST(Utf8, WholeTexts) {
    for (const Row& row : kRows) EXPECT_EQ(is_utf8(row.bytes), row.valid) << row.bytes;
}

TEST(Utf8, CutAnywhere) {
    for (const Row& row : kRows) {
        for (std::size_t cut = 0; cut <= row.bytes.size(); ++cut) {
            Utf8Checker checker;
            bool valid =
                checker.feed(row.bytes.substr(0, cut)) && checker.feed(row.bytes.substr(cut)) && checker.is_complete();
            EXPECT_EQ(valid, row.valid) << row.bytes << " cut at " << cut;
        }
    }
}

TEST(Utf8, ReplacesWhatIsInvalid) {
    EXPECT_EQ(replace_invalid_utf8("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
    EXPECT_EQ(replace_invalid_utf8("a\xff\xc3\xbc\xc3"), "a\xef\xbf\xbd\xc3\xbc\xef\xbf\xbd");
    for (const Row& row : kRows) EXPECT_TRUE(is_utf8(replace_invalid_utf8(row.bytes))) << row.bytes;
}

}  // namespace
}  // namespace k6::demo
