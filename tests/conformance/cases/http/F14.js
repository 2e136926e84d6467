// F14 URLs that lead nowhere
// record: warning Request Failed
const codes = (url) => http.get(url).error_code;
equal(codes('http://a b/'), 1020);
equal(codes(), 1020);
equal(codes(null), 1020);
equal(codes('ftp://x'), 1000);
const refused = http.get('http://127.0.0.1:1/');
equal(refused.error_code, 1212);
equal(refused.error, 'dial: connection refused');
equal(refused.status, 0);
equal(refused.body, null);
equal(refused.url, 'http://127.0.0.1:1/');
same(refused.headers, {});
equal(refused.proto, '');
const nowhere = http.get('http://nosuch.invalid/');
// Without any name server, as in the network of tests, nobody can say that the name does not exist.
ok(nowhere.error_code === 1101 || nowhere.error_code === 1100, nowhere.error_code);
matches(nowhere.error, nowhere.error_code === 1101 ? /^lookup: no such host$/ : /name resolution/);
equal(nowhere.status, 0);
const unreadable = http.get('http://a b/');
ok(unreadable.body !== null);
matches(unreadable.error, 'invalid URL: ');
equal(unreadable.url, '');
equal(unreadable.request, null);
