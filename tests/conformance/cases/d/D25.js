// D25 the options of the test
// flags: -u 1 -i 2
const o = exec.test.options;
equal(o.scenarios.default.executor, 'shared-iterations');
equal(o.scenarios.default.vus, 1);
equal(o.scenarios.default.iterations, 2);
equal(Object.isFrozen(o), true);
equal(Object.isFrozen(o.scenarios.default), true);
equal(o.vus, undefined);
equal(o.paused, null);
throws(() => { o.scenarios = 1; });
