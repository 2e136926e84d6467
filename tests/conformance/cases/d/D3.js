// D3 a predicate that throws
// summary: checks_total\.*: 1 
// summary: checks_failed\.*: 100\.00% 1 out of 1
// no-output: f called
throws(() => check(5, { a: () => { throw new Error('boo'); }, b: () => console.log('f called') }), 'Error: boo');
