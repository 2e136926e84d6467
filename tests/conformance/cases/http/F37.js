// F37 cookies of the params come before those of the jar
http.cookieJar().set(R, 'a', '1');
http.cookieJar().set(R, 'b', '2');
const sent = (r) => (/^Cookie: (.*)$/m.exec(r.body) || ['', ''])[1].trim();

equal(sent(http.get(R + '/', { cookies: { a: '9', z: '1' } })), 'a=9; z=1; a=1; b=2');
equal(sent(http.get(R + '/')), 'a=1; b=2');
equal(sent(http.get(R + '/', { jar: new http.CookieJar(), cookies: { b: { value: '2' }, c: 'x y;z' } })), 'b=2; c="x yz"');
equal(sent(http.get(R + '/', { cookies: null, jar: null })), 'a=1; b=2');
const asked = http.get(R + '/', { cookies: { q: '1' } }).request;
same(asked.cookies, { q: [{ name: 'q', value: '1', replace: false }] });
same(asked.headers.Cookie, ['q=1; a=1; b=2']);
