// F25 status_text is what was sent
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');

equal(http.get(answer('HTTP/1.1 200 Whatever Fine\r\nContent-Length: 0\r\n\r\n')).status_text, '200 Whatever Fine');
equal(http.get(answer('HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n')).status_text.trim(), '200');
equal(http.get(B + '/status/404').status_text, '404 Not Found');
