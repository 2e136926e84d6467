// F15 timeouts
for (const timeout of ['50ms', 50, '50', 0]) {
  const r = http.get(B + '/slow?ms=5000', { timeout });
  equal(r.error_code, 1050, String(timeout));
  equal(r.error, 'request timeout');
  equal(r.status, 0);
}
for (const timeout of ['abc', null, '', {}]) {
  const r = http.get(B + '/get', { timeout });
  equal(r.error_code, 0, String(timeout));
  matches(r.error, 'invalid timeout value');
}
equal(http.get(B + '/get', { timeout: '1m30s' }).status, 200);
