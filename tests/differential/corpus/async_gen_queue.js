async function* g() { print('a'); yield 1; print('b'); yield 2; print('c') }
const i = g(); i.next().then(v => print(JSON.stringify(v))); i.next().then(v => print(JSON.stringify(v))); i.next().then(v => print(JSON.stringify(v))); i.return(5).then(v => print(JSON.stringify(v))); i.throw(new Error('x')).catch(e => print(e.message));
