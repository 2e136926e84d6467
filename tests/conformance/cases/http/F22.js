// F22 content codings
for (const [path, coding] of [['/gzip', 'gzip'], ['/deflate', 'deflate'], ['/br', 'br'], ['/zstd', 'zstd']]) {
  const r = http.get(B + path);
  equal(r.headers['Content-Encoding'], coding);
  equal(typeof r.json(), 'object', path);
}
const stacked = http.get(B + '/encoded?as=gzip,br&size=1000');
equal(stacked.body.length, 1000);
matches(stacked.headers['Content-Encoding'], /gzip, ?br/);
