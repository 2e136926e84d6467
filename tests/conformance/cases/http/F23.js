// F23 bodies that are not in the coding they claim
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');

const gz = http.get(answer('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello'));
equal(gz.error_code, 1701);
equal(gz.status, 0);
equal(gz.body, null);
const raw = enc.b64encode('HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Length: 7\r\n\r\n', 'rawurl');
equal(http.get(`${R}/answer/${raw}/${enc.b64encode(new Uint8Array([0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00]).buffer, 'rawurl')}`).error_code, 1701);
