// D11 what the init context does not allow
// mode: init
const m = new Counter('in_init');
throws(() => check(1, { a: true }), /GoError: .*check\(\) in the init context is not supported/);
throws(() => group('g', () => {}), /GoError: .*group\(\) in the init context is not supported/);
throws(() => m.add(1), /GoError: .*in the init context is not supported/);
throws(() => http.get(B), /GoError: .*in the init context is not supported/);
