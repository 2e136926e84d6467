#include "js/builtins/json.h"

#include "js/builtins/snippets.h"

namespace k6::js {
namespace {

TEST(Json, Parses) {
    check_snippets({
        {"JSON.stringify(JSON.parse(' {\"a\" : [1, 2.5e3, -0.1, \"x\\\\u0041\\\\n\"] , \"b\": null } '))",
         R"({"a":[1,2500,-0.1,"xA\n"],"b":null})"},
        {"JSON.parse('{\"a\":1,\"b\":2,\"a\":3}').a + Object.keys(JSON.parse('{\"a\":1,\"b\":2,\"a\":3}')).join()",
         "3a,b"},
        {"var o = JSON.parse('{\"__proto__\": {\"x\": 1}}'); o.x === undefined && Object.keys(o).join()", "__proto__"},
        {"1 / JSON.parse('-0') + ',' + JSON.parse('1E400') + ',' + JSON.parse('\"\\\\ud83d\\\\ude00\"').length",
         "-Infinity,Infinity,2"},
        {"JSON.parse('\"\\\\u0000\\u2028\"').length + ',' + JSON.parse('\"\\\\ud83d\"').charCodeAt(0)", "2,55357"},
        {"JSON.parse('123456789012345678901234567890') + ',' + JSON.parse('0.1') + ',' + "
         "JSON.parse('9007199254740993')",
         "1.2345678901234568e+29,0.1,9007199254740992"},
        {"var text = ''; for (var i = 0; i < 5000; i++) text += '['; for (i = 0; i < 5000; i++) text += ']'; "
         "JSON.parse(text).length",
         "1"},
        {"JSON.parse(true) + '' + JSON.parse(null) + JSON.parse('  7\\t')", "truenull7"},
    });
}

TEST(Json, RefusesWhatIsNoJson) {
    for (const char* text : {"",
                             " ",
                             "{",
                             "[1,]",
                             "{\"a\":1,}",
                             "{a:1}",
                             "'a'",
                             "01",
                             "1.",
                             ".5",
                             "+1",
                             "-",
                             "1e",
                             "tru",
                             "nul",
                             "NaN",
                             "undefined",
                             "\"a",
                             "\"\t\"",
                             "\"\\x41\"",
                             "\"\\u12\"",
                             "[1 2]",
                             "{\"a\" 1}",
                             "1 2",
                             "// c",
                             "\xC2\xA0"
                             "1",
                             "]"}) {
        State state;
        install_builtins(state);
        state.global().define("text", state.string(text));
        EXPECT_EQ(run_snippet(state, "try { JSON.parse(text) } catch (e) { e.name }"), "SyntaxError") << text;
    }
    check_snippets({{"try { JSON.parse() } catch (e) { e.name }", "SyntaxError"}});
}

TEST(Json, Revives) {
    check_snippets({
        {"JSON.stringify(JSON.parse('{\"a\":[1,2],\"b\":3}', function(k, v) { return typeof v === 'number' ? v * 2 : v "
         "}))",
         R"({"a":[2,4],"b":6})"},
        {"JSON.stringify(JSON.parse('{\"a\":1,\"b\":2}', function(k, v) { return k === 'a' ? undefined : v }))",
         R"({"b":2})"},
        {"var keys = []; JSON.parse('{\"a\":[7,{\"c\":1}],\"b\":2}', function(k, v) { keys.push(k); return v }); "
         "keys.join()",
         "0,c,1,a,b,"},
        {"JSON.parse('1', function(k, v) { return JSON.stringify([k, v, this]) })", R"(["",1,{"":1}])"},
        {"try { JSON.parse('[1]', function() { throw new Error('mine') }) } catch (e) { e.message }", "mine"},
        {"JSON.parse('2', 'no function')", "2"},
        {"JSON.stringify(JSON.parse('[1,2,3]', function(k, v) { if (k === '0') this.length = 2; return v }))", "[1,2]"},
        {"JSON.stringify(JSON.parse('[1,2,3]', function(k, v) { return k === '1' ? undefined : v }))", "[1,null,3]"},
    });
}

TEST(Json, Writes) {
    check_snippets({
        {"JSON.stringify({u: undefined, f: function() {}, n: NaN, i: -Infinity, z: -0, d: new Date(0), r: /x/, b: new "
         "Boolean(false), s: new String('q'), m: new Number(3)})",
         R"({"n":null,"i":null,"z":0,"d":"1970-01-01T00:00:00.000Z","r":{},"b":false,"s":"q","m":3})"},
        {"JSON.stringify([undefined, function() {}, NaN, , 1])", "[null,null,null,null,1]"},
        {"JSON.stringify(undefined) === undefined && JSON.stringify(function() {}) === undefined", "true"},
        {"JSON.stringify('\\u0000\\u001f\\u007f\\u2028\"\\\\\\b\\f\\n\\r\\t')",
         "\"\\u0000\\u001f\x7F\xE2\x80\xA8\\\"\\\\\\b\\f\\n\\r\\t\""},
        {"JSON.stringify('\\ud83d') + JSON.stringify('\\ude00\\ud83d') + JSON.stringify('\xF0\x9F\x98\x80')",
         "\"\\ud83d\"\"\\ude00\\ud83d\"\"\xF0\x9F\x98\x80\""},
        {"JSON.stringify({b: 1, a: 2, 10: 3, 9: 4})", R"({"9":4,"10":3,"b":1,"a":2})"},
        {"JSON.stringify({a: 1, b: {c: 2, a: 3}}, ['a', 'b', 'a', 1])", R"({"a":1,"b":{"a":3}})"},
        {"JSON.stringify({a: 1, b: [2]}, function(k, v) { return k === 'a' ? undefined : Array.isArray(v) ? "
         "v.concat('x') : v })",
         R"({"b":[2,"x"]})"},
        {"JSON.stringify({a: [1, {}], b: {}, c: []}, null, 2)",
         "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {},\n  \"c\": []\n}"},
        {"JSON.stringify([1], null, '--------------') + JSON.stringify([1], null, 20).length + JSON.stringify([1], "
         "null, 0)",
         "[\n----------1\n]15[1]"},
        {"JSON.stringify({toJSON: function(k) { return 'key ' + k }}) + JSON.stringify([{toJSON: function(k) { return "
         "typeof k + k }}])",
         R"("key "["string0"])"},
        {"try { var a = {}; a.b = [a]; JSON.stringify(a) } catch (e) { e.name }", "TypeError"},
        {"var shared = {}; JSON.stringify([shared, shared])", "[{},{}]"},
        {"JSON.stringify({get a() { return 1 }, b: 2})", R"({"a":1,"b":2})"},
        {"var o = {a: 1, b: 2}; JSON.stringify(o, function(k, v) { if (k === 'a') delete o.b; return v })",
         R"({"a":1})"},
        {"JSON.stringify(Object.create({inherited: 1}))", "{}"},
        {"JSON.stringify(1e21) + JSON.stringify(0.000001) + JSON.stringify(1e-7)", "1e+210.0000011e-7"},
        {"JSON.stringify(Object.create({a: 1}), ['a'])", R"({"a":1})"},
        {"JSON.stringify(new Proxy({a: 1, b: [2]}, {})) + JSON.stringify(new Proxy([1, {}], {})) + JSON.stringify(new "
         "Proxy(function() {}, {}))",
         R"({"a":1,"b":[2]}[1,{}]undefined)"},
        {"JSON.stringify({a: Symbol('q'), b: 1}) + JSON.stringify([Symbol.iterator])", R"({"b":1}[null])"},
        {"try { JSON.stringify({a: BigInt(1)}) } catch (e) { String(e) }",
         "TypeError: Do not know how to serialize a BigInt"},
        {"BigInt.prototype.toJSON = function() { return 'big ' + this }; JSON.stringify([BigInt(7)])", R"(["big 7"])"},
        {"Object.prototype.toString.call(JSON) + JSON.stringify.length + JSON.parse.length", "[object JSON]32"},
    });
}

TEST(Json, LargeTextsComeBack) {
    State state;
    install_builtins(state);
    EXPECT_EQ(run_snippet(
                  state,
                  "var rows = []; for (var i = 0; i < 20000; i++) rows.push({id: i, name: 'n' + i, tags: ['a', 'b'], "
                  "score: i / 8});"
                  "var text = JSON.stringify(rows); JSON.stringify(JSON.parse(text)) === text && text.length > 800000"),
              "true");
}

TEST(Json, ParsesForNativeCode) {
    State state;
    install_builtins(state);
    (void)state.evaluate("a.js", "globalThis.JSON = null");
    EXPECT_EQ(parse_json(state, R"({"a": [1, "é"]})").get("a").at(1).as_string(), "é");
    const std::string repeated = R"({"a": 1, "b": {"c": null, "c": 2}, "a": 3})";
    EXPECT_EQ(parse_json(state, repeated).get("a").as_number(), 3);
    EXPECT_EQ(parse_json(state, repeated, RepeatedNames::first).get("a").as_number(), 1);
    EXPECT_TRUE(parse_json(state, repeated, RepeatedNames::first).get("b").get("c").is_null());
    EXPECT_THROW((void)parse_json(state, "{"), SyntaxError);
}

}  // namespace
}  // namespace k6::js
