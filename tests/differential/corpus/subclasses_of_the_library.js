const t = (name, f) => { try { print(name, f()); } catch (e) { print(name, 'EX', e instanceof Error ? e.name : e); } };
class P2 extends Promise { constructor(ex) { super(ex); this.tag = 'p2'; } static x() { return 'sx'; } extra() { return 'ex'; } }
let count = 0;
class P3 extends Promise { constructor(ex) { count++; super(ex); } }
t('p2', () => { const p = new P2((r) => r(1)); return [p instanceof P2, p instanceof Promise, p.tag, p.extra(), P2.x(), p.constructor.name, Object.prototype.toString.call(p)].join(); });
t('then', () => { const p = new P2((r) => r(1)).then((v) => v); return [p instanceof P2, p.tag, p.constructor === P2].join(); });
t('statics', () => [P2.resolve(1) instanceof P2, P2.resolve(1).tag, P2.reject(1).catch(() => {}) instanceof P2, P2.all([]) instanceof P2, P2.race([1]) instanceof P2, P2.allSettled([]).tag, P2.any([1]).tag].join());
t('count', () => { count = 0; P3.resolve(1).then(() => {}).finally(() => {}); return count; });
t('count all', () => { count = 0; P3.all([1, 2]); return count; });
t('resolve same', () => { const p = P2.resolve(1); return [P2.resolve(p) === p, Promise.resolve(p) === p, P2.resolve(Promise.resolve(1)) instanceof P2].join(); });
t('species', () => { class P4 extends Promise { static get [Symbol.species]() { return Promise; } } const p = new P4((r) => r()); return [p instanceof P4, p.then() instanceof P4, p.then().constructor === Promise, p.finally() instanceof P4].join(); });
(async () => { print('await', await new P2((r) => r(5)), (await P2.all([1, new P2((r) => r(2))])).join()); class R extends Promise { then(a, b) { print('own then'); return super.then(a, b); } } print(await new R((r) => r('rr'))); try { await new P2((_, j) => j(new TypeError('x'))); } catch (e) { print('caught', e.name); } })();
t('executor throws', () => { let out; new P2(() => { throw new RangeError; }).catch((e) => print('rej', e.name)); return 'ok'; });
t('nocall', () => Promise(() => {}));
t('noexec', () => new Promise());
t('resolver twice', () => { class X extends Promise { constructor(e) { super((r, j) => { e(r, j); e(r, j); }); } } return X.resolve(1) instanceof X; });
t('noncallable capability', () => Promise.resolve.call(function (e) { e(1, 2); }, 1));
t('Promise.resolve.call(undefined)', () => Promise.resolve.call(undefined, 1));
t('custom thenable ctor', () => { const out = []; function C(ex) { ex((v) => out.push('res' + v), (v) => out.push('rej' + v)); } Promise.resolve.call(C, 3); Promise.reject.call(C, 4); return out.join(); });
class A2 extends Array { sum() { return this.reduce((a, b) => a + b, 0); } constructor(...r) { super(...r); } }
t('arr', () => { const a = new A2(1, 2, 3); return [a.length, a.sum(), Array.isArray(a), a instanceof A2, a.map((x) => x * 2) instanceof A2, a.map((x) => x * 2).sum(), a.filter(() => true).sum(), a.slice(1).sum(), a.concat([9]).sum(), A2.from([1, 2]).sum(), A2.of(7, 8).sum(), a.splice(0, 1) instanceof A2, a.flat() instanceof A2, a.flatMap((x) => [x]) instanceof A2, String(a), JSON.stringify(a)].join('|'); });
t('arr len', () => { const a = new A2(5); return a.length + ' ' + a.constructor.name + [...a].length; });
t('arr push', () => { class S extends Array { peek() { return this[this.length - 1]; } } const s = new S(); s.push(1); s[5] = 2; return s.length + ' ' + s.peek() + (s.length = 1) + s.peek(); });
t('arr species', () => { class S extends Array { static get [Symbol.species]() { return Array; } } return new S(1, 2).map((x) => x) instanceof S; });
class E2 extends Error { constructor(m, extra) { super(m); this.name = 'E2'; this.extra = extra; } get info() { return this.message + this.extra; } }
t('err', () => { const e = new E2('msg', 1); return [e instanceof E2, e instanceof Error, String(e), e.info, Object.prototype.toString.call(e), typeof e.stack, e.stack.split('\n')[0], Object.keys(e).join(), 'cause' in e].join('|'); });
t('err2', () => { class E3 extends E2 {} class E4 extends TypeError { name = 'E4'; } const e = new E3('a'); return [e.constructor.name, e instanceof E2, new E4('q').name, String(new E4('q')), new E4('x', { cause: 5 }).cause].join('|'); });
t('aggr', () => { class AE extends AggregateError {} const e = new AE([1, 2], 'm'); return [e.errors.length, e.message, e instanceof AE, e.name].join(); });
class M2 extends Map { get(k) { return super.get(k) ?? 'def'; } set(k, v) { return super.set(k, v + '!'); } }
t('map', () => { const m = new M2([['a', 1]]); return [m.size, m.get('a'), m.get('b'), m instanceof Map, m.set('z', 2) === m, [...m].join(';'), [...m.keys()].join()].join('|'); });
t('set', () => { class S2 extends Set { addAll(...v) { for (const x of v) this.add(x); return this; } } return new S2([1]).addAll(2, 3).size; });
t('re', () => { class R extends RegExp { exec(s) { const m = super.exec(s); if (m) m.push('extra'); return m; } } const r = new R('a(b)', 'g'); return ['xab'.match(/a/).length, r.exec('ab').join(), r.test('ab'), r instanceof RegExp, r.flags, 'abab'.replace(new R('a', 'g'), 'x')].join('|'); });
t('date', () => { class D extends Date { iso() { return this.toISOString(); } } return new D(0).iso(); });
t('fn', () => { class F extends Function { constructor() { super('a', 'return a*2'); } twice(x) { return this(this(x)); } } return new F().twice(3); });
t('str', () => { class S extends String { shout() { return this.toUpperCase() + '!'; } } const s = new S('abc'); return s.shout() + s.length + s[1] + (s instanceof S) + typeof s; });
t('num', () => { class N extends Number { dbl() { return this * 2; } } return new N(4).dbl(); });
t('ta', () => { class T extends Uint8Array { sum() { return this.reduce((a, b) => a + b); } } const x = new T([1, 2, 3]); return x.sum() + ' ' + x.map((v) => v * 2).sum() + (x.subarray(1) instanceof T) + T.from([5]).sum() + T.of(1, 2).sum(); });
t('obj', () => { class O extends Object { constructor(x) { super(x); this.y = 1; } } return Object.keys(new O({ z: 1 })).join(); });
t('weakmap', () => { class W extends WeakMap {} const k = {}; return new W([[k, 3]]).get(k); });
t('null', () => { class N extends null { static s() { return 1; } } return N.s() + String(Object.getPrototypeOf(N.prototype)); });
t('null new', () => { class N extends null { } return new N(); });
t('proxy ctor', () => { const PX = new Proxy(class { constructor(a) { this.a = a; } }, {}); class X extends PX { } return new X(4).a; });
t('bound ctor', () => { function F(a) { this.a = a; } F.prototype.q = 1; const BF = F.bind(null, 7); return new BF().a + ' ' + (new BF() instanceof F); });
t('reflect construct', () => { class X { constructor() { this.nt = new.target && new.target.name; } } class Y extends X {} return Reflect.construct(X, [], Y).nt + (Reflect.construct(X, [], Y) instanceof Y) + new Y().nt; });
t('new.target arrow', () => { function F() { return (() => new.target === F)(); } const o = new F(); return typeof o; });
t('abstract', () => { class Abs { constructor() { if (new.target === Abs) throw new TypeError('abstract'); } } class Con extends Abs { } new Con(); return new Abs(); });
t('super in obj', () => { const a = { hi() { return 'a' + this.n; } }; const b = { __proto__: a, n: 1, hi() { return super.hi() + 'b'; } }; return b.hi(); });
t('accessor super', () => { class X { get v() { return 'x' + this.k; } set v(q) { this.k = q; } } class Y extends X { get v() { return super.v + 'y'; } set v(q) { super.v = q + 1; } } const y = new Y(); y.v = 1; return y.v + Object.keys(y); });
t('static inherit', () => { class X { static a = 1; static m() { return this.a; } } class Y extends X { static a = 2; } return X.m() + Y.m() + Object.getOwnPropertyNames(Y).join(); });
t('own names', () => { class X { static b() { } static a = 1; m() { } get z() { return 1; } } return Object.getOwnPropertyNames(X).join() + ';' + Object.getOwnPropertyNames(X.prototype).join() + Object.keys(X); });
t('toString class', () => typeof class { } + (class Q { }).name + (class { static name = 'zz'; }).name);
t('fields order', () => { const l = []; class X { [(l.push('k1'), 'a')] = l.push('v1'); static [(l.push('k2'), 'b')] = l.push('v2'); [(l.push('k3'), 'c')]() { } static { l.push('sb'); } } l.push('new'); new X(); return l.join(); });
t('fields define', () => { class X { set a(v) { throw 1; } } class Y extends X { a = 5; } return new Y().a; });
t('derived no super', () => { class X extends Object { constructor() { } } new X(); });
t('derived ret', () => { class X extends Object { constructor() { return { z: 1 }; } } return new X().z; });
t('this before super', () => { class X extends Object { constructor() { this.x = 1; super(); } } new X(); });
