// F6 no body: POST has length 0, DELETE nothing
const post = http.post(R + '/p').body;
matches(post, 'Content-Length: 0\r\n');
ok(!/Content-Type/.test(post));
matches(http.put(R + '/p', null).body, 'Content-Length: 0\r\n');
ok(!/Content-Length|Content-Type/.test(http.del(R + '/p').body));
ok(!/Content-Length/.test(http.options(R + '/p').body));
matches(http.del(R + '/p', 'x').body, /^DELETE .*Content-Length: 1\r\n\r\nx$/s);
