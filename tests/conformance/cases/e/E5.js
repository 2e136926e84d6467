// E5 decoding gives an ArrayBuffer
const b = enc.b64decode('//4=');
equal(b instanceof ArrayBuffer, true);
equal(b.byteLength, 2);
equal(hex(b), 'fffe');
