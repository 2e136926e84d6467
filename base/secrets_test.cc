#include "base/secrets.h"

#include <gtest/gtest.h>

namespace k6 {
namespace {

std::string missing(const std::string& key) { return "no " + key; }

TEST(Secrets, ComeFromTheSourceThatIsNamedOrTheDefaultOne) {
    Redactor redactor;
    Secrets secrets(redactor);
    EXPECT_EQ(secrets.get("a").error().message, "no secret sources are configured");
    ASSERT_TRUE(secrets.add({.name = "one", .source = make_table_source({{"a", "1"}}, missing)}));
    EXPECT_EQ(secrets.get("a").value(), "1");
    ASSERT_TRUE(secrets.add({.name = "two", .source = make_table_source({{"a", "2"}}, missing)}));
    EXPECT_FALSE(secrets.get("a"));
    ASSERT_TRUE(secrets.add({.name = "three", .source = make_table_source({{"a", "3"}}, missing), .preferred = true}));
    EXPECT_EQ(secrets.get("a").value(), "3");
    EXPECT_EQ(secrets.get("a", "two").value(), "2");
    EXPECT_EQ(secrets.get("b").error().message, "no b");
    EXPECT_EQ(secrets.get("a", "four").error().message, "no secret source with name \"four\" is configured");
}

TEST(Secrets, HaveDifferentNamesAndOneDefault) {
    Redactor redactor;
    Secrets secrets(redactor);
    ASSERT_TRUE(secrets.add({.name = "one", .source = make_table_source({}, missing), .preferred = true}));
    EXPECT_EQ(secrets.add({.name = "one", .source = make_table_source({}, missing)}).error().error_class,
              ErrorClass::invalid_config);
    EXPECT_FALSE(secrets.add({.name = "two", .source = make_table_source({}, missing), .preferred = true}));
}

TEST(RedactingLogger, BlotsOutWhatWasObtained) {
    MemoryLogger lines;
    Redactor redactor;
    RedactingLogger log(lines, redactor);
    Secrets secrets(redactor);
    ASSERT_TRUE(secrets.add({.name = "s",
                             .source = make_table_source(
                                 {{"short", "tok"}, {"long", "token7"}, {"never", "hello"}, {"none", ""}}, missing)}));
    log.info("tok before it was asked for");
    for (const char* key : {"short", "long", "none"}) ASSERT_TRUE(secrets.get(key));
    log.info("token7 toktok hello", {{"url", "/?q=token7"}, {"group", "a"}});
    EXPECT_EQ(lines.lines(), (std::vector<std::string>{
                                 "info: tok before it was asked for",
                                 "info: ***SECRET_REDACTED*** ***SECRET_REDACTED******SECRET_REDACTED*** hello group=a "
                                 "url=\"/?q=***SECRET_REDACTED***\""}));
}

}  // namespace
}  // namespace k6
