// F56 at most six requests of a batch to one host
const start = Date.now();
const rs = http.batch(Array.from({ length: 7 }, () => B + '/slow?ms=200'));
const took = Date.now() - start;
ok(rs.every((r) => r.status === 200));
ok(took >= 400, 'two rounds: ' + took);
const again = Date.now();
http.batch(Array.from({ length: 6 }, () => B + '/slow?ms=200'));
ok(Date.now() - again < 1100, 'one round, not six');
