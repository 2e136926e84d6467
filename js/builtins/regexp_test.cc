// RegExp and the functions of String that use it. What patterns match is tested in js/regexp.
#include "js/builtins/snippets.h"
#include "js/mujs/regexp_object.h"
#include "js/mujs/shared_script.h"

namespace k6::js {
namespace {

constexpr const char* show =
    "function show(m) { return m === null ? 'null' : m.index + ':' + JSON.stringify(m) + ':' + m.input }\n"
    "function re(p, f) { return new RegExp(p, f) }\n";

void check(const std::vector<Snippet>& snippets) {
    for (const Snippet& snippet : snippets) {
        State state;
        install_builtins(state);
        ASSERT_TRUE(state.evaluate("show.js", show).has_value());
        EXPECT_EQ(run_snippet(state, snippet.source), snippet.expected) << snippet.source;
    }
}

TEST(RegExp, Exec) {
    check({
        {"show(/b(c)?/.exec('abc'))", R"(1:["bc","c"]:abc)"},
        {"show(/b(c)?(x)?/.exec('ab'))", R"(1:["b",null,null]:ab)"},
        {"/b(x)?/.exec('ab')[1] === undefined", "true"},
        {"show(/x/.exec('abc'))", "null"},
        {"Object.keys(/a/.exec('a')).join()", "0,index,input,groups"},
        {"/a/.exec('a').groups === undefined", "true"},
        {"var m = re('(?<y>\\\\d+)-(?<m>\\\\d+)?').exec('on 1999-'); JSON.stringify(m.groups) + m.groups.y",
         R"({"y":"1999"}1999)"},
        {"var m = re('(?<y>a)').exec('a'); Object.getPrototypeOf(m.groups) === null && 'y' in m.groups", "true"},
        {"show(/e(.)/.exec('\xC3\xA9\xF0\x9F\x98\x80"
         "ex'))",
         "3:[\"ex\",\"x\"]:\xC3\xA9\xF0\x9F\x98\x80"
         "ex"},
        {"var m = re('b(?<n>c)(d)?', 'd').exec('abc'); JSON.stringify(m.indices) + JSON.stringify(m.indices.groups)",
         R"([[1,3],[2,3],null]{"n":[2,3]})"},
        {"'indices' in /a/.exec('a')", "false"},
        {"/undefined/.test()", "true"},
        {"/1/.exec(1).input + typeof /1/.exec(1).input", "1string"},
        {"try { RegExp.prototype.exec.call({}, 'a') } catch (e) { e.name }", "TypeError"},
        {"Array.isArray(/a/.exec('a'))", "true"},
    });
}

TEST(RegExp, LastIndex) {
    check({
        {"var r = /a/g, s = 'aXa'; [r.exec(s).index, r.lastIndex, r.exec(s).index, r.lastIndex, r.exec(s), "
         "r.lastIndex].join()",
         "0,1,2,3,,0"},
        {"var r = /a/; r.lastIndex = 2; r.test('a') + '' + r.lastIndex", "true2"},
        {"var r = re('a', 'y'); [r.test('ba'), r.lastIndex, (r.lastIndex = 1, r.test('ba')), r.lastIndex].join()",
         "false,0,true,2"},
        {"var r = re('^a', 'my'); r.lastIndex = 2; r.test('x\\na')", "true"},
        {"var r = /a/g; r.lastIndex = 5; r.exec('aaa') + '' + r.lastIndex", "null0"},
        {"var r = /a/g; r.lastIndex = '1'; r.exec('aaa').index", "1"},
        {"var r = /a/g; r.lastIndex = { valueOf: function() { return 2 } }; r.exec('aaa').index", "2"},
        {"var r = /a/g; r.lastIndex = -3; r.exec('aaa').index", "0"},
        {"var r = /a/g; r.lastIndex = 70000; r.lastIndex", "70000"},
        {"var s = new Array(70001).join('x') + 'a', r = /a/g; r.exec(s).index + ',' + r.lastIndex", "70000,70001"},
        {"JSON.stringify(Object.getOwnPropertyDescriptor(/a/, 'lastIndex'))",
         R"({"value":0,"writable":true,"enumerable":false,"configurable":false})"},
        {"Object.getOwnPropertyNames(/a/).join() + Object.keys(/a/).length", "lastIndex0"},
        {"var r = Object.freeze(/a/g); try { r.exec('a') } catch (e) { e.name }", "TypeError"},
        {"var r = Object.freeze(/a/); r.exec('a')[0]", "a"},
        {"var r = re('.', 'gu'); r.lastIndex = 1; var m = r.exec('\xF0\x9F\x98\x80x'); m.index + ',' + r.lastIndex",
         "0,2"},
        {"var r = /./g; r.lastIndex = 1; var m = r.exec('\xF0\x9F\x98\x80x'); m.index + ',' + r.lastIndex + "
         "m[0].charCodeAt(0).toString(16)",
         "1,2de00"},
        {"var r = /\\u00e9|x/g, s = '\xC3\xA9\xC3\xA9x', n = []; while (m = r.exec(s)) n.push(m.index, r.lastIndex); "
         "n.join()",
         "0,1,1,2,2,3"},
        {"var r = /x?/g; r.exec('ab'); r.lastIndex", "0"},
    });
}

TEST(RegExp, Constructor) {
    check({
        {"String(new RegExp('a/b', 'gi'))", "/a\\/b/gi"},
        {"String(RegExp())", "/(?:)/"},
        {"String(new RegExp(/x/g))", "/x/g"},
        {"String(new RegExp(/x/g, 'i'))", "/x/i"},
        {"String(new RegExp(/x/g, ''))", "/x/"},
        {"var r = /x/; RegExp(r) === r && new RegExp(r) !== r", "true"},
        {"var r = /x/; r.constructor = 1; RegExp(r) === r", "false"},
        {"String(new RegExp('\\n'))", "/\\n/"},
        {"try { new RegExp('(') } catch (e) { String(e) }",
         "SyntaxError: Invalid regular expression: /(/: Unterminated group"},
        {"try { new RegExp('a', 'gg') } catch (e) { String(e) }",
         "SyntaxError: Invalid flags supplied to RegExp constructor 'gg'"},
        {"try { new RegExp('a', 'v') } catch (e) { e.name }", "SyntaxError"},
        {"RegExp.length + RegExp.name", "2RegExp"},
        {"var o = {source: 'q', flags: 'g'}; o[Symbol.match] = true; String(new RegExp(o))", "/q/g"},
        {"var r = /a/g; r.lastIndex = 3; r.compile('b', 'i') === r && String(r) + r.lastIndex", "/b/i0"},
        {"RegExp[Symbol.species] === RegExp", "true"},
        {"Object.prototype.toString.call(/a/) + typeof /a/", "[object RegExp]object"},
        {"/a/ instanceof RegExp && RegExp.prototype.constructor === RegExp", "true"},
        {"var a = []; for (var i = 0; i < 2; i++) a.push(/x/); a[0] !== a[1]", "true"},
        {"JSON.stringify(/a/)", "{}"},
    });
}

TEST(RegExp, Accessors) {
    check({
        {"var r = re('a', 'dgimsuy'); [r.flags, r.global, r.ignoreCase, r.multiline, r.dotAll, r.unicode, r.sticky, "
         "r.hasIndices].join()",
         "dgimsuy,true,true,true,true,true,true,true"},
        {"[/a/.global, /a/.flags, /a/.source, re('').source].join()", "false,,a,(?:)"},
        {"RegExp.prototype.source + RegExp.prototype.flags + RegExp.prototype.global", "(?:)undefined"},
        {"String(RegExp.prototype)", "/(?:)/"},
        {"/a/.hasOwnProperty('global') + '' + RegExp.prototype.hasOwnProperty('global')", "falsetrue"},
        {"try { Object.getOwnPropertyDescriptor(RegExp.prototype, 'global').get.call({}) } catch (e) { e.name }",
         "TypeError"},
        {"Object.getOwnPropertyDescriptor(RegExp.prototype, 'flags').get.call({global: 1, sticky: 1})", "gy"},
        {"(function() { 'use strict'; try { /a/.source = 1 } catch (e) { return e.name } })()", "TypeError"},
        {"RegExp.prototype.toString.call({source: 's', flags: 'f'})", "/s/f"},
    });
}

TEST(RegExp, Match) {
    check({
        {"'aXbX'.match(/X/g).join()", "X,X"},
        {"show('aXb'.match(/(X)/))", R"(1:["X","X"]:aXb)"},
        {"'abc'.match(/x/g)", "null"},
        {"'abc'.match().length + show('abc'.match())", R"(10:[""]:abc)"},
        {"'a.c'.match('.')[0]", "a"},
        {"JSON.stringify('abc'.match(/x?/g))", R"(["","","",""])"},
        {"JSON.stringify('\xF0\x9F\x98\x80'.match(re('x?', 'gu')).length) + '\xF0\x9F\x98\x80'.match(/x?/g).length",
         "23"},
        {"var r = /a/g; r.lastIndex = 2; 'aaa'.match(r).length + ',' + r.lastIndex", "3,0"},
        {"'xx'.match({exec: 1, toString: function() { return 'x' }})[0]", "x"},
        {"var o = {}; o[Symbol.match] = function(s) { return 'own ' + s }; 'q'.match(o)", "own q"},
        {"var r = /./g; r.exec = function() { if (this.n) return null; this.n = 1; return ['z'] }; "
         "'abc'.match(r).join()",
         "z"},
        {"try { String.prototype.match.call(null, /a/) } catch (e) { e.name }", "TypeError"},
        {"'aBc'.match(/[a-z]/gi).join('')", "aBc"},
    });
}

TEST(RegExp, MatchAll) {
    check({
        {"var it = 'a1b2'.matchAll(/[a-z](\\d)/g), n, a = []; while (!(n = it.next()).done) a.push(n.value.index + "
         "n.value[1]); a.join()",
         "01,22"},
        {"try { 'a'.matchAll(/a/) } catch (e) { e.name }", "TypeError"},
        {"Array.from('aab'.matchAll('a')).length", "2"},
        {"var r = /a/g; r.lastIndex = 1; Array.from('aaa'.matchAll(r)).length + ',' + r.lastIndex", "2,1"},
        {"Object.prototype.toString.call('a'.matchAll(/a/g))", "[object RegExp String Iterator]"},
        {"var it = ''.matchAll(/x*/g); it[Symbol.iterator]() === it && Array.from(it).length", "1"},
        {"Array.from('\xF0\x9F\x98\x80'.matchAll(re('', 'gu'))).length", "2"},
    });
}

TEST(RegExp, Replace) {
    check({
        {"'abcabc'.replace(/b/, 'X')", "aXcabc"},
        {"'abcabc'.replace(/b/g, 'X')", "aXcaXc"},
        {"'abc'.replace(/(b)(x)?/, '[$1$2$3$$$&$`$\\']')", "a[b$3$bac]c"},
        {"'abc'.replace(/(b)/, '$01$10$001$1')",
         "ab"
         "b0"
         "$001"
         "bc"},
        {"'abc'.replace(/b/, '$1$<n>$')", "a$1$<n>$c"},
        {"'2020-03'.replace(re('(?<y>\\\\d+)-(?<m>\\\\d+)'), '$<m>/$<y>$<z>$<')", "03/2020$<"},
        {"'aXbX'.replace(/X(y)?/g, function() { return JSON.stringify([].slice.call(arguments)) })",
         R"(a["X",null,1,"aXbX"]b["X",null,3,"aXbX"])"},
        {"'\xC3\xA9\xF0\x9F\x98\x80x'.replace(/x/, function(m, at) { return at })",
         "\xC3\xA9\xF0\x9F\x98\x80"
         "3"},
        {"'ab'.replace(re('(?<n>b)'), function(m, n, at, s, g) { return arguments.length + g.n + at })", "a5b1"},
        {"'abc'.replace(/x?/g, '-')", "-a-b-c-"},
        {"'\xF0\x9F\x98\x80'.replace(/\\ud83d/, 'x').length + '\xF0\x9F\x98\x80'.replace(/\\ude00/, "
         "'').charCodeAt(0).toString(16)",
         "2d83d"},
        {"'\\ud83dx'.replace(/x/, '\\ude00') === '\xF0\x9F\x98\x80'", "true"},
        {"'abc'.replace(/b/, function() { return undefined })", "aundefinedc"},
        {"'abc'.replace(/b/)", "aundefinedc"},
        {"var r = /a/g; r.lastIndex = 2; 'aaa'.replace(r, 'b') + r.lastIndex", "bbb0"},
        {"var r = re('a', 'y'); r.lastIndex = 1; 'aaa'.replace(r, 'b') + r.lastIndex", "aba2"},
        {"var o = {}; o[Symbol.replace] = function(s, r) { return s + r }; 'q'.replace(o, 'w')", "qw"},
        {"var r = /b/; r.exec = function() { return {length: 2, 0: 'b', 1: 'c', index: 1} }; 'abc'.replace(r, '<$1>')",
         "a<c>c"},
        {"var r = /b/; r.exec = function() { return {length: 1, 0: 'b', index: 1, groups: {n: 7}} }; 'abc'.replace(r, "
         "'$<n>')",
         "a7c"},
        {"'aaa'.replace('a', '$&$&')", "aaaa"},
        {"'abc'.replace('b', '[$`|$\\'|$$]')", "a[a|c|$]c"},
        {"'abc'.replace('', 'x')", "xabc"},
        {"'abc'.replace('b', function(m, at, s) { return m + at + s })", "ab1abcc"},
        {"'x'.replace('x', '$1$0')", "$1$0"},
        {"'aXbX'.replaceAll('X', '$&!')", "aX!bX!"},
        {"'abc'.replaceAll('', '-')", "-a-b-c-"},
        {"'aXbX'.replaceAll(/X/g, 'y')", "ayby"},
        {"try { 'a'.replaceAll(/a/, '') } catch (e) { e.name }", "TypeError"},
        {"'aa'.replaceAll('a', function(m, at) { return at })", "01"},
        {"'a-b_c'.replace(/[-_](.)/g, function(_, c) { return c.toUpperCase() })", "aBC"},
    });
}

TEST(RegExp, SearchAndSplit) {
    check({
        {"'abc'.search(/c/) + ',' + 'abc'.search('x') + ',' + '\xC3\xA9"
         "b'.search(/b/)",
         "2,-1,1"},
        {"var r = /b/g; r.lastIndex = 2; 'abcb'.search(r) + ',' + r.lastIndex", "1,2"},
        {"'a,b,c'.split(/,/).join('|')", "a|b|c"},
        {"JSON.stringify('A<B>bold</B>and'.split(/<(\\/)?([^<>]+)>/))", R"(["A",null,"B","bold","/","B","and"])"},
        {"'abc'.split(/(?:)/).join()", "a,b,c"},
        {"'abc'.split(/(?:)/, 2).join()", "a,b"},
        {"JSON.stringify(''.split(/a?/)) + JSON.stringify(''.split(/a/))", R"([][""])"},
        {"JSON.stringify('ab'.split(/a*?/)) + JSON.stringify('ab'.split(/a*/))", R"(["a","b"]["","b"])"},
        {"'a1b2c'.split(/\\d/, 2).join() + 'a1b'.split(/\\d/, 0).length", "a,b0"},
        {"'aXbXc'.split(/x/i).join()", "a,b,c"},
        {"'\xF0\x9F\x98\x80x'.split(re('', 'u')).length + ',' + '\xF0\x9F\x98\x80x'.split(/(?:)/).length", "2,3"},
        {"'test'.split(/(?:)/, -1).join()", "t,e,s,t"},
        {"' a  b '.split(/\\s+/).join('|')", "|a|b|"},
        {"'hello'.split(re('l', 'y')).join('|')", "he||o"},
        {"var r = /,/; r.exec = function() { return null }; 'a,b'.split(r).length", "2"},
        {"'' + 'a,b'.split(',', undefined).length + 'a,b'.split().length + 'abc'.split('').join('-')", "21a-b-c"},
        {"JSON.stringify(''.split('')) + JSON.stringify(''.split(',')) + JSON.stringify(''.split())", R"([][""][""])"},
        {"'' + '\xF0\x9F\x98\x80'.split('').length + '\xF0\x9F\x98\x80'.split('\\ude00').length", "22"},
        {"function R(p, f) { var r = new RegExp(p, f); r.mine = f; R.made = r; return r }"
         "var x = /,/i; x.constructor = {}; x.constructor[Symbol.species] = R; 'a,b'.split(x).join('|') + R.made.mine",
         "a|biy"},
    });
}

TEST(RegExp, CatastrophesEndWithAnError) {
    check({
        {"try { /(?:a+)+[bc]/.test(new Array(50).join('a')) } catch (e) { String(e) }",
         "Error: Regular expression took too many steps: /(?:a+)+[bc]/"},
        {"try { 'a'.repeat(50).replace(/(a*)*[bc]/g, '') } catch (e) { e.name }", "Error"},
    });
}

struct Stopped {};

TEST(RegExp, AVuThatHangsInExpressionsCanBeStopped) {
    State state;
    install_builtins(state);
    ASSERT_TRUE(state.evaluate("a.js", "var s = 'a'.repeat(40), n = 0").has_value());
    state.set_checkpoint([](State&) { throw Stopped(); });
    EXPECT_THROW((void)state.evaluate("b.js", "for (;;) { try { n++; /(?:a+)+[bc]/.test('aaaaaa') } catch (e) {} }"),
                 Stopped);
}

TEST(RegExp, LiteralsOfASharedScriptAreCompiledOnce) {
    const auto script =
        SharedScript::compile("a.js", "[1, 2, 3].map(function() { return /(\\d+)-(\\d+)/.exec('1-22')[2] }).join()");
    State first;
    State second;
    for (State* state : {&first, &second}) {
        install_builtins(*state);
        const Completion result = state->call((*script)->instantiate(*state), {});
        EXPECT_EQ(result.value().to_string(*state), "22,22,22");
    }
    const auto& patterns = regexp_runtime(first.raw()).cache;
    EXPECT_EQ(patterns, regexp_runtime(second.raw()).cache);
    EXPECT_EQ(patterns->size(), 1U);
    State other;
    install_builtins(other);
    EXPECT_EQ(run_snippet(other, "/(\\d+)-(\\d+)/.test('1-2')"), "true");
    EXPECT_NE(regexp_runtime(other.raw()).cache, patterns);
}

}  // namespace
}  // namespace k6::js
