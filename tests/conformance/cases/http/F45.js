// F45 where JSON is wrong
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');
const echo = (text) => http.get(answer(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n`, text || '~0'));

throws(() => echo('{"a":1,\n"b":}').json(), 'cannot parse json due to an error at line 2, character 5');
throws(() => echo('').json(), 'cannot parse json');
