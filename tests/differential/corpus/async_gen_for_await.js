async function* g(n) { for (let i = 0; i < n; i++) { await null; yield i } }
(async () => { for await (const x of g(3)) print(x); for await (const x of [Promise.resolve(5), 6]) print(x); l: for await (const x of g(10)) { for await (const y of g(3)) { if (y == 1) continue l; if (x == 2) break l; print(x, y) } } })();
