#include "js/html/document.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "js/html/selector.h"

namespace k6::js::html {
namespace {

std::string body_of(std::string_view html) {
    const auto page = Document::parse(html);
    return inner_html(*Selector::compile("body")->first_in(page->root()));
}

TEST(Document, AddsWhatIsMissing) {
    EXPECT_EQ(inner_html(Document::parse("")->root()), "<html><head></head><body></body></html>");
    EXPECT_EQ(inner_html(Document::parse("<!DOCTYPE html><title>T</title>x")->root()),
              "<!DOCTYPE html><html><head><title>T</title></head><body>x</body></html>");
    EXPECT_EQ(body_of("<td>x</td>"), "x");
    EXPECT_EQ(body_of("<ul><li>a<li>b</ul><p>c<p>d"), "<ul><li>a</li><li>b</li></ul><p>c</p><p>d</p>");
    EXPECT_EQ(body_of("<div/>x"), "<div>x</div>");
    EXPECT_EQ(body_of("<table><tr><td>1</table>"), "<table><tbody><tr><td>1</td></tr></tbody></table>");
}

TEST(Document, WritesHtml) {
    EXPECT_EQ(body_of("<br><input disabled>"), "<br/><input disabled=\"\"/>");
    EXPECT_EQ(body_of("<p title='a\"b&amp;c'>1 &lt; 2 &amp; \"x\" 'y' &nbsp;</p>"),
              "<p title=\"a&#34;b&amp;c\">1 &lt; 2 &amp; &#34;x&#34; &#39;y&#39; \xC2\xA0</p>");
    EXPECT_EQ(body_of("x<!-- c --><pre>\n\n x</pre>"), "x<!-- c --><pre>\n\n x</pre>");
    EXPECT_EQ(body_of("x<script>1<2</script>"), "x<script>1<2</script>");
    const auto page = Document::parse("<script>1<2</script>");
    EXPECT_EQ(inner_html(*Selector::compile("script")->first_in(page->root())), "1&lt;2");
    EXPECT_EQ(body_of("<svg viewBox='0 0 1 1'><linearGradient xlink:href='#a'/></svg><my-Tag A=1></my-tag>"),
              "<svg viewBox=\"0 0 1 1\"><linearGradient xlink:href=\"#a\"></linearGradient></svg>"
              "<my-tag a=\"1\"></my-tag>");
}

TEST(Document, TextAndNeighbours) {
    const auto page = Document::parse("<div>a<b>b</b><!--x-->c<i>d</i></div>");
    const Node& div = *Selector::compile("div")->first_in(page->root());
    EXPECT_EQ(text_content(div), "abcd");
    EXPECT_EQ(own_text(div), "ac");
    const Node& b = *first_element_child(div);
    EXPECT_EQ(b.name, "b");
    EXPECT_EQ(next_element_sibling(b)->name, "i");
    EXPECT_EQ(previous_element_sibling(*next_element_sibling(b)), &b);
    EXPECT_EQ(last_element_child(div)->position, 2U);
    EXPECT_EQ(parent_element(b), &div);
    EXPECT_EQ(parent_element(*page->root().first_child), nullptr);
    EXPECT_TRUE(is_below(b, div));
    EXPECT_FALSE(is_below(div, div));
    EXPECT_EQ(text_content(*div.first_child), "a");
    EXPECT_LT(div.order, b.order);
}

TEST(Document, AttributesAreFound) {
    const auto page = Document::parse("<a HREF='x' data-A='1' href='second'>");
    const Node& a = *Selector::compile("a")->first_in(page->root());
    EXPECT_EQ(a.attribute("href"), "x");
    EXPECT_EQ(a.attribute("data-a"), "1");
    EXPECT_FALSE(a.attribute("HREF"));
    EXPECT_EQ(a.attributes.size(), 2U);
}

TEST(Document, DeepNestingNeedsNoStack) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += "<b>";
    const auto page = Document::parse(text);
    EXPECT_GE(inner_html(page->root()).size(), text.size());
    EXPECT_EQ(text_content(page->root()), "");
    EXPECT_EQ(Selector::compile("b")->all_in(page->root()).size(), 20'000U);
}

TEST(Document, MemoryIsKnown) {
    const std::string text(100'000, 'x');
    EXPECT_GE(Document::parse(text)->bytes(), text.size());
    EXPECT_LT(Document::parse("<p>")->bytes(), 10'000U);
}

TEST(Document, BytesThatAreNoTextAndNul) {
    EXPECT_EQ(body_of(std::string_view("a\0b", 3)), "ab");
    EXPECT_EQ(body_of("\xff"), "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace k6::js::html
