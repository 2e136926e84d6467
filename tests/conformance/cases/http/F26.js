// F26 header names are canonical, repeated ones joined
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');

const r = http.get(answer('HTTP/1.1 200 OK\r\nX-foo-BAR: 1\r\nx-foo-bar: 2\r\nContent-Length: 0\r\n\r\n'));
equal(r.headers['X-Foo-Bar'], '1, 2');
equal(r.headers['x-foo-bar'], undefined);
same(Object.keys(r.headers), ['X-Foo-Bar', 'Content-Length']);
