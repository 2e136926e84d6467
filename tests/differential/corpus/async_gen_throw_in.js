async function* g() { try { yield 1 } catch (e) { print('caught', e); yield 'after' } }
(async () => { const it = g(); await it.next(); print(JSON.stringify(await it.throw('E'))); print(JSON.stringify(await it.next())); try { await g().throw('early') } catch (e) { print('e', e) } })();
