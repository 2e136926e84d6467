// F19 bodies that are none
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');

equal(http.get(B + '/status/204').body, null);
equal(http.get(B + '/status/304').body, null);
equal(http.head(B + '/get').body, '');
equal(http.get(answer('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')).body, '');
