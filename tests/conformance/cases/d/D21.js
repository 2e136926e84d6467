// D21 a metric object
export const c = new Counter('shape');
same(Object.getOwnPropertyNames(c).sort(), ['add', 'name']);
equal(c instanceof Counter, false);
equal(c.name, 'shape');
const e = throws(() => { c.name = 'z'; });
equal(e instanceof TypeError, true);
