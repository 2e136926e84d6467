// B17 a namespace handed on as a value can only be read
// mode: init
import * as lib from './lib.js';
import { inner } from './lib.js';
import * as cjs from './old.cjs.js';
import * as metrics from 'k6/metrics';
const namespaces = [lib, inner, require('./lib.js')];
equal(lib, require('./lib.js'));
equal(lib.inner, inner);
for (const ns of namespaces) {
  const names = Object.keys(ns);
  same(names, [...names].sort());
  equal(Object.prototype.toString.call(ns), '[object Module]');
  equal(Object.getPrototypeOf(ns), null);
  equal(Object.isExtensible(ns), false);
  equal(Object.isSealed(ns), true);
  equal(Object.isFrozen(ns), false);
  throws(() => { ns[names[0]] = 1; }, 'TypeError');
  throws(() => { ns.added = 1; }, 'TypeError');
  throws(() => { delete ns[names[0]]; }, 'TypeError');
  throws(() => Object.defineProperty(ns, 'added', { value: 1 }), 'TypeError');
  throws(() => Object.freeze(ns), 'TypeError');
  throws(() => Object.setPrototypeOf(ns, {}), 'TypeError');
  equal(Object.setPrototypeOf(ns, null), ns);
  equal(Reflect.set(ns, names[0], 1), false);
  equal(Reflect.deleteProperty(ns, 'missing'), true);
  equal(Reflect.has(ns, Symbol.toStringTag), true);
  same(Reflect.ownKeys(ns).map(String), [...names, 'Symbol(Symbol.toStringTag)']);
}
same(Object.keys(lib), ['B', 'a', 'bump', 'count', 'default', 'inner']);
same(Object.getOwnPropertyDescriptor(lib, 'a'), { value: 'a', writable: true, enumerable: true, configurable: false });
equal(Reflect.defineProperty(lib, 'a', { value: 'a' }), true);
equal(Reflect.defineProperty(lib, 'a', { value: 'b' }), false);
equal(lib.count, 0);
lib.bump();
const same_lib = lib;
same([lib.count, same_lib.count, { ...lib }.count, JSON.parse(JSON.stringify(same_lib)).count], [1, 1, 1, 1]);
const { a, ...others } = same_lib;
same([a, Object.keys(others).length, 'a' in same_lib, 'toString' in same_lib, same_lib.nope], ['a', 5, true, false, undefined]);
const seen = [];
for (const key in same_lib) seen.push(key);
same(seen, Object.keys(lib));
const old = cjs;
same([old.x, old.default.x, Object.keys(old)], [1, 1, ['x']]);
throws(() => { old.x = 2; }, 'TypeError');
const view = metrics;
equal(view.Counter, metrics.Counter);
throws(() => { view.Counter = 1; }, 'TypeError');
//// lib.js
export * as inner from './inner.js';
export const a = 'a';
export let count = 0;
export function bump() { count += 1; }
export class B {}
export default 'default';
//// inner.js
export const z = 1;
export const y = 2;
//// old.cjs.js
module.exports = { x: 1 };
