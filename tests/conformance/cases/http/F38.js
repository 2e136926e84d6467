// F38 replace
http.cookieJar().set(R, 'a', '1');
http.cookieJar().set(R, 'b', '2');
const sent = (r) => (/^Cookie: (.*)$/m.exec(r.body) || ['', ''])[1].trim();

equal(sent(http.get(R + '/', { cookies: { a: { value: '9', replace: true } } })), 'a=9; b=2');
