//// let and const in blocks keep apart
let x = 1;
{ let x = 2; { const x = 3; print(x) } print(x) }
print(x)
//> 3
//> 2
//> 1
//// a block variable does not hide an outer one used elsewhere in the function
const v = 'outer';
function f() { const a = v; { let v = 'inner'; print(a, v) } return v }
print(f())
//> outer inner
//> outer
//// block variable named like a global
{ let Array = 'mine'; print(Array) }
print(typeof Array)
//> mine
//> function
//// block variable named like a parameter of the function around
function g(a) { { let a = 2; print(a) } return a }
print(g(1))
//> 2
//> 1
//// names that look like generated ones
const $1 = 'one', $x = 'x', $k1 = 'k', x$1 = 'x1';
let x = 'x0'; { let x = 'inner'; print(x) }
const [a, b = 2] = [1];
print($1, $x, $k1, x$1, x, a, b, `${a}`)
//> inner
//> one x k x1 x0 1 2 1
//// names of the jQuery kind
const $ = (s) => 'q' + s; const $el = $('e');
print($('a'), $el, ((x) => `${$(x)}`)('b'))
//> qa qe qb
//// non-ASCII names
const größe = 3, $ñ = 4, 変数 = 5; let o = { größe, 'ключ': 6, 変数 };
print(größe + $ñ + 変数, o.größe, o['変数'], o.ключ, Object.keys(o).join())
//> 12 3 5 6 größe,ключ,変数
//// closures in a for loop see their round
const fs = [];
for (let i = 0; i < 3; i++) fs.push(() => i);
print(fs.map(f => f()).join())
//> 0,1,2
//// body changes the loop variable that closures see
const fs = [];
for (let i = 0; i < 6; i++) { fs.push(() => i); i++; if (i > 3) continue; fs.push(() => i * 10) }
print(fs.map(f => f()).join())
//> 1,10,3,30,5
//// closures change the loop variable
let n = 0;
for (let i = 0; i < 10; i++) { const skip = () => { i += 4 }; if (i === 1) skip(); n++ }
print(n)
//> 6
//// closures in the head of a for loop
const fs = [];
for (let i = 0, get = () => i; i < 3; fs.push(() => i), i++) { if (i === 1) fs.push(() => 'b' + i) }
print(fs.map(f => f()).join())
//> 1,b1,2,3
//// closure in the test of a for loop
const fs = [];
for (let i = 0; fs.push(() => i), i < 2; i++);
print(fs.map(f => f()).join())
//> 0,1,2
//// several captured loop variables, one const in the body
const fs = [];
for (let i = 0, j = 10; i < 3; i++, j--) { const s = i + j; fs.push(() => [i, j, s].join('/')) }
print(fs.map(f => f()).join())
//> 0/10/10,1/9/10,2/8/10
//// closures in while loops
const fs = []; let i = 0;
while (i < 3) { const k = i * i; fs.push(() => k); i++ }
do { let m = i; fs.push(() => m++ + m) } while (++i < 5);
print(fs.map(f => f()).join(), fs[3]())
//> 0,1,4,7,9 9
//// closures in for-in and for-of
const fs = [];
for (const k in { a: 1, b: 2 }) fs.push(() => k);
for (const v of ['x', 'y']) fs.push(() => v);
for (let [p, q] of [[1, 2], [3, 4]]) fs.push(() => p + q, () => p++);
print(fs.map(f => f()).join())
//> a,b,x,y,3,1,7,3
//// break, continue, return out of loops whose variables are captured
function find(list, want) {
  outer: for (const row of list) {
    for (let i = 0; i < row.length; i++) {
      const get = () => row[i];
      if (get() < 0) continue outer;
      if (get() === 0) break outer;
      if (get() === want) return `${want} at ${i}`;
      if (get() === 99) { continue }
    }
  }
  return 'none';
}
print(find([[1, 2], [-1, 7], [99, 7]], 7)); print(find([[1], [0], [7]], 7)); print(find([[-1, 3]], 3))
//> 7 at 1
//> none
//> none
//// let without initialiser is undefined in every round
const seen = [];
for (let i = 0; i < 3; i++) { let x; seen.push(x); x = i; seen.push(x) }
for (let i = 0; i < 2; i++) { let y; const f = () => y; seen.push(f()); y = i }
print(seen.map(String).join())
//> undefined,0,undefined,1,undefined,2,undefined,undefined
//// functions in blocks
{ function f() { return 'block' } print(f()) }
print(typeof f)
//> block
//> undefined
//// functions used before their place in a block
{ print(f(3)); function f(n) { return n ? g(n) : 'end' } print('mid'); function g(n) { return f(n - 1) } }
//> end
//> mid
//// functions used before their place in a block of a loop, with jumps
let out = [];
for (const x of [1, 2, 3, 4]) {
  if (x === 4) break;
  if (odd(x)) continue;
  out.push(x);
  function odd(n) { return n % 2 }
}
print(out.join())
//> 2
//// functions in loop bodies are new in every round
const fs = [];
for (let i = 0; i < 2; i++) { function f() { return i + (f.extra || 0) } f.extra = i * 10; fs.push(f) }
print(fs.map(f => f()).join(), fs[0] === fs[1])
//> 0,11 false
//// recursive function in a loop
const r = [];
for (let i = 1; i < 4; i++) { function fact(n) { return n < 2 ? 1 : n * fact(n - 1) } r.push(fact(i + 1)) }
print(r.join())
//> 2,6,24
//// functions in a switch
switch (2) { case 1: function f() { return 'f' } break; case 2: print(f(), h()); default: function h() { return 'h' } }
//> f h
//// lexical declarations in a switch
function f(k) { switch (k) { case 1: let a = 'one'; const b = () => a; return b(); case 2: { let a = 2; return a } default: return 'd' } }
print(f(1), f(2), f(3))
//> one 2 d
//// const cannot be assigned
const c = 1;
for (const t of [() => { c = 2 }, () => { c++ }, () => { c += 1 }, () => { [c] = [3] }, () => { ({ c } = { c: 4 }) }, () => { for (c of [1]); }, () => { for (c in { a: 1 }); }, () => { c ||= 1; print('kept'); c &&= 2 }]) {
  try { t() } catch (e) { print(e.name + ': ' + e.message) }
}
print(c)
//> TypeError: Assignment to constant variable.
//> TypeError: Assignment to constant variable.
//> TypeError: Assignment to constant variable.
//> TypeError: Assignment to constant variable.
//> TypeError: Assignment to constant variable.
//> TypeError: Assignment to constant variable.
//> TypeError: Assignment to constant variable.
//> kept
//> TypeError: Assignment to constant variable.
//> 1
//// the value of an assignment to a constant is evaluated first
const c = 1; let log = '';
try { c = (log += 'v', 2) } catch (e) { print(log, e instanceof TypeError) }
//> v true
//// names of functions and classes are constants inside
const f = function g() { try { g = 1 } catch (e) { return e.message } };
const C = class D { m() { try { D = 1 } catch (e) { return e.message } } };
print(f(), new C().m())
//> Assignment to constant variable. Assignment to constant variable.
//// temporal dead zone in straight code
try { x; let x = 1 } catch (e) { print(e.name) }
try { let y = y + 1 } catch (e) { print(e.name) }
try { typeof z; let z } catch (e) { print(e.name) }
try { w = 1; let w } catch (e) { print(e.name) }
try { new K(); class K {} } catch (e) { print(e.name) }
try { for (const q of q) ; } catch (e) { print(e.name) }
try { const { a = b, b } = {} } catch (e) { print(e.name) }
//> ReferenceError
//> ReferenceError
//> ReferenceError
//> ReferenceError
//> ReferenceError
//> ReferenceError
//> ReferenceError
//// temporal dead zone through a hoisted function
function early() { return late }
try { early(); print('no') } catch (e) { print(e.name) }
const late = 5;
print(early())
//> ReferenceError
//> 5
//// temporal dead zone through functions that use each other
function a() { return b() } function b() { return Late }
const r = []; try { a() } catch (e) { r.push(e.name) }
class Late { static v = 1 }
r.push(a().v); print(r.join())
//> ReferenceError,1
//// no check where a function runs late enough
const f = () => g() + 1, g = () => k; const k = 1; print(f())
//> 2
//// var is hoisted and shared
function f() { if (false) { var a = 1 } for (var i = 0; i < 2; i++) { var b = i } return [typeof a, i, b].join() }
print(f())
//> undefined,2,1
//// var of the name of a catch parameter
try { throw 1 } catch (e) { print(e) } var e = 2; print(e)
//> 1
//> 2
//// catch parameter, nested and shadowed
try { throw 'a' } catch (e) { try { throw 'b' } catch (e) { print(e) } print(e); { let e = 'c'; print(e) } }
//> b
//> a
//> c
//// catch parameter seen by closures
const fs = []; for (const x of [1, 2]) { try { throw x } catch (e) { fs.push(() => e) } } print(fs.map(f => f()).join())
//> 1,2
//// catch without parameter, with patterns
try { throw 1 } catch { print('caught') }
try { throw { a: 1, b: [2, 3] } } catch ({ a, b: [, c], d = 4 }) { print(a, c, d) }
const fs = []; for (let i = 0; i < 2; i++) try { throw { i } } catch ({ i: k }) { fs.push(() => k) }
print(fs.map(f => f()).join())
//> caught
//> 1 3 4
//> 0,1
//// shadowing a function's own name
const f = function f() { { let f = 1; print(f) } return typeof f }; print(f())
//> 1
//> function
//// a variable with the name of a function argument's default scope
var x = 'outer'; function f(a = x) { var x = 'inner'; return a + x } print(f())
//> outerinner
//// closures of parameters and variables of the body of the same name
function f(x, get = () => x) { var x = 'body'; return x + get() } print(f('param'))
//> bodyparam
//// a body variable starts as the parameter of its name
function f(x = 1, g = () => x) { var x; const before = x; x = 2; return [before, x, g()].join() } print(f())
//> 1,2,1
//// undefined, NaN and Infinity, also as properties
const o = { undefined: 1, NaN: 2, Infinity: 3 }; print(undefined, NaN, Infinity, -Infinity, o.undefined + o.NaN + o.Infinity, typeof undefined)
//> undefined NaN Infinity -Infinity 6 undefined
//// global functions and typeof of what is not there
print(typeof nothing, typeof nothing === 'undefined', parseInt('12'))
try { nothing } catch (e) { print(e.name) } try { nothing = 1 } catch (e) { print(e.name) }
//> undefined true 12
//> ReferenceError
//> ReferenceError
//// reserved words as property names
const o = { class: 1, if: 2, new: 3, default: 4, let: 5, yield: 6, static: 7, enum: 8, null: 9, get: 10, set: 11, async: 12 };
print(o.class + o.if + o.new + o.default, o.let, o.yield, o.static, o.enum, o.null, o.get, o.set, o.async); o.delete = 1; print(o.delete, 'delete' in o)
//> 10 5 6 7 8 9 10 11 12
//> 1 true
//// arguments
function f() { const g = () => arguments.length + arguments[0]; return g(5) } print(f(1, 2))
function h(a, b) { a = 9; return arguments[0] + arguments.length } print(h(1, 2, 3))
//> 3
//> 4
