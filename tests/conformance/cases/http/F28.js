// F28 a Response takes no new properties
const r = http.get(B + '/get');
throws(() => { r.foo = 1; }, /^TypeError/);
r.status = 5;
equal(r.status, 5);
same(Object.keys(r), ['remote_ip', 'remote_port', 'url', 'status', 'status_text', 'proto', 'headers', 'cookies', 'body', 'timings', 'tls_version', 'tls_cipher_suite', 'ocsp', 'error', 'error_code', 'request']);
equal(r.remote_ip, '127.0.0.1');
equal(r.remote_port, Number(B.split(':')[2]));
equal(r.proto, 'HTTP/1.1');
same(r.ocsp, { produced_at: 0, this_update: 0, next_update: 0, revoked_at: 0, revocation_reason: '', status: '' });
same(Object.keys(r.timings).sort(), ['blocked', 'connecting', 'duration', 'looking_up', 'receiving', 'sending', 'tls_handshaking', 'waiting']);
ok(Math.abs(r.timings.duration - r.timings.sending - r.timings.waiting - r.timings.receiving) < 1e-6);
