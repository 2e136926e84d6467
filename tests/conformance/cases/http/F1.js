// F1 what a plain GET sends
const lines = http.get(R + '/raw').body.split('\r\n');
equal(lines[0], 'GET /raw HTTP/1.1');
equal(lines[1], 'Host: ' + R.slice(7));
matches(lines[2], /^User-Agent: k6\/\d/);
same(lines.slice(3), ['', '']);
