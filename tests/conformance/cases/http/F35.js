// F35 a redirect to nowhere
for (const [target, code] of [['http://127.0.0.1:1/', 1212], ['ftp://x/', 1000]]) {
  const r = http.get(`${B}/redirto?code=302&to=${encodeURIComponent(target)}`);
  equal(r.status, 0);
  equal(r.error_code, code);
  equal(r.url, target);
}
