// new.target under Reflect.construct, through super, bound functions and proxies.
function C(){ this.nt = new.target; this.name2 = new.target && new.target.name; }
class D { constructor(){ this.nt=new.target; } }
class E extends D {}
function NT(){} NT.prototype={q:1};
print(Reflect.construct(C,[],NT).nt===NT, Reflect.construct(C,[],NT).q);
print(Reflect.construct(D,[],NT).nt===NT, Reflect.construct(D,[],NT).q);
print(Reflect.construct(E,[],NT).nt===NT, Reflect.construct(E,[],NT).q);
print(new C().nt===C, C.call({})===undefined);
const o={f:C}; print((new o.f()).nt===C);
function P(){ return () => new.target; } print(Reflect.construct(function(){ this.f=P; this.g=()=>new.target }, [], NT).g()===NT);
class B1 { constructor(){ this.t=new.target } } const B2=B1.bind(null); print(new B2().t===B1, Reflect.construct(B2,[],NT).t===NT);
class N1 extends B1 { constructor() { const run = () => super(); run(); this.own = new.target; } }
const n1 = Reflect.construct(N1, [], NT); print(n1.t === NT, n1.own === NT, Object.getPrototypeOf(n1) === NT.prototype);
function Old() { this.inner = B3.call(this); this.t = new.target; } function B3() { return new.target === undefined; } print(new Old().inner, new Old().t === Old);
Old.prototype = B1.prototype; print(new Old().inner);
const NP = new Proxy(B1, { construct(target, args, newTarget) { return Reflect.construct(target, args, newTarget); } });
print(new NP().t === NP); class N2 extends NP {} print(new N2().t === N2, new N2() instanceof B1, new N2() instanceof N2);
class N3 extends Array { constructor() { super(); this.t = new.target; } } class N4 extends N3 {} print(new N4().t === N4, new N3() instanceof N3);
for (const call of [() => B1(), () => B1.call(new B1()), () => N1.apply({}), () => B1.bind({})(), () => Reflect.apply(B1, {}, []), () => [1].map(B1)]) { try { call(); print('called'); } catch (e) { print(e.constructor.name); } }
const arrow = function () { return (() => new.target)(); }; print(arrow() === undefined, typeof new (function () { this.f = () => new.target; })().f());
class Abstract { constructor() { if (new.target === Abstract) throw new TypeError('abstract'); } } class Real extends Abstract {} try { new Abstract(); } catch (e) { print(e.message); } print(new Real() instanceof Abstract);
async function later() { return new.target; } later().then((v) => print(v)); const m = { m() { return new.target; } }; print(m.m());
