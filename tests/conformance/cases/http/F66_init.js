// F66 requests in init code
// mode: init
throws(() => http.get(B), 'Making http requests in the init context is not supported');
throws(() => http.asyncRequest('GET', B), 'Making http requests in the init context is not supported');
throws(() => http.batch([B]), 'Using batch in the init context');
throws(() => http.cookieJar(), 'Making cookie jars in the init context');
equal(new http.CookieJar().set('http://x/', 'a', '1'), true);
equal(http.url`http://x/${1}`.name, 'http://x/${}');
equal(http.file('x').data, 'x');
