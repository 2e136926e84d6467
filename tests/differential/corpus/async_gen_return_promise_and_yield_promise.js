async function* g() { yield Promise.resolve(1); return Promise.resolve(2) }
(async () => { const i = g(); print(JSON.stringify(await i.next()), JSON.stringify(await i.next()), JSON.stringify(await i.next())) })();
async function* h() { yield Promise.reject('bad') } (async () => { try { for await (const x of h()) print('no') } catch (e) { print('c', e) } })();
