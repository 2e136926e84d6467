// F42 what CookieJar refuses
const jar = new http.CookieJar();
throws(() => jar.set(B, 'x', 'y', { expires: '2020-01-01' }), 'expires');
throws(() => jar.delete(B, ''), 'cookie: is null');
throws(() => jar.set('http://a b', 'x', 'y'));
equal(jar.set('', 'x', 'y'), true);
equal(jar.set(B, 'x', 'y', { Path: '/p', MAX_AGE: 10, http_only: true, secure: false, expires: 'Mon, 02 Jan 2106 15:04:05 GMT' }), true);
same(jar.cookiesForURL(B + '/p'), { x: ['y'] });
same(jar.cookiesForURL(B + '/'), {});
jar.set(B, 'gone', '1');
jar.set(B, 'gone', '1', { max_age: -1 });
same(jar.cookiesForURL(B), {});
throws(() => http.CookieJar(), /^TypeError/);
