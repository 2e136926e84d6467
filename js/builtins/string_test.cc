// String beyond regular expressions.
#include "js/builtins/snippets.h"

namespace k6::js {
namespace {

using namespace std::string_view_literals;

#define SMILE "\xF0\x9F\x98\x80"
#define E_ACUTE "\xC3\xA9"

TEST(String, CountsUnits) {
    check_snippets({
        {"['abc'.length, '" E_ACUTE "'.length, '" SMILE "'.length, 'a\\0b'.length, ''.length].join()", "3,1,2,3,0"},
        {"'a" SMILE "b'.indexOf('b') + ',' + 'a" SMILE "b'.lastIndexOf('b') + ',' + '" SMILE SMILE
         "'.lastIndexOf('" SMILE "')",
         "3,3,2"},
        {"['" SMILE "'.charCodeAt(0), '" SMILE "'.charCodeAt(1), '" SMILE "'.codePointAt(0), '" SMILE
         "'.codePointAt(1)].join()",
         "55357,56832,128512,56832"},
        {"'a\\0b'.charCodeAt(1) + ',' + 'a\\0b'.indexOf('b') + ',' + 'a\\0b'.split('\\0').length", "0,2,2"},
        {"'" SMILE "'.slice(0, 1) + '" SMILE "'.slice(1) === '" SMILE "'", "true"},
        {"'\\ud83d' + '\\ude00' === '" SMILE "' && ('\\ud83d' + '\\ude00').length === 2", "true"},
        {"var s = '\\ud83d'; s += '\\ude00'; s.codePointAt(0).toString(16)", "1f600"},
        {"'\\ud83d'.concat('\\ude00').codePointAt(0).toString(16)", "1f600"},
        {"'" SMILE "'.indexOf('\\ude00') + ',' + '" SMILE "'.includes('\\ud83d') + ',' + '" SMILE
         "'.startsWith('\\ud83d') + ',' + '" SMILE "'.endsWith('\\ude00')",
         "1,true,true,true"},
        {"'" SMILE "x'.lastIndexOf('\\ude00', 0) + ',' + '" SMILE "x'.lastIndexOf('\\ude00')", "-1,1"},
        {"'x'.repeat(3) + 'x'.repeat(0) + ('\\ude00\\ud83d'.repeat(2)).length", "xxx4"},
        {"var s = 'a" E_ACUTE "" SMILE "z'.repeat(20), n = 0; for (var i = 0; i < s.length; i++) n += s.charCodeAt(i); "
         "for (i = s.length; i-- > 0;) n -= s.charCodeAt(i); n + ',' + s.length",
         "0,100"},
        {"var s = ('" E_ACUTE "').repeat(30) + 'b'; [s[30], s.at(-1), s.charAt(29), s[31]].join()", "b,b," E_ACUTE ","},
        {"'abc'[1] + 'abc'['1'] + 'abc'[3] + 'abc'['01']", "bbundefinedundefined"},
    });
}

TEST(String, ComparesUnits) {
    check_snippets({
        {"['a\\0b' < 'ab', 'a' < 'a\\0', '\\0' < '\\x01', 'b' < 'a\\0', '\\0' < 'a'].join()",
         "true,true,true,false,true"},
        {"('" SMILE "' < '\\uffff') + ',' + ('\\ud7ff' < '" SMILE "') + ',' + ('\\ue000' > '" SMILE
         "') + ',' + ('" SMILE "' < '\\ude00x')",
         "true,true,true,true"},
        {"['b', '\\uffff', 'a\\0', '" SMILE
         "', 'a'].sort().map(function(s) { return s.charCodeAt(0).toString(16) + s.length }).join()",
         "611,612,621,d83d2,ffff1"},
    });
}

TEST(String, Cuts) {
    check_snippets({
        {"['abcdef'.slice(-3, -1), 'abcdef'.slice(2), 'abc'.slice(2, 1), 'abc'.slice(NaN), 'abc'.slice(-Infinity, "
         "Infinity)].join()",
         "de,cdef,,abc,abc"},
        {"['abc'.substring(2, 0), 'abc'.substring(NaN, 1), 'abc'.substring(1)].join()", "ab,a,bc"},
        {"['abc'.substr(-2, 1), 'abc'.substr(1), 'abc'.substr(0, -1), 'abc'.substr(1, Infinity)].join()", "b,bc,,bc"},
        {"['abc'.at(0), 'abc'.at(-1), 'abc'.at(3), 'abc'.at(-4), 'abc'.at('1'), 'abc'.at(-0.9)].join()", "a,c,,,b,a"},
        {"'abc'.charAt(-1) + 'abc'.charAt(1.9) + 'abc'.charAt() + 'abc'.charAt('x')", "baa"},
        {"isNaN('abc'.charCodeAt(3)) + ',' + 'abc'.codePointAt(3)", "true,undefined"},
        {"'[' + ' \\u00a0\\ufeff\\u2003\\u3000\\u2028x\\u1680 \\n'.trim() + ']' + '\\u180ex'.trim().length", "[x]2"},
        {"'[' + ' x '.trimStart() + '][' + ' x '.trimEnd() + ']'", "[x ][ x]"},
        {"'a-b-c'.split('-', 2).join() + 'abc'.split('').length + ''.split('').length", "a,b30"},
        {"['abc'.padStart(6, '12'), 'abc'.padEnd(5), 'abc'.padStart(2), 'abc'.padEnd(6, ''), 'x'.padStart(4, '" SMILE
         "').length].join('|')",
         "121abc|abc  |abc|abc|4"},
        {"try { 'x'.repeat(-1) } catch (e) { e.name }", "RangeError"},
        {"try { 'x'.repeat(Infinity) } catch (e) { e.name }", "RangeError"},
        {"'x'.repeat(-0.5) + ''.repeat(1e9)", ""},
        {"try { 'x'.padEnd(1e10) } catch (e) { e.name }", "RangeError"},
        {"'a'.concat(1, null, undefined, true, [2, 3])", "a1nullundefinedtrue2,3"},
    });
}

TEST(String, Finds) {
    check_snippets({
        {"['abcabc'.indexOf('c', 3), 'abc'.indexOf(''), 'abc'.indexOf('', 9), 'abc'.indexOf('z'), "
         "'abc'.indexOf()].join()",
         "5,0,3,-1,-1"},
        {"['abcabc'.lastIndexOf('c', 4), 'abc'.lastIndexOf(''), 'abc'.lastIndexOf('a', -1), 'abc'.lastIndexOf('c', "
         "NaN)].join()",
         "2,3,0,2"},
        {"['abc'.includes('b', 2), 'abc'.startsWith('b', 1), 'abc'.endsWith('b', 2), 'abc'.endsWith('abcd')].join()",
         "false,true,true,false"},
        {"try { 'a'.startsWith(/a/) } catch (e) { e.name }", "TypeError"},
        {"var r = /a/; r[Symbol.match] = false; '/a/'.includes(r)", "true"},
        {"try { String.prototype.at.call(undefined) } catch (e) { e.name }", "TypeError"},
        {"String.prototype.indexOf.call(12345, 34) + ',' + String.prototype.slice.call(true, 1) + ',' + "
         "String.prototype.trim.call({toString: function() { return ' q ' }})",
         "2,rue,q"},
    });
}

TEST(String, Case) {
    check_snippets({
        {"'aB1" E_ACUTE "'.toUpperCase() + 'aB1\xC3\x89'.toLowerCase()",
         "AB1\xC3\x89"
         "ab1" E_ACUTE},
        {"'\\u00df'.toUpperCase() + '\\ufb01'.toUpperCase() + '\\u0149'.toUpperCase().length", "SSFI2"},
        {"'\\u0130'.toLowerCase().length + ',' + '\\u0130'.toLowerCase().charCodeAt(1).toString(16)", "2,307"},
        {"'\\u039f\\u03a3 \\u03a3 \\u03a3\\u0391'.toLowerCase()", "\xCE\xBF\xCF\x82 \xCF\x83 \xCF\x83\xCE\xB1"},
        {"'\\u1f80'.toUpperCase().length + ',' + '\\u1f88'.toLowerCase().length", "2,1"},
        {"'\xF0\x90\x90\xA8'.toUpperCase() === '\xF0\x90\x90\x80'", "true"},
        {"'\\ud801x'.toUpperCase() === '\\ud801X'", "true"},
        {"'ABC'.toLocaleLowerCase() + 'a long ascii sentence'.toLocaleUpperCase()", "abcA LONG ASCII SENTENCE"},
    });
}

TEST(String, NormalizesAndCollates) {
    check_snippets({
        {"'e\\u0301'.normalize() === '\\u00e9' && '\\u00e9'.normalize('NFD').length === 2", "true"},
        {"'\\ufb01'.normalize('NFKC') + '\\u2460'.normalize('NFKD') + '\\ufb01'.normalize('NFC').length", "fi11"},
        {"'\\uac00'.normalize('NFD').length + ',' + '\\u1100\\u1161'.normalize('NFC').length", "2,1"},
        {"'a\\ud83de\\u0301\\0'.normalize() === 'a\\ud83d\\u00e9\\0'", "true"},
        {"try { 'a'.normalize('x') } catch (e) { e.name + ': ' + e.message }",
         "RangeError: The normalization form should be one of NFC, NFD, NFKC, NFKD."},
        {"['B', 'a', '\\u00e4', 'b', 'A', 'z', '_', '1', ' ', 'aa', '\\u00e9', 'e', 'f'].sort(function(x, y) { return "
         "x.localeCompare(y) }).join('')",
         " _1aA\xC3\xA4"
         "aabBe\xC3\xA9"
         "fz"},
        {"['a'.localeCompare('b'), 'b'.localeCompare('a'), 'a'.localeCompare('a'), 'a'.localeCompare('A'), "
         "'\\u00e9'.localeCompare('e\\u0301')].join()",
         "-1,1,0,-1,0"},
        {"['resume'.localeCompare('r\\u00e9sum\\u00e9'), 'r\\u00e9sum\\u00e9'.localeCompare('resumf'), "
         "'10'.localeCompare('2')].join()",
         "-1,-1,-1"},
    });
}

TEST(String, StaticsAndObjects) {
    check_snippets({
        {"String.fromCharCode(0x61, 0x10062, 0xd83d, 0xde00)", "ab" SMILE},
        {"String.fromCodePoint(0x1f600, 97)", SMILE "a"},
        {"try { String.fromCodePoint(0x110000) } catch (e) { e.name }", "RangeError"},
        {"try { String.fromCodePoint(1.5) } catch (e) { e.name }", "RangeError"},
        {"String.raw({raw: ['a', 'b', 'c']}, 1, 2, 3) + String.raw({raw: {length: 2, 0: 'x', 1: 'y'}}, '-')",
         "a1b2cx-y"},
        {"String.raw({raw: 'xyz'}, 0, 1)", "x0y1z"},
        {"[String(), String(null), String(undefined), String(-0), String([1, [2]])].join('|')",
         "|null|undefined|0|1,2"},
        {"var s = new String('ab'); typeof s + s.length + s[1] + (s == 'ab') + s.valueOf() + Object.keys(s)",
         "object2btrueab0,1"},
        {"try { String.prototype.valueOf.call({}) } catch (e) { e.name }", "TypeError"},
        {"'abc'.toString === String.prototype.toString && String.prototype.trim.name + String.prototype.at.length",
         "trim1"},
        {"String.length + ',' + String.prototype.replace.length + ',' + String.name + ',' + String.prototype.length",
         "1,2,String,0"},
    });
}

}  // namespace
}  // namespace k6::js
