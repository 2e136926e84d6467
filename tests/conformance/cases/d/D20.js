// D20 tags of a sample
export const c = new Counter('tagged');
throws(() => c.add(1, { a: [] }), "invalid value for metric tag 'a'");
equal(c.add(1, { a: 'x', b: 2, d: false }), true);
