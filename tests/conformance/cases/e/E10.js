// E10 algorithms are named exactly
throws(() => kc.hmac('SHA256', 'key', 'data', 'hex'), 'invalid algorithm: SHA256');
throws(() => kc.createHash('zz'), 'invalid algorithm: zz');
throws(() => kc.createHMAC('zz', 'key'), 'invalid algorithm: zz');
