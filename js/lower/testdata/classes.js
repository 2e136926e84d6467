//// fields, methods, accessors, statics
class A {
  x = 1; y; 'z w' = 3; ['c' + 1] = 4; static s = 's'; static t; fn = () => this.x;
  constructor(v) { this.v = v }
  m() { return this.x + this.v } get g() { return 'g' + this.x } set g(n) { this.x = n } static sm() { return this.s + 'm' } static get sg() { return 'sg' }
}
const a = new A(5); print(a.x, a.y, a['z w'], a.c1, A.s, A.t, a.fn(), a.m(), a.g, A.sm(), A.sg); a.g = 10; print(a.x, a.fn(), Object.keys(a).join(), A.name, typeof A, a.constructor === A, a instanceof A)
//> 1 undefined 3 4 s undefined 1 6 g1 sm sg
//> 10 10 x,y,z w,c1,fn,v A function true true
//// inheritance
class A { constructor(x) { this.x = x } m() { return 'A' + this.x } static s() { return 'As' } get p() { return 'pA' } }
class B extends A { constructor() { super(2); this.y = 3 } m() { return 'B' + super.m() + this.y } static s() { return 'B' + super.s() } get p() { return super.p + 'B' } }
class C extends B {} class D extends C { constructor(...a) { super(...a); } m() { return (() => super.m())() + 'D' } }
const d = new D(); print(d.m(), D.s(), d.p, d instanceof A, new C().m(), Object.getPrototypeOf(C) === B, C.s === B.s, d.hasOwnProperty('m'))
//> BA23D BAs pAB true BA23 true true false
//// methods are not enumerable
class A { m() {} static s() {} get g() { return 1 } } print(Object.keys(A.prototype).length, Object.keys(A).length); for (const k in new A()) print(k); print(JSON.stringify(Object.getOwnPropertyNames(A.prototype).sort()))
//> 0 0
//> ["constructor","g","m"]
//// classes need new
class A {} for (const f of [() => A(), () => A.call({}), () => ({ A }).A()]) try { f() } catch (e) { print(e.name + ': ' + e.message) } const B = class extends A {}; try { B() } catch (e) { print(e.message) }
//> TypeError: Class constructor cannot be invoked without 'new'
//> TypeError: Class constructor cannot be invoked without 'new'
//> TypeError: Class constructor cannot be invoked without 'new'
//> Class constructor cannot be invoked without 'new'
//// class expressions
const A = class { n() { return 'n' } }, B = class Named { me() { return Named === B } static self = Named }; print(A.name, B.name, new A().n(), new B().me(), B.self === B, (class {}).name, new (class { v = 1 })().v)
//> A Named n true true  1
//// extending errors
class E extends Error { constructor(m, code) { super(m); this.name = 'E'; this.code = code } } class F extends E { get info() { return this.code + this.message } }
const e = new E('boom', 7), f = new F('x', 1); print(String(e), e.message, e.code, e instanceof E, e instanceof Error, f instanceof E, f.info, Object.prototype.toString.call(f)); try { throw f } catch (x) { print(x instanceof F, x.constructor === F) } class G extends TypeError {} print(new G('m') instanceof TypeError, new G('m').message, new G().name)
//> E: boom boom 7 true true true 1x [object Error]
//> true true
//> true m TypeError
//// extending arrays
class L extends Array { sum() { return this.reduce((a, b) => a + b, 0) } get last() { return this[this.length - 1] } } const l = new L(); l.push(1, 2, 3); print(l.sum(), l.last, l.length, l instanceof L, l instanceof Array, Array.isArray(l)); const m = new L(1, 2); print(m.length, m.sum(), new L(5).length); class M extends L { constructor(...v) { super(); this.tag = 't'; for (const x of v) this.push(x * 2) } } print(new M(1, 2).sum(), new M().tag)
//> 6 3 3 true true true
//> 2 3 5
//> 6 t
//// extending functions of old
function Old(x) { this.x = x } Old.prototype.m = function () { return 'old' + this.x }; Old.s = 'st'; class N extends Old { constructor() { super(4) } m() { return super.m() + 'n' } } print(new N().m(), N.s); function Ret() { return { replaced: true } } class R extends Ret { f = 1 } print(JSON.stringify(new R()))
//> old4n st
//> {"replaced":true,"f":1}
//// extending null and things that are no constructors
class N extends null { static s() { return 's' } } print(N.s(), Object.getPrototypeOf(N.prototype)); for (const bad of [5, {}, 'x', undefined]) try { class X extends bad {} } catch (e) { print(e.name) } try { new N() } catch (e) { print(e.name) }
//> s null
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//// heritage that is an expression
const mix = B => class extends B { mixed() { return 'mix' + this.v } }; class A { v = 1 } class C extends mix(mix(A)) {} print(new C().mixed(), (class extends (0, A) {}).name); const ns = { A }; class D extends ns.A { } print(new D().v)
//> mix1 
//> 1
//// this before and without super
class A {} class B extends A { constructor(f) { if (f === 1) this.x = 1; if (f === 2) return; if (f === 3) { super(); this.y = 1 } if (f === 4) return { own: 1 }; if (f === 5) { const s = () => super(); s(); this.z = 1 } if (f === 6) return 1 } } for (const i of [1, 2, 3, 4, 5, 6]) try { print(JSON.stringify(new B(i))) } catch (e) { print(e.name) }
//> ReferenceError
//> ReferenceError
//> {"y":1}
//> {"own":1}
//> {"z":1}
//> TypeError
//// super calls in odd places
class A { constructor(x) { this.x = x } } class B extends A { constructor() { const y = 1 + super(5).x; this.y = y } } class C extends A { constructor(a = super(1)) { this.a = a === this } } class D extends A { f = this.x; constructor() { print('before'); super(3); print('after', this.f) } } print(new B().y, new C().a); new D(); class E extends A { constructor() { try { super(1) } finally { this.e = 2 } } } print(JSON.stringify(new E()))
//> 6 true
//> before
//> after 3
//> {"x":1,"e":2}
//// order of fields, constructor, computed keys
const log = []; const t = x => (log.push(x), x); class A { [t('k1')] = t('v1'); static [t('k2')] = t('v2'); [t('k3')]() {} constructor() { t('ctor') } z = t('z') } log.push('|'); new A(); print(log.join())
//> k1,k2,k3,v2,|,v1,z,ctor
//// static blocks and order of statics
class A { static a = 1; static { this.b = this.a + 1; var hidden = 5; A.m2 = A.m() } static c = this.b + hiddenType(); static m() { return 'm' + this.a } static { let q = 3; this.q = () => q } } function hiddenType() { return typeof hidden } print(A.a, A.b, A.c, A.m2, A.q())
//> 1 2 2undefined m1 3
//// a static field that makes an instance before the methods in the text
class S { static instance = new S(); v = this.calc(); calc() { return 42 } static get() { return S.instance.v } static other = S.get() } print(S.get(), S.other)
//> 42 42
//// arrows in fields and static initialisers
class A { n = 1; inc = () => ++this.n; static n = 10; static inc = () => ++this.n; static o = { m: () => this.n } } const a = new A(), { inc } = a; inc(); print(inc(), A.inc(), A.o.m())
//> 3 11 11
//// fields define, they do not call setters
class A { set x(v) { print('setter ' + v) } } class B extends A { x = 1 } const b = new B(); print(b.x, b.hasOwnProperty('x')); class C { set y(v) { print('no') } y = 2 } print(new C().y)
//> 1 true
//> 2
//// private fields and methods
class A { #x = 1; #y; static #s = 's'; #m(n) { return this.#x + n } get #g() { return this.#x * 10 } set #g(v) { this.#x = v } static #sm() { return A.#s } inc() { this.#x++; this.#x += 2; return this.#m(1) } acc() { this.#g = 7; return this.#g } st() { return A.#s + A.#sm() } both(o) { return this.#x === o.#x } y() { return this.#y === undefined && (this.#y ??= 4) && this.#y } has(o) { return #x in o } log() { this.#x &&= 3; return this.#x } }
const a = new A(); print(a.inc(), a.acc(), a.st(), a.both(new A()), a.y(), a.has(a), a.has({}), a.log(), Object.keys(a).length, JSON.stringify(a))
//> 5 70 ss false 4 true false 3 0 {}
//// private names of objects of other classes
class A { #x = 1; static get(o) { return o.#x } static set(o) { o.#x = 2 } static call(o) { return o.#m() } #m() {} static inc(o) { o.#x++ } } for (const f of [A.get, A.set, A.call, A.inc]) for (const o of [{}, null]) try { f(o); print('no') } catch (e) { print(e.name) } try { A.set(5) } catch (e) { print(e.name) }
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//> TypeError
//// private methods cannot be assigned
class A { #m() {} t() { this.#m = 1 } } try { new A().t() } catch (e) { print(e.name) } class B { get #r() { return 1 } t() { this.#r = 2 } } try { new B().t() } catch (e) { print(e.name) }
//> TypeError
//> TypeError
//// the same private name in a base class, a derived class and nested classes
class A { #x = 'a'; a() { return this.#x } } class B extends A { #x = 'b'; b() { return this.#x + this.a() } } print(new B().b()); class O { #x = 'o'; make() { const self = this; return new class { #y = 'y'; r() { return self.#x + this.#y } }() } } print(new O().make().r())
//> ba
//> oy
//// private names of mixins
const mix = B => class extends B { #n = B.name || 'anon'; names() { return this.#n + (super.names ? super.names() : '') } }; class A { names() { return '.' } } print(new (mix(mix(A)))().names())
//> anonA.
//// private members stay with frozen objects, get lost in copies
class A { #x = 1; constructor() { Object.freeze(this) } inc() { return 1 + this.#x } } class B extends A { #y = 2; y() { return this.#y } } print(new A().inc(), new B().y()); try { A.prototype.inc.call({ ...new A() }) } catch (e) { print(e.name) }
//> 2 2
//> TypeError
//// private in optional chains and destructuring
class A { #v = { w: 1 }; #n = null; r(o) { return [o?.#v, o?.#v?.w, this.#n?.x, o?.#v.w] } s(o) { [this.#n] = [5]; ({ a: this.#v } = { a: 6 }); return this.#n + this.#v } f() { return this.#v?.w?.toFixed(1) } } const a = new A(); print(JSON.stringify(a.r(a)), JSON.stringify(a.r(null)), a.f(), a.s())
//> [{"w":1},1,null,1] [null,null,null,null] 1.0 11
//// computed methods and accessors, symbols
const k = 'dyn'; class A { [k]() { return 1 } static [k + 's']() { return 2 } get [k + 'g']() { return 3 } [Symbol.iterator]() { let i = 0; return { next: () => ({ value: i, done: i++ >= 2 }) } } get [Symbol.toStringTag]() { return "TAG" } } const a = new A(); print(a.dyn(), A.dyns(), a.dyng, [...a].join())
//> 1 2 3 0,1
//// accessor pairs, inherited halves
class A { get x() { return this._x } set x(v) { this._x = v } static get y() { return 'y' } } class B extends A { set x(v) { super.x = v + 1 } get x() { return super.x * 2 } } const b = new B(); b.x = 4; print(b.x, b._x, A.y); b.x += 1; print(b._x)
//> 10 5 y
//> 12
//// super properties
class A { v() { return 'v' } } A.prototype.data = 'd'; class B extends A { r() { return super.data + super['v']() + (super.nope === undefined) + super.v?.() + typeof super.v } w() { super.nw = 5; return this.nw } t() { return super.v`x` } c() { super.n ??= 3; super.n += 2; super.n++; return this.n } } print(new B().r(), new B().w(), new B().t()); try { class X extends A { m() { super.none() } } new X().m() } catch (e) { print(e.name) }
//> dvtruevfunction 5 v
//> TypeError
//// a parameter, a method and a variable named like the class
class A { constructor(A) { this.a = A } A() { return 'm' } static make(A) { return new this(A) } } print(new A(1).a, A.make(2).a, new A(3).A()); const B = class { constructor() { const B = 5; this.b = B } }; print(new B().b)
//> 1 2 m
//> 5
//// classes in loops and functions
const cs = []; for (const n of ['x', 'y']) cs.push(class { get() { return n } static n = n }); print(cs.map(C => new C().get() + C.n).join()); function make(n) { return class extends (n ? make(n - 1) : Object) { d() { return n + (super.d ? super.d() : '') } } } print(new (make(2))().d())
//> xx,yy
//> 210
//// names of members
class A { m() {} static s() {} f = () => 1; get() { return get() } static name2 = 'n' } function get() { return 'outer get' } print(A.prototype.m.name, A.s.name, new A().f.name, new A().get())
//> m s f outer get
//// static inheritance and this
class A { static make() { return new this() } static n = 0; static inc() { return ++this.n } } class B extends A {} print(A.make() instanceof A, B.make() instanceof B, B.inc(), A.n, B.n, A.inc(), B.n)
//> true true 1 0 1 1 1
//// static name and length
class A { static name = 'custom'; static length = 9 } print(A.name, A.length); class B { static name() { return 'fn' } } print(B.name())
//> custom 9
//> fn
//// instanceof with hasInstance
class Even { static [Symbol.hasInstance](n) { return n % 2 === 0 } } print(2 instanceof Even, 1 instanceof Even)
//> true false
//// new.target in constructors
class A { constructor() { if (new.target === A) throw new TypeError('abstract'); this.n = new.target.name } } class B extends A { constructor() { super(); this.t = new.target === B } } try { new A() } catch (e) { print(e.message) } print(new B().n, new B().t); function F() { this.nt = new.target } print(new F().nt === F)
//> abstract
//> B true
//> true
//// toString through super and Symbol.toPrimitive style conversions
class P { constructor(x) { this.x = x } toString() { return `P(${this.x})` } valueOf() { return this.x } } print(`${new P(1)}`, new P(2) + 1, new P(3) > new P(2)); class Q extends P { toString() { return 'Q' + super.toString() } } print(String(new Q(4)))
//> P(1) 3 true
//> QP(4)
