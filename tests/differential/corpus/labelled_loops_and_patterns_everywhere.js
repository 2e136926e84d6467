const log = (...values) => print(...values.map((v) => typeof v === 'string' ? v : JSON.stringify(v, (k, x) => x === undefined ? '∅' : typeof x === 'bigint' ? `${x}n` : typeof x === 'function' ? `f ${x.name}` : x instanceof Map ? [...x] : x instanceof Set ? [...x] : x)));
// closures of labelled loops
const later = [];
outer: for (let i = 0, n = 4; i < n; i++) {
  const square = i * i;
  inner: for (let j = 0; j <= i; j++) {
    later.push(() => `${i}${j}${square}`);
    if (j === 2) continue outer;
    if (i === 3) break outer;
    block: { if (j % 2) break block; later.push(() => [i, j].join('/')); }
    switch (j) { case 0: continue inner; case 1: { later.push(() => i + j); break; } default: later.push(() => { throw new Error('never'); }); }
  }
}
log(later.map((f) => f()));
const found = [];
search: for (const [y, row] of Object.entries([[1, 2, 3], [4, 5, 6], [7, 8, 9]])) {
  for (const x in row) {
    found.push(() => row[x]);
    try { if (row[x] === 5) break search; if (row[x] % 2) continue search; } finally { found.push(() => `f${y}${x}`); }
  }
}
log(found.map((f) => f()));
{ let k = 0; w: while (true) { const m = k; do { later.push(() => m); if (++k > 3) break w; if (k % 2) continue w; } while (k < 10); } log(later.slice(-4).map((f) => f())); }
// patterns in every position
const { a = 1, b: { c: [d, , e = d + 1, ...f] = [10, 11], ...g } = { h: 2, c: [7, 8, undefined, 9, 9] }, ['x' + 'y']: xy = a + d, ...rest } = { a: undefined, xy: undefined, z: 26, [Symbol.for('s')]: 1 };
log({ a, d, e, f, g, xy, rest }, Object.getOwnPropertySymbols(rest).length);
function params({ id, tags: [first = 'none', ...others] = [], nested: { deep: { value = () => id } = {} } = {} } = {}, [p, q = p] = [1], ...[r, { length } = 'four']) { return [id, first, others, value(), p, q, r, length]; }
log(params(), params({ id: 5, tags: 'xyz' }, new Set([8]), 'r', [1, 2]), params.length, params.name);
const arrow = async ({ x, y: { z } = { z: x } }, [i, j] = [z, x]) => { const [{ length: l }, m = await i] = [await 'abc']; return [x, z, i, j, l, m]; };
arrow({ x: 3 }).then(log); arrow({ x: 3, y: {} }, 'uv').then(log);
let s1, s2, o = { list: [] }; [s1, s2] = [1, 2]; [s1, s2] = [s2, s1]; [o.a, o['b'], ...o.list] = 'pqrst'; ({ length: o.length, [0]: o.first } = 'hey'); log([s1, s2, o]);
for (const { k, v: [v1, v2 = k] } of [{ k: 1, v: [2] }, { k: 3, v: [4, 5] }]) log([k, v1, v2]);
for (const [[x1 = 'd'] = ['dd'], { y1 } = { y1: 9 }] of [[[1], { y1: 2 }], [[undefined]], []]) log([x1, y1]);
for (let [i, n] = [0, 3]; i < n; [i, n] = [i + 1, n]) later.push(() => [i, n]); log(later.slice(-3).map((f) => f()));
for (o.index in { p: 1, q: 2 }) log(o.index); for ([o.k, o.v] of new Map([['m', 1], ['n', 2]])) log([o.k, o.v]); for (var { length: vl } of ['ab', 'c']); log(vl);
try { const [bad] = null; } catch ({ name, constructor: { prototype } }) { log([name, prototype === TypeError.prototype]); }
try { null.x; } catch ({ message: { length } }) { log(length > 0); }
try { (({ x }) => x)(); } catch (e) { log(e.name); } try { const { x: { y } } = {}; } catch (e) { log(e.name); } try { const [x] = {}; } catch (e) { log(e.name); } try { [...5]; } catch (e) { log(e.name); }
// evaluation order
const order = []; const at = (n, v) => (order.push(n), v);
({ [at('k1', 'p')]: at('t1', o).x = at('d1', 1), [at('k2', 'q')]: at('t2', o)[at('t2k', 'y')] = at('d2', 2) } = at('src', { q: 5 })); log([o.x, o.y, order.join()]); order.length = 0;
[at('a', o).m, at('b', o)[at('c', 'n')] = at('d', 3)] = at('src', [1]); log([o.m, o.n, order.join()]); order.length = 0;
at('f', (...z) => z.length)(at('1', 1), ...at('2', [2, 3]), at('3', 4)); log(order.join()); order.length = 0;
at('o', o)[at('k', 'm')] += at('v', 10); at('o2', o)[at('k2', 'zz')] ??= at('v2', 1); at('o3', o)[at('k3', 'zz')] ??= at('v3', 2); at('o4', o)[at('k4', 'm')] **= at('v4', 2); log([o.m, o.zz, order.join()]); order.length = 0;
// generators
function* tree(n, path = []) { if (n <= 0) return path.join('') || '-'; for (const side of ['l', 'r']) { const got = yield* tree(n - 1, [...path, side]); const sent = yield got; if (sent) path.push(sent); } return path.length; }
const walk = tree(2); log([walk.next().value, walk.next('X').value, walk.next().value, walk.next('Y').value, [...walk]]);
function* guarded() { let i = 0; try { while (true) { try { i += (yield i) ?? 1; if (i > 100) return 'big'; } catch (e) { log(`caught ${e}`); i = -1; } } } finally { const last = yield 'cleaning'; log(['last', last]); } }
const gen = guarded(); log([gen.next(), gen.next(), gen.next(5), gen.throw('oops'), gen.next(), gen.return('early'), gen.next('bye'), gen.next()]);
const take = function* (n, it) { if (n > 0) for (const v of it) { yield v; if (--n <= 0) return; } }; const naturals = { *[Symbol.iterator]() { try { for (let i = 0n; ; i++) yield i; } finally { log('closed'); } } }; log([...take(3, naturals)]); const [n0, , n2] = naturals; log([n0, n2]); log(Math.max(...take(3, [1, 2, 3, 4]).map?.((x) => x) ?? [7]));
// tagged templates, getters, symbols, proxies
const seen = new Set(); const tag = (s, ...v) => { seen.add(s); return s.raw.map((r, i) => r + (i < v.length ? `<${v[i]}>` : '')).join(''); }; const twice = () => tag`a${1}\n${'x'}\u{41}`; log([twice(), twice(), seen.size, tag`\unicode ${2}`, String.raw`\t${1}`]);
const watched = new Proxy({ p: 1 }, { get: (t, k, r) => k === 'magic' ? 42 : Reflect.get(t, k, r), has: (t, k) => k.startsWith?.('h') || k in t, ownKeys: (t) => [...Reflect.ownKeys(t), 'virtual'], getOwnPropertyDescriptor: (t, k) => k === 'virtual' ? { value: 'v', enumerable: true, configurable: true } : Reflect.getOwnPropertyDescriptor(t, k), deleteProperty: (t, k) => (log(`del ${String(k)}`), delete t[k]), apply: () => 1 });
log([watched.magic, 'hello' in watched, 'z' in watched, { ...watched }, Object.keys(watched), delete watched.p, Object.entries(watched)]);
const counter = { n: 0, get next() { return ++this.n; }, set next(v) { this.n = v; }, ['comp' + 'uted']: () => counter.next, async *stream() { while (this.n < 12) yield this.next; } }; counter.next = 8; log([counter.next, counter.computed(), counter.n, counter?.missing?.deep.deeper(), counter.missing?.[counter.next], counter.n, counter['next']]);
(async () => { const got = []; for await (const v of counter.stream()) got.push(v); log(got); for await (const v of [Promise.resolve(1), 2, (async () => 3)()]) got.push(v); log(got); try { for await (const v of [Promise.reject(new RangeError('r'))]) log(v); } catch ({ name }) { log(name); } finally { log('finally'); } a1: for (const x of [1, 2]) { for await (const y of [3, 4]) { if (x === 2) break a1; if (y === 4) continue a1; log([x, await y]); } } log(await Promise.race([new Promise(() => {}), 'won'])); return 'end'; })().then(log);
log([0.1 + 0.2, 1e21, -0, 2 ** -1074, 0xff_ff, 0b101, 0o17, 1_000_000, 10n ** 20n, -7n / 2n, 5 % -3, -5 % 3, ~~-7.9, 1 / -0, NaN ** 0, (-8) ** (1 / 3), 2 ** 3 ** 2, typeof 1n, BigInt.asUintN(8, 257n), (25).toString(36), (0.000001234).toString(), (1e-7).toFixed(10), (123.456).toPrecision(4), (255).toString(2), Number('0x1F'), Number(' 12 '), Number('1_0'), parseInt('08'), parseFloat('3.14abc'), Math.round(-0.5), Math.round(2.5), Math.fround(5.5), Math.clz32(1), Math.hypot(3, 4), Math.cbrt(27), Math.log1p(0), Math.imul(0xffffffff, 5)]);
log(['äöü😀'.length, [...'äöü😀'].length, 'ß'.toUpperCase(), 'İ'.toLowerCase().length, 'a\u0301'.normalize('NFC').length, '😀'.codePointAt(0), '😀'.charCodeAt(1), '😀'.at(-1) === '\ude00', 'abc'.padStart(6, '12'), 'x'.repeat(3), ' \u00a0t\n'.trim(), 'a-b-c'.split('-', 2), 'a-b-c'.replaceAll('-', (m, p) => p), 'aBc'.replace(/b/i, '[$&$`$\']'), '2020-01-02'.replace(/(?<y>\d+)-(?<m>\d+)-(?<d>\d+)/, '$<d>/$<m>/$<y>'), [...'a1b22'.matchAll(/[a-z](?<n>\d+)/g)].map(({ index, groups: { n } }) => [index, n]), /(?<=\$)\d+/.exec('cost $42')?.[0], 'x'.localeCompare('y'), 'abc'.substring(2, 0), 'abc'.substr(-2, 1), 'abc'.slice(-2), 'tEST'.charAt(9), 'a,b'.split(''), encodeURIComponent('a b&ü'), decodeURIComponent('%F0%9F%98%80'), escape?.('ü ')]);
