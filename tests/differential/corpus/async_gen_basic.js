async function* g() { yield 1; const x = yield 2; print('got', x); try { yield 3 } finally { print('fin') } return 9 }
(async () => { const i = g(); print(JSON.stringify(await i.next())); print(JSON.stringify(await i.next())); print(JSON.stringify(await i.next('a'))); print(JSON.stringify(await i.return(7))); print(JSON.stringify(await i.next())) })();
