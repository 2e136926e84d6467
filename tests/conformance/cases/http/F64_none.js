// F64 noConnectionReuse: a new connection for each request
// flags: --no-connection-reuse
for (let i = 0; i < 2; i++) {
  const r = http.get(R + '/');
  ok(r.timings.connecting > 0);
  matches(r.body, 'Connection: close\r\n');
}
