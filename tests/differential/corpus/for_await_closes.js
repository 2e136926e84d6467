const it = { i: 0, [Symbol.asyncIterator]() { return this }, next() { return Promise.resolve({ value: this.i++, done: this.i > 5 }) }, return() { print('closed'); return Promise.resolve({}) } };
(async () => { for await (const x of it) { print(x); if (x == 2) break } try { for await (const x of it) { throw 'boom' } } catch (e) { print('c', e) } })();
