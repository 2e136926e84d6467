const t = (name, f) => { try { print(name, f()); } catch (e) { print(name, 'EX', e instanceof Error ? e.name : e); } };
const log = [];
const it = (n, throwsOn) => ({ [Symbol.iterator]() { let i = 0; return { next() { log.push('next' + i); return { done: i >= n, value: i++ < 1 ? undefined : i }; }, return() { log.push('return'); return {}; } }; } });
t('order', () => { log.length = 0; let [a = log.push('default a'), b = log.push('default b')] = it(5); return log.join(); });
t('order2', () => { log.length = 0; let a, b; [a = log.push('default a'), b = log.push('default b')] = it(5); return log.join(); });
t('throw in default', () => { log.length = 0; try { let [a = (() => { throw 1; })(), b] = it(5); } catch (e) { log.push('caught' + e); } return log.join(); });
t('targets', () => { log.length = 0; const o = { set x(v) { log.push('set x'); }, set y(v) { log.push('set y'); } }; const f = (n) => { log.push('get ' + n); return o; }; [f(1).x, f(2).y] = it(4); return log.join(); });
t('targets throw', () => { log.length = 0; const o = { set x(v) { log.push('set x'); throw new TypeError; } }; try { [o.x, o.y] = it(4); } catch (e) { log.push(e.name); } return log.join(); });
t('rest', () => { log.length = 0; let [a, ...r] = it(3); return log.join() + r.length; });
t('rest pattern', () => { log.length = 0; let [a, ...[b, c = log.push('dc')]] = it(3); return log.join(); });
t('empty', () => { log.length = 0; let [] = it(3); return log.join(); });
t('holes', () => { log.length = 0; let [, , a] = it(3); return log.join(); });
t('nested', () => { log.length = 0; let [[x = log.push('dx')] = (log.push('din'), it(2)), y] = it(3); return log.join(); });
t('exhaust', () => { log.length = 0; let [a, b, c, d] = it(1); return log.join(); });
t('param', () => { log.length = 0; (function ([a = log.push('pa'), b]) { log.push('body'); })(it(3)); return log.join(); });
t('for of', () => { log.length = 0; for (const [a = log.push('fa')] of [it(3)]) log.push('body'); return log.join(); });
t('next throws', () => { log.length = 0; const q = { [Symbol.iterator]() { return { next() { throw new RangeError; }, return() { log.push('return'); return {}; } }; } }; try { let [a] = q; } catch (e) { log.push(e.name); } return log.join(); });
t('return throws', () => { log.length = 0; const q = { [Symbol.iterator]() { return { next() { return { done: false, value: 1 }; }, return() { throw new RangeError; } }; } }; try { let [a] = q; } catch (e) { log.push(e.name); } return log.join(); });
t('return non object', () => { log.length = 0; const q = { [Symbol.iterator]() { return { next() { return { done: false, value: 1 }; }, return() { return 1; } }; } }; try { let [a] = q; } catch (e) { log.push(e.name); } return log.join(); });
t('throw in default + return throws', () => { log.length = 0; const q = { [Symbol.iterator]() { return { next() { return { done: false, value: undefined }; }, return() { log.push('ret'); throw new RangeError; } }; } }; try { let [a = (() => { throw new SyntaxError; })()] = q; } catch (e) { log.push(e.name); } return log.join(); });
t('gen close', () => { log.length = 0; function* g() { try { yield 1; yield 2; } finally { log.push('fin'); } } const [a] = g(); return log.join() + a; });
t('gen yield inside', () => { log.length = 0; function* g() { const [a = yield 'q', b = yield 'r'] = it(3); log.push(a, b); } const i = g(); i.next(); i.next('A'); i.next('B'); return log.join(); });
// private
class P { #f = 1; #m() { return 2; } get #g() { return 3; } set #g(v) { this.#f = v; } static #s = 4; static #sm() { return 5; }
  static f(o) { return o.#f; } static m(o) { return o.#m(); } static g(o) { return o.#g; } static sg(o) { o.#g = 7; return o.#f; } static sf(o) { o.#f = 9; return o.#f; } static has(o) { return [#f in o, #m in o, #g in o].join(); } static ss(o) { return o.#s; } static ssm(o) { return o.#sm(); } static setm(o) { o.#m = 1; } }
class Q extends P {}
for (const [n, o] of Object.entries({ inst: new P, sub: new Q, created: Object.create(new P), createdProto: Object.create(P.prototype), proto: P.prototype, qproto: Q.prototype, plain: {}, ctor: P, subctor: Q, proxy: new Proxy(new P, {}), num: 5, nul: null, frozen: Object.freeze(new P) })) {
  for (const k of ['f', 'm', 'g', 'sg', 'sf', 'has', 'ss', 'ssm', 'setm']) t(n + '.' + k, () => P[k](o));
}
