// E11 hashes in steps; a digest does not end them
const h = kc.createHash('md5');
equal(h.update('a'), undefined);
equal(h.digest('hex'), '0cc175b9c0f1b6a831c399e269772661');
h.update('bc');
equal(h.digest('hex'), '900150983cd24fb0d6963f7d28e17f72');
equal(h.digest('hex'), '900150983cd24fb0d6963f7d28e17f72');
const m = kc.createHMAC('sha256', 'key');
m.update('da');
m.update('ta');
equal(m.digest('hex'), kc.hmac('sha256', 'key', 'data', 'hex'));
