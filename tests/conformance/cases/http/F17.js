// F17 throw in the params
throws(() => http.get('http://127.0.0.1:1/x', { throw: true }), /^GoError: Get "http:\/\/127\.0\.0\.1:1\/x": dial tcp 127\.0\.0\.1:1: connect: connection refused$/);
throws(() => http.post('http://127.0.0.1:1/x', 'b', { throw: true }), 'Post "http://127.0.0.1:1/x": ');
matches(http.get('http://a b', { throw: true }).error, 'invalid URL');
matches(http.get(B + '/get', { throw: true, timeout: 'abc' }).error, 'invalid timeout value');
equal(http.get(B + '/status/500', { throw: true }).status, 500);
