const t = (name, f) => { try { print(name, f()); } catch (e) { print(name, 'EX', e instanceof Error ? e.name : e); } };
// toString
function plain(a, b = 2) { /* c */ return a + b; }
const arrow = (x) => x * 2;
const as = async (x) => { await x; };
class A { m(a) { return a; } static s() {} get g() { return 1; } set g(v) {} async am() {} *gm() {} async *agm() {} #p() {} ['comp' + 1]() {} field = () => 1; static { } constructor(q) { this.q = q; } getp() { return this.#p; } }
class B extends A { }
const obj = { m() {}, get x() { return 1; }, async n() {}, *g() {}, 'quoted key'(a) { }, [`k${1}`]() {}, f: function () {}, h: function named() {}, ar: () => {} };
t('plain', () => plain.toString());
t('arrow', () => arrow.toString());
t('as', () => String(as));
t('A', () => A.toString());
t('B', () => `${B}`);
t('A.m', () => A.prototype.m.toString());
t('A.s', () => A.s.toString());
t('A.g', () => Object.getOwnPropertyDescriptor(A.prototype, 'g').get.toString());
t('A.gs', () => Object.getOwnPropertyDescriptor(A.prototype, 'g').set.toString());
t('A.am', () => A.prototype.am.toString());
t('A.gm', () => A.prototype.gm.toString());
t('A.agm', () => A.prototype.agm.toString());
t('A.comp', () => A.prototype.comp1.toString());
t('A.p', () => new A().getp().toString());
t('A.field', () => new A().field.toString());
for (const k of ['m', 'n', 'g', 'quoted key', 'k1', 'f', 'h', 'ar']) t('obj.' + k, () => obj[k].toString());
t('obj.x', () => Object.getOwnPropertyDescriptor(obj, 'x').get.toString());
function* gen(a) { yield a; }
async function af() { }
async function* ag() { }
t('gen', () => gen + ''); t('af', () => af + ''); t('ag', () => ag + '');
t('native', () => Math.max.toString()); t('push', () => [].push + ''); t('bound', () => plain.bind(null).toString()); t('Map', () => Map + ''); t('Object', () => Object + '');
t('Function', () => new Function('a', 'b', 'return a + b').toString());
t('proxy', () => Function.prototype.toString.call(new Proxy(plain, {})));
t('notfn', () => Function.prototype.toString.call({}));
t('nested', () => (function () { return function inner(z) { return z; } })().toString());
t('iife', () => (() => { const q = async ({ a, b }, ...r) => a; return q; })().toString());
t('anoncls', () => (class { x = 1; }).toString());
t('unicode', () => (function ünï() { return '😀'; }).toString());
// prototype / new
for (const [n, f] of Object.entries({ arrow, as, af, m: A.prototype.m, om: obj.m, on: obj.n, getter: Object.getOwnPropertyDescriptor(obj, 'x').get, plain, A, s: A.s, gen, ag, og: obj.g, of: obj.f })) {
  t(n + ' proto', () => 'prototype' in f ? typeof f.prototype + ',' + Object.getOwnPropertyNames(f.prototype).join() : 'none');
  t(n + ' own', () => Object.getOwnPropertyNames(f).join());
  t(n + ' new', () => typeof new f());
  t(n + ' construct', () => typeof Reflect.construct(Object, [], f));
}
t('A desc', () => JSON.stringify(Object.getOwnPropertyDescriptor(A, 'prototype')));
t('plain desc', () => JSON.stringify(Object.getOwnPropertyDescriptor(plain, 'prototype')));
t('gen desc', () => JSON.stringify(Object.getOwnPropertyDescriptor(gen, 'prototype')));
t('extends arrow', () => class extends arrow {});
t('extends m', () => class extends A.prototype.m {});
t('extends gen', () => class extends gen {});
t('A.prototype=', () => { 'use strict'; A.prototype = 1; });
t('call class', () => A());
