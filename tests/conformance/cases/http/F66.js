// F66 asyncRequest
const start = Date.now();
const rs = await Promise.all([1, 2, 3].map((n) => http.asyncRequest('GET', `${B}/slow?ms=300&n=${n}`)));
const took = Date.now() - start;
same(rs.map((r) => r.status), [200, 200, 200]);
ok(took < 850, 'side by side: ' + took);
const failed = await http.asyncRequest('GET', 'http://127.0.0.1:1/');
equal(failed.error_code, 1212);
const reason = await rejects(http.asyncRequest('GET', 'http://127.0.0.1:1/', null, { throw: true }));
matches(String(reason), /^Get "http:\/\/127.0.0.1:1\/": dial tcp/);
equal((await http.asyncRequest('POST', B + '/post', 'bödy')).json('data'), 'bödy');
matches((await http.asyncRequest('GET', 'http://a b')).error, 'invalid URL');
const order = [];
const slow = http.asyncRequest('GET', B + '/slow?ms=100').then(() => order.push('response'));
order.push('sync');
await slow;
same(order, ['sync', 'response']);
