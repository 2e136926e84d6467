//// generators
function* g(a) { const x = yield a; const y = yield x + 1; return [a, x, y].join() }
const it = g(1); print(JSON.stringify([it.next('ignored'), it.next(2), it.next(3), it.next(4)])); print(it[Symbol.iterator]() === it, Object.prototype.toString.call(it), [...g(5)].length)
//> [{"value":1,"done":false},{"value":3,"done":false},{"value":"1,2,3","done":true},{"done":true}]
//> true [object Generator] 2
//// generators in loops
function* range(a, b) { for (let i = a; i < b; i++) yield i } print([...range(0, 4)].join()); let s = 0; for (const x of range(0, 100)) { if (x > 3) break; s += x } print(s); const [p, q, ...r] = range(1, 6); print(p, q, r.join()); print(Math.max(...range(0, 9)))
//> 0,1,2,3
//> 6
//> 1 2 3,4,5
//> 8
//// infinite, closed early
function* nat() { let n = 0; try { while (true) yield n++ } finally { print('closed at', n) } } for (const n of nat()) if (n === 2) break; const [a, b] = nat(); print(a, b); const i = nat(); i.next(); print(JSON.stringify(i.return('r')), JSON.stringify(i.next()))
//> closed at 3
//> closed at 2
//> 0 1
//> closed at 1
//> {"value":"r","done":true} {"done":true}
//// return before the start, throw in
function* g() { try { yield 1; yield 2 } catch (e) { print('caught', e); yield 'after' } finally { print('fin') } return 'end' } const a = g(); print(JSON.stringify(a.return(5)), JSON.stringify(a.next())); const b = g(); b.next(); print(JSON.stringify(b.throw('E')), JSON.stringify(b.next()), JSON.stringify(b.next())); const c = g(); try { c.throw('early') } catch (e) { print(e) } print(JSON.stringify(c.next()))
//> {"value":5,"done":true} {"done":true}
//> caught E
//> fin
//> {"value":"after","done":false} {"value":"end","done":true} {"done":true}
//> early
//> {"done":true}
//// yield in finally, return overridden
function* g() { try { yield 1 } finally { yield 'cleanup'; if (over) return 'over' } } let over = false; const a = g(); a.next(); print(JSON.stringify([a.return('r'), a.next(), a.next()])); over = true; const b = g(); b.next(); print(JSON.stringify([b.return('r'), b.next()])); const c = g(); c.next(); over = false; try { c.throw('T'); c.next() } catch (e) { print(e) }
//> [{"value":"cleanup","done":false},{"value":"r","done":true},{"done":true}]
//> [{"value":"cleanup","done":false},{"value":"over","done":true}]
//> T
//// yield as part of expressions
function* g() { const o = { m(x, y) { return this.k + x + y }, k: 'k' }; const r = []; r.push((yield 'a') + (yield 'b')); r.push(o.m(yield 'c', 'z')); r.push(`${yield 'd'}-${1}-${yield 'e'}`); r.push([yield 'f', ...(yield 'g'), 3].join('')); r.push(JSON.stringify({ a: yield 'h', [yield 'i']: 1, b: 2, ...(yield 'j') })); r.push((yield 'k') ? yield 'l' : yield 'm'); r.push((yield 'n') && (yield 'o'), (yield 'p') || (yield 'q'), (yield 'r') ?? (yield 's')); let x = 1; x += yield 't'; o.k += yield 'u'; r.push(x, o.k); r.push((1, yield 'v', 2), typeof (yield 'w'), -(yield 'x'), new Array(yield 'y').length); return r }
const it = g(); let step = it.next(), log = ''; const answers = { g: [7, 8], i: 'key', j: { z: 9 }, k: 0, n: 0, r: null, y: 4, x: 5, t: 10 }; while (!step.done) { log += step.value; step = it.next(step.value in answers ? answers[step.value] : step.value.toUpperCase()) } print(log); print(step.value.join(' '))
//> abcdefghijkmnprstuvwxy
//> AB kCz D-1-E F783 {"a":"H","key":1,"b":2,"z":9} M 0 P S 11 kU 2 string -5 4
//// what came before a suspension keeps its value
function* g() { let x = 1; const f = (a, b) => a + ':' + b; const o = { v: 1 }; return [x + (yield), f(x, yield), [x, yield].join(), o.v + (yield) + o.v, `${x}${yield}`] } const it = g(); it.next(); it.next(10); it.next(20); it.next(30); it.next(40); print(it.next(50).value.join(' '))
//> 11 1:20 1,30 42 150
//// optional chains with suspensions
function* g() { const o = { a: { f(x) { return this.k + x }, k: 'K' }, n: null }; return [o?.a.f(yield 1), o.n?.f(yield 'never'), (yield 2)?.p.q, o.a?.[yield 3]?.(yield 4), o.zz?.(yield 'no')] } const it = g(); it.next(); it.next('x'); it.next({ p: { q: 'Q' } }); it.next('f'); print(it.next('y').value.map(String).join())
//> Kx,undefined,Q,Ky,undefined
//// control flow
function* g(n) { outer: for (let i = 0; ; i++) { for (const j of [0, 1, 2]) { if (j === 1) { if (i === 0) continue outer; if (i === 3) break outer } yield i * 10 + j; switch (i) { case 1: if (j === 0) break; yield 'sw'; continue outer; case 2: { yield 'two'; break outer } default: yield 'd' } } } do { yield 'do' + n } while (n-- > 0); if (n < 0) { yield 'neg' } else yield 'pos'; while (true) { if ((yield 'w') === 'stop') break } l: { yield 'l1'; if (n) break l; yield 'no' } for (const k in { a: 1, b: 2 }) yield k; return 'end' }
const out = []; const it = g(1); let r = it.next(); while (!r.done) { out.push(r.value); r = it.next('stop') } print(out.join()); print(r.value)
//> 0,d,10,11,sw,20,two,do1,do0,neg,w,l1,a,b
//> end
//// try in every shape
function* g(f) { try { try { yield 1; f('inner') } catch (e) { yield 'c' + e; f('rethrow') } finally { yield 'f1' } yield 'after' } catch (e) { yield 'outer' + e } for (const x of [1, 2, 3]) { try { if (x === 1) continue; if (x === 2) { yield 'x2'; break } } finally { yield 'fin' + x } } try { return yield 'r' } finally { yield 'last' } }
const run = f => { const o = []; const it = g(f); let r = it.next(); while (!r.done) { o.push(r.value); r = it.next('V') } return o.join() + '=' + r.value }; print(run(() => { })); print(run(x => { throw x })); print(run(x => { if (x === 'inner') throw x }))
//> 1,f1,after,fin1,x2,fin2,r,last=V
//> 1,cinner,f1,outerrethrow,fin1,x2,fin2,r,last=V
//> 1,cinner,f1,after,fin1,x2,fin2,r,last=V
//// catch patterns and scopes
function* g() { try { throw { a: 1, b: [2] } } catch ({ a, b: [c], d = yield2 }) { yield a + c + d } try { yield 1; throw new Error('m') } catch ({ message }) { yield message } try { yield; throw 5 } catch { yield 'plain' } try { yield; throw 'a' } catch (e) { try { yield; throw 'b' } catch (e) { yield e } yield e } } const yield2 = 10; print([...g()].map(String).join())
//> 13,1,m,undefined,plain,undefined,undefined,b,a
//// closures see their round
function* g() { const fs = []; for (let i = 0; i < 3; i++) { fs.push(() => i); yield i } for (const x of ['a', 'b']) { let y = x + x; yield; fs.push(() => x + y, function () { return y += '!' }) } for (const k in { p: 1 }) { yield; fs.push(() => k) } for (let i = 0; i < 2; i++) fs.push(() => i * 100); { const z = 'z'; fs.push(() => z) } while (fs.length < 13) { const w = fs.length; fs.push({ get w() { return w } }.w === w ? () => w : null, class { static m() { return w } }.m) ; yield } return fs } const it = g(); let r = it.next(); while (!r.done) r = it.next(); print(r.value.map(f => f()).join())
//> 0,1,2,aaa,aa!,bbb,bb!,p,0,100,z,11,11
//// functions are hoisted in generators
function* ok() { yield f(); yield 2; function f() { return k() } yield k(); function k() { return 'k' } } function* g() { yield f(); const x = 1; { yield h(); function h() { return 'h' + x } } yield late(); return 1; function f() { return 'f' } function late() { return 'late' + x } } print([...ok()].join(), [...g()].join())
//> k,2,k f,h1,late1
//// yield*
function* inner() { try { const x = yield 'i1'; yield 'i' + x; return 'ret' } catch (e) { yield 'caught' + e } finally { print('inner done') } } function* outer() { const r = yield* inner(); yield r; yield* [1, 2]; yield* 'ab'; return 'end' } print([...outer()].join()); const a = outer(); a.next(); print(JSON.stringify(a.next('X')), JSON.stringify(a.return('early'))); const b = outer(); b.next(); print(JSON.stringify(b.throw('T')), JSON.stringify(b.next())); function* t() { yield* { [Symbol.iterator]() { return { next: () => ({ value: 1 }) } } } } const c = t(); c.next(); try { c.throw(1) } catch (e) { print(e.name) } try { [...(function* () { yield* 5 })()] } catch (e) { print(e.name) }
//> inner done
//> i1,iundefined,ret,1,2,a,b
//> inner done
//> {"value":"iX","done":false} {"value":"early","done":true}
//> inner done
//> {"value":"caughtT","done":false} {"done":false}
//> TypeError
//> TypeError
//// generators as methods, this, arguments, defaults
const o = { v: 3, *m(a, b = a * 2, ...c) { yield this.v; yield a + b; yield c.length; yield arguments.length; yield* (() => [this.v])() }, *[Symbol.iterator]() { yield 'it' } }; print([...o.m(1, undefined, 8, 9)].join(), [...o].join()); class A { *g() { yield this.x } static *s() { yield 's' } x = 1; #p = 2; *priv() { yield this.#p; this.#p++; yield this.#p } } class B extends A { *g() { yield* super.g(); yield 'B' } } print([...new B().g(), ...A.s(), ...new A().priv()].join())
//> 3,3,2,4,3 it
//> 1,B,s,2,3
//// generator errors
function* g() { yield 1; throw new Error('boom') } const a = g(); a.next(); try { a.next() } catch (e) { print(e.message) } print(JSON.stringify(a.next())); function* self() { try { it.next() } catch (e) { yield e.name } } const it = self(); print(it.next().value); try { a.next.call({}) } catch (e) { print(e.name) } function* d(a = (() => { throw 'param' })()) { } try { d() } catch (e) { print(e) }
//> boom
//> {"done":true}
//> TypeError
//> TypeError
//> param
//// destructuring and classes around yields
function* g() { const { a, b: [c] = [0] } = yield 1; let d; ({ d } = yield 2); [d, c2] = [yield 3, d]; class K extends (yield 4) { } return [a, c, d, c2, new K().base] } let c2; const it = g(); it.next(); it.next({ a: 'A', b: ['C'] }); it.next({ d: 'D' }); it.next('E'); print(it.next(class { base = 'base' }).value.join())
//> A,C,E,D,base
//// async functions
const log = []; const sleep = v => new Promise(r => r(v)); async function f(a) { log.push('start'); const x = await sleep(a + 1); log.push('x' + x); const y = await x; return x + y } const p = f(1); log.push('sync'); print(p instanceof Promise); p.then(v => print(log.join(), v))
//> true
//> start,sync,x2 4
//// the order of microtasks
const log = []; (async () => { log.push(1); await null; log.push(4); await Promise.resolve(); log.push(7) })(); Promise.resolve().then(() => log.push(5)).then(() => log.push(8)).then(() => log.push(9)); (async () => { log.push(2); try { await Promise.reject('e') } catch (e) { log.push(6) } })(); log.push(3); const done = async () => { for (let i = 0; i < 10; i++) await 0 }; done().then(() => print(log.join()))
//> 1,2,3,4,5,6,7,8,9
//// an async function that returns a promise takes two turns more
const log = []; const p = (async () => Promise.resolve('v'))(); p.then(() => log.push('async')); Promise.resolve().then(() => log.push('t1')).then(() => log.push('t2')).then(() => log.push('t3')).then(() => print(log.join()))
//> t1,t2,async,t3
//// errors in async functions
const boom = async () => { throw new Error('boom') }; const deep = async () => { try { await boom(); return 'no' } catch (e) { return 'caught ' + e.message } finally { print('fin') } }; deep().then(print); (async () => { await boom() })().catch(e => print('outer', e.message)); (async (a = (() => { throw 'param' })()) => a)().catch(print); const thenable = { then(r, j) { r('thenable') } }; (async () => print(await thenable, await [1], await undefined))()
//> fin
//> param
//> caught boom
//> outer boom
//> thenable 1 undefined
//// async arrows, methods, this, arguments, loops
const o = { n: 2, async m(a) { const r = []; for (const x of [1, 2, 3]) { if (x === 2) continue; r.push(await (async () => this.n * x + arguments.length)()) } return r.join() }, async: async x => x * 2 }; o.m('a', 'b').then(v => print(v)); o.async(4).then(print); class A { async s() { return 's' } static async t() { return 't' } #p = async () => 'p'; async q() { return (await this.#p()) + (await A.t()) } } class B extends A { async s() { return 'B' + await super.s() } } new B().s().then(print); new A().q().then(print)
//> 8
//> Bs
//> 4,8
//> pt
//// await in expressions
const v = x => Promise.resolve(x); (async () => { const f = (...a) => a.join(); const o = { a: await v(1), b: [await v(2), await v(3)], ...(await v({ c: 4 })) }; print(JSON.stringify(o), f(await v(1), 2, await v(3)), await v(1) + await v(2) * await v(3), (await v({ p: 5 })).p, `${await v('t')}`, (await v(f))(6), !(await v(0)), await (await v(v(7))), (await v(null))?.x, (await v(0)) || (await v('or'))); const { x, y = await2 } = await v({ x: 9 }); print(x, y); for (const k of await v(['k1'])) print(k); if (await v(true)) print('yes'); while (!(await v(true))); switch (await v('s')) { case await v('n'): print('n'); case await v('s'): print('case'); break; default: print('d') } return await v('ret') })().then(print); const await2 = 'w'
//> {"a":1,"b":[2,3],"c":4} 1,2,3 7 5 t 6 true 7 undefined or
//> 9 w
//> k1
//> yes
//> case
//> ret
//// parallel
const v = x => new Promise(r => r(x)); (async () => { const [a, b] = await Promise.all([v(1), (async () => (await v(2)) + 1)()]); print(a, b); const rs = await Promise.allSettled([v(1), Promise.reject('no')]); print(rs.map(r => r.status).join()); print((await Promise.all([1, 2, 3].map(async x => x * await v(2)))).join()) })()
//> 1 3
//> fulfilled,rejected
//> 2,4,6
//// async recursion and mutual calls
const fib = async n => n < 2 ? n : await fib(n - 1) + await fib(n - 2); async function even(n) { return n === 0 ? true : odd(n - 1) } async function odd(n) { return n === 0 ? false : even(n - 1) } fib(7).then(print); even(5).then(print)
//> false
//> 13
//// async closures per round
(async () => { const fs = []; for (let i = 0; i < 3; i++) { await null; fs.push(async () => { await null; return i }) } print((await Promise.all(fs.map(f => f()))).join()); const gs = []; for (const x of [1, 2]) { const y = x * 10; await 0; gs.push(() => x + y) } print(gs.map(g => g()).join()) })()
//> 0,1,2
//> 11,22
//// names and kinds
async function named() { } const arrow = async () => { }; const o = { async m() { }, *g() { } }; function* gen() { } print(named.name, arrow.name, o.m.name, o.g.name, gen.name, typeof arrow(), typeof gen())
//> named arrow m g gen object object
