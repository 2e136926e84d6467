// G15 a page of a response knows its URL
const answer = (...parts) => R + '/answer/' + parts.map((p) => (/^~/.test(p) ? p : enc.b64encode(p, 'rawurl'))).join('/');
const page = (html) => http.get(answer(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: ${html.length}\r\n\r\n`, html));

const r = page('<a href="/x/y?z=1">l</a>');
equal(r.html('a').get(0).href(), R + '/x/y?z=1');
equal(r.html().find('a').text(), 'l');
equal(r.html().url, r.url);
