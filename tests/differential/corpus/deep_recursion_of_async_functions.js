// Async functions that call each other go as deep as others.
async function sum(n) { if (n === 0) return 0; return n + await sum(n - 1); }
const arrow = async (n) => (n === 0 ? 'end' : await arrow(n - 1));
class Walk { async down(n, ...rest) { try { return n === 0 ? rest.length : await this.down(n - 1, ...rest); } finally { this.seen = (this.seen ?? 0) + 1; } } }
async function fails(n) { if (n === 0) throw new RangeError('bottom'); await fails(n - 1); }
async function even(n) { return n === 0 || await odd(n - 1); } async function odd(n) { return n !== 0 && await even(n - 1); }
async function forever(n) { return 1 + await forever(n + 1); }
const walk = new Walk();
sum(5000).then((v) => print('sum', v));
arrow(3000).then((v) => print('arrow', v));
walk.down(2500, 1, 2).then((v) => print('walk', v, walk.seen));
fails(3000).catch((e) => print('fails', e.name, e.message));
even(3000).then((v) => print('even', v));
forever(0).then(() => print('ended'), (e) => print('forever', e.name));
// What one function is about to return survives those that run on its way out.
async function inner(fail) { if (fail) throw new Error('inner'); return 'inner'; }
async function outer() { try { return 'outer'; } finally { inner(false); inner(true).catch(() => {}); } }
function* gen() { try { return 'gen'; } finally { outer(); for (const x of gen2()) break; } } function* gen2() { try { yield 1; } finally { outer(); } }
outer().then(print); print(gen().next().value); (async () => { for (const c of [1, 2]) { try { return await outer(); } finally { inner(false); } } })().then(print);
(async (a = outer(), { b } = { b: inner(true) }) => { await b.catch(() => {}); return a; })().then((v) => print('parameters', v));
(async (a = (() => { throw new Error('default'); })()) => a)().catch((e) => print(e.message));
