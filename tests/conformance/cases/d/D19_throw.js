// D19 the same with option throw
export const options = { throw: true };
export const c = new Counter('wrong');
throws(() => c.add('abc'), "'abc' is an invalid value for metric 'wrong'");
throws(() => c.add(null), "'null' is an invalid value");
throws(() => c.add(), 'a number or a boolean value is expected');
