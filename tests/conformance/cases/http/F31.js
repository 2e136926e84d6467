// F31 POST becomes GET
for (const code of [301, 302, 303]) {
  const first = `${B}/redirto?code=${code}&to=${encodeURIComponent(R + '/next')}`;
  const r = http.post(first, { a: 1 }, { headers: { 'X-C': 'v' } });
  equal(r.url, R + '/next', String(code));
  equal(r.body.split(' ')[0], 'GET');
  ok(!/Content-Type|Content-Length/.test(r.body), r.body);
  matches(r.body, 'X-C: v\r\n');
  matches(r.body, `Referer: ${first}\r\n`);
}
