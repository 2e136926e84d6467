// F65 compressed bodies
const r = http.post(R + '/', 'x'.repeat(500), { compression: 'gzip, br' });
matches(r.body, 'Content-Encoding: gzip, br\r\n');
equal(r.request.body, 'x'.repeat(500));
same(r.request.headers['Content-Encoding'], ['gzip, br']);
ok(Number(/Content-Length: (\d+)/.exec(r.body)[1]) < 200);
for (const compression of ['foo', 'GZIP']) {
  const bad = http.post(R + '/', 'x', { compression });
  equal(bad.status, 0);
  matches(bad.error, 'gzip');
}
ok(!/Content-Encoding/.test(http.get(R + '/', { compression: 'gzip' }).body));
ok(!/Content-Encoding/.test(http.post(R + '/', 'x', { compression: '' }).body));
