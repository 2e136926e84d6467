#include "js/html/selector.h"

#include <gtest/gtest.h>

namespace k6::js::html {
namespace {

constexpr std::string_view page_text = R"(<!DOCTYPE html><html lang="en"><head><title>T</title></head><body>
<h1 id="top" class="big title">Title</h1>
<ul class="list"><li id="l1" class="a">one</li><li id="l2" class="b off">two</li><li id="l3" class="c">Three</li><li id="l4"></li></ul>
<div id="d1"><p id="p1">text <b id="b1">bold</b></p><span id="s1" lang="de-AT">x</span><p id="p2"><!-- c --></p></div>
<form id="f"><input id="i1" type="text" name="n" disabled><input id="i2" type="checkbox" checked>
<select id="sel"><option id="o1" selected>1</option><option id="o2">2</option></select>
<textarea id="t"></textarea><button id="bt">go</button>
<fieldset id="fs" disabled><legend id="lg"><input id="i3"></legend><input id="i4"></fieldset></form>
<a id="a1" href="/x/y.html" data-k="v-1 w">link</a><a id="a2">none</a>
</body></html>)";

std::string ids(std::string_view selector) {
    static const auto page = Document::parse(page_text);
    const auto compiled = Selector::compile(selector);
    if (!compiled) return "(no selector)";
    std::string out;
    for (const Node* node : compiled->all_in(page->root())) {
        if (!out.empty()) out += ' ';
        out += node->attribute_or("id", node->name);
    }
    return out;
}

struct Case {
    std::string_view selector;
    std::string_view expected;
};
class Selects : public ::testing::TestWithParam<Case> {};
TEST_P(Selects, ById) { EXPECT_EQ(ids(GetParam().selector), GetParam().expected) << GetParam().selector; }

INSTANTIATE_TEST_SUITE_P(Simple, Selects,
                         ::testing::Values(Case{"h1", "top"}, Case{"H1", "top"}, Case{"#l2", "l2"}, Case{".off", "l2"},
                                           Case{"li.b.off", "l2"}, Case{"h1, #l1 , .c", "top l1 l3"},
                                           Case{".big.title", "top"}, Case{".tit", ""}, Case{"li#l1", "l1"},
                                           Case{"*#l1", "l1"}, Case{"#\\6c 1", "l1"}, Case{"  #l1  ", "l1"},
                                           Case{"#l1/* x */", "l1"}));
INSTANTIATE_TEST_SUITE_P(Attributes, Selects,
                         ::testing::Values(Case{"[data-k]", "a1"}, Case{"a[href]", "a1"},
                                           Case{"[href='/x/y.html']", "a1"}, Case{"[href=\"/x/y.html\"]", "a1"},
                                           Case{"[type=text]", "i1"}, Case{"[href^='/x']", "a1"},
                                           Case{"[href$='.html']", "a1"}, Case{"[href*=y]", "a1"},
                                           Case{"[data-k~=w]", "a1"}, Case{"[data-k~=v]", ""}, Case{"[lang|=de]", "s1"},
                                           Case{"[lang|=d]", ""}, Case{"[type=TEXT]", ""}, Case{"[type=TEXT i]", "i1"},
                                           Case{"a[href!='/x/y.html']", "a2"}, Case{"[href^='']", ""},
                                           Case{"[ type = text ]", "i1"}, Case{"[href#=^/x/[a-z]+]", "a1"}));
INSTANTIATE_TEST_SUITE_P(Combinators, Selects,
                         ::testing::Values(Case{"ul li", "l1 l2 l3 l4"}, Case{"ul > li", "l1 l2 l3 l4"},
                                           Case{"body>li", ""}, Case{"div b", "b1"}, Case{"div > b", ""},
                                           Case{"div>p>b", "b1"}, Case{"#l1 + li", "l2"}, Case{"#l1+#l3", ""},
                                           Case{"#l1 ~ li", "l2 l3 l4"}, Case{"#l1 ~ .c", "l3"},
                                           Case{"#l1 + li ~ li", "l3 l4"}, Case{"h1 ~ div p + span", "s1"},
                                           Case{"body > ul li ~ #l3 + li", "l4"}, Case{"html body div p b", "b1"},
                                           Case{"h1 ~ ul ~ div > span", "s1"}));
INSTANTIATE_TEST_SUITE_P(Tree, Selects,
                         ::testing::Values(Case{"li:first-child", "l1"}, Case{"li:last-child", "l4"},
                                           Case{"li:nth-child(2)", "l2"}, Case{"li:nth-child(odd)", "l1 l3"},
                                           Case{"li:nth-child(EVEN)", "l2 l4"}, Case{"li:nth-child(2n+1)", "l1 l3"},
                                           Case{"li:nth-child( -n + 2 )", "l1 l2"}, Case{"li:nth-child(n+3)", "l3 l4"},
                                           Case{"li:nth-child(n)", "l1 l2 l3 l4"}, Case{"li:nth-last-child(1)", "l4"},
                                           Case{"li:nth-child(0)", ""}, Case{"b:only-child", "b1"},
                                           Case{"span:only-of-type", "s1"}, Case{"#d1 > p:first-of-type", "p1"},
                                           Case{"#d1 > p:last-of-type", "p2"}, Case{"p:nth-of-type(2)", "p2"},
                                           Case{"p:nth-last-of-type(2)", "p1"}, Case{":root", "html"},
                                           Case{"html:first-child", "html"}, Case{"li:empty", "l4"},
                                           Case{"p:empty", "p2"}));
INSTANTIATE_TEST_SUITE_P(State, Selects,
                         ::testing::Values(Case{":checked", "i2 o1"}, Case{":disabled", "i1 fs i4"},
                                           Case{"input:enabled", "i2 i3"}, Case{":link", "a1"},
                                           Case{"span:lang(de)", "s1"}, Case{"h1:lang(en)", "top"},
                                           Case{"h1:lang(e)", ""}, Case{"form > :input", "i1 i2 sel t bt"},
                                           Case{"a:hover", ""}));
INSTANTIATE_TEST_SUITE_P(Logic, Selects,
                         ::testing::Values(Case{"li:not(.a)", "l2 l3 l4"}, Case{"li:not(.a, .c)", "l2 l4"},
                                           Case{"li:not(ul > .a)", "l2 l3 l4"}, Case{"p:has(b)", "p1"},
                                           Case{"div:has(b, i)", "d1"}, Case{"div:has(p > b)", "d1"},
                                           Case{"div:haschild(b)", ""}, Case{"div:haschild(p)", "d1"},
                                           Case{"li:contains('THREE')", "l3"}, Case{"p:contains(bold)", "p1"},
                                           Case{"p:containsOwn('bold')", ""}, Case{"p:containsOwn('text')", "p1"},
                                           Case{"li:matches(^t\\w+)", "l2"}, Case{"li:matches((?i)^t(w|h))", "l2 l3"},
                                           Case{"p:matchesOwn(bold)", ""}));
INSTANTIATE_TEST_SUITE_P(Invalid, Selects,
                         ::testing::Values(Case{"li[", "(no selector)"}, Case{"li:first", "(no selector)"},
                                           Case{"li:eq(1)", "(no selector)"}, Case{":visible", "(no selector)"},
                                           Case{":is(li)", "(no selector)"}, Case{"li::before", "(no selector)"},
                                           Case{"", "(no selector)"}, Case{",", "(no selector)"},
                                           Case{"li,", "(no selector)"}, Case{"> li", "(no selector)"},
                                           Case{"li >", "(no selector)"}, Case{"li > > b", "(no selector)"},
                                           Case{"#1", ""}, Case{".1", "(no selector)"}, Case{"[a=]", "(no selector)"},
                                           Case{"[a=1]", "(no selector)"}, Case{"li)", "(no selector)"},
                                           Case{"li:not(", "(no selector)"}, Case{":not()", "(no selector)"},
                                           Case{":nth-child(x)", "(no selector)"}, Case{":matches([)", "(no selector)"},
                                           Case{"div:has(> p)", "(no selector)"}, Case{"a\\", "(no selector)"}));

TEST(Selector, FindsTheFirst) {
    const auto page = Document::parse(page_text);
    EXPECT_EQ(Selector::compile("li")->first_in(page->root())->attribute("id"), "l1");
    EXPECT_EQ(Selector::compile("video")->first_in(page->root()), nullptr);
    EXPECT_FALSE(Selector::compile("*")->matches(page->root()));
}

// Chosen ancestors are taken back where a step further left asks for it.
TEST(Selector, GoesBackToTheChoiceThatMatters) {
    const auto page =
        Document::parse("<div class=x><div class=a><section><div class=a><i></i></div></section></div></div>");
    EXPECT_TRUE(Selector::compile(".x > .a i")->first_in(page->root()));
    EXPECT_TRUE(Selector::compile("section > .a i")->first_in(page->root()));
    EXPECT_FALSE(Selector::compile(".x > section .a i")->first_in(page->root()));
    const auto row = Document::parse("<p><u></u><b></b><b></b><i></i><b></b><em></em></p>");
    EXPECT_TRUE(Selector::compile("u + b ~ em")->first_in(row->root()));
    EXPECT_TRUE(Selector::compile("b + i ~ em")->first_in(row->root()));
    EXPECT_FALSE(Selector::compile("em ~ b")->first_in(row->root()));
    EXPECT_TRUE(Selector::compile("p > u + b + b ~ em")->first_in(row->root()));
}

// Each step with a choice would multiply the work, were they all tried.
TEST(Selector, EffortDoesNotMultiply) {
    std::string text = "<i>";
    for (int i = 0; i < 300; ++i) text += "<div>";
    std::string selector = "video";
    for (int i = 0; i < 30; ++i) selector += " > div div";
    const auto page = Document::parse(text + "<b></b>");
    EXPECT_FALSE(Selector::compile(selector + " b")->first_in(page->root()));
}

TEST(Selector, NestingEndsSomewhere) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += ":not(";
    EXPECT_FALSE(Selector::compile("a" + text));
}

TEST(Selector, ARegularExpressionGivesUp) {
    const auto page = Document::parse("<p>" + std::string(50'000, 'a') + "</p>");
    EXPECT_FALSE(Selector::compile("p:matches((a+)+$b)")->first_in(page->root()));
}

}  // namespace
}  // namespace k6::js::html
