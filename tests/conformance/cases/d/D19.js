// D19 what a metric does not take
// record: warning 'abc' is an invalid value for metric 'wrong', a number or a boolean value is expected
// record: warning 'null' is an invalid value
// record: warning 'undefined' is an invalid value
// record: warning '[object Object]' is an invalid value
export const c = new Counter('wrong');
equal(c.add('abc'), false);
equal(c.add(null), false);
equal(c.add(undefined), false);
equal(c.add({}), false);
equal(c.add(), false);
equal(c.add(NaN), false);
