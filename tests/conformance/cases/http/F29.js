// F29 redirects and their limit
const followed = http.get(B + '/redirect?n=2');
equal(followed.status, 200);
matches(followed.url, 'n=0');
equal(http.get(B + '/redirect?n=2', { redirects: 0 }).status, 302);
equal(http.get(B + '/redirect?n=2', { redirects: 0 }).url, B + '/redirect?n=2');
const one = http.get(B + '/redirect?n=2', { redirects: 1 });
equal(one.status, 302);
matches(one.url, /n=1/);
equal(followed.request.url, B + '/redirect?n=2');
