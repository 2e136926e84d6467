// D1 what counts as a passed check
equal(check(5, { a: (v) => v === 5, b: true, c: 1 }), true);
equal(check(5, {}), true);
equal(check(5, 'ab'), true);
equal(check(5, [true]), true);
