//// arrays
const [a, , b = 3, [c, d] = [4, 5], ...e] = [1, 2, undefined, undefined, 6, 7]; print(a, b, c, d, e.join())
//> 1 3 4 5 6,7
//// objects
const { a, b: x, c = 3, d: { e: y = 5 } = {}, 'f-g': z, [`h${1}`]: h, ...rest } = { a: 1, b: 2, 'f-g': 6, h1: 7, i: 8, j: 9 };
print(a, x, c, y, z, h, JSON.stringify(rest))
//> 1 2 3 5 6 7 {"i":8,"j":9}
//// assignment to variables and members
let a, b, o = {}, l = [];
[a, b] = [1, 2]; ({ a, b: o.x, c: l[0] = 'dflt' } = { a: 3, b: 4 }); [o.y, l[1], ...o.z] = [5, 6, 7, 8]; print(a, b, o.x, l[0], o.y, l[1], o.z.join())
//> 3 2 4 dflt 5 6 7,8
//// swap
let a = 1, b = 2, l = [3, 4]; [a, b] = [b, a]; [l[0], l[1]] = [l[1], l[0]]; let c; [a, b, c] = [b, c, a]; print(a, String(b), c, l.join())
//> 1 undefined 2 4,3
//// the value of a destructuring assignment
let a, b; const src = { a: 1, b: 2 }; print(({ a, b } = src) === src, a, b); const l = [1]; print(([a] = l) === l); let c; c = [a, b] = [7, 8]; print(c.join(), a, b)
//> true 1 2
//> true
//> 7,8 7 8
//// a default sees the old value of its target
let x = 5; [x = x + 1] = []; print(x); ({ y: x = x * 2 } = {}); print(x)
//> 6
//> 12
//// order of evaluation
const log = []; const t = n => (log.push(n), { set v(x) { log.push(n + '=' + x) } }); const src = { get a() { log.push('get a'); return 1 }, get b() { log.push('get b') } };
({ [(log.push('key a'), 'a')]: t('A').v, b: t('B').v = (log.push('default b'), 2) } = src); print(log.join())
//> key a,A,get a,A=1,B,get b,default b,B=2
//// order for arrays
const log = []; const t = n => { log.push(n); return {} }; [t('x').a, t('y').b = (log.push('d'), 1)] = (log.push('src'), [1]); print(log.join())
//> src,x,y,d
//// null and undefined are refused
for (const f of [() => { const { a } = null }, () => { const {} = undefined }, () => { const [a] = undefined }, () => { const { ...r } = null }, () => { ({} = null) }, ({ a }) => a, () => { const { [1 + 1]: z } = undefined }, () => { const [a] = {} }, () => { const [b] = 5 }]) { try { f(); print('no error') } catch (e) { print(e.name) } }
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//// primitives
const { length } = 'abcd', { toFixed } = 5, [c1, c2] = 'xy'; print(length, typeof toFixed, c1, c2)
//> 4 function x y
//// iterables other than arrays
function range(n) { let i = 0, log = []; return { log, [Symbol.iterator]() { return { next() { log.push('n'); return { value: i++, done: i > n } }, return() { log.push('r'); return {} } } } } }
const r = range(5), [a, b] = r; print(a, b, r.log.join('')); const r2 = range(2), [c, d, e] = r2; print(c, d, e, r2.log.join('')); const r3 = range(3), [f, ...g] = r3; print(f, g.join(), r3.log.join('')); const r4 = range(3), [] = r4; print(r4.log.join(''))
//> 0 1 nnr
//> 0 1 undefined nnn
//> 0 1,2 nnnn
//> r
//// holes and missing elements
const [a = 'h', b = 'm', c] = [, undefined]; print(a, b, c); const [...z] = [, 1]; print(z.length, z[0], 0 in z)
//> h m undefined
//> 2 undefined true
//// in for heads
for (const [k, v] of Object.entries({ a: 1, b: 2 })) print(k, v); for (const { x, y = 'd' } of [{ x: 1 }, { x: 2, y: 3 }]) print(x, y);
for (let [i, j] = [0, 3]; i < j; i++, j--) print(i, j); let q, w; for ([q, w] of [[1, 2]]) print(q, w); for ({ q = 5 } of [{}]) print(q); const o = {}; for (o.p of [7]) print(o.p); for (o.k in { z: 1 }) print(o.k); for (const [c] in { xy: 1 }) print(c); for (const { length } in { abc: 1 }) print(length)
//> a 1
//> b 2
//> 1 d
//> 2 3
//> 0 3
//> 1 2
//> 1 2
//> 5
//> 7
//> z
//> x
//> 3
//// nested in functions, with closures
const fs = []; for (const { n, f = () => n } of [{ n: 1 }, { n: 2 }, { f: () => 'own' }]) fs.push(f); print(fs.map(f => f()).join())
//> 1,2,own
//// object rest leaves out what was taken, own enumerable only
class A { constructor() { this.own = 1; this.two = 2 } get acc() { return 3 } } const { own, ...r } = new A(); print(JSON.stringify(r)); const key = 'k' + 1; const { [key]: v, ...s } = { k1: 'v', k2: 'w' }; print(v, JSON.stringify(s)); const { ...cs } = 'ab'; print(JSON.stringify(cs))
//> {"two":2}
//> v {"k2":"w"}
//> {"0":"a","1":"b"}
//// getters are read once
let n = 0; const o = { get a() { n++; return undefined } }; const { a = 'd' } = o; print(a, n); let b; ({ a: b = 'e' } = o); print(b, n)
//> d 1
//> e 2
//// in var, repeated
var { a } = { a: 1 }, [b] = [2]; var { a } = { a: 3 }; print(a, b)
//> 3 2
//// deep nesting
const { a: [{ b: { c: [, { d = 'deep' } = {}] = [] } = {} } = {}] = [] } = {}; print(d); const { p: { q: [r] } } = { p: { q: ['r'] } }; print(r)
//> deep
//> r
//// function defaults are named
const { f = () => 1, g = function () {}, h = class {} } = {}; const [k = () => 2] = []; print(f.name, g.name, h.name, k.name)
//> f g h k
