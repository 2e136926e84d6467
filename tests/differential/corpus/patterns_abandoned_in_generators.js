// A pattern that waits in a generator or an async function closes its iterator, however it is left.
function source(log, result = {}) { let n = 0; return { [Symbol.iterator]() { return this; }, next() { log.push('next'); return n++ < 9 ? { value: undefined, done: false } : { done: true }; }, return(...args) { log.push('return ' + args.length); if (result instanceof Error) throw result; return result; } }; }
const ways = { return: (it) => it.return('r'), throw: (it) => it.throw(new Error('thrown')), next: (it) => it.next('n'), nothing: () => 'left' };
for (const result of [{}, new Error('closing'), 5]) for (const [name, way] of Object.entries(ways)) {
  const makers = [
    function* (log) { const [a, b = yield 'q', c] = source(log, result); return [a, b, c].join(); },
    function* (log) { let x = {}; [x[yield 'k'], x.y] = source(log, result); return JSON.stringify(x); },
    function* (log) { for (const [a = yield 'f'] of [source(log, result)]) log.push('body ' + a); return 'done'; },
    function* (log) { try { const [, ...[a = yield 'r']] = source(log, result); return a; } catch (e) { log.push('caught ' + e.message); } finally { log.push('finally'); yield 'last'; } },
    function* (log) { const { a: [b = yield 'n', [c = yield 'm'] = source(log, result)] } = { a: source(log, result) }; return b + c; },
    function* (log) { for (const v of source(log, result)) { log.push('v'); yield v; } },
  ];
  for (const make of makers) {
    const log = []; const it = make(log); it.next();
    let out; try { out = JSON.stringify(way(it)); out += JSON.stringify(it.next('again')); } catch (e) { out = e.constructor.name + ' ' + (e instanceof TypeError ? '' : e.message); }
    print(name, out, log.join(' | '));
  }
}
for (const result of [{}, new Error('closing')]) {
  const log = [];
  (async () => { const [a = await 'x', b = await Promise.reject(new Error('rejected'))] = source(log, result); })().catch((e) => print('async', e.message, log.join(' | ')));
  try { for (const v of source(log, result)) throw new Error('body'); } catch (e) { print(e.message, log.join(' | ')); }
  try { for (const v of source(log, result)) break; print('left'); } catch (e) { print(e.message); }
}
