// D22 tags of a VU
exec.vu.tags.n = 5;
equal(exec.vu.tags.n, '5');
equal(exec.vu.metrics.tags.n, '5');
const e = throws(() => { exec.vu.tags.x = {}; }, 'invalid value for metric tag');
equal(e instanceof TypeError, true);
equal(exec.vu.tags.scenario, 'default');
ok(Object.keys(exec.vu.tags).includes('n'));
delete exec.vu.tags.n;
equal(exec.vu.tags.n, undefined);
