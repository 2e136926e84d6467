#include <gtest/gtest.h>

#include <string>

#include "base/secrets.h"
#include "js/runner/testing/script_world.h"

namespace k6::js {
namespace {

std::string missing(const std::string&) { return "no value"; }

TEST(SecretsModule, GetsFromTheDefaultSourceAndFromOthersByName) {
    Redactor redactor;
    Secrets secrets(redactor);
    ASSERT_TRUE(
        secrets.add({.name = "mock", .source = make_table_source({{"k", "first"}}, missing), .preferred = true}));
    ASSERT_TRUE(secrets.add({.name = "other", .source = make_table_source({{"k", "second"}}, missing)}));
    ScriptWorld world;
    world.secrets = &secrets;
    const ScriptEnd end = world.run(
        "import secrets from 'k6/secrets';\n"
        "export default async function () {\n"
        "  console.log(Object.keys(secrets), secrets.get('k') instanceof Promise);\n"
        "  console.log(await secrets.get('k'), await secrets.source('other').get('k'));\n"
        "  for (const wrong of [() => secrets.get('none'), () => secrets.source('third').get('k')]) {\n"
        "    try { await wrong() } catch (e) { console.log(e instanceof Error, String(e)) }\n"
        "  }\n"
        "}");
    EXPECT_EQ(end.error, "");
    EXPECT_EQ(end.printed(),
              "[ \"get\", \"source\" ] true\nfirst second\nfalse no value\n"
              "false no secret source with name \"third\" is configured");
    EXPECT_EQ(redactor.redacted("first second").value_or(""), "***SECRET_REDACTED*** ***SECRET_REDACTED***");
}

TEST(SecretsModule, HasNothingWithoutSources) {
    ScriptWorld world;
    const ScriptEnd end = world.run(
        "import secrets from 'k6/secrets';\n"
        "export default async function () { await secrets.get('k').catch((e) => console.log(e.message)) }");
    EXPECT_EQ(end.printed(), "no secret sources are configured");
}

}  // namespace
}  // namespace k6::js
