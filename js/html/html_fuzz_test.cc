#include <gtest/gtest.h>

#include "base/testing/mutations.h"

namespace k6::js {
namespace {

constexpr std::string_view seeds[] = {
    "ul > li:nth-child(2n+1):not(.off)\n<!DOCTYPE html><ul class=list><li>a<li class=off>b<li><b>c</b></ul>",
    "a[href^='/'] ~ p:has(b), :input\n<a href='/x'>1</a><p><b>2</b></p><form><input "
    "name=a><select><option>1</select></form>",
    "td:matches(^x)\n<table><td>x<tr><td>y</table><svg><path d=1/></svg><math><mi>z</math>",
    ":contains(\"t\")\n<script>var a='</b>';</script><style>b{}</style><textarea>\n&amp;t</textarea><!-- c -->",
    "*\n<b><p><i></b>x</p></i><template><td></template><frameset>",
};
constexpr std::string_view pieces[] = {
    "<b>",       "</b>",     "<table>", "<tr>",     "<p>",   "<svg>", "</",    "<!--", "-->", "&amp;",
    "&#x1F600;", "=\"",      "'",       "\n",       ":not(", ")",     "[a=b]", " > ",  " ~ ", ":nth-child(-n+3)",
    "\\",        "<select>", "<a>",     "<button>", "<nobr>"};

TEST(HtmlFuzz, SeedsAndMutations) { fuzz_mutations(seeds, pieces, {.rounds = 20'000}); }

}  // namespace
}  // namespace k6::js
