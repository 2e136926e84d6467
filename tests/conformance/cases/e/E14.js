// E14 HMAC keys
const key = await crypto.subtle.importKey('raw', bytes('key'), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']);
const signature = await crypto.subtle.sign('HMAC', key, bytes('data'));
equal(hex(signature), '5031fe3d989c6d1537a013fa6e739da23463fdaec3b70137d828e36ace221bd0');
equal(await crypto.subtle.verify('HMAC', key, signature, bytes('data')), true);
equal(await crypto.subtle.verify('HMAC', key, signature, bytes('date')), false);
const jwk = await crypto.subtle.exportKey('jwk', key);
equal(jwk.kty, 'oct');
equal(jwk.k, 'a2V5');
equal(jwk.alg, 'HS256');
equal(jwk.ext, true);
same([...jwk.key_ops].sort(), ['sign', 'verify']);
equal(hex(await crypto.subtle.exportKey('raw', key)), '6b6579');
equal(key.type, 'secret');
equal(key.extractable, true);
equal(key.algorithm.name, 'HMAC');
