// D18 what a metric takes
// summary: adds\.*: 15 
export const c = new Counter('adds');
equal(c.add(1), true);
equal(c.add('3'), true);
equal(c.add(true), true);
equal(c.add([5]), true);
equal(c.add(new Date(5)), true);
