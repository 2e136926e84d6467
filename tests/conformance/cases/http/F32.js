// F32 307 and 308 repeat method and body
for (const code of [307, 308]) {
  const r = http.post(`${B}/redirto?code=${code}&to=${encodeURIComponent(R + '/next')}`, { a: 1 });
  equal(r.body.split(' ')[0], 'POST', String(code));
  equal(r.body.split('\r\n\r\n')[1], 'a=1');
  matches(r.body, 'Content-Type: application/x-www-form-urlencoded\r\n');
}
