// D2 one failed, one passed: two samples
// summary: checks_total\.*: 2 
// summary: checks_succeeded\.*: 50\.00% 1 out of 2
equal(check(5, { a: (v) => v === 6, b: true }), false);
