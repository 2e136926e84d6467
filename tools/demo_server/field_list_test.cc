#include "tools/demo_server/field_list.h"

#include <gtest/gtest.h>

#include <string>

namespace k6::demo {
namespace {

TEST(FieldList, KeepsOrderAndCase) {
    FieldList fields;
    fields.add("X-B", "2");
    fields.add("x-a", "1");
    fields.add("X-B", "3");
    std::string seen;
    for (const Field& field : fields) seen.append(field.name).append("=").append(field.value).append(";");
    EXPECT_EQ(seen, "X-B=2;x-a=1;X-B=3;");
    EXPECT_EQ(fields.size(), 3u);
    EXPECT_EQ(fields.count("x-b"), 2u);
}

TEST(FieldList, FindsTheFirstInAnyCase) {
    FieldList fields;
    EXPECT_EQ(fields.find("a"), std::nullopt);
    fields.add("Content-Type", "text/plain");
    fields.add("content-type", "other");
    EXPECT_EQ(fields.find("CONTENT-TYPE"), "text/plain");
    EXPECT_EQ(fields.find("Content"), std::nullopt);
}

TEST(FieldList, TakesPiecesAndTrimsTheEndOfAValue) {
    FieldList fields;
    fields.begin_field();
    fields.extend_name("X-");
    fields.extend_name("Long");
    fields.extend_value("one ");
    fields.extend_value("two \t ");
    fields.trim_value();
    fields.add("Empty", "");
    fields.trim_value();
    EXPECT_EQ(fields.find("X-Long"), "one two");
    EXPECT_EQ(fields.find("Empty"), "");
    fields.clear();
    EXPECT_TRUE(fields.empty());
    fields.add("Again", "1");
    EXPECT_EQ(fields[0].name, "Again");
}

}  // namespace
}  // namespace k6::demo
