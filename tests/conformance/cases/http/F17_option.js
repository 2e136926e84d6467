// F17 option throw: argument errors, too
// flags: --throw
throws(() => http.get('http://127.0.0.1:1/'), 'connection refused');
throws(() => http.get('http://a b'), 'invalid URL');
throws(() => http.get(B + '/get', { timeout: 'abc' }), 'invalid timeout value');
throws(() => http.batch(['http://a b']), 'invalid URL');
equal(http.get('http://127.0.0.1:1/', { throw: false }).error_code, 1212);
