// What no script should do, and some do. Each attempt may throw, whatever it likes; the process and the test go on.
import http from 'k6/http';
import { check, group } from 'k6';
import { Counter } from 'k6/metrics';
import { SharedArray } from 'k6/data';

const c = new Counter('cc');
const attempts = new Counter('attempts');
const sa = new SharedArray('q', () => [1, 2]);

export const options = { iterations: 1, vus: 1, thresholds: { attempts: ['count==51'] } };

function t(name, attempt) {
  try {
    attempt();
  } catch (e) {
    if (!(e instanceof Error)) throw new Error(`${name} threw ${String(e)}`);
  }
  attempts.add(1);
}

export default function () {
  const deep = (n, wrap) => { let a = {}; for (let i = 0; i < n; i++) a = wrap(a); return a; };
  t('console deep', () => { console.log(deep(100000, (a) => ({ a }))); });
  t('console deep arr', () => { console.log(deep(100000, (a) => [a])); });
  t('json deep', () => JSON.stringify(deep(100000, (a) => [a])).length);
  t('json parse deep', () => JSON.parse('['.repeat(100000) + ']'.repeat(100000)).length);
  t('getter throws', () => console.log({ get a() { throw new Error('in getter'); } }));
  t('tostring throws', () => console.log(Object.assign(new Error('x'), { toString() { throw new Error('in toString'); } })));
  t('proxy', () => console.log(new Proxy({ a: 1 }, {}), new Proxy([1], {}), new Proxy(function () {}, {})));
  t('revoked', () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); console.log(proxy); });
  t('proxy chain', () => { let p = {}; for (let i = 0; i < 100000; i++) p = new Proxy(p, {}); return p.x; });
  t('proto chain', () => { let p = {}; for (let i = 0; i < 200000; i++) p = Object.create(p); return p.x; });
  t('bound chain', () => { let f = () => 1; for (let i = 0; i < 100000; i++) f = f.bind(null); return f(); });
  t('flat deep', () => deep(100000, (a) => [a]).flat(Infinity).length);
  t('regexp deep', () => new RegExp('('.repeat(20000) + ')'.repeat(20000)).test(''));
  t('regexp backtrack', () => /^(a+)+$/.test('a'.repeat(40) + 'b'));
  t('regexp long', () => /(.|\n)*z/.test('x'.repeat(3000000)));
  t('replace recursion', () => { const f = (n) => 'x'.replace(/x/, () => f(n + 1)); return f(0); });
  t('sort recursion', () => { const f = () => [2, 1].sort(() => f()); return f(); });
  t('toJSON recursion', () => { const o = { toJSON() { return JSON.stringify(o); } }; return JSON.stringify(o); });
  t('getter recursion', () => { const o = { get a() { return this.a; } }; return o.a; });
  t('valueOf recursion', () => { const o = { valueOf() { return +o; } }; return +o; });
  t('iterator recursion', () => { const o = { *[Symbol.iterator]() { yield* o; } }; return [...o]; });
  t('generator recursion', () => { function* g() { yield* g(); } return [...g()]; });
  t('proxy recursion', () => { const p = new Proxy({}, { get: (o, k, r) => r[k] }); return p.x; });
  t('group recursion', () => { const f = () => group('g', f); return f(); });
  t('check recursion', () => { const f = () => check(1, { a: f }); return f(); });
  t('apply many', () => Math.max.apply(null, new Array(200000).fill(1)));
  t('spread many', () => Math.max(...new Array(200000).fill(1)));
  t('fromCharCode many', () => String.fromCharCode(...new Array(200000).fill(65)).length);
  t('push many', () => { const a = []; a.push(...new Array(300000).fill(1)); return a.length; });
  t('big array length', () => { const a = []; a[4294967294] = 1; return a.length; });
  t('array len', () => { const a = []; a.length = 4294967295; return a.push(1); });
  t('padEnd', () => 'x'.padEnd(2 ** 30).length);
  t('typed big', () => new Uint8Array(2 ** 33).length);
  t('buffer big', () => new ArrayBuffer(2 ** 31).byteLength);
  t('bigint big', () => (2n ** 1000000n).toString().length);
  t('bigint huge', () => 2n ** (2n ** 40n));
  t('date big', () => new Date(8.64e15 + 1).getTime());
  t('http junk', () => http.get({ toString() { throw new Error('url'); } }));
  t('http method', () => http.request(null, 'http://127.0.0.1:1'));
  t('http proxy params', () => http.get('http://127.0.0.1:1/', new Proxy({}, { get() { throw new Error('param'); } })).error);
  t('check proxy', () => check(1, new Proxy({ a: true }, {})));
  t('metric proxy tags', () => c.add(1, new Proxy({ a: 'b' }, {})));
  t('sa', () => sa.concat([3]).length + Object.keys(sa).join());
  t('sort weird', () => [3, 1, 2].sort(() => NaN));
  t('sort mutate', () => { const a = [3, 2, 1]; return a.sort((x, y) => { a.length = 0; return x - y; }); });
  t('map mutate', () => { const m = new Map([[1, 1]]); let n = 0; for (const [k] of m) { m.delete(k); if (n++ < 1000) m.set(k + 1, 1); } return n; });
  t('set in forEach', () => { const s = new Set([1]); let n = 0; s.forEach((v) => { if (n++ < 1000) s.add(v + 1); }); return n; });
  t('splice weird', () => [1, 2, 3].splice(-1e9, 1e9).length);
  t('array species', () => { class A extends Array {} return new A(1, 2, 3).map((x) => x) instanceof A; });
  t('label', () => { a: for (const x of [1]) { for (const y of [2]) continue a; } return 1; });
  t('async leak', () => { for (let i = 0; i < 10000; i++) Promise.resolve().then(() => i); return 1; });
}
