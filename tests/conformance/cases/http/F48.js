// F48 equal keys
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');
const echo = (text) => http.get(answer(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n`, text || '~0'));

const r = echo('{"a":1,"a":2}');
same(r.json(), { a: 2 });
equal(r.json('a'), 1);
r.json().a = 9;
equal(r.json().a, 9);
