#include "js/json_select/json_select.h"

#include <gtest/gtest.h>

#include "js/json_select/json_text.h"

namespace k6::js {
namespace {

constexpr std::string_view people = R"({
  "name": {"first": "Tom", "last": "Anderson"},
  "age": 37,
  "children": ["Sara", "Alex", "Jack"],
  "fav.movie": "Deer Hunter",
  "none": null,
  "friends": [
    {"first": "Dale", "last": "Murphy", "age": 44, "nets": ["ig", "fb", "tw"], "ok": true},
    {"first": "Roger", "last": "Craig", "age": 68, "nets": ["fb", "tw"], "ok": false},
    {"first": "Jane", "last": "Murphy", "age": 47, "nets": ["ig", "tw"]}
  ]
})";

std::string selected(std::string_view json, std::string_view path) {
    const auto found = select_json(json, path);
    return found ? without_blanks(*found) : "(nothing)";
}

struct Case {
    std::string_view path;
    std::string_view expected;
};

class Selects : public ::testing::TestWithParam<Case> {};

TEST_P(Selects, FromThePeople) { EXPECT_EQ(selected(people, GetParam().path), GetParam().expected) << GetParam().path; }

INSTANTIATE_TEST_SUITE_P(
    Members, Selects,
    ::testing::Values(Case{"name.last", R"("Anderson")"}, Case{"age", "37"}, Case{"none", "null"},
                      Case{"children", R"(["Sara","Alex","Jack"])"}, Case{"children.1", R"("Alex")"},
                      Case{"children.01", R"("Alex")"}, Case{"children.3", "(nothing)"},
                      Case{"children.-1", "(nothing)"}, Case{"children.x", "(nothing)"}, Case{"nope", "(nothing)"},
                      Case{"", "(nothing)"}, Case{"age.x", "(nothing)"}, Case{"fav\\.movie", R"("Deer Hunter")"},
                      Case{"fav.movie", "(nothing)"}, Case{"child*.2", R"("Jack")"}, Case{"c?ildren.0", R"("Sara")"},
                      Case{"*.first", R"("Tom")"}, Case{"n*.first", R"("Tom")"}, Case{"children.#", "3"},
                      Case{"children|#", "3"}, Case{"friends.#", "3"}, Case{"name.#", "(nothing)"}));

INSTANTIATE_TEST_SUITE_P(
    Arrays, Selects,
    ::testing::Values(Case{"friends.#.first", R"(["Dale","Roger","Jane"])"}, Case{"friends.#.ok", "[true,false]"},
                      Case{"friends.#.nope", "[]"}, Case{"friends.#.nets.#", "[3,2,2]"},
                      Case{"friends.#.nets.0", R"(["ig","fb","ig"])"}, Case{"friends.#.first|#", "3"},
                      Case{"friends.#.first|1", R"("Roger")"}, Case{"friends.#.first.0", "[]"},
                      Case{"friends|0|first", R"("Dale")"}, Case{"friends.0|first", R"("Dale")"},
                      Case{"friends|first", "(nothing)"},
                      Case{"friends.#.{first,age}",
                           R"([{"first":"Dale","age":44},{"first":"Roger","age":68},{"first":"Jane","age":47}])"}));

INSTANTIATE_TEST_SUITE_P(
    Queries, Selects,
    ::testing::Values(
        Case{R"(friends.#(first=="Dale").age)", "44"}, Case{R"(friends.#(last=="Murphy").first)", R"("Dale")"},
        Case{R"(friends.#(last=="Murphy")#.first)", R"(["Dale","Jane"])"},
        Case{R"(friends.#(last="Murphy")#.first)", R"(["Dale","Jane"])"},
        Case{R"(friends.#[last=="Murphy"]#.first)", R"(["Dale","Jane"])"},
        Case{R"(friends.#(last==Murphy)#.first)", R"(["Dale","Jane"])"},
        Case{"friends.#(age>45)#.last", R"(["Craig","Murphy"])"},
        Case{"friends.#(age>40)#.first", R"(["Dale","Roger","Jane"])"}, Case{"friends.#( age >= 47 )#.age", "[68,47]"},
        Case{"friends.#(age<47)#.age", "[44]"}, Case{"friends.#(age<=47)#.age", "[44,47]"},
        Case{"friends.#(age!=47)#.age", "[44,68]"}, Case{R"(friends.#(first%"D*").last)", R"("Murphy")"},
        Case{R"(friends.#(first!%"D*").last)", R"("Craig")"},
        Case{R"(friends.#(nets.#(=="fb"))#.first)", R"(["Dale","Roger"])"}, Case{R"(children.#(!%"*a*"))", R"("Alex")"},
        Case{R"(children.#(%"*a*")#)", R"(["Sara","Jack"])"}, Case{R"(children.#(="Jack"))", R"("Jack")"},
        Case{R"(children.#(>"B")#)", R"(["Sara","Jack"])"}, Case{"friends.#(ok)#.first", R"(["Dale","Roger"])"},
        Case{"friends.#(ok==true)#.first", R"(["Dale"])"}, Case{"friends.#(ok!=true)#.first", R"(["Roger"])"},
        Case{"friends.#(ok==~false)#.first", R"(["Roger","Jane"])"},
        Case{"friends.#(ok==~*)#.first", R"(["Dale","Roger"])"},
        Case{R"(friends.#(last="Murphy")#|first)", "(nothing)"}, Case{R"(friends.#(last="Murphy")#.0)", "[]"},
        Case{R"(friends.#(last="Murphy")#|0.first)", R"("Dale")"}, Case{R"(friends.#(last="Murphy")#.#)", "[]"},
        Case{R"(friends.#(last="Murphy")#|#)", "2"}, Case{R"(friends.#(last="Nobody")#)", "[]"},
        Case{R"(friends.#(last="Nobody"))", "(nothing)"}, Case{R"(friends.#(last="Nobody")#|#)", "0"},
        Case{"friends.#(age>", "(nothing)"}, Case{"friends.#()", "(nothing)"}, Case{"name.#(first)", "(nothing)"}));

INSTANTIATE_TEST_SUITE_P(Composed, Selects,
                         ::testing::Values(Case{"{name.first,age}", R"({"first":"Tom","age":37})"},
                                           Case{R"({name.first,age,"murphys":friends.#(last="Murphy")#.first})",
                                                R"({"first":"Tom","age":37,"murphys":["Dale","Jane"]})"},
                                           Case{"{x:age}", R"({"x":37})"},
                                           Case{"[name.first,nope,age]", R"(["Tom",37])"},
                                           Case{"[age,[age]]", "[37,[37]]"}, Case{"{friends.#}", R"({"_":3})"},
                                           Case{"name.{first,l:last}", R"({"first":"Tom","l":"Anderson"})"},
                                           Case{R"({age,"company":!"Happy"})", R"({"age":37,"company":"Happy"})"},
                                           Case{R"(!"x")", R"("x")"}, Case{"!true", "true"},
                                           Case{"!nonsense", "(nothing)"}, Case{"{age", "(nothing)"},
                                           Case{"{age}.age", "37"}, Case{"[age,age].#", "2"}, Case{"..#", "1"},
                                           Case{"..0.age", "37"}, Case{"..#.age", "[37]"}));

INSTANTIATE_TEST_SUITE_P(
    Modifiers, Selects,
    ::testing::Values(
        Case{"children.@reverse", R"(["Jack","Alex","Sara"])"}, Case{"children.@reverse.0", R"("Jack")"},
        Case{"children|@reverse|0", R"("Jack")"}, Case{"name.@reverse", R"({"last":"Anderson","first":"Tom"})"},
        Case{"name.@keys", R"(["first","last"])"}, Case{"name.@values", R"(["Tom","Anderson"])"},
        Case{"children.@keys", "[null,null,null]"}, Case{"age.@keys", "[]"}, Case{"@this.age", "37"},
        Case{"age.@this", "37"}, Case{"friends.#.nets.@flatten", R"([["ig","fb","tw"],["fb","tw"],["ig","tw"]])"},
        Case{"friends.#.nets|@flatten", R"(["ig","fb","tw","fb","tw","ig","tw"])"},
        Case{"[[age,[age]]]|@flatten", "[37,[37]]"}, Case{R"([[age,[age]]]|@flatten:{"deep":true})", "[37,37]"},
        Case{"friends.#.{first}|@join", R"({"first":"Jane"})"},
        Case{R"(friends.#.{first}|@join:{"preserve":true}|@values|#)", "3"},
        Case{"name.@ugly", R"({"first":"Tom","last":"Anderson"})"}, Case{"name.@pretty.first", R"("Tom")"},
        Case{"name.@valid.first", R"("Tom")"}, Case{"age.@tostr", R"("37")"}, Case{R"(!"[1,2]".@fromstr.#)", "2"},
        Case{R"(!"[1,".@fromstr)", "(nothing)"},
        Case{"{a:children,n:friends.#.age}.@group.1", R"({"a":"Alex","n":68})"},
        Case{"@dig:last", R"(["Anderson","Murphy","Craig","Murphy"])"}, Case{"@nope", "(nothing)"}));

TEST(JsonSelect, TakesTheFirstOfEqualKeys) {
    EXPECT_EQ(selected(R"({"a":1,"a":2})", "a"), "1");
    EXPECT_EQ(selected(R"({"a":{"x":1},"a":{"b":2}})", "a.b"), "2");
}

TEST(JsonSelect, ReadsEscapedKeys) {
    EXPECT_EQ(selected(R"({"a\"b":1,"\u00e9":2,"@type":3,"":4})", "a\"b"), "1");
    EXPECT_EQ(selected(R"({"a\"b":1,"\u00e9":2,"@type":3,"":4})", "é"), "2");
    EXPECT_EQ(selected(R"({"a\"b":1,"\u00e9":2,"@type":3,"":4})", "@type"), "3");
    EXPECT_EQ(selected(R"({"#":1})", "#"), "1");
}

TEST(JsonSelect, RootArraysAndScalars) {
    EXPECT_EQ(selected(R"([{"a":1},{"a":2}])", "1.a"), "2");
    EXPECT_EQ(selected(" [1,2 , 3] ", "#"), "3");
    EXPECT_EQ(selected("[]", "#"), "0");
    EXPECT_EQ(selected("[[1,2],[3]]", "#.#"), "[2,1]");
    EXPECT_EQ(selected("5", "a"), "(nothing)");
    EXPECT_EQ(selected("5", "@this"), "5");
}

TEST(JsonSelect, ANestedSelectorEndsSomewhere) {
    const std::string deep_json = std::string(100'000, '[') + std::string(100'000, ']');
    std::string path = "0";
    for (int i = 0; i < 100'000; ++i) path += ".0";
    EXPECT_EQ(selected(deep_json, path), "(nothing)");
    EXPECT_EQ(selected("{}", std::string(100'000, '[')), "(nothing)");
    EXPECT_EQ(selected("{}", std::string(1'000, '[') + std::string(1'000, ']')).substr(0, 3), "[[[");
}

TEST(JsonSelect, Wildcards) {
    EXPECT_TRUE(matches_wildcard("", "*"));
    EXPECT_TRUE(matches_wildcard("abc", "a*c"));
    EXPECT_TRUE(matches_wildcard("abcbc", "a*bc"));
    EXPECT_TRUE(matches_wildcard("é", "?"));
    EXPECT_TRUE(matches_wildcard("a*c", "a\\*c"));
    EXPECT_FALSE(matches_wildcard("abc", "a\\*c"));
    EXPECT_FALSE(matches_wildcard("abc", "ab"));
    EXPECT_FALSE(matches_wildcard("ab", "abc"));
    EXPECT_FALSE(matches_wildcard("", "?"));
    EXPECT_FALSE(matches_wildcard(std::string(5'000, 'a'), "*a*a*a*a*a*a*b"));
}

TEST(JsonText, NamesTheFirstProblem) {
    const auto problem = [](std::string_view text) {
        const auto found = check_json(text);
        return found ? std::to_string(found->line) + ":" + std::to_string(found->column) + " " + found->message
                     : "fine";
    };
    EXPECT_EQ(problem(R"( {"a": [1, -2.5e+3, "x\u00e9\n", true, false, null, {}], "b": []} )"), "fine");
    EXPECT_EQ(problem("{\"a\":1,\n\"b\":}"), "2:5 invalid character '}' looking for beginning of value");
    EXPECT_EQ(problem("{\"a\":1"), "1:6 unexpected end of JSON input");
    EXPECT_EQ(problem(""), "1:0 unexpected end of JSON input");
    EXPECT_EQ(problem("<html>"), "1:1 invalid character '<' looking for beginning of value");
    EXPECT_EQ(problem("{é"), "1:2 invalid character 'é' looking for beginning of object key string");
    EXPECT_EQ(problem("[\"é\" x"), "1:6 invalid character 'x' after array element");
    EXPECT_EQ(problem("{\"a\" 1}"), "1:6 invalid character '1' after object key");
    EXPECT_EQ(problem("{\"a\":1 2}"), "1:8 invalid character '2' after object key:value pair");
    EXPECT_EQ(problem("1 2"), "1:3 invalid character '2' after top-level value");
    EXPECT_EQ(problem("tru "), "1:4 invalid character ' ' in literal true (expecting 'e')");
    EXPECT_EQ(problem("\"a\nb\""), "1:3 invalid character '\\n' in string literal");
    EXPECT_EQ(problem("\"\\x\""), "1:3 invalid character 'x' in string escape code");
    EXPECT_EQ(problem("01"), "1:2 invalid character '1' after top-level value");
    EXPECT_EQ(problem("[1,]"), "1:4 invalid character ']' looking for beginning of value");
    EXPECT_EQ(problem("-"), "1:1 unexpected end of JSON input");
}

TEST(JsonText, ReadsStrings) {
    EXPECT_EQ(json_string_text(R"("a\n\"\u00e9\ud83d\ude00\ud800x")"), "a\n\"é😀\xEF\xBF\xBDx");
    EXPECT_EQ(to_json_string("a\"\\\n\x01"), R"("a\"\\\n\u0001")");
}

}  // namespace
}  // namespace k6::js
