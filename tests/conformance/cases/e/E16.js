// E16 PBKDF2
const key = await crypto.subtle.importKey('raw', bytes('password'), 'PBKDF2', false, ['deriveBits']);
const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-1', salt: bytes('salt'), iterations: 2 }, key, 160);
equal(hex(bits), 'ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957');
