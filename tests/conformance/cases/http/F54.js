// F54 batches of objects, of nothing, and of what is none
const rs = http.batch({ a: B + '/get', b: ['GET', B + '/status/404'] });
same(Object.keys(rs), ['a', 'b']);
same([rs.a.status, rs.b.status], [200, 404]);
same(http.batch([]), []);
same(http.batch({}), {});
throws(() => http.batch(), 'no argument was provided to http.batch()');
throws(() => http.batch('x'), 'invalid http.batch() argument type');
throws(() => http.batch([], 1), 'accepts only an array or an object of requests');
const mixed = http.batch([B + '/get', 'http://127.0.0.1:1/']);
same(mixed.map((r) => r.error_code), [0, 1212]);
