//// template literals
const a = 1, o = { toString() { return 'str' }, valueOf() { return 'val' } }; print(`a${a}b`, `${a}${a}`, `${o}`, '' + o, `x${`y${a + 1}`}z`, `${[1, 2]}`, `${null} ${undefined} ${true}`, ``)
//> a1b 11 str val xy2z 1,2 null undefined true 
//// template literals with escapes and line ends
const s = `a\tb\n${1}\u{1F600}\x41 ${'`'} \` \${} \\`; print(JSON.stringify(s)); print(`line1
line2
${1 + 1} line3`.split('\n').length)
//> "a\tb\n1😀A ` ` ${} \\"
//> 3
//// tagged templates
const tag = (s, ...v) => s.join('|') + ':' + v.join() + ':' + s.raw.join('|') + s.length; print(tag`a${1}b${2}`, tag``, tag`\n\x41`.replace('\n', 'NL')); const o = { p: '!', t(s) { return s[0] + this.p } }; print(o.t`x`, o['t']`y`); print((s => s[0])`\unicode`, (s => s.raw[0])`\unicode`)
//> a|b|:1,2:a|b|3 ::1 NLA::\n\x411
//> x! y!
//> undefined \unicode
//// identity of template objects
const id = s => s; const f = () => id`same`; print(f() === f(), id`a` === id`a`, Object.isFrozen(f()), Object.isFrozen(f().raw)); const g = x => id`v${x}`; print(g(1) === g(2))
//> true false true true
//> true
//// optional chaining
const o = { a: { b: 1, f() { return this.b } }, n: null }; print(o?.a?.b, o.x?.y.z.w, o.n?.y, o.a?.f(), o.x?.f(), o.a.g?.(), o.a.f?.(), o?.['a']?.['b'], o.n?.[print('never')], null?.x)
//> 1 undefined undefined 1 undefined undefined 1 1 undefined undefined
//// optional chaining keeps this and evaluates once
let n = 0; const get = () => (n++, { v: 5, m() { return this.v }, d: { e() { return this === undefined ? 'no' : typeof this } } }); print(get()?.m(), get().m?.(), get()?.m?.(), get()?.d?.e?.(), n); const u = undefined; print(u?.(), u?.x === undefined)
//> 5 5 5 object 4
//> undefined true
//// optional chaining in parentheses, delete, calls
const o = { a: { b() { return this.c }, c: 'C' }, n: null }; print((o?.a).c, (o?.a.b)(), (o.a?.b)(), delete o?.a?.zz, delete o.n?.x, delete o?.a.c, o.a.c); try { (o.n?.x).y } catch (e) { print(e.name) } try { o.n?.x.y; (o.n?.x)() } catch (e) { print(e.name) }
//> C C C true true true undefined
//> TypeError
//> TypeError
//// optional chaining with spread, templates, new
const o = { f(...a) { return this.k + a }, k: 'k', C: class { constructor(x) { this.x = x } } }; const l = [1, 2]; print(o?.f(...l), o.f?.(...l, 3), o.g?.(...l), new (o?.C)(4).x, `${o?.k}`, o?.f(...l).length)
//> k1,2 k1,2,3 undefined 4 k 4
//// nullish
let n = 0; const f = v => (n++, v); print(f(null) ?? 'd', f(0) ?? 'd', f('') ?? 'd', f(undefined) ?? f(null) ?? 'e', f(false) ?? 'd', n, null ?? undefined ?? null, (null || undefined) ?? 'z')
//> d 0  e false 6 null z
//// logical assignment
let a = null, b = 0, c = 1; const o = { x: null, get g() { print('get'); return 1 }, set g(v) { print('set') } }; a ??= 5; b ||= 6; c &&= 7; o.x ??= 8; o['y'] ||= 9; o.g ||= 1; o.g &&= 2; o.z ??= () => 1; print(a, b, c, o.x, o.y, o.z.name); let d; d ??= () => 1; print(d.name); const k = () => 'p' + (k.n = (k.n | 0) + 1); o[k()] ||= 1; print(k.n, o.p1, (a ??= 1), (b &&= null), b)
//> get
//> get
//> set
//> 5 6 7 8 9 
//> d
//> 1 1 5 null null
//// exponent
print(2 ** 10, 2 ** 3 ** 2, (-2) ** 2, 2 ** -1, NaN ** 0, 1 ** Infinity); let x = 3; x **= 2; const o = { v: 2, k: 0 }; o.v **= 3; o['v'] **= 2; print(x, o.v); const l = [2]; let i = 0; l[i++] **= 5; print(l[0], i)
//> 1024 512 4 0.5 1 NaN
//> 9 64
//> 32 1
//// numbers
print(0b101, 0o17, 0xFF, 1_000_000, 0b1_0, 1e3, .5, 5., 0.1 + 0.2, 1e21, 1e-7, 123456789012345680000, 0x1fffffffffffff, 5 .toFixed(1), 5..toString(), 1.5.toFixed(2), 1e400, 0.000001)
//> 5 15 255 1000000 2 1000 0.5 5 0.30000000000000004 1e+21 1e-7 123456789012345680000 9007199254740991 5.0 5 1.50 Infinity 0.000001
//// strings
print('\x41\u0042\u{43}\0'.length, '\u2028\u2029'.length, 'it\'s', "q\"q", 'a\
b', '\ud83d\ude00' === '😀', 'tab\there', '\v\f\b'.length, '\u{1F600}'.length, 'é' === '\u00e9')
//> 4 2 it's q"q ab true tab	here 3 2 true
//// numeric and odd keys
const o = { 1: 'a', 1.5: 'b', 0x10: 'c', 1e3: 'd', 'x y': 'e', '': 'f', 'é': 'g', 1_0: 'h', .5: 'i' }; print(o[1], o[1.5], o[16], o[1000], o['x y'], o[''], o.é, o[10], o['0.5'], Object.keys(o).length)
//> a b c d e f g h i 9
//// object literals
const k = 'key', n = 1, m = { z: 26 }; const o = { n, [k]: 2, [k + n]: 3, f() { return this.n }, 'quoted'() { return 'q' }, 7() { return 'seven' }, ['c' + n]() { return 'comp' }, ...m, ...null, ...'hi', ...[9], n: 5 }; print(JSON.stringify(o), o.f(), o.quoted(), o[7](), o.c1())
//> {"0":9,"1":"i","n":5,"key":2,"key1":3,"z":26} 5 q seven comp
//// repeated keys
print(JSON.stringify({ a: 1, b: 2, a: 3 }), ({ get x() { return 'g' }, x: 'v' }).x, ({ x: 'v', get x() { return 'g' } }).x, ({ get x() { return 1 }, get x() { return 2 } }).x, ({ a: 1, ['a']: 2 }).a, ({ f() { return 1 }, f() { return 2 } }).f())
//> {"a":3,"b":2} v g 2 2 2
//// order of evaluation in literals
const log = []; const t = x => (log.push(x), x); const o = { [t('k1')]: t('v1'), b: t('v2'), ...(t('s'), { get g() { log.push('getter'); return 1 } }), [t('k3')]: t('v3') }; [t(1), ...[t(2)], t(3)]; print(log.join())
//> k1,v1,v2,s,getter,k3,v3,1,2,3
//// __proto__ in literals
const p = { hi: 'proto' }; const o = { __proto__: p, own: 1 }; print(o.hi, Object.keys(o).join(), Object.getPrototypeOf(o) === p, Object.getPrototypeOf({ __proto__: null })); const __proto__ = 5; print(Object.getPrototypeOf({ __proto__ }) === Object.prototype)
//> proto own true null
//> true
//// super in object literals
const base = { hi() { return 'base ' + this.n }, get v() { return 'v' + this.n } }; const o = { n: 1, hi() { return 'o ' + super.hi() }, get v() { return super.v + '!' }, arrow() { return (() => super.hi())() } }; Object.setPrototypeOf(o, base); print(o.hi(), o.v, o.arrow(), ({ toString() { return super.toString().slice(0, 7) } }).toString())
//> o base 1 v1! base 1 [object
//// array literals
const l = [1, , 3,]; print(l.length, 1 in l, [...[1, 2], ...'ab', ...[]].join(), [, ].length, [...[, 1]].length, 0 in [...[,]])
//> 3 false 1,2,a,b 1 2 true
//// spread of own iterables, maps of arrays
const it = { [Symbol.iterator]() { let i = 0; return { next: () => ({ value: i, done: i++ > 2 }) } } }; print([...it, ...it].join(), Math.max(...it)); try { [...{}] } catch (e) { print(e.name) } try { Math.max(...5) } catch (e) { print(e.name) } try { [...null] } catch (e) { print(e.name) }
//> 0,1,2,0,1,2 2
//> TypeError
//> TypeError
//> TypeError
//// regular expressions
print(/a+/g.test('caat'), 'x-y'.replace(/-/, '+'), /[/\]]/.test(']'), 'a/b'.split(/\//).join(), /\u0041/i.test('a')); if (true) /x/.test('x') && print('re'); const f = () => /z/; print(f() !== f(), [/a/.source][0], 4 / 2 / 1)
//> true x+y true a,b true
//> re
//> true a 2
//// update and compound operators
let i = 1; const o = { n: 1, l: [1, 2] }; print(i++ + ++i, i-- - --i, o.n++, ++o.n, o.l[0]++ + o.l[0], i += 5, i -= 1, i *= 2, i /= 4, i %= 2, i <<= 3, i >>= 1, i >>>= 1, i |= 5, i &= 6, i ^= 3)
//> 4 2 1 3 3 6 5 10 2.5 0.5 0 0 0 5 4 7
//// divisions that look like regular expressions
let a = 8, b = 2; const o = { in: 6, delete: 4, this: 2, null: 8 }; print(a++ / b, a-- / b / 1, o.in / b, o.delete / b / 1, o.this / b, o.null / 2, (a) / b, [4][0] / b, +a++ / 1 / b, 2 * a-- / 3); o.in /= 2; a /= 2; print(o.in, a)
//> 4 4.5 3 2 1 4 4 2 4 6
//> 3 4
//// signs next to each other
let a = 1, b = 2; print(a - -b, a + +b, a - --b, a + ++b, - -a, + +a, -(-a), a-- - -1, !-a, ~-1, typeof -a)
//> 3 3 0 3 1 1 1 2 true 0 number
//// precedence
print((1 + 2) * 3, 1 + 2 * 3, (1, 2) + 3, -(1 + 2), !(1 && 0), (true ? 1 : 2) + 1, (a => a)(1) + 1, 2 - (3 - 4), 2 - 3 - 4, 8 / (4 / 2), (1 < 2) < 3, typeof (1 + 1), (1 || 0) && 2, 1 || (0 && 2), (() => 1) ? 'y' : 'n', (5, 6), !(1 in [1, 2]), (0, Math.max)(1, 2), new Date(0).getTime(), new (class { x = 1 })().x, (1 + 2).toFixed(), (-1) ** 2, void 0 === undefined)
//> 9 7 5 -3 true 2 2 3 -5 4 true number 2 1 y 6 false 2 0 1 3 1 true
//// conditional chains
const g = n => n < 0 ? 'neg' : n === 0 ? 'zero' : n < 10 ? 'small' : 'big'; print(g(-1), g(0), g(5), g(50), (true ? false : true) ? 1 : 2)
//> neg zero small big 2
//// typeof of symbols
const s = Symbol.iterator; print(typeof s === 'symbol', typeof 'x' === 'symbol', 'symbol' == typeof s, typeof nope !== 'symbol', typeof nope === 'symbol')
//> true false true true false
//// this in various places
const o = { a: () => typeof this, b() { return { c: () => this === o } }, d: function () { return [1].map(function () { return this }, 'ctx')[0] } }; print(o.a(), o.b().c(), o.d())
//> object true ctx
//// in operator in for heads, and strings
for (let i = ('a' in { a: 1 }) ? 2 : 0; i < 3; i++) print(i); for (const x of ['p' in { p: 1 }]) print(x); var has = 'x' in { x: 1 }; print(has)
//> 2
//> true
//> true
//// sequence and nested assignment
let a, b, c; a = b = c = 3; print(a + b + c, (a = 1, b = a + 1, c = b + 1)); for (a = 0, b = 5; a < b; a++, b--); print(a, b)
//> 9 3
//> 3 2
