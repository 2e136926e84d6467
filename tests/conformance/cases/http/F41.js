// F41 cookies of a response
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');

const r = http.get(answer('HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nSet-Cookie: b="2"; Domain=x.test; Path=/q; Max-Age=0; Secure; HttpOnly\r\n' +
  'Set-Cookie: b=3; Max-Age=5; Expires=Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Length: 0\r\n\r\n'));
same(r.cookies.a[0], { name: 'a', value: '1', domain: '', path: '/', http_only: false, secure: false, max_age: 0, expires: -6795364578871 });
same(r.cookies.b[0], { name: 'b', value: '2', domain: 'x.test', path: '/q', http_only: true, secure: true, max_age: -1, expires: -6795364578871 });
equal(r.cookies.b[1].max_age, 5);
equal(r.cookies.b[1].expires, 1136214245000);
