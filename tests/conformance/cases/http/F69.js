// F69 what of a URL is escaped
const line = (path) => http.get(R + path).body.split('\r\n')[0];
equal(line('/q?a=b c'), 'GET /q?a=b c HTTP/1.1');
equal(line('/pa th'), 'GET /pa%20th HTTP/1.1');
equal(line('/é|'), 'GET /%C3%A9%7C HTTP/1.1');
equal(line('/a%2Fb'), 'GET /a%2Fb HTTP/1.1');
equal(line('/a/../b/./c'), 'GET /a/../b/./c HTTP/1.1');
equal(line('/q?%zz#frag'), 'GET /q?%zz HTTP/1.1');
equal(http.get(R + '/x#frag').url, R + '/x#frag');
equal(http.get(R).url, R);
equal(line(''), 'GET / HTTP/1.1');
