// F16 a timeout in the middle of the body keeps what came
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');

const r = http.get(answer('HTTP/1.1 200 OK\r\nContent-Length: 100\r\nX-A: 1\r\n\r\npart', '~~'), { timeout: '500ms' });
equal(r.status, 0);
equal(r.error_code, 1050);
equal(r.body, 'part');
same(r.headers, {});
