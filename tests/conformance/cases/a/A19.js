// A19 __ENV holds strings
__ENV.n = 5;
equal(typeof __ENV.n, 'string');
equal(__ENV.n, '5');
equal(__ENV.nope, undefined);
ok(delete __ENV.n);
equal('n' in __ENV, false);
