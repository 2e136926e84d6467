// Arrays of which most is holes, and lengths up to 2^32 - 1.
const show = (a) => print(a.length, Object.keys(a).slice(0, 12).join(), JSON.stringify(Object.entries(a).slice(0, 8)));
function sparse() { const a = []; a[5] = 'f'; a[1000] = 't'; a[100000] = 'g'; a.name = 'n'; return a; }
let a = sparse(); show(a);
print(a.shift(), a.unshift('u', 'v')); show(a);
a = sparse(); print(JSON.stringify(Object.entries(a.splice(3, 998, 'x', 'y')))); show(a);
a = sparse(); show(a.splice(1000)); show(a);
a = sparse(); a.splice(2, 0, 1, 2, 3); show(a);
a = sparse(); a.reverse(); show(a); a.reverse(); show(a);
a = sparse(); a.sort(); show(a);
a = sparse(); a.sort((x, y) => (x < y ? 1 : -1)); show(a);
a = sparse(); print(a.indexOf('g'), a.lastIndexOf('t'), a.includes('g'), a.some((x) => x === 'g'), a.every((x) => x > ''), a.findLast((x) => x === 'g'));
a = sparse(); const seen = []; a.forEach((x, i) => { seen.push(i + x); if (i === 5) a[700] = 'new'; if (i === 700) delete a[1000]; }); print(seen.join());
print(a.reduce((s, x) => s + x, ''), a.reduceRight((s, x) => s + x, ''), a.map((x) => x + x).length, a.filter(() => true).join());
show(a.slice(600, 99999)); show(a.slice(-295)); show(a.concat([1]));
a = sparse(); print(a.pop(), a.length, a.pop(), a.length); a.length = 100005; a.push('p'); show(a); a.length = 1001; show(a);
a = []; a[4294967294] = 1; print(a.length); try { a.push(2); } catch (e) { print(e.constructor.name, a.length, a[4294967295]); }
try { a.length = 4294967296; } catch (e) { print(e.constructor.name); }
try { a.length = -1; } catch (e) { print(e.constructor.name); }
try { new Array(4294967296); } catch (e) { print(e.constructor.name); }
a = []; a[4294967295] = 1; a['4294967296'] = 2; print(a.length, Object.keys(a).join());
a = new Array(100000); print(a.length, a.at(-1), 99999 in a); try { a.join(); } catch (e) { print(e.constructor.name); } print(a.shift(), a.length, a.join('').length === 0 || 1);
a = [1, 2, 3]; a.length = 100000; a.shift(); show(a); a.unshift(0, 1); show(a); a.reverse(); show(a); a.sort(); show(a); a.length = 3; a.push(4); show(a);
a = []; a[99647] = 1; a[99648] = 2; a[99646] = 0; show(a); print(a.indexOf(2), a.at(-1), a.lastIndexOf(0)); for (const k in a) print(k);
Object.defineProperty(a, 99999, { value: 'd', writable: false, enumerable: true, configurable: true }); show(a); try { a.shift(); show(a); } catch (e) { print(e.constructor.name); }
const like = { length: 2 ** 53 - 1, 9007199254740990: 'last' }; print(Array.prototype.at.call(like, -1), Array.prototype.pop.call(like), like.length);
try { Array.prototype.push.call({ length: 2 ** 53 - 1 }, 1); } catch (e) { print(e.constructor.name); }
try { Array.prototype.concat.call([], new Array(100000), [1]); print('no error'); } catch (e) { print(e.constructor.name); }
const o = { length: 2 ** 32 + 1 }; print(Array.prototype.push.call(o, 'a'), o[4294967297], o.length, Object.keys(o).join());
a = sparse(); a.fill(1, 99998); show(a); a.copyWithin(0, 99998); show(a);
const it = sparse().entries(); print(it.next().value.join('-')); print([...sparse().slice(0, 8)].length);
a = sparse(); Object.freeze(a); for (const f of [() => a.shift(), () => a.reverse(), () => a.sort(), () => a.push(1), () => a.splice(0, 1)]) { try { f(); print('did'); } catch (e) { print(e.constructor.name); } } show(a);
