// F46 a selector on what is no JSON
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');
const echo = (text) => http.get(answer(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n`, text || '~0'));

equal(echo('{"a":1,').json('a'), undefined);
equal(echo('').json('a'), undefined);
