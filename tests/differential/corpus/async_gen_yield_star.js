async function* inner() { const r = yield 'i1'; print('r', r); yield 'i2'; return 'ret' }
async function* g() { const v = yield* inner(); print('v', v); yield* [1, Promise.resolve(2)]; }
(async () => { const it = g(); let r = await it.next(); while (!r.done) { print(r.value); r = await it.next('send') } })();
