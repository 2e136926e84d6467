// F53 the forms of a batch's items
const rs = http.batch([R + '/', ['POST', R + '/', 'bd'], { method: 'post', url: R + '/', body: { a: 1 } }, { url: R + '/', body: 'x' }, { method: 'GET', url: R + '/', body: 'x' }, ['get', R + '/', null, { headers: { 'X-P': 'v' } }]]);
const line = (r) => r.body.split(' ')[0] + ' ' + r.body.split('\r\n\r\n')[1];
same(rs.map(line), ['GET ', 'POST bd', 'POST a=1', 'GET x', 'GET ', 'get ']);
matches(rs[5].body, 'X-P: v');
