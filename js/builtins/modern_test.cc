// Symbol, BigInt, Proxy and Reflect, and what they do to the rest of the library.
#include <gtest/gtest.h>

#include "js/builtins/snippets.h"

namespace k6::js {
namespace {

TEST(Symbol, IsAPrimitiveOfItsOwn) {
    check_snippets({
        {"typeof Symbol()", "symbol"},
        {"typeof Object(Symbol())", "object"},
        {"Symbol('q').toString() + Symbol('q').description + Symbol().description", "Symbol(q)qundefined"},
        {"String(Symbol.iterator)", "Symbol(Symbol.iterator)"},
        {"Symbol('a') === Symbol('a')", "false"},
        {"Symbol.for('a') === Symbol.for('a') && Symbol.keyFor(Symbol.for('a'))", "a"},
        {"try { '' + Symbol('x') } catch (e) { String(e) }", "TypeError: Cannot convert a Symbol value to a string"},
        {"try { +Symbol('x') } catch (e) { e.name }", "TypeError"},
        {"try { new Symbol() } catch (e) { e.name }", "TypeError"},
        {"var s = Symbol(), o = {a: 1}; o[s] = 2; Object.keys(o).join() + o[s] + (s in o)", "a2true"},
        {"var s = Symbol(), o = {a: 1}; o[s] = 2; JSON.stringify(o) + Object.getOwnPropertySymbols(o).length",
         "{\"a\":1}1"},
        {"var s = Symbol(); Reflect.ownKeys(Object.defineProperty({b: 1}, s, {value: 2}))[1] === s", "true"},
        {"var m = new Map(), s = Symbol(); m.set(s, 5); m.get(s)", "5"},
        {"Object(Symbol.iterator) == Symbol.iterator", "true"},
    });
}

TEST(Symbol, WellKnownOnesAreHonoured) {
    check_snippets({
        {"var o = {}; o[Symbol.toPrimitive] = function(h) { return h; }; [String(o), o + '', isNaN(+o)].join()",
         "string,default,true"},
        {"var o = {}; o[Symbol.toStringTag] = 'T'; String(o)", "[object T]"},
        {"var e = {}; e[Symbol.hasInstance] = function(x) { return x === 1; }; (1 instanceof e) + '' + (2 instanceof "
         "e)",
         "truefalse"},
        {"var l = {length: 2, 0: 'a', 1: 'b'}; l[Symbol.isConcatSpreadable] = true; [1].concat(l).join()", "1,a,b"},
        {"var a = [1]; a[Symbol.isConcatSpreadable] = false; [].concat(a).length + '' + [].concat(a)[0].length", "11"},
        {"Array[Symbol.species] === Array && Map[Symbol.species] === Map", "true"},
        {"Function.prototype[Symbol.hasInstance].call(Array, [])", "true"},
    });
}

TEST(BigInt, Arithmetic) {
    check_snippets({
        {"typeof BigInt(1)", "bigint"},
        {"String(BigInt('123456789012345678901234567890') * BigInt(-2))", "-246913578024691357802469135780"},
        {"String(BigInt(7) / BigInt(-2)) + BigInt(7) % BigInt(-2) + BigInt(-7) % BigInt(2)", "-31-1"},
        {"var a = BigInt(5); a++; ++a; a--; String(-a) + String(~a)", "-6-7"},
        {"(BigInt(1) << BigInt(100)).toString(16) + '|' + (BigInt(-5) >> BigInt(1))", "10000000000000000000000000|-3"},
        {"String((BigInt('0xffffffffffffffffff') & BigInt(-256)) === BigInt('0xffffffffffffffff00'))", "true"},
        {"String(BigInt('18446744073709551616') | BigInt(1)) + (BigInt(-1) ^ BigInt('18446744073709551616'))",
         "18446744073709551617-18446744073709551617"},
        {"(BigInt(2) > 1) + '' + (BigInt(2) == 2) + (BigInt(2) === 2) + (BigInt(2) < '3') + (BigInt(1) == true)",
         "truetruefalsetruetrue"},
        {"try { BigInt(1) + 1 } catch (e) { String(e) }",
         "TypeError: Cannot mix BigInt and other types, use explicit conversions"},
        {"try { +BigInt(1) } catch (e) { e.name }", "TypeError"},
        {"try { BigInt(1) / BigInt(0) } catch (e) { String(e) }", "RangeError: Division by zero"},
        {"try { BigInt(1.5) } catch (e) { e.name }", "RangeError"},
        {"try { BigInt('x') } catch (e) { e.name }", "SyntaxError"},
        {"try { JSON.stringify({a: BigInt(1)}) } catch (e) { e.name }", "TypeError"},
        {"BigInt.asIntN(8, BigInt(255)) + '|' + BigInt.asUintN(8, BigInt(-1)) + '|' + BigInt.asUintN(64, BigInt(-1))",
         "-1|255|18446744073709551615"},
        {"BigInt('0b101') + '' + BigInt('  12  ') + BigInt('') + BigInt(true)", "51201"},
        {"BigInt(255).toString(2) + BigInt('123456789012345678901').toString(36)", "11111111q1ysz911ih2d1"},
        {"Number(BigInt('9007199254740993')) + '|' + (BigInt(0) ? 1 : 2)", "9007199254740992|2"},
        {"'x' + BigInt(3)", "x3"},
    });
}

TEST(Proxy, TrapsSeeWhatScriptsDo) {
    check_snippets({
        {"var p = new Proxy({}, {get: function(t, k) { return 'got ' + k; }}); p.a + p[1]", "got agot 1"},
        {"var log = []; var p = new Proxy({}, {set: function(t, k, v) { log.push(k + v); t[k] = v; return true; }});"
         "p.a = 1; p['b'] = 2; log.join() + p.a",
         "a1,b21"},
        {"var p = new Proxy({}, {has: function(t, k) { return k == 'x'; }}); ('x' in p) + '' + ('y' in p)",
         "truefalse"},
        {"var d = []; var p = new Proxy({a: 1}, {deleteProperty: function(t, k) { d.push(k); return delete t[k]; }});"
         "delete p.a; d + Object.keys(p).length",
         "a0"},
        {"var p = new Proxy({a: 1, b: 2}, {}); Object.keys(p).join() + JSON.stringify(p) + Object.entries(p).join()",
         "a,b{\"a\":1,\"b\":2}a,1,b,2"},
        {"var p = new Proxy({a: 1, b: 2}, {ownKeys: function() { return ['b']; }}); var k = [];"
         "for (var n in p) k.push(n); k.join() + Object.keys(p).join()",
         "bb"},
        {"var f = new Proxy(function(x) { return x + 1; }, {}); f(1) + typeof f", "2function"},
        {"var f = new Proxy(function() {}, {apply: function(t, self, args) { return args.join('-'); }}); f(1, 2)",
         "1-2"},
        {"var C = new Proxy(function() {}, {construct: function(t, args) { return {n: args[0]}; }}); new C(4).n", "4"},
        {"var p = new Proxy([1, 2], {}); Array.isArray(p) + '' + p.length + p.map(function(x) { return x * 2; "
         "}).join()",
         "true22,4"},
        {"var p = new Proxy([], {}); p.push(1, 2); p.length + JSON.stringify(p)", "2[1,2]"},
        {"var o = Object.create(new Proxy({}, {get: function(t, k, r) { return r === o; }})); o.x", "true"},
        {"var r = Proxy.revocable({}, {}); r.revoke(); try { r.proxy.a } catch (e) { e.name }", "TypeError"},
        {"var p = new Proxy({}, {getPrototypeOf: function() { return Array.prototype; }}); p instanceof Array", "true"},
        {"var p = new Proxy({}, {defineProperty: function(t, k, d) { return Reflect.defineProperty(t, k, {value: "
         "d.value * 2, "
         "configurable: true}); }}); Object.defineProperty(p, 'a', {value: 2, configurable: true}); p.a",
         "4"},
        {"Object.prototype.toString.call(new Proxy([], {}))", "[object Array]"},
    });
}

TEST(Proxy, InvariantsHold) {
    check_snippets({
        {"var t = {}; Object.defineProperty(t, 'a', {value: 1}); var p = new Proxy(t, {get: function() { return 2; }});"
         "try { p.a } catch (e) { e.name }",
         "TypeError"},
        {"var t = {}; Object.defineProperty(t, 'a', {value: 1}); var p = new Proxy(t, {has: function() { return false; "
         "}});"
         "try { 'a' in p } catch (e) { e.name }",
         "TypeError"},
        {"var t = Object.preventExtensions({}); var p = new Proxy(t, {ownKeys: function() { return ['x']; }});"
         "try { Reflect.ownKeys(p) } catch (e) { e.name }",
         "TypeError"},
        {"var p = new Proxy({}, {ownKeys: function() { return ['x', 'x']; }}); try { Object.keys(p) } catch (e) { "
         "e.name }",
         "TypeError"},
        {"var p = new Proxy(Object.preventExtensions({}), {isExtensible: function() { return true; }});"
         "try { Object.isExtensible(p) } catch (e) { e.name }",
         "TypeError"},
        {"var p = new Proxy(function() {}, {construct: function() { return 1; }}); try { new p() } catch (e) { e.name "
         "}",
         "TypeError"},
        {"'use strict'; var p = new Proxy({}, {set: function() { return false; }}); try { Reflect.set(p, 'a', 1) } "
         "catch (e) {}",
         "false"},
    });
}

TEST(Reflect, Functions) {
    check_snippets({
        {"function F() { this.a = arguments[0]; } function G() {} var o = Reflect.construct(F, [3], G);"
         "o.a + '' + (o instanceof G) + (o instanceof F)",
         "3truefalse"},
        {"Reflect.get({get x() { return this.y; }}, 'x', {y: 5})", "5"},
        {"var o = {set x(v) { this.z = v; }}, r = {}; Reflect.set(o, 'x', 1, r); r.z + '' + o.z", "1undefined"},
        {"Reflect.ownKeys([1]).join()", "0,length"},
        {"Reflect.apply(Math.max, null, [1, 3, 2])", "3"},
        {"Reflect.set(Object.freeze({a: 1}), 'a', 2) + '' + Reflect.deleteProperty(Object.freeze({a: 1}), 'a')",
         "falsefalse"},
        {"Reflect.setPrototypeOf({}, null) + '' + Reflect.isExtensible(Object.freeze({}))", "truefalse"},
    });
}

TEST(TypedArray, BigIntElements) {
    check_snippets({
        {"var a = new BigInt64Array(2); a[0] = BigInt(-1); String(a[0]) + a[1] + typeof a[0]", "-10bigint"},
        {"var a = new BigUint64Array([BigInt(-1)]); String(a[0])", "18446744073709551615"},
        {"try { new BigInt64Array([1]) } catch (e) { e.name }", "TypeError"},
        {"var v = new DataView(new ArrayBuffer(8)); v.setBigInt64(0, BigInt('-2'), true);"
         "v.getBigInt64(0, true) + '|' + v.getBigUint64(0, true)",
         "-2|18446744073709551614"},
        {"Uint8Array.of(1, 2).join() + Uint8Array.from([3, 4], function(x) { return x * 2; }).join()", "1,26,8"},
        {"Object.getPrototypeOf(Int8Array).name + Object.keys(new Uint8Array(2)).join()", "TypedArray0,1"},
        {"var u = new Uint8Array(2); u[7] = 1; u.foo = 3; (7 in u) + '' + Object.keys(u).join()", "false0,1,foo"},
    });
}

TEST(Promise, Subclasses) {
    check_snippets({
        {"function X(f) { return Reflect.construct(Promise, [f], X) } X.prototype = Object.create(Promise.prototype); "
         "X.prototype.constructor = X;"
         "Object.setPrototypeOf(X, Promise); X.resolve(1) instanceof X",
         "true"},
        {"Promise[Symbol.species] === Promise && Promise.resolve(1).then() instanceof Promise", "true"},
    });
}

TEST(Functions, OrderOfOwnNames) {
    check_snippets({
        {"function f(a) {} f.x = 1; Object.getOwnPropertyNames(f).join()", "length,name,prototype,x"},
        {"Object.getOwnPropertyNames(Math.max).join()", "length,name"},
        {"var f = new Function('a', 'b', 'return a + b'); f.name + f(1, 2) + f.length", "anonymous32"},
        {"eval('1 + 2')", "3"},
    });
}

TEST(Array, Es5Functions) {
    check_snippets({
        {"[1].some(function() { return 1; })", "true"},
        {"[1].every(function() {})", "false"},
        {"[1, 2, 3].reduce(function(a, b) { return a + b; }) + [1, 2].reduceRight(function(a, b) { return a + '' + b; "
         "})",
         "621"},
        {"try { [].reduce(function() {}) } catch (e) { e.name }", "TypeError"},
        {"var n = 0; [, , 1].forEach(function() { n++; }); n + '' + (0 in [, 1].map(function(x) { return x; }))",
         "1false"},
        {"[3, 1, 2].slice(-2).join() + [1, 2, 3].reverse().join() + [1, 2, 1].lastIndexOf(1) + [1].indexOf(2)",
         "1,23,2,12-1"},
        {"var a = [1]; a.push(a); a.join()", "1,"},
        {"[1, [2, [3]]].toString() + [null, undefined, 1].join('-')", "1,2,3--1"},
        {"var a = new Array(3); a.length + '' + (0 in a) + Array(1, 2).join()", "3false1,2"},
        {"try { new Array(-1) } catch (e) { e.name }", "RangeError"},
        {"try { Object.freeze([1]).push(2) } catch (e) { e.name }", "TypeError"},
        {"Array.prototype.concat.length + Array.prototype.reduce.length + Array.prototype.push.length + Array.length",
         "4"},
        {"[].concat([1], 2, [[3]]).length + [1, 2, 3].filter(function(x) { return x > 1; }).join()", "32,3"},
    });
}

}  // namespace
}  // namespace k6::js
