// E12 random bytes
throws(() => kc.randomBytes(0), 'invalid size');
throws(() => kc.randomBytes(), 'invalid size');
throws(() => kc.randomBytes(-1), 'invalid size');
equal(kc.randomBytes('4').byteLength, 4);
equal(kc.randomBytes(2.9).byteLength, 2);
ok(hex(kc.randomBytes(16)) !== hex(kc.randomBytes(16)));
