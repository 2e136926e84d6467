//// for-of over arrays, strings, arguments
for (const x of [1, 2, 3]) { if (x === 2) continue; print(x) } let s = ''; for (const c of 'a😀b') s += c + '.'; print(s); (function () { for (const a of arguments) print(a) })('p', 'q'); for (const x of []) print('never'); for (var v of [9]); print(v)
//> 1
//> 3
//> a.😀.b.
//> p
//> q
//> 9
//// an array that grows during the loop
const l = [1]; for (const x of l) { if (l.length < 4) l.push(x + 1) } print(l.join()); const m = [1, 2, 3]; let n = 0; for (const x of m) { m.pop(); n++ } print(n)
//> 1,2,3,4
//> 2
//// for-of over iterators, closing
const mk = (n, log) => ({ [Symbol.iterator]() { let i = 0; return { next() { log.push(i); return { value: i, done: i++ >= n } }, return() { log.push('closed'); return {} } } } });
let log = []; for (const x of mk(2, log)); print(log.join()); log = []; for (const x of mk(5, log)) if (x === 1) break; print(log.join()); log = []; (() => { for (const x of mk(5, log)) return 'r' })(); print(log.join()); log = []; o: for (const y of [1, 2]) for (const x of mk(5, log)) { if (y === 1) continue o; break o } print(log.join())
//> 0,1,2
//> 0,1,closed
//> 0,closed
//> 0,closed,0,closed
//// values returned from nested loops over iterators
const mk = (name, log) => ({ [Symbol.iterator]() { let i = 0; return { next: () => ({ value: i++, done: false }), return() { log.push(name); return {} } } } }); const log = []; const f = () => { for (const a of mk('outer', log)) for (const b of mk('inner', log)) { if (b === 2) return a + ':' + b + (log.push('value'), '') } }; print(f(), log.join())
//> 0:2 value,inner,outer
//// an iterator that fails is not closed
const it = { [Symbol.iterator]() { return { next() { throw new Error('next') }, return() { print('closed') } } } }; try { for (const x of it); } catch (e) { print(e.message) } try { for (const x of 5); } catch (e) { print(e.name) } try { for (const x of { [Symbol.iterator]() { return { next() { return 5 } } } }); } catch (e) { print(e.name) }
//> next
//> TypeError
//> TypeError
//// nested for-of and labels
const r = []; outer: for (const a of [1, 2, 3]) { for (const b of [1, 2, 3]) { if (b === 2) continue outer; if (a === 3) break outer; r.push(a * 10 + b) } } print(r.join())
//> 11,21
//// for-in
const o = Object.create({ inherited: 1 }); o.a = 1; o.b = 2; const ks = []; for (const k in o) ks.push(k); print(ks.join()); for (const k in null) print(k); for (var i in ['x', 'y']) print(i, typeof i); let k; for (k in { last: 1 }); print(k)
//> a,b,inherited
//> 0 string
//> 1 string
//> last
//// switch
const f = x => { switch (x) { case 1: case 2: return 'low'; case 'a': { break } default: return 'def'; case 3: return 'three' } return 'after' }; print(f(1), f(2), f('a'), f(3), f(9)); let s = ''; switch (3) { default: s += 'd'; case 1: s += '1'; break; case 2: s += '2' } print(s)
//> low low after three def
//> d1
//// switch with continue and labels
const r = []; for (let i = 0; i < 5; i++) { switch (i) { case 1: continue; case 3: break; default: r.push(i) } r.push('.') } l: switch (1) { case 1: for (;;) break l } print(r.join(''))
//> 0.2..4.
//// closures over switch variables in loops
const fs = []; for (let i = 0; i < 3; i++) switch (i % 2) { case 0: let e = i; fs.push(() => e); break; default: const q = -i; fs.push(() => q) } print(fs.map(f => f()).join())
//> 0,-1,2
//// labelled blocks and statements
a: { b: { if (true) break a; print('no') } print('no') } l: for (var i = 0; i < 3; i++) { m: for (;;) { if (i === 1) break l; continue l } } print(i); x: y: for (;;) break x; z: if (true) { break z } print('end')
//> 1
//> end
//// try, catch, finally
const log = []; const f = n => { try { log.push('t'); if (n === 1) throw 'e'; if (n === 2) return 'ret' } catch (e) { log.push('c'); return 'caught' } finally { log.push('f') } return 'end' }; print(f(0), f(1), f(2), log.join(''))
//> end caught ret tftcftf
//// finally that overrides
const f = n => { try { if (n === 0) return 'try'; throw 'x' } finally { if (n < 2) return 'finally' } }; print(f(0), f(1)); try { f(2) } catch (e) { print(e) } const g = () => { for (const i of [1, 2, 3]) { try { throw i } finally { continue } } return 'done' }; print(g()); const h = () => { l: try { return 'r' } finally { break l } return 'after' }; print(h()); const k = () => { while (true) { try { return 1 } finally { break } } return 2 }; print(k())
//> finally finally
//> x
//> done
//> after
//> 2
//// finally that overrides inside for-in
const r = []; for (const k in { a: 1, b: 2, c: 3 }) { for (;;) { try { if (k === 'a') throw 1; if (k === 'b') break; r.push('c!') } finally { r.push(k); break } } } print(r.join()); function f(o) { for (const k in o) { try { return k } finally { if (k !== 'z') continue } } return 'none' } print(f({ x: 1, y: 2 }), f({ z: 1 }))
//> a,b,c!,c
//> none z
//// jumps through finally
const log = []; const f = () => { o: for (let i = 0; i < 4; i++) { for (;;) { try { try { if (i === 0) continue o; if (i === 1) break; if (i === 2) break o } finally { log.push('in' + i) } } finally { log.push('out' + i) } break } log.push('end' + i) } return 'r' }; print(f(), log.join())
//> r in0,out0,in1,out1,end1,in2,out2
//// exits through a leaving finally, outer jumps kept
const f = n => { const log = []; o: for (const x of [1, 2]) { for (;;) { try { log.push('t' + x); if (n === 1) continue o; if (n === 2) break o; if (n === 3) return log.join() + 'R'; if (n === 4) throw 'E' } finally { log.push('f'); if (n === 5) break o; if (n === 6) return 'over' } break } } return log.join() }; for (const n of [0, 1, 2, 3, 5, 6]) print(f(n)); try { f(4) } catch (e) { print(e) }
//> t1,f,t2,f
//> t1,f,t2,f
//> t1,f
//> t1R
//> t1,f
//> over
//> E
//// return value is taken before finally runs
const f = () => { let x = 1; try { return x } finally { x = 2 } }; const g = () => { const o = { v: 1 }; try { return o } finally { o.v = 2 } }; print(f(), g().v)
//> 1 2
//// errors in finally and catch
try { try { throw 'a' } finally { throw 'b' } } catch (e) { print(e) } try { try { throw 'a' } catch (e) { throw e + 'c' } finally { print('f') } } catch (e) { print(e) }
//> b
//> f
//> ac
//// return on the next line
function f() {
  return (
    // comment
    'value'
  )
}
function g() {
  return [
    1
  ].length +
    1
}
function h() {
  throw (
    'thrown'
  )
}
print(f(), g()); try { h() } catch (e) { print(e) }
//> value 2
//> thrown
//// no semicolons
let a = 1
let b = 2
;[a, b] = [b, a]
const f = function () { return 'f' }
;(() => print(f(), a, b))()
a
++b
print(b)
do a++; while (a < 5) print(a)
if (a) ; else print('x')
//> f 2 1
//> 2
//> 5
//// empty statements, blocks, debugger
; {} { } for (;;) { break } while (false); debugger; if (1) { } else { } print('ok')
//> ok
//// else-if chains
const f = n => { if (n === 0) return 'zero'; else if (n === 1) { let x = 'one'; return x } else if (n === 2) return 'two'; else return 'many' }; print(f(0), f(1), f(2), f(3)); if (false) print('a'); else if (true) print('b')
//> zero one two many
//> b
//// dangling else
const f = (a, b) => { if (a) if (b) return 'ab'; else return 'a'; return 'none' }; print(f(1, 1), f(1, 0), f(0, 1)); const g = (a, b) => { if (a) { if (b) return 'ab' } else return 'no a'; return 'end' }; print(g(1, 0), g(0, 0))
//> ab a none
//> end no a
//// expression statements that begin like something else
({ a: 1 }).a; (function () { print('fn') }()); (class { static { print('class') } }); [1, 2].forEach(x => print(x)); `t`; 'use strict'; `${print('tpl')}`; (() => {})
//> fn
//> class
//> 1
//> 2
//> tpl
//// loops with continue in every kind
let s = ''; for (let i = 0; i < 4; i++) { if (i % 2) continue; s += i } let j = 0; while (j < 4) { j++; if (j % 2) continue; s += j } do { j--; if (j % 2) continue; s += j } while (j > 0); for (const k in { a: 1, b: 1 }) { if (k === 'a') continue; s += k } print(s)
//> 022420b
//// this and arguments in loops whose variables are captured
const o = { v: 7, f() { const r = []; for (const x of [1, 2]) { const g = () => this.v + x + arguments.length; r.push(g()) } return r.join() } }; print(o.f('a', 'b'))
//> 10,11
