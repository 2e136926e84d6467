// D6 async functions are no predicates; a promise is something true
throws(() => check(5, { a: async () => true }), 'GoError');
equal(check(5, { a: () => Promise.resolve(false) }), true);
