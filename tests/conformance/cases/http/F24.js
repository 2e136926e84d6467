// F24 an unknown coding
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');

const r = http.get(answer('HTTP/1.1 200 OK\r\nContent-Encoding: foo\r\nContent-Length: 5\r\n\r\nhello'));
equal(r.body, 'hello');
equal(r.headers['Content-Encoding'], 'foo');
