// k6/html as scripts use it: each case is a script that gives a value, compared as JSON.
#include "js/modules/html/html_module.h"

#include <gtest/gtest.h>

#include "js/builtins/builtins.h"
#include "js/modules/html/html_objects.h"

namespace k6::js {
namespace {

constexpr std::string_view page_text = R"(<!DOCTYPE html><html lang="en"><head><title>T</title><base target="_top">
<script src="s.js" async>1<2</script></head><body>
<h1 id="top" class="big  title" data-f="101.00" data-foo-bar="5" data-url-id="u" data-j='{"a":[1]}' data-t="true" data-e="">Hi <b>you</b></h1>
<ul class="list"><li id="l1" value="7" class="a">one</li><li id="l2" class="b off">two</li><li id="l3">three</li></ul>
<p id="empty"></p><p id="mixed">a<!--c--><i>b</i></p>
<form id="f" method="POST" action="send?x=1" name="form1">
 <label for="t1">First</label><input id="t1" name="t" value="v 1">
 <input name="bare" type="checkbox" checked><input name="on" type="checkbox" checked="checked">
 <input name="dis" value="1" disabled><input name="off" value="1" disabled="disabled">
 <textarea name="ta">a & b</textarea>
 <select name="none"><option>1</option><option>2</option></select>
 <select id="multi" name="multi" multiple><option selected>x</option><option value="Y" selected>y</option><optgroup label="g" disabled><option id="og">z</option></optgroup></select>
 <label>Wrap <input id="w" name="w" maxlength="5" type="email" list="dl"></label><datalist id="dl"><option>q</option></datalist>
 <button id="go" name="go" value="Go" formmethod="post">Go!</button><input type="submit" name="s" value="S">
 <fieldset id="fs"><legend>L</legend><input id="in-fs"></fieldset>
</form>
<a id="a1" href="http://u:p@h.test:80/p/q?x=1#f" rel="x y">L</a><a id="a2" href="rel/x">R</a><a id="a3">none</a>
<table id="t"><caption>C</caption><thead><tr id="r0"><th scope="col">H</th></tr></thead><tbody><tr id="r1"><td colspan="2">1</td><td>2</td></tr></tbody></table>
<img src="i.png" width="10" usemap="#m"><map name="m"><area href="/z"></map><progress value="1" max="4"></progress><meter max="9"></meter>
<canvas></canvas><ol start="3"></ol><time datetime="2020"></time><q cite="c">q</q><style></style><output>42</output>
<svg><linearGradient></linearGradient></svg></body></html>)";

class HtmlModule : public ::testing::Test {
protected:
    HtmlModule() {
        install_builtins(state_);
        const Value page = make_page(state_, page_text, {});
        state_.global().define("doc", page);
        state_.global().define("based", make_page(state_, page_text, "http://base.test/dir/page?z=9"));
        state_.global().define("parseHTML", state_.closure("parseHTML", 1, [](Call& call) -> Value {
            return make_page(call.state(), call.text(0), {});
        }));
    }

    std::string json(const std::string& expression) {
        const Completion done =
            state_.evaluate("test.js", "(function () { try { var v = (" + expression +
                                           "); return v === undefined ? 'undefined' : JSON.stringify(v) } catch "
                                           "(e) { return 'throws ' + e } })()");
        return done ? (*done).as_string() : "failed: " + done.error().text;
    }
    /// The ids of a Selection's elements.
    std::string ids(const std::string& selection) {
        std::string out =
            json(selection + ".map(function (i, s) { return s.attr('id') || s.get(0).nodeName() }).join(' ')");
        return out.size() >= 2 && out.front() == '"' ? out.substr(1, out.size() - 2) : out;
    }

    State state_;
};

TEST_F(HtmlModule, TextHtmlAndAttributes) {
    EXPECT_EQ(json("doc.find('h1').text()"), R"("Hi you")");
    EXPECT_EQ(json("doc.find('h1').html()"), R"("Hi <b>you</b>")");
    EXPECT_EQ(json("doc.find('video').text()"), R"("")");
    EXPECT_EQ(json("doc.find('video').html()"), R"("")");
    EXPECT_EQ(json("doc.find('video').attr('x')"), "undefined");
    EXPECT_EQ(json("doc.find('video').attr('x', 'D')"), R"("D")");
    EXPECT_EQ(json("doc.find('h1').attr('id', 'D')"), R"("top")");
    EXPECT_EQ(json("doc.find('li').text()"), R"("onetwothree")");
    EXPECT_EQ(json("doc.url"), R"("")");
    EXPECT_EQ(json("based.url"), R"("http://base.test/dir/page?z=9")");
    EXPECT_EQ(json("parseHTML('').html()"), R"("<html><head></head><body></body></html>")");
    EXPECT_EQ(json("parseHTML('<td>x</td>').find('td').size()"), "0");
    EXPECT_EQ(json("parseHTML('<br><input disabled>').find('body').html()"), R"("<br/><input disabled=\"\"/>")");
    EXPECT_EQ(json("parseHTML(5).text()"), R"("5")");
}

TEST_F(HtmlModule, FindsAndFilters) {
    EXPECT_EQ(ids("doc.find('li')"), "l1 l2 l3");
    EXPECT_EQ(ids("doc.find('ul').find('.a, .b')"), "l1 l2");
    EXPECT_EQ(json("doc.find('li[').size()"), "0");
    EXPECT_EQ(json("doc.find('li:first').size()"), "0");
    EXPECT_EQ(json("doc.find(5)"), "throws GoError: invalid argument, cannot use a 'number' as a selector");
    EXPECT_EQ(ids("doc.find(doc.find('.a'))"), "l1");
    EXPECT_EQ(ids("doc.find(doc.find('li').get(1))"), "l2");
    EXPECT_EQ(ids("doc.find('ul').single('li')"), "l1");
    EXPECT_EQ(ids("doc.find('#l3').add('#l1').add(doc.find('#l3'))"), "l3 l1");
    EXPECT_EQ(ids("doc.find('#l1').closest('ul')"), "ul");
    EXPECT_EQ(ids("doc.find('li').closest('li')"), "l1 l2 l3");
    EXPECT_EQ(ids("doc.find('ul, h1').has('b')"), "top");
    EXPECT_EQ(ids("doc.find('ul, h1').has(doc.find('#l1'))"), "ul");
    EXPECT_EQ(ids("doc.find('li').not('.a')"), "l2 l3");
    EXPECT_EQ(ids("doc.find('li').not(doc.find('#l2'))"), "l1 l3");
    EXPECT_EQ(ids("doc.find('li').not(function (i) { return i == 0 })"), "l2 l3");
    EXPECT_EQ(ids("doc.find('li').filter('.b')"), "l2");
    EXPECT_EQ(ids("doc.find('li').filter(function (i, s) { return s.text() == 'three' })"), "l3");
    EXPECT_EQ(json("doc.find('li').is('.b')"), "true");
    EXPECT_EQ(json("doc.find('li').is('p')"), "false");
    EXPECT_EQ(json("doc.find('li').is(function (i) { return i == 2 })"), "true");
    EXPECT_EQ(json("doc.find('li').filter(5)"),
              "throws GoError: invalid argument, cannot use a 'number' as a selector");
    EXPECT_EQ(ids("doc.find('ul').find('li').end()"), "ul");
    EXPECT_EQ(json("doc.end().size()"), "0");
}

TEST_F(HtmlModule, Neighbours) {
    EXPECT_EQ(ids("doc.find('ul').children()"), "l1 l2 l3");
    EXPECT_EQ(ids("doc.find('ul').children('.b')"), "l2");
    EXPECT_EQ(ids("doc.find('li').parent()"), "ul");
    EXPECT_EQ(ids("doc.find('b').parents()"), "top body html");
    EXPECT_EQ(ids("doc.find('b').parents('body')"), "body");
    EXPECT_EQ(ids("doc.find('#l2').siblings()"), "l1 l3");
    EXPECT_EQ(ids("doc.find('#l1').next()"), "l2");
    EXPECT_EQ(ids("doc.find('#l1').next('.x')"), "");
    EXPECT_EQ(ids("doc.find('#l1').nextAll()"), "l2 l3");
    EXPECT_EQ(ids("doc.find('#l3').prev()"), "l2");
    EXPECT_EQ(ids("doc.find('#l3').prevAll()"), "l2 l1");
    EXPECT_EQ(ids("doc.find('#l1').nextUntil('#l3')"), "l2");
    EXPECT_EQ(ids("doc.find('#l1').nextUntil(null, '.off')"), "l2");
    EXPECT_EQ(ids("doc.find('#l3').prevUntil(doc.find('#l1'))"), "l2");
    EXPECT_EQ(ids("doc.find('b').parentsUntil('html')"), "top body");
    EXPECT_EQ(json("doc.find('#mixed').contents().map(function (i, s) { return s.get(0).nodeName() })"),
              R"(["#text","#comment","i"])");
}

TEST_F(HtmlModule, Places) {
    EXPECT_EQ(ids("doc.find('li').eq(-1)"), "l3");
    EXPECT_EQ(ids("doc.find('li').eq(1)"), "l2");
    EXPECT_EQ(ids("doc.find('li').eq(9)"), "");
    EXPECT_EQ(ids("doc.find('li').eq(-9)"), "");
    EXPECT_EQ(ids("doc.find('li').first()"), "l1");
    EXPECT_EQ(ids("doc.find('li').last()"), "l3");
    EXPECT_EQ(ids("doc.find('li').slice(0, 10)"), "l1 l2 l3");
    EXPECT_EQ(ids("doc.find('li').slice(5)"), "");
    EXPECT_EQ(ids("doc.find('li').slice(-2, -1)"), "l2");
    EXPECT_EQ(ids("doc.find('li').slice(1)"), "l2 l3");
    EXPECT_EQ(json("doc.find('li').get().length"), "3");
    EXPECT_EQ(json("doc.find('li').get(9)"), "undefined");
    EXPECT_EQ(json("doc.find('li').get(-1).id()"), R"("l3")");
    EXPECT_EQ(json("doc.find('li').get(-3)"), "undefined");
    EXPECT_EQ(json("doc.find('li').toArray().map(function (s) { return s.text() })"), R"(["one","two","three"])");
    EXPECT_EQ(json("doc.find('#l2').index()"), "1");
    EXPECT_EQ(json("doc.find('#l2').index('li')"), "1");
    EXPECT_EQ(json("doc.find('li').index(doc.find('#l3'))"), "2");
    EXPECT_EQ(json("doc.find('li').index(doc.find('p'))"), "-1");
    EXPECT_EQ(json("doc.find('li').size()"), "3");
}

TEST_F(HtmlModule, FunctionsForEach) {
    EXPECT_EQ(
        json("(function () { var t = []; doc.find('li').each(function (i, e) { t.push(i + e.textContent()); return "
             "false }); return t })()"),
        R"(["0one","1two","2three"])");
    EXPECT_EQ(json("doc.find('li').each(function () { throw new Error('x') })"),
              "throws GoError: the function passed to each() failed: Error: x");
    EXPECT_EQ(json("doc.find('li').each()"), "throws GoError: the argument to each() must be a function");
    EXPECT_EQ(json("doc.find('li').map(function (i, s) { if (i == 1) throw 1; return i })"), "[0,2]");
}

TEST_F(HtmlModule, ValuesOfControls) {
    EXPECT_EQ(json("doc.find('textarea').val()"), R"("a &amp; b")");
    EXPECT_EQ(json("doc.find('select[name=none]').val()"), R"("")");
    EXPECT_EQ(json("doc.find('#multi').val()"), R"(["x","Y"])");
    EXPECT_EQ(json("doc.find('option').val()"), R"("1")");
    EXPECT_EQ(json("doc.find('input[name=on]').val()"), R"("on")");
    EXPECT_EQ(json("doc.find('#t1').val()"), R"("v 1")");
    EXPECT_EQ(json("doc.find('#go').val()"), R"("Go")");
    EXPECT_EQ(json("doc.find('h1').val()"), "undefined");
    EXPECT_EQ(json("doc.find('form').serialize()"), R"("dis=1&multi=x&multi=Y&none=&on=on&t=v+1&ta=a+%26amp%3B+b&w=")");
    EXPECT_EQ(json("doc.find('form').serializeObject()"),
              R"({"t":"v 1","on":"on","dis":"1","ta":"a &amp; b","none":"","multi":["x","Y"],"w":""})");
    EXPECT_EQ(json("doc.find('#t1, #l1').serializeArray()"), R"([{"name":"t","value":"v 1"}])");
}

TEST_F(HtmlModule, Data) {
    EXPECT_EQ(json("doc.find('h1').data('f')"), R"("101.00")");
    EXPECT_EQ(json("doc.find('h1').data('fooBar')"), "5");
    EXPECT_EQ(json("doc.find('h1').data('foo-bar')"), "5");
    EXPECT_EQ(json("doc.find('h1').data('urlID')"), R"("u")");
    EXPECT_EQ(json("doc.find('h1').data()"), R"({"f":"101.00","fooBar":5,"urlID":"u","j":{"a":[1]},"t":true})");
    EXPECT_EQ(json("doc.find('b').data()"), "undefined");
    EXPECT_EQ(json("doc.find('h1').data('e')"), "undefined");
    EXPECT_EQ(json("doc.find('h1').data('nope')"), "undefined");
}

TEST_F(HtmlModule, Elements) {
    EXPECT_EQ(json("doc.find('h1').get(0).nodeName()"), R"("h1")");
    EXPECT_EQ(json("doc.find('h1').get(0).nodeType()"), "1");
    EXPECT_EQ(json("doc.find('h1').get(0).nodeValue()"), "undefined");
    EXPECT_EQ(json("doc.find('h1').get(0).firstChild().nodeValue()"), R"("Hi ")");
    EXPECT_EQ(json("doc.get(0).nodeName()"), R"("#document")");
    EXPECT_EQ(json("doc.find('#empty').get(0).firstChild()"), "undefined");
    EXPECT_EQ(json("doc.find('html').get(0).parentNode().nodeType()"), "9");
    EXPECT_EQ(json("doc.find('html').get(0).parentElement()"), "undefined");
    EXPECT_EQ(json("doc.find('h1').get(0).classList()"), R"(["big","title"])");
    EXPECT_EQ(json("doc.find('h1').get(0).className()"), R"("big  title")");
    EXPECT_EQ(json("doc.find('b').get(0).className()"), "undefined");
    EXPECT_EQ(json("Object.keys(doc.find('h1').get(0).attributes()).slice(0, 2)"), R"(["id","class"])");
    EXPECT_EQ(json("doc.find('h1').get(0).attributes().id.value"), R"("top")");
    EXPECT_EQ(json("doc.find('h1').get(0).attributes().id.owner_element.id()"), R"("top")");
    EXPECT_EQ(json("doc.find('h1').get(0).getAttributeNode('id').localName()"), R"("id")");
    EXPECT_EQ(json("doc.find('h1').get(0).getAttribute('nope')"), "undefined");
    EXPECT_EQ(json("doc.find('h1').get(0).hasAttribute('id')"), "true");
    EXPECT_EQ(json("doc.find('ul').get(0).childElementCount()"), "3");
    EXPECT_EQ(json("doc.find('#mixed').get(0).childNodes().length"), "3");
    EXPECT_EQ(json("doc.find('#mixed').get(0).children().length"), "1");
    EXPECT_EQ(json("doc.find('ul').get(0).querySelector('.b').id()"), R"("l2")");
    EXPECT_EQ(json("doc.find('ul').get(0).querySelector('[')"), "undefined");
    EXPECT_EQ(json("doc.find('ul').get(0).querySelectorAll('li').length"), "3");
    EXPECT_EQ(json("doc.get(0).getElementsByTagName('LI').length"), "3");
    EXPECT_EQ(json("doc.get(0).getElementsByClassName('off b')[0].id()"), R"("l2")");
    EXPECT_EQ(json("doc.find('li').get(0).matches('ul > .a')"), "true");
    EXPECT_EQ(json("doc.find('ul').get(0).contains(doc.find('li').get(0))"), "true");
    EXPECT_EQ(json("doc.find('ul').get(0).contains(doc.find('ul').get(0))"), "false");
    EXPECT_EQ(json("doc.find('ul').get(0).isSameNode(doc.find('ul').get(0))"), "true");
    EXPECT_EQ(json("doc.find('#l1').get(0).isEqualNode(parseHTML('<p>one').find('p').get(0))"), "true");
    EXPECT_EQ(json("doc.find('lineargradient').get(0).namespaceURI()"), R"("http://www.w3.org/2000/svg")");
    EXPECT_EQ(json("doc.find('b').get(0).selection().parent().attr('id')"), R"("top")");
    EXPECT_EQ(json("String(doc.find('b').get(0))"), R"("[object html.Node]")");
    EXPECT_EQ(json("doc.find('b').get(0).ownerDocument().nodeName()"), R"("#document")");
    EXPECT_EQ(json("doc.find('#l2').get(0).previousElementSibling().id() + doc.find('#l2').get(0).nextSibling().id()"),
              R"("l1l3")");
}

TEST_F(HtmlModule, Links) {
    const std::string a = "doc.find('#a1').get(0)";
    EXPECT_EQ(json(a + ".protocol()"), R"("http")");
    EXPECT_EQ(json(a + ".hash()"), R"("#f")");
    EXPECT_EQ(json(a + ".host()"), R"("h.test")");
    EXPECT_EQ(json(a + ".hostname()"), R"("h.test")");
    EXPECT_EQ(json(a + ".port()"), R"("80")");
    EXPECT_EQ(json(a + ".username()"), R"("u")");
    EXPECT_EQ(json(a + ".password()"), R"("p")");
    EXPECT_EQ(json(a + ".pathname()"), R"("/p/q")");
    EXPECT_EQ(json(a + ".search()"), R"("?x=1")");
    EXPECT_EQ(json(a + ".relList()"), R"(["x","y"])");
    EXPECT_EQ(json("String(" + a + ")"), R"("http://u:p@h.test:80/p/q?x=1#f")");
    EXPECT_EQ(json("doc.find('#a2').get(0).href()"), R"("rel/x")");
    EXPECT_EQ(json("doc.find('#a2').get(0).host()"), R"("")");
    EXPECT_EQ(json("doc.find('#a2').get(0).protocol()"), R"(":")");
    EXPECT_EQ(json("based.find('#a2').get(0).href()"), R"("http://base.test/dir/rel/x")");
    EXPECT_EQ(json("based.find('#a3').get(0).href()"), R"("")");
    EXPECT_EQ(json("based.find('base').get(0).href()"), R"("http://base.test/dir/page?z=9")");
    EXPECT_EQ(json("based.find('script').get(0).src()"), R"("http://base.test/dir/s.js")");
    EXPECT_EQ(json("doc.find('script').get(0).async()"), "true");
    EXPECT_EQ(json("doc.find('img').get(0).width()"), "10");
    EXPECT_EQ(json("doc.find('map').get(0).areas().length + doc.find('map').get(0).images().length"), "2");
    EXPECT_EQ(json("doc.find('canvas').get(0).width()"), "150");
}

TEST_F(HtmlModule, FormElements) {
    const std::string form = "based.find('form').get(0)";
    EXPECT_EQ(json(form + ".method()"), R"("get")");
    EXPECT_EQ(json(form + ".action()"), R"("http://base.test/dir/send?x=1")");
    EXPECT_EQ(json(form + ".enctype()"), R"("application/x-www-form-urlencoded")");
    EXPECT_EQ(json(form + ".length() == " + form + ".elements().length"), "true");
    const std::string input = "based.find('#t1').get(0)";
    EXPECT_EQ(json(input + ".formMethod()"), R"("post")");
    EXPECT_EQ(json(input + ".formAction()"), R"("http://base.test/dir/send?x=1")");
    EXPECT_EQ(json(input + ".form().name()"), R"("form1")");
    EXPECT_EQ(json(input + ".labels().map(function (l) { return l.textContent() })"), R"(["First"])");
    EXPECT_EQ(json("doc.find('#w').get(0).labels().length"), "1");
    EXPECT_EQ(json("doc.find('#w').get(0).maxLength()"), "5");
    EXPECT_EQ(json("doc.find('#w').get(0).type()"), R"("email")");
    EXPECT_EQ(json("doc.find('#w').get(0).list().nodeName()"), R"("datalist")");
    EXPECT_EQ(json(input + ".maxLength()"), "-1");
    EXPECT_EQ(json(input + ".type()"), R"("text")");
    EXPECT_EQ(json("doc.find('[name=bare]').get(0).checked()"), "true");
    EXPECT_EQ(json("doc.find('[name=dis]').get(0).disabled()"), "true");
    EXPECT_EQ(json("doc.find('#go').get(0).value()"), R"("Go")");
    EXPECT_EQ(json("doc.find('#go').get(0).type()"), R"("submit")");
    const std::string multi = "doc.find('#multi').get(0)";
    EXPECT_EQ(json(multi + ".value()"), R"("x")");
    EXPECT_EQ(json(multi + ".length()"), "3");
    EXPECT_EQ(json(multi + ".selectedIndex()"), "0");
    EXPECT_EQ(json(multi + ".selectedOptions().length"), "2");
    EXPECT_EQ(json(multi + ".size()"), "4");
    EXPECT_EQ(json(multi + ".type()"), R"("select-multiple")");
    EXPECT_EQ(json("doc.find('select').get(0).selectedIndex()"), "-1");
    EXPECT_EQ(json("doc.find('#og').get(0).disabled()"), "true");
    EXPECT_EQ(json("doc.find('#og').get(0).index()"), "2");
    EXPECT_EQ(json("doc.find('#og').get(0).label()"), R"("z")");
    EXPECT_EQ(json("doc.find('textarea').get(0).value()"), R"("")");
    EXPECT_EQ(json("doc.find('textarea').get(0).type()"), R"("textarea")");
    EXPECT_EQ(json("doc.find('label').get(0).control().id()"), R"("t1")");
    EXPECT_EQ(json("doc.find('label').get(1).control().id()"), R"("w")");
    EXPECT_EQ(json("doc.find('label').get(0).form().id()"), R"("f")");
    EXPECT_EQ(json("doc.find('fieldset').get(0).elements().length"), "1");
    EXPECT_EQ(json("doc.find('fieldset').get(0).type()"), R"("fieldset")");
    EXPECT_EQ(json("doc.find('progress').get(0).value()"), "0.25");
    EXPECT_EQ(json("doc.find('meter').get(0).max()"), "9");
    EXPECT_EQ(json("doc.find('output').get(0).value()"), R"("42")");
}

TEST_F(HtmlModule, TablesAndTheRest) {
    const std::string table = "doc.find('table').get(0)";
    EXPECT_EQ(json(table + ".rows().map(function (r) { return r.id() })"), R"(["r0","r1"])");
    EXPECT_EQ(json(table + ".tBodies().length"), "1");
    EXPECT_EQ(json(table + ".caption().textContent()"), R"("C")");
    EXPECT_EQ(json(table + ".tHead().rows().length"), "1");
    EXPECT_EQ(json(table + ".tFoot()"), "undefined");
    EXPECT_EQ(json("doc.find('#r1').get(0).rowIndex()"), "1");
    EXPECT_EQ(json("doc.find('#r1').get(0).sectionRowIndex()"), "0");
    EXPECT_EQ(json("doc.find('#r1').get(0).cells().map(function (c) { return c.cellIndex() })"), "[0,1]");
    EXPECT_EQ(json("doc.find('td').get(0).colSpan()"), "2");
    EXPECT_EQ(json("doc.find('td').get(0).rowSpan()"), "1");
    EXPECT_EQ(json("doc.find('th').get(0).scope()"), R"("col")");
    EXPECT_EQ(json("doc.find('#l1').get(0).value()"), "7");
    EXPECT_EQ(json("doc.find('ol').get(0).start()"), "3");
    EXPECT_EQ(json("doc.find('ol').get(0).type()"), R"("1")");
    EXPECT_EQ(json("doc.find('time').get(0).datetime()"), R"("2020")");
    EXPECT_EQ(json("doc.find('style').get(0).type()"), R"("text/css")");
    EXPECT_EQ(json("doc.find('title').get(0).text()"), R"("T")");
    EXPECT_EQ(json("typeof doc.find('q').get(0).cite"), R"("undefined")");
}

TEST_F(HtmlModule, ADocumentGoesWithItsLastElement) {
    // Ten megabytes of pages, of which one element each is kept for a moment.
    const Completion done = state_.evaluate("memory.js", R"(
        var text = '<p>' + new Array(1000).join('<b>x</b>');
        var kept;
        for (var i = 0; i < 200; ++i) kept = parseHTML(text).find('b').get(7);
        kept.textContent();
    )");
    ASSERT_TRUE(done) << done.error().text;
    EXPECT_EQ((*done).as_string(), "x");
    state_.collect_garbage();
    const std::size_t one = state_.heap().external_bytes;
    EXPECT_GT(one, 100'000U);
    EXPECT_LT(one, 2'000'000U);
    ASSERT_TRUE(state_.evaluate("memory.js", "kept = undefined"));
    state_.collect_garbage();
    EXPECT_LT(state_.heap().external_bytes, one);
}

}  // namespace
}  // namespace k6::js
