// F34 Authorization does not go to another host
const other = R.replace('127.0.0.1', 'localhost');
const to = (url) => http.get(`${B}/redirto?code=302&to=${encodeURIComponent(url)}`, { headers: { Authorization: 'secret', 'X-C': 'v' } }).body;
ok(!/Authorization/.test(to(other + '/x')));
matches(to(other + '/x'), 'X-C: v');
matches(to(R + '/x'), 'Authorization: secret');
