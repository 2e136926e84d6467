// F39 a Cookie header
http.cookieJar().set(R, 'a', '1');
http.cookieJar().set(R, 'b', '2');
const sent = (r) => (/^Cookie: (.*)$/m.exec(r.body) || ['', ''])[1].trim();

equal(sent(http.get(R + '/', { headers: { Cookie: 'h=1' } })), 'h=1; a=1; b=2');
http.cookieJar().set(B, 'c', '3');
const hop = http.get(`${B}/redirto?code=302&to=${encodeURIComponent(R + '/')}`, { headers: { Cookie: 'h=1' } });
ok(!/h=1/.test(sent(hop)), hop.body);
matches(sent(hop), 'a=1');
