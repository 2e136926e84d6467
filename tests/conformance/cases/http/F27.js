// F27 answers that are no HTTP, or less of it than promised
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');

const garbage = http.get(answer('garbage\r\n\r\n'));
equal(garbage.error_code, 1000);
matches(garbage.error, 'malformed HTTP');
const short = http.get(answer('HTTP/1.1 200 OK\r\nContent-Length: 100\r\nSet-Cookie: a=1\r\n\r\npart'));
equal(short.error_code, 1000);
matches(short.error, 'unexpected EOF');
equal(short.body, 'part');
same(short.headers, {});
throws(() => http.get(answer('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n')), 'unsupported response status: 101 Switching Protocols');
