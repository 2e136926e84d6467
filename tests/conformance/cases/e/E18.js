// E18 elliptic curves
const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
const how = { name: 'ECDSA', hash: 'SHA-256' };
const signature = await crypto.subtle.sign(how, pair.privateKey, bytes('data'));
equal(signature.byteLength, 64);
equal(await crypto.subtle.verify(how, pair.publicKey, signature, bytes('data')), true);
equal(await crypto.subtle.verify(how, pair.publicKey, signature, bytes('date')), false);
const one = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-384' }, true, ['deriveBits']);
const two = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-384' }, true, ['deriveBits']);
const there = await crypto.subtle.deriveBits({ name: 'ECDH', public: two.publicKey }, one.privateKey, 256);
const back = await crypto.subtle.deriveBits({ name: 'ECDH', public: one.publicKey }, two.privateKey, 256);
equal(there.byteLength, 32);
equal(hex(there), hex(back));
