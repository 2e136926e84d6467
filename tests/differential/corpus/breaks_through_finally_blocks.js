function* count(n) { try { for (let i = 0; i < n; i++) yield i; } finally { print('count ends'); } }
for (let x of count(3)) { try { throw 1; } catch (e81) { try { throw 2; } finally { if (1e21) break; (NaN); } } finally { print('inner finally'); } }
print('end');
for (let x of count(3)) { try { try { throw 2; } finally { print('f'); break; } } finally { print('inner finally'); } }
for (let x of count(3)) { try { throw 1; } catch (e81) { break; } finally { print('inner finally'); } }
for (let x of count(3)) { try { break; } finally { print('inner finally'); } }
(function () { for (let x of count(3)) { try { return 1; } finally { print('inner finally'); } } })();
for (let x of count(3)) { try { break; } finally { for (const y of [1, 2]) print('inner finally'); } }
for (let x of count(3)) { try { throw 1; } catch (e81) { try { throw 2; } finally { if (x) throw 3; if (1e21) break; (NaN); } } finally { for (var x87 of new Map([[1, 'm'], ['k', {}]])) { if (x) continue; print('q'); } } } 
