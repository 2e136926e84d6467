// D4 check without checks
throws(() => check(5), 'GoError: no checks provided');
const e = throws(() => check(5, null), 'Cannot convert undefined or null to object');
equal(e instanceof TypeError, true);
