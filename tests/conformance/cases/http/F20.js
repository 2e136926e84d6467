// F20 responseType
const r = http.get(B + '/bytes/16?seed=7', { responseType: 'binary' });
ok(r.body instanceof ArrayBuffer);
equal(r.body.byteLength, 16);
equal(http.get(B + '/get', { responseType: 'none' }).body, null);
matches(http.get(B + '/get', { responseType: 'zzz' }).error, 'does not belong to ResponseType values');
same(http.get(B + '/get?a=1', { responseType: 'binary' }).json('args.a'), '1');
