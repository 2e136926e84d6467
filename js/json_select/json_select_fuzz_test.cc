#include <gtest/gtest.h>

#include "base/testing/mutations.h"

namespace k6::js {
namespace {

constexpr std::string_view seeds[] = {
    "friends.#(age>40)#.first\n{\"friends\":[{\"first\":\"Dale\",\"age\":44},{\"first\":\"Roger\",\"age\":68}]}",
    "{a,\"k\":b.c|@reverse}\n{\"a\":[1,2,3],\"b\":{\"c\":\"x\\u00e9\\\"\"}}",
    "..#.#(%\"a*\").@flatten:{\"deep\":true}\n[[\"ab\",[1e3]],null,true]",
    "a\\.b.*.?|0\n{\"a.b\":{\"x\":[-1.5]}}",
    "@dig:x\n{\"x\":{\"x\":[{\"x\":1}]}}",
};

constexpr std::string_view pieces[] = {"#",        "#(",     ")#",      "|",    ".",   "@reverse", "@join", "@group",
                                       "@fromstr", "@tostr", "@pretty", "!",    "{",   "}",        "[",     "]",
                                       "\"",       "\\",     ":",       ",",    "*",   "?",        "==",    "!%",
                                       ">=",       "~*",     "..",      "null", "1e9", "\\ud800"};

TEST(JsonSelectFuzz, SeedsAndMutations) { fuzz_mutations(seeds, pieces, {.rounds = 20'000}); }

}  // namespace
}  // namespace k6::js
