// A26 the class of host errors
const e = throws(() => fail('m'));
equal(e instanceof Error, true);
equal(e instanceof GoError, true);
equal(e.name, 'GoError');
equal(e.constructor.name, 'GoError');
equal(e.message, 'm');
equal(String(e), 'GoError: m');
ok(e.stack.startsWith('GoError: m\n\tat '), e.stack);
