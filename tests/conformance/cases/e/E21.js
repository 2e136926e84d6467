// E21 decoding UTF-8
equal(new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 65])), 'A');
equal(new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 65])).length, 2);
equal(new TextDecoder().decode(new Uint8Array([255, 65])), '\uFFFDA');
const e = throws(() => new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255])));
equal(e instanceof TypeError, true);
equal(new TextDecoder().decode(), '');
