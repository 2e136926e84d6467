// forms: bundle
import 'core-js/actual';
import 'core-js/actual/structured-clone';
import 'core-js/actual/url';

export default async function run(say) {
  const show = (name, value) => say(`${name} ${JSON.stringify(value)}`);
  const url = new URL('https://user:pa%20ss@example.com:8080/a/../b c/?q=1&q=2&é=ü#frag');
  show('url', [url.href, url.origin, url.pathname, url.search, url.hash, url.username, url.searchParams.getAll('q')]);
  url.searchParams.append('z', 'a b&c');
  url.searchParams.sort();
  show('params', [url.search, String(new URLSearchParams({ a: '1', b: 'x y' })), [...new URLSearchParams('?a=1&a=2&b')]]);
  show('relative', new URL('../c?d#e', 'http://host/a/b/').href);
  const copy = structuredClone({ d: new Date(0), m: new Map([[1, new Set([2])]]), a: new Uint8Array([1, 2]), e: new RangeError('r') });
  show('clone', [+copy.d, [...copy.m.get(1)], copy.a[1], copy.e.name, copy.e.message]);
  show('groupBy', [Object.groupBy([1, 2, 3], (n) => (n % 2 ? 'odd' : 'even')), [...Map.groupBy([1, 2, 3], (n) => n % 2)]]);
  show('sets', [[...new Set([1, 2, 3]).union(new Set([4]))], [...new Set([1, 2, 3]).intersection(new Set([2, 3]))], new Set([1]).isSubsetOf(new Set([1, 2]))]);
  show('iterators', [[1, 2, 3, 4].values().filter((n) => n % 2).map((n) => n * 10).toArray(), Iterator.from([5, 6]).take(1).toArray(), [1, 2].values().reduce((a, b) => a + b)]);
  show('arrays', [[1, 2, 3].toReversed(), [3, 1].toSorted(), [1, 2, 3].toSpliced(1, 1), [1, 2].with(0, 9), [1, 2, 3].findLast((n) => n < 3), [1, [2, [3]]].flat(Infinity)]);
  show('fromAsync', await Array.fromAsync([Promise.resolve(1), 2], (n) => n * 2));
  const { promise, resolve } = Promise.withResolvers();
  resolve(5);
  show('promises', [await promise, await Promise.any([Promise.reject(1), 2]), (await Promise.allSettled([1, Promise.reject(2)])).map((r) => r.status), await Promise.try(() => 3)]);
  show('strings', ['ab'.at(-1), 'aXbX'.replaceAll('X', '-'), 'a\ud800'.isWellFormed(), 'a\ud800'.toWellFormed().charCodeAt(1), [...'a1b2'.matchAll(/[a-z](\d)/g)].map((m) => m[1])]);
  show('queue', await new Promise((done) => queueMicrotask(() => done('ran'))));
  show('base64', [btoa('hello'), atob('aGVsbG8=')]);
  show('misc', [Object.fromEntries([['a', 1]]), Math.hypot(3, 4), Number.isSafeInteger(2 ** 53), Reflect.ownKeys({ b: 1, a: 2, 1: 3 }), Array.from({ length: 2 }, (_, i) => i), Symbol('x').description, typeof globalThis]);
  show('weak', [new WeakMap([[Object, 1]]).get(Object), new WeakSet([Object]).has(Object)]);
  show('typed', [[...new Uint8Array([3, 1, 2]).toSorted()], [...Float64Array.from([1.5, 2.5])], new Uint8Array([1, 2, 3]).at(-1)]);
  show('json', JSON.stringify('\ud83d'));
}
