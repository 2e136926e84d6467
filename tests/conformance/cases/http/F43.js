// F43 cookiesForURL, clear and delete
const jar = http.cookieJar();
const u = B + '/a/b';
jar.set(B, 'd', '2', { path: '/' });
jar.set(B, 'd', '1', { path: '/a' });
same(jar.cookiesForURL(u), { d: ['1', '2'] });
equal(jar.delete(B + '/', 'd'), null);
same(jar.cookiesForURL(u), { d: ['1'] });
equal(jar.clear(B + '/x'), null);
same(jar.cookiesForURL(u), { d: ['1'] });
jar.clear(u);
same(jar.cookiesForURL(u), {});
