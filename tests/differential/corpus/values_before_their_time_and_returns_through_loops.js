const fail = (e) => e.name;
function* count(n) { try { for (let i = 0; i < n; i++) yield i; } finally { print('count ends'); } }
try { switch (undefined) { default: let v57 = new (class { #q56 = C54; })(10); case 1: class C54 { } } } catch (e) { print('A', fail(e)); }
try { switch (undefined) { default: let v57 = (() => C55)(); case 1: class C55 { } } } catch (e) { print('B', fail(e)); }
try { switch (undefined) { default: let v57 = C56; case 1: class C56 { } } } catch (e) { print('C', fail(e)); }
try { switch (undefined) { default: let v57 = new (class { q56 = v58; })(10); case 1: let v58 = 1; } } catch (e) { print('D', fail(e)); }
try { { let v57 = new (class { q56 = v58; })(10); let v58 = 1; } } catch (e) { print('E', fail(e)); }
try { switch (undefined) { case (class C57 { static x = v59 }): default: const v59 = 1; } } catch (e) { print('F', fail(e)); }
try { switch (1) { case v60: let v60 = 2; } } catch (e) { print('G', fail(e)); }
try { switch (1) { default: v61 = 3; case 2: let v61 = 2; } } catch (e) { print('H', fail(e)); }
try { switch (1) { case 1: [v62] = [3]; case 2: const v62 = 2; } } catch (e) { print('I', fail(e)); }
try { switch (1) { case 1: v63 += 3; case 2: const v63 = 2; } } catch (e) { print('J', fail(e)); }
try { { v64 = 1; const v64 = 2; } } catch (e) { print('K', fail(e)); }
try { { (() => { v65 = 1; })(); const v65 = 2; } } catch (e) { print('L', fail(e)); }
try { { v66++; const v66 = 2; } } catch (e) { print('M', fail(e)); }
try { { [v67] = [1]; let v67 = 2; } } catch (e) { print('N', fail(e)); }
try { { const v68 = 2; v68 = (() => { throw new RangeError(); })(); } } catch (e) { print('O', fail(e)); }
try { switch (undefined) { default: C69?.(1); case 1: class C69 { } } } catch (e) { print('P', fail(e)); }
try { switch (undefined) { default: new C70(1); case 1: class C70 { } } } catch (e) { print('Q', fail(e)); }
try { switch (undefined) { default: new (class extends C71 {})(1); case 1: class C71 { } } } catch (e) { print('R', fail(e)); }
function* f65() { for (var { 7: d66 } of count(3)) { let w67 = 0; while (w67++ < 2) { const v68 = 'C54'; if (w67) return v68 ?? 1; switch ((() => v68)()) { case false: { break; } } } } return 5; }
print(JSON.stringify(f65().next()));
function* f66() { for (const x of count(3)) { while (true) { const v = 'C54'; if (x + 1) return v; print(() => v); } } }
print(JSON.stringify(f66().next()));
function* f67() { for (const x of count(3)) { for (;;) { const v = 'C54'; if (x + 1) return v ?? 1; [1].map(() => v); } } }
print(JSON.stringify(f67().next()));
function f68() { for (var { 7: d66 } of count(3)) { let w67 = 0; while (w67++ < 2) { const v68 = 'C54'; if (w67) return v68 ?? 1; switch ((() => v68)()) { case false: { break; } } } } return 5; }
print(f68());
for (let x of count(3)) { try { const v67 = (() => x)(); try { let v68 = '42'; throw 1; } catch (e81) { try { throw 2; } finally { if (x) throw 3; if (1e21) break; (NaN); } } finally { print('inner finally'); for (var x87 of new Map([[1, 'm'], ['k', {}]])) { if (x) continue; print('q'); } } } finally { print('outer'); } }
print('end');
