//// arrows keep this
const o = { v: 1, f() { return [1, 2].map(x => x + this.v).join() }, g() { return (() => () => this.v)()() } };
print(o.f(), o.g())
//> 2,3 1
//// arrow bodies
const a = () => ({ x: 1 }), b = x => x * 2, c = (x, y = 2) => { return x + y }, d = () => {}, e = ([x], { y }) => x + y;
print(a().x, b(2), c(1), d(), e([1], { y: 2 }))
//> 1 4 3 undefined 3
//// an arrow's body on the next line
const f = () =>
  1 + 1;
const g = () => (
  'x'
);
print(f(), g())
//> 2 x
//// defaults
function f(a, b = a + 1, c = b * 2) { return [a, b, c].join() }
print(f(1), f(1, undefined, 3), f(1, null), f(1, 0))
//> 1,2,4 1,2,3 1,,0 1,0,0
//// defaults are evaluated at each call, left to right
let n = 0; const f = (a = ++n, b = ++n) => a + ':' + b; print(f(), f(9), f(), n)
//> 1:2 9:3 4:5 5
//// rest
function f(a, ...r) { return a + '|' + r.join() + '|' + r.length } print(f(1), f(1, 2, 3)); print(((...[x, y]) => x + y)(1, 2))
const g = (a, ...{ length }) => length; print(g(1, 2, 3), (function (...a) { return a instanceof Array })())
//> 1||0 1|2,3|2
//> 3
//> 2 true
//// parameters that are patterns
function f({ a, b: { c = 3 } = {} } = {}, [d, , e = 5] = []) { return [a, c, d, e].map(String).join() }
print(f(), f({ a: 1, b: { c: 2 } }, [4, 0, 6]))
//> undefined,3,undefined,5 1,2,4,6
//// parameters that are patterns, captured and assigned
const f = ({ a }, [b]) => { const g = () => a + b; a = 10; return g() }; print(f({ a: 1 }, [2]))
//> 12
//// spread in calls
const f = (...a) => a.join('-'); const l = [1, 2], o = { f, k: 3, g(...a) { return this.k + ':' + a } };
print(f(...l), f(0, ...l, 3, ...'ab'), o.g(...l), o['g'](...l, 9), f(...[]), (() => o)().g(1, ...l))
//> 1-2 0-1-2-3-a-b 3:1,2 3:1,2,9  3:1,1,2
//// spread in new
class P { constructor(...a) { this.s = a.join() } } const ns = { P };
print(new P(...[1, 2], 3).s, new ns.P(0, ...[1]).s, new (class extends P {})(...[7]).s)
//> 1,2,3 0,1 7
//// spread of many arguments
const big = []; for (let i = 0; i < 2000; i++) big.push(i); print(Math.max(...big), [...big, ...big].length, Math.max(1, ...big.map(x => -x), 2))
//> 1999 4000 2
//// spread with more than 30 arguments
const f = (...a) => a.length + ':' + a[34]; const s = ['s1', 's2'];
print(f(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, ...s, 36))
//> 36:s2
//// function names
const f = () => 1, g = function () {}, h = function own() {}, o = { m() {}, p: () => 1, ['c' + 1]: 1 };
print(f.name, g.name, h.name, o.m.name, o.p.name); let { d = () => 1 } = {}; print(d.name); let k; k = () => 2; print(k.name)
//> f g own m p
//> d
//> k
//// a method named like a function that it calls
function get(x) { return 'got ' + x } const o = { get(x) { return get(x) }, set: function (x) { return get(x) + '!' } }; print(o.get(1), o.set(2))
//> got 1 got 2!
//// a function whose variable is assigned later
let f = function () { return typeof f }; const g = f; f = 1; print(g())
//> number
//// recursion through the variable
const fact = n => n < 2 ? 1 : n * fact(n - 1); let fib = function (n) { return n < 2 ? n : fib(n - 1) + fib(n - 2) }; print(fact(5), fib(10))
//> 120 55
//// new.target
function F() { return new.target === F ? 'new' : new.target } F.call({}); print(F(), typeof new F()); class A { constructor() { this.t = new.target.name } } class B extends A {} print(new A().t, new B().t)
function G() { const a = () => new.target; this.r = a() === G } print(new G().r); function H() { if (!new.target) return new H(); this.h = 1 } print(H().h, new H().h); print((() => { const o = { m() { return new.target } }; return o.m() })())
//> undefined object
//> A B
//> true
//> 1 1
//> undefined
//// getters and setters
const o = { _v: 1, get v() { return this._v }, set v(x) { this._v = x * 2 }, get ['c' + 1]() { return 'computed' }, set d({ x }) { this.x = x } };
o.v = 4; o.d = { x: 'pat' }; print(o.v, o.c1, o.x)
//> 8 computed pat
//// immediately invoked
(function () { print('a') })(); (() => print('b'))(); (() => { print('c') })(); !function () { print('d') }(); void (() => print('e'))()
//> a
//> b
//> c
//> d
//> e
//// functions are hoisted
print(f()); function f() { return g() } function g() { return 'g' }
function outer() { return inner(); function inner() { return 'in' } } print(outer())
//> g
//> in
//// nested functions and closures over temporaries
function f(o) { return [1, 2].map(i => o?.a?.[i] ?? `none${i}`).join() } print(f({ a: { 1: 'x' } }), f(null))
//> x,none2 none1,none2
//// this at the top of functions
print((function () { return this })(), (() => this === exports)()); const f = function () { 'use strict'; return (() => this)() }; print(f.call(7))
//> undefined true
//> 7
//// callbacks and methods as values
class T { constructor() { this.n = 5; this.get = this.get.bind(this) } get() { return this.n } } const { get } = new T(); print(get())
//> 5
//// comma, void, delete, in, instanceof
const o = { a: 1, b: 2 }; print((1, 2), void 0, delete o.a, 'a' in o, 'b' in o, [] instanceof Array, delete 5); for (var i = ('b' in o) ? 1 : 0; i < 2; i++) print(i)
//> 2 undefined true false true true true
//> 1
