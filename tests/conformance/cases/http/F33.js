// F33 what is no redirect
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');

for (const code of [300, 304, 305]) equal(http.get(answer(`HTTP/1.1 ${code} X\r\nLocation: /get\r\nContent-Length: 0\r\n\r\n`)).status, code);
equal(http.get(answer('HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n')).status, 302);
