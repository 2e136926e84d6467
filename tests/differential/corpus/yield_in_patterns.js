function* g() { const { a = yield 'a', b: [c = yield 'c'] = [] } = {}; print(a, c); let o = {}; [o[yield 'k']] = [1]; print(JSON.stringify(o)); for (const [x = yield 'x'] of [[], [2]]) print(x); try { throw {} } catch ({ m = yield 'm' }) { print(m) } }
const i = g(); let r = i.next(), n = 0; while (!r.done) { print('y', r.value); r = i.next('s' + n++) }
